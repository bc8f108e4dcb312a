"""The arguments of `otternauts port` and `shell`."""

import argparse
from typing import TypeAlias

_Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"


def add_port(commands: _Commands) -> None:
    """The arguments of `otternauts port`."""
    words = "ports of tasks and outposts, on this machine"
    parser = commands.add_parser("port", help=words, description=words)
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    words = "have a port of 127.0.0.1 lead to one of a task or an outpost, until Ctrl+C"
    forward = actions.add_parser("forward", help=words, description=words)
    forward.add_argument("target", metavar="TARGET", help="OUTPOST or FLEET/SERVICE[.REPLICA]")
    forward.add_argument("port", type=_port, metavar="PORT", help="over there")
    forward.add_argument(
        "--local",
        type=_port,
        default=0,
        metavar="PORT",
        help="of this machine; default: the same, or a free one where that is taken",
    )


def add_shell(commands: _Commands) -> None:
    """The arguments of `otternauts shell`."""
    words = "a shell on an outpost, or in the container of a task that runs"
    parser = commands.add_parser("shell", help=words, description=words)
    parser.add_argument("target", metavar="TARGET", help="OUTPOST or FLEET/SERVICE[.REPLICA]")


def _port(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= 65535:
        raise argparse.ArgumentTypeError("a port is a number from 1 to 65535")
    return int(text)
