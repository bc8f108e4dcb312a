"""Terminal programs of the person's own machine, and how each is told what to run in a window."""

from collections.abc import Sequence
from typing import Final

from otternauts_desktop.core.flight.commands import typed

_KNOWN: Final[tuple[tuple[str, tuple[str, ...]], ...]] = (
    ("x-terminal-emulator", ("-e",)),
    ("gnome-terminal", ("--",)),
    ("ptyxis", ("--",)),
    ("kgx", ("--",)),
    ("konsole", ("-e",)),
    ("xfce4-terminal", ("-x",)),
    ("mate-terminal", ("-x",)),
    ("kitty", ()),
    ("ghostty", ("-e",)),
    ("alacritty", ("-e",)),
    ("wezterm", ("start", "--")),
    ("foot", ()),
    ("terminator", ("-x",)),
    ("xterm", ("-e",)),
    ("urxvt", ("-e",)),
    ("st", ("-e",)),
)
"""What stands between the program and the words that it is to run."""


def terminal_commands(
    system: str, preferred: str, words: Sequence[str]
) -> tuple[tuple[str, ...], ...]:
    """How to run `words` in a window of their own, best first: the first word is the program.

    `system` is `linux`, `darwin` or `win32`; `preferred` is what `TERMINAL` says (or
    `TERM_PROGRAM` on a Mac), "" for nothing.
    """
    if system == "darwin":
        return (_on_a_mac(preferred, typed(words)),)
    if system == "win32":
        # A semicolon would begin another tab.
        tab = tuple(word.replace(";", "\\;") for word in words)
        return (("wt.exe", "new-tab", *tab), ("conhost.exe", *words))
    known = dict(_KNOWN)
    first: tuple[tuple[str, ...], ...] = ()
    if preferred:
        name = preferred.replace("\\", "/").rpartition("/")[2]
        first = ((preferred, *known.get(name, ("-e",)), *words),)
    return (*first, *((program, *way, *words) for program, way in _KNOWN))


def _on_a_mac(preferred: str, line: str) -> tuple[str, ...]:
    text = line.replace("\\", "\\\\").replace('"', '\\"')
    if preferred == "iTerm.app":
        script = f'tell application "iTerm" to create window with default profile command "{text}"'
        return ("osascript", "-e", script)
    terminal = 'tell application "Terminal" to '
    return ("osascript", "-e", f'{terminal}do script "{text}"', "-e", f"{terminal}activate")
