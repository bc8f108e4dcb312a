"""The arguments of `otternauts ingress`."""

import argparse

from otternauts_desktop.core.fleet.traefik import IMAGE, SUBNET


def add_ingress(parser: argparse.ArgumentParser) -> None:
    """The arguments of `otternauts ingress`."""
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    for name, words in (
        ("plan", "show its flight plan and what a launch would change; exit 2: changes"),
        ("launch", "launch it, or bring it to these settings"),
    ):
        action = actions.add_parser(name, help=words, description=words)
        action.add_argument("--email", required=True, metavar="E", help="for the authority")
        authority = action.add_mutually_exclusive_group()
        authority.add_argument("--staging", action="store_true", help="Let's Encrypt for testing")
        authority.add_argument("--ca", default="", metavar="URL", help="another ACME authority")
        action.add_argument(
            "--ports",
            choices=("host", "ingress"),
            default="host",
            help="host: clients' addresses are seen; ingress: every outpost answers",
        )
        action.add_argument("--outpost", default="", metavar="NAME", help="the one it runs on")
        action.add_argument("--encrypted", action="store_true", help="encrypt between outposts")
        action.add_argument("--subnet", default=SUBNET, metavar="NET")
        _image(action)
        if name == "launch":
            action.add_argument("--yes", action="store_true", help="do not ask")
            _resolve(action)
    words = "how it stands; exit 3 where it does not run as wanted"
    actions.add_parser("status", help=words, description=words)
    words = "whether certificates can be had: DNS and port 80, seen from here; exit 1 where not"
    check = actions.add_parser("check", help=words, description=words)
    check.add_argument("domains", nargs="*", metavar="DOMAIN", help="default: all that fly")
    for name, words in (
        ("backup", "keep its certificates in a file; it holds private keys"),
        ("restore", "put certificates back, and restart it"),
    ):
        action = actions.add_parser(name, help=words, description=words)
        action.add_argument("file", metavar="FILE")
    words = "bring it to another version of Traefik, all else as it is"
    upgrade = actions.add_parser("upgrade", help=words, description=words)
    _image(upgrade)
    _resolve(upgrade)


def _image(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--image", default=IMAGE, metavar="IMAGE")


def _resolve(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--resolve-image", choices=("always", "never"), default="always")
