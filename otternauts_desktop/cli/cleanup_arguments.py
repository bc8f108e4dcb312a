"""The arguments of `otternauts cleanup` and `volume`."""

import argparse
from typing import Final, TypeAlias

_Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"
_KEPT: Final = 3
"""As `VERSIONS_KEPT` has it, which takes long to import."""


def add_cleanup(commands: _Commands) -> None:
    """The arguments."""
    words = "what images, ended containers, build cache and volumes take, and what may go"
    cleanup = commands.add_parser("cleanup", help=words, description=words)
    actions = cleanup.add_subparsers(dest="action", metavar="ACTION", required=True)
    for name, words in (
        ("plan", "show what would be removed, what stays and why; exit 2: something may go"),
        ("run", "remove what the plan shows, and nothing else"),
    ):
        action = actions.add_parser(name, help=words, description=words)
        action.add_argument(
            "--keep",
            type=int,
            default=_KEPT,
            metavar="N",
            help=f"versions of each fleet whose images stay (default: {_KEPT})",
        )
        action.add_argument(
            "--only",
            action="append",
            choices=("container", "image", "build-cache"),
            help="only things of this kind; may be given more than once",
        )
        for kind in ("volume", "container", "image"):
            action.add_argument(
                f"--{kind}",
                action="append",
                default=[],
                metavar="OUTPOST/NAME",
                help="remove this one, too, which can't be had again",
            )
        if name == "run":
            action.add_argument("--yes", action="store_true", help="do not ask")
        else:
            action.add_argument("--all", action="store_true", help="show what stays, too")
    words = "which volume lies on which outpost, and who mounts it"
    volume = commands.add_parser("volume", help=words, description=words)
    actions = volume.add_subparsers(dest="action", metavar="ACTION", required=True)
    actions.add_parser("list", help=words, description=words)
