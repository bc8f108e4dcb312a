"""The commands and their arguments. Names are a promise to scripts."""

import argparse
from typing import Final, TypeAlias

from otternauts_desktop import __version__
from otternauts_desktop.cli.alert_arguments import add_alert, add_channel
from otternauts_desktop.cli.cleanup_arguments import add_cleanup
from otternauts_desktop.cli.ingress_arguments import add_ingress
from otternauts_desktop.cli.periods import period
from otternauts_desktop.cli.reaching_arguments import add_port, add_shell


def make_parser() -> argparse.ArgumentParser:
    """All sub-commands; `command` (and `action`) name what is to be done."""
    parser = argparse.ArgumentParser(
        prog="otternauts",
        description="Mission control for Docker Swarm. Without a command it opens the window.",
    )
    parser.add_argument("--version", action="version", version=f"otternauts {__version__}")
    parser.add_argument("--home", metavar="DIR", help="data directory (or OTTERNAUTS_HOME)")
    parser.add_argument("--json", action="store_true", help="print one JSON document on stdout")
    parser.add_argument("--cluster", metavar="NAME", help="needed only where there are several")
    parser.add_argument("--simulate", action="store_true", help="use the flight simulator")
    parser.add_argument(
        "--show-commands", action="store_true", help="say on stderr what goes to the servers"
    )
    commands = parser.add_subparsers(dest="command", metavar="COMMAND")

    _command(commands, "simulate", "open the window with the flight simulator")

    lint = _command(commands, "lint", "check flight plans")
    lint.add_argument("files", nargs="+", metavar="FILE")
    lint.add_argument(
        "--fix",
        action="store_true",
        help="mend what can be mended without a decision, and write the files",
    )
    _variables(lint)

    render = _command(commands, "render", "show what would be sent to `docker stack deploy`")
    render.add_argument("file", nargs="+", metavar="FILE", help="further ones are merged over it")
    render.add_argument("--name", default="fleet", help="name of the fleet")
    render.add_argument("--reveal", action="store_true", help="show the values of variables")
    _variables(render)

    _clusters(commands)
    _outposts(commands)
    _fleets(commands)

    plan = _command(commands, "plan", "show what a launch would change; exit 2: changes")
    plan.add_argument("name", metavar="NAME")
    _files(plan)
    either = plan.add_mutually_exclusive_group()
    either.add_argument(
        "--take-over",
        action="store_true",
        help="first write into the flight plan what was changed since the last launch from here",
    )
    either.add_argument(
        "--offline",
        action="store_true",
        help="ask no server: against what was last seen, or an empty cluster where none is known",
    )
    _variables(plan)

    launch = _command(commands, "launch", "launch a fleet and wait until it flies")
    launch.add_argument("name", metavar="NAME")
    _files(launch)
    launch.add_argument("--yes", action="store_true", help="do not ask")
    launch.add_argument("--timeout", type=float, default=300.0, metavar="SECONDS")
    launch.add_argument(
        "--return-on-failure",
        action="store_true",
        help="bring back what flew before where the launch fails; still exit 3",
    )
    for command in (plan, launch):
        command.add_argument(
            "--resolve-image",
            choices=("always", "changed", "never"),
            default="always",
            help="when Docker asks the registry for digests",
        )
    _variables(launch)

    add_ingress(_command(commands, "ingress", "Traefik in front of a cluster's fleets"))
    add_alert(_command(commands, "alert", "what needs somebody: lost outposts, failing services"))
    add_channel(_command(commands, "channel", "where alerts are sent to"))
    add_cleanup(commands)
    add_port(commands)
    add_shell(commands)
    _jobs(commands)
    _values(commands)
    _backups(commands)
    _registries(commands)

    history = _command(commands, "history", "earlier launches from here")
    history.add_argument("name", metavar="NAME")
    diff = _command(commands, "diff", "compare two launched flight plans")
    diff.add_argument("name", metavar="NAME")
    diff.add_argument("old", type=_version_number, metavar="V1")
    diff.add_argument("new", type=_version_number, metavar="V2")
    explain = _command(commands, "explain", "why a fleet or service does not run")
    explain.add_argument("target", metavar="NAME[/SERVICE]")

    logs = _command(commands, "logs", "what a fleet or service says")
    logs.add_argument("target", metavar="NAME[/SERVICE]")
    logs.add_argument("-f", "--follow", action="store_true", help="go on until interrupted")
    logs.add_argument(
        "--tail", type=_lines, default=100, metavar="N", help="the last lines of all, or `all`"
    )
    logs.add_argument("--since", default="", metavar="TIME", help="10m, 2h, 2026-01-31T08:00 (UTC)")
    logs.add_argument("--until", default="", metavar="TIME", help="the same; not with --follow")
    logs.add_argument("--vessel", metavar="SERVICE", help="the same as NAME/SERVICE")
    logs.add_argument("--replica", type=int, metavar="N")
    logs.add_argument("--grep", metavar="RE", help="only lines that match")

    tried = _command(commands, "self-test", "try whether all of this works on this machine")
    tried.add_argument("--only", choices=SELF_TESTS, help="one part of it")
    return parser


