"""How each terminal program is told what to run."""

from otternauts_desktop.core.flight.commands import at_terminal, shell_in_container
from otternauts_desktop.core.flight.terminals import terminal_commands
from otternauts_desktop.core.swarm.cluster import Jump, Login

WORDS = ("ssh", "-t", "otter@vega-1", "docker exec -it abc sh -c 'exec \"x\"; y'")


def test_the_persons_own_choice_comes_first_then_what_is_usual() -> None:
    first, second, *_ = terminal_commands("linux", "/opt/kitty/bin/kitty", WORDS)
    assert first == ("/opt/kitty/bin/kitty", *WORDS)
    assert second == ("x-terminal-emulator", "-e", *WORDS)
    unknown = terminal_commands("linux", "my-term", WORDS)[0]
    assert unknown == ("my-term", "-e", *WORDS)
    ways = {way[0]: way[1:-4] for way in terminal_commands("linux", "", WORDS)}
    assert ways["gnome-terminal"] == ("--",)
    assert ways["wezterm"] == ("start", "--")
    assert ways["foot"] == ()


def test_a_mac_gets_a_script_in_which_nothing_ends_the_text_early() -> None:
    (way,) = terminal_commands("darwin", "", ("ssh", 'a"b\\c'))
    assert way[:3] == (
        "osascript",
        "-e",
        'tell application "Terminal" to do script "ssh \'a\\"b\\\\c\'"',
    )
    (iterm,) = terminal_commands("darwin", "iTerm.app", ("ssh", "a"))
    assert iterm[2].endswith('command "ssh a"')


def test_windows_gets_a_tab_or_a_console() -> None:
    tab, console = terminal_commands("win32", "", WORDS)
    assert tab[:3] == ("wt.exe", "new-tab", "ssh")
    assert tab[-1].endswith("\\; y'")
    assert console == ("conhost.exe", *WORDS)


def test_a_line_for_ssh_names_port_key_and_hops_and_quotes_the_rest_once() -> None:
    jump = Jump(Login("gate", "otter", 2222), "ssh-ed25519 AAAA")
    login = Login("10.0.0.5", "root", 2200, key_file="/home/me/a key", jump=jump)
    command = shell_in_container("abc", terminal=True, sudo=True)
    assert at_terminal(login, command) == (
        *("ssh", "-p", "2200", "-i", "/home/me/a key", "-J", "otter@gate:2222"),
        *("-t", "root@10.0.0.5"),
        "sudo -n docker exec -it abc sh -c 'command -v bash >/dev/null && exec bash || exec sh'",
    )
    assert at_terminal(Login("h", "u"), None) == ("ssh", "-t", "u@h")
