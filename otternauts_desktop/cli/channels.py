"""`otternauts channel`: where alerts are sent to."""

import getpass
import sys
import time
from argparse import Namespace
from typing import Any

from otternauts_desktop.app import MissionControl
from otternauts_desktop.cli.clusters import chosen_cluster
from otternauts_desktop.cli.output import Output, table
from otternauts_desktop.core.alerts.alert import Severity
from otternauts_desktop.core.alerts.channel import Channel
from otternauts_desktop.core.errors import VariablesMissing
from otternauts_desktop.core.secret import Secret


async def channel(control: MissionControl, arguments: Namespace, output: Output) -> int:
    """Do a `channel` action; gives the exit code. No address is ever an argument or printed."""
    courier = control.courier
    if arguments.action == "list":
        channels = courier.all()
        rows = [
            (
                of.name,
                of.kind.value,
                of.target,
                _cluster(control, of) or "(all clusters)",
                of.least.value,
                time.strftime("%Y-%m-%d %H:%M", time.localtime(of.sent_at)) if of.sent_at else "-",
                of.trouble,
            )
            for of in channels
        ]
        head = ("CHANNEL", "KIND", "TO", "CLUSTER", "FROM", "LAST SENT", "TROUBLE")
        text = table(head, rows) if rows else "There is no channel yet."
        output.result([_document(control, of) for of in channels], text)
        return 0
    if arguments.action == "remove":
        await courier.remove(arguments.name)
        output.result({"removed": arguments.name}, f"removed: {arguments.name}")
        return 0
    if arguments.action == "test":
        await courier.test(arguments.name)
        output.result({"sent": True}, "sent")
        return 0
    cluster = chosen_cluster(control, arguments.cluster).id if arguments.cluster else None
    added, key = await courier.add(
        arguments.name,
        _url(),
        cluster_id=cluster,
        least=Severity(arguments.least),
        tells_cleared=not arguments.no_cleared,
        allows_local=arguments.allow_local,
        test=not arguments.no_test,
    )
    words = f"{added.name}: {added.target}" + ("" if arguments.no_test else ", a test was sent")
    if key is not None:
        words += f"\nIt signs with this key, which is shown once: {key.reveal()}"
    shown = {**_document(control, added), "signing_key": key.reveal() if key else None}
    output.result(shown, words)
    return 0


def _url() -> Secret:
    """Typed unseen, or a line of standard input."""
    if sys.stdin.isatty():
        return Secret(getpass.getpass("Address (https://… or one of apprise): "))
    line = sys.stdin.readline().strip()
    if not line:
        raise VariablesMissing(detail="The address of the channel is not on standard input.")
    return Secret(line)


def _cluster(control: MissionControl, of: Channel) -> str:
    names = {cluster.id: cluster.name for cluster in control.outposts.clusters()}
    return names[of.cluster_id] if of.cluster_id else ""


def _document(control: MissionControl, of: Channel) -> dict[str, Any]:
    return {
        "name": of.name,
        "kind": of.kind.value,
        "target": of.target,
        "cluster": _cluster(control, of) or None,
        "least": of.least.value,
        "tells_cleared": of.tells_cleared,
        "allows_local": of.allows_local,
        "sent_at": of.sent_at or None,
        "trouble": of.trouble or None,
    }