SELF_TESTS: Final = ("resources", "keyring", "database", "ssh", "launch", "messages", "window")
"""What `self-test` tries, in that order."""

_Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"


def _command(commands: _Commands, name: str, words: str) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = commands.add_parser(name, help=words, description=words)
    return parser


def _lines(text: str) -> int | None:
    number = None if text == "all" else int(text)
    if number is not None and number < 0:
        raise argparse.ArgumentTypeError("a number of lines, or all")
    return number


def _version_number(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("versions are counted from 1")
    return number


def _actions(commands: _Commands, name: str, words: str) -> _Commands:
    parser = _command(commands, name, words)
    return parser.add_subparsers(dest="action", metavar="ACTION", required=True)


def _files(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        *("-f", "--file"),
        action="append",
        default=[],
        metavar="FILE",
        help="flight plan (default: the one kept here); further ones are merged over it",
    )


def _variables(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--env-file",
        action="append",
        default=[],
        metavar="FILE",
        help="values of variables, instead of the .env beside the flight plan",
    )
    parser.add_argument(
        "--profile",
        action="append",
        default=[],
        metavar="NAME",
        help="launch the services of this profile, too (COMPOSE_PROFILES names more)",
    )
    parser.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="NAME[=VALUE]",
        help="value of a variable; without =VALUE from the environment or asked for",
    )


def _clusters(commands: _Commands) -> None:
    actions = _actions(commands, "cluster", "clusters")
    _command(actions, "list", "all clusters")
    _command(actions, "show", "nodes and fleets of a cluster")
    words = "whether outposts reach each other, with real packets; exit 3: mend something"
    _command(actions, "doctor", words)
    even = _command(actions, "rebalance", "even out the outposts without downtime")
    even.add_argument("--preview", action="store_true", help="only show what would move")
    even.add_argument("--yes", action="store_true", help="do not ask")
    remove = _command(actions, "remove", "forget a cluster; nothing changes on its servers")
    remove.add_argument("--yes", action="store_true", help="do not ask")


