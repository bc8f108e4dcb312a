"""The arguments of `otternauts alert`."""

import argparse

from otternauts_desktop.core.alerts.alert import AlertKind


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
