"""The arguments of `otternauts alert` and `otternauts channel`."""

import argparse

from otternauts_desktop.core.alerts.alert import AlertKind, Severity


def add_alert(parser: argparse.ArgumentParser) -> None:
    """Its actions."""
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    words = "what is the matter now; exit 3 where there is something"
    actions.add_parser("list", help=words, description=words)
    words = "what is over, newest first"
    history = actions.add_parser("history", help=words, description=words)
    history.add_argument("--limit", type=int, default=50, metavar="N")
    words = "tell nothing of an alert for a while; it is still listed"
    snooze = actions.add_parser("snooze", help=words, description=words)
    snooze.add_argument("id", metavar="ID", help="its id, or the beginning of it")
    how = snooze.add_mutually_exclusive_group()
    how.add_argument("--hours", type=float, default=1.0, metavar="N", help="0: no longer")
    how.add_argument("--until-clear", action="store_true", help="for as long as it lasts")
    words = "show the rules of a cluster, or change one"
    rules = actions.add_parser("rules", help=words, description=words)
    rules.add_argument(
        "kind", nargs="?", choices=[kind.value for kind in AlertKind], metavar="RULE"
    )
    switch = rules.add_mutually_exclusive_group()
    switch.add_argument("--on", dest="enabled", action="store_true", default=None)
    switch.add_argument("--off", dest="enabled", action="store_false", default=None)
    rules.add_argument("--threshold", type=float, metavar="N", help="see the list for its unit")
    rules.add_argument("--raise-after", type=float, metavar="SECONDS", help="of trouble")
    rules.add_argument("--clear-after", type=float, metavar="SECONDS", help="without trouble")
    rules.add_argument("--default", action="store_true", help="as it was at first")
    words = "watch the clusters, tell what is new and send it to the channels; needs no window"
    watch = actions.add_parser("watch", help=words, description=words)
    watch.add_argument(
        "--for",
        dest="seconds",
        type=float,
        metavar="SECONDS",
        help="then end, exit 3 where there is an alert (default: until interrupted)",
    )


def add_channel(parser: argparse.ArgumentParser) -> None:
    """Its actions."""
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    words = "channels, and whether they work; never their addresses"
    actions.add_parser("list", help=words, description=words)
    words = "add a channel (its address is asked for, or a line of standard input) and test it"
    add = actions.add_parser("add", help=words, description=f"{words}; with --cluster for it alone")
    add.add_argument("name", metavar="NAME")
    add.add_argument(
        "--least",
        choices=[severity.value for severity in Severity],
        default=Severity.WARNING.value,
        help="send nothing that is less than this",
    )
    add.add_argument("--no-cleared", action="store_true", help="do not send that something is over")
    add.add_argument(
        "--allow-local", action="store_true", help="it may be on this machine or its own link"
    )
    add.add_argument("--no-test", action="store_true", help="send no test message")
    for name, words in (("test", "send a test message"), ("remove", "forget a channel")):
        action = actions.add_parser(name, help=words, description=words)
        action.add_argument("name", metavar="NAME")