def _outposts(commands: _Commands) -> None:
    actions = _actions(commands, "outpost", "outposts (servers)")
    add = _command(actions, "add", "add a server and adopt the swarm that it manages")
    add.add_argument("host", metavar="HOST", help="or, with --simulate, the name of one there")
    _login(add)
    add.add_argument("--name", default="", metavar="N")
    add.add_argument(
        "--set-up",
        action="store_true",
        help="install Docker where it is missing, then join --cluster",
    )
    add.add_argument("--new-swarm", default="", metavar="NAME", help="with --set-up: make one")
    add.add_argument("--role", choices=("worker", "manager"), default="worker")
    add.add_argument("--address", default="", metavar="IP", help="what other outposts should use")
    login = _command(actions, "login", "log in to an outpost in another way from now on")
    login.add_argument("name", metavar="NAME")
    login.add_argument("--host", default="", metavar="HOST", help="its new address")
    _login(login)
    _command(actions, "list", "all outposts")
    _stats(actions, "what outposts use: processor, memory, disk, network")
    for name, words in (
        ("check", "look a server over, and the ways to the others; exit 3: mend something"),
        ("forget", "forget an outpost; nothing changes on the server, nor in its swarm"),
        ("activate", "let an outpost take tasks again; the same as return"),
    ):
        action = _command(actions, name, words)
        action.add_argument("name", metavar="NAME")
    evacuate = _command(actions, "evacuate", "empty an outpost without downtime, then drain it")
    evacuate.add_argument("name", metavar="NAME")
    evacuate.add_argument("--preview", action="store_true", help="only show what that means")
    evacuate.add_argument("--yes", action="store_true", help="do not ask")
    for name, words in (
        ("promote", "make an outpost a manager of its swarm"),
        ("demote", "make a manager a worker"),
        ("drain", "stop what runs on an outpost at once; it takes no new tasks"),
        ("remove", "empty an outpost, make it leave its swarm, and forget it"),
    ):
        action = _command(actions, name, words)
        action.add_argument("name", metavar="NAME")
        action.add_argument("--preview", action="store_true", help="only show what that means")
        action.add_argument("--yes", action="store_true", help="do not ask")
        if name == "remove":
            action.add_argument("--force", action="store_true", help="the server is gone for good")
    label = _command(actions, "label", "give an outpost labels, or list them")
    label.add_argument("name", metavar="NAME")
    label.add_argument("labels", nargs="*", metavar="LABEL=VALUE")
    label.add_argument("--remove", action="append", default=[], metavar="LABEL")
    rename = _command(actions, "rename", "call an outpost something else, here only")
    rename.add_argument("name", metavar="NAME")
    rename.add_argument("new_name", metavar="NEW")
    back = _command(actions, "return", "let an outpost take tasks again")
    back.add_argument("name", metavar="NAME")
    renew = _command(actions, "trust", "trust the new host key of a server, after comparing it")
    renew.add_argument("name", metavar="NAME")
    renew.add_argument(
        "--fingerprint",
        action="append",
        default=[],
        metavar="SHA256:...",
        help="what the server's console says",
    )


def _stats(actions: _Commands, words: str) -> None:
    stats = _command(actions, "stats", words)
    stats.add_argument("name", nargs="?", metavar="NAME")
    either = stats.add_mutually_exclusive_group()
    either.add_argument("--watch", action="store_true", help="again and again, until Ctrl-C")
    either.add_argument(
        "--since", type=period, metavar="24h", help="what the window has kept: 90m, 24h, 7d"
    )
    stats.add_argument(
        "--over", type=float, default=2.0, metavar="SECONDS", help="what figures are averages of"
    )


def _login(parser: argparse.ArgumentParser) -> None:
    """As whom, by which key, through whom, and how the server is known."""
    parser.add_argument("--user", metavar="U")
    key = parser.add_mutually_exclusive_group()
    key.add_argument(
        *("--key", "--key-file"), metavar="FILE", help="private key, which stays where it is"
    )
    key.add_argument(
        *("--key-paste", "--paste-key"),
        action="store_true",
        help="a private key on standard input, to be kept",
    )
    key.add_argument("--new-key", action="store_true", help="make a key; its public half is shown")
    key.add_argument("--kept-key", default="", metavar="NAME", help="one that --new-key has made")
    key.add_argument("--agent", action="store_true", help="use the keys of the ssh-agent")
    parser.add_argument("--port", type=int, metavar="N")
    parser.add_argument(
        "--jump",
        default="",
        metavar="OUTPOST",
        help="go through this outpost, or through user@host:port; several with commas between; "
        "none: directly",
    )
    trust = parser.add_mutually_exclusive_group()
    trust.add_argument(
        "--fingerprint",
        "--accept-fingerprint",
        action="append",
        default=[],
        metavar="SHA256:...",
        help="the host key's fingerprint; once more for each jump host",
    )
    trust.add_argument(
        "--accept-new", action="store_true", help="trust the key that it shows, unseen"
    )


