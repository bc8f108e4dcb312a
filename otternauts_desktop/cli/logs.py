"""`otternauts logs`: what the tasks of a fleet say, merged by time."""

import re
import time
from argparse import Namespace
from contextlib import aclosing

from otternauts_desktop.app import MissionControl, settle
from otternauts_desktop.cli.clusters import chosen_cluster
from otternauts_desktop.cli.output import Output
from otternauts_desktop.core.comms.line import LogLine
from otternauts_desktop.core.comms.moments import moment
from otternauts_desktop.core.errors import BadName
from otternauts_desktop.core.swarm.state import Snapshot


async def logs(control: MissionControl, arguments: Namespace, output: Output) -> int:
    """What tasks say, with --follow until it is interrupted; on stderr what is missing of it."""
    cluster = chosen_cluster(control, arguments.cluster)
    name, _, vessel = arguments.target.partition("/")
    try:
        wanted = re.compile(arguments.grep) if arguments.grep else None
    except re.error as error:
        raise BadName(detail=f"--grep: {error}.") from None
    if arguments.follow and arguments.until:
        raise BadName(detail="--until: what is followed has no end.")
    settle()
    lines = control.transmissions.follow(
        cluster.id,
        name,
        vessel or arguments.vessel,
        replica=arguments.replica,
        tail=arguments.tail,
        since=_stamp("--since", arguments.since),
        until=_stamp("--until", arguments.until),
        follow=arguments.follow,
    )
    async with aclosing(lines):
        async for chunk in lines:
            for line in chunk:
                if line.note:
                    output.progress(line.text)
            said = [
                line for line in chunk if not line.note and (not wanted or wanted.search(line.text))
            ]
            if output.as_json:
                snapshot = control.telemetry.snapshot(cluster.id)
                output.records(_record(line, snapshot) for line in said)
            else:
                output.lines(f"{line.time[:23]} {line.replica} | {line.text}" for line in said)
    return 0


def _stamp(option: str, text: str) -> str:
    """The stamp that is meant. Raises `BadName`."""
    if not text:
        return ""
    try:
        return moment(text, time.time_ns())
    except ValueError:
        words = f'{option}: "{text}" is no time. Say 10m, 2h, 2026-01-31 or 2026-01-31T08:00.'
        raise BadName(detail=words) from None


def _record(line: LogLine, snapshot: Snapshot | None) -> dict[str, object]:
    return {
        "time": line.time,
        "outpost": snapshot.node_name(line.node_id) if snapshot else line.node_id,
        "vessel": line.vessel,
        "replica": line.slot,
        "task": line.task_id,
        "stream": "stderr" if line.stderr else "stdout",
        "text": line.text,
    }
