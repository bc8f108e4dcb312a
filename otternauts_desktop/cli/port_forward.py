"""`otternauts port forward`: a port of this machine leads to a task or an outpost."""

import asyncio
from argparse import Namespace

from otternauts_desktop.app import MissionControl
from otternauts_desktop.cli.clusters import chosen_cluster
from otternauts_desktop.cli.output import Output
from otternauts_desktop.core.swarm.targets import read_target


async def port(control: MissionControl, arguments: Namespace, output: Output) -> int:
    """Forward until Ctrl+C; gives the exit code."""
    cluster_id = chosen_cluster(control, arguments.cluster).id
    snapshot = await control.telemetry.refresh(cluster_id)
    names = [outpost.name for outpost in control.outposts.outposts(cluster_id)]
    target = read_target(arguments.target, snapshot, names)
    forward = await control.forwards.start(cluster_id, target, arguments.port, arguments.local)
    document = {
        "target": target.words,
        "port": forward.port,
        "address": "127.0.0.1",
        "local_port": forward.local_port,
        "url": forward.address,
    }
    words = f"{forward.address} leads to port {forward.port} of {target.words}. Ctrl+C ends it."
    output.result(document, words)
    told = ""
    try:
        while True:
            await asyncio.sleep(0.5)
            (now,) = control.forwards.all()
            if now.trouble not in ("", told):
                output.progress(f"Not connected: {now.trouble}")
            elif told and not now.trouble:
                output.progress("Connected again.")
            told = now.trouble
    except asyncio.CancelledError:
        return 0