def _jobs(commands: _Commands) -> None:
    actions = _actions(commands, "jobs", "work on servers, under way and done")
    _command(actions, "list", "all jobs, newest first")
    for name, words in (
        ("show", "steps, question and log of a job"),
        ("resume", "go on with a job that was interrupted or has failed"),
        ("cancel", "stop a job; what was done stays"),
        ("answer", "answer what a job asks, and go on with it"),
    ):
        action = _command(actions, name, words)
        action.add_argument("id", metavar="ID", help="its id, or the beginning of it")
        if name == "answer":
            action.add_argument("value", metavar="VALUE", help="one of the answers it takes")


def _values(commands: _Commands) -> None:
    actions = _actions(commands, "variable", "values of variables that are kept, sealed")
    _command(actions, "list", "names, ages and users of what is kept; never the values")
    for name, words in (
        ("show", "print one value"),
        ("set", "keep a value, or change it: asked for, or a line of standard input"),
        ("import", "keep all values of a .env file"),
        ("rename", "keep a value under another name"),
        ("remove", "forget a value"),
    ):
        action = _command(actions, name, words)
        action.add_argument(
            "--fleet", default="", metavar="NAME", help="for this fleet; else for all of them"
        )
        if name == "import":
            action.add_argument("file", metavar="FILE")
            continue
        action.add_argument("name", metavar="VARIABLE")
        if name == "set":
            action.add_argument("--from-file", metavar="FILE", help="the whole file is the value")
        elif name == "rename":
            action.add_argument("new_name", metavar="NEW")
        elif name == "remove":
            action.add_argument("--yes", action="store_true", help="do not ask")
    actions = _actions(commands, "vault", "where keys and values are kept, and the key to them")
    _command(actions, "status", "keyring, file, or locked")
    _command(actions, "recovery-key", "show what opens the values where the keyring lost its key")
    _command(actions, "recover", "give the keyring its key again, from standard input")


def _backups(commands: _Commands) -> None:
    actions = _actions(commands, "backup", "everything that is kept here, in one file")
    create = _command(actions, "create", "write a backup that a passphrase opens, on any machine")
    create.add_argument("file", metavar="FILE", help="a new file")
    _command(actions, "list", "the copies of the last days in the data directory")
    restore = _command(actions, "restore", "replace what is kept here by a backup or copy")
    restore.add_argument("file", metavar="FILE", help="or the name of a copy")
    restore.add_argument("--yes", action="store_true", help="do not ask")


def _registries(commands: _Commands) -> None:
    actions = _actions(commands, "registry", "logins of private registries")
    _command(actions, "list", "registries and users; never the passwords")
    words = "keep a login (its password is asked for, or a line of standard input)"
    add = _command(actions, "add", f"{words}; with --cluster for that one alone")
    add.add_argument("registry", metavar="HOST", help="such as ghcr.io or registry.example.com")
    add.add_argument("--user", required=True, metavar="NAME")
    add.add_argument("--no-check", action="store_true", help="do not have a manager try it")
    remove = _command(actions, "remove", "forget a login")
    remove.add_argument("registry", metavar="HOST")


def _fleets(commands: _Commands) -> None:
    actions = _actions(commands, "fleet", "fleets (stacks)")
    _command(actions, "list", "all fleets of a cluster")
    _stats(actions, "what services use; with NAME also their tasks. 100 % is one core")
    for name, words in (
        ("show", "services of a fleet"),
        ("export", "a flight plan made of what is there; holds values of the environment"),
        ("status", "tasks of a fleet; exit 3 where it does not fly as wanted"),
    ):
        action = _command(actions, name, words)
        action.add_argument("name", metavar="NAME")
    for name, words in (
        ("remove", "stop a fleet; its volumes stay"),
        ("unlock", "break the lock of a launch that will never end"),
        ("rollback", "bring one service back to what it was before its last update"),
        ("return", "bring back a former version, with its digests; see `history`"),
    ):
        action = _command(actions, name, words)
        action.add_argument("name", metavar="FLEET/SERVICE" if name == "rollback" else "NAME")
        action.add_argument("--yes", action="store_true", help="do not ask")
    action.add_argument(
        "--to", type=int, default=0, metavar="VERSION", help="default: the last that flew before"
    )
    action.add_argument("--timeout", type=float, default=300.0, metavar="SECONDS")
    _variables(action)
