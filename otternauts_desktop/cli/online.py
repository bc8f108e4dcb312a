"""The commands that need the services: opens them, runs one, closes them."""

import asyncio
from argparse import Namespace
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Final

from otternauts_desktop.app import MissionControl, open_mission_control
from otternauts_desktop.cli import (
    alerts,
    backups,
    channels,
    cleanup,
    clusters,
    fleets,
    flight_plans,
    ingress,
    jobs,
    logs,
    port_forward,
    registries,
    shell,
    values,
)
from otternauts_desktop.cli.output import Output
from otternauts_desktop.cli.shown_commands import show_command
from otternauts_desktop.services.store.home import default_home

_COMMANDS: Final[dict[str, Callable[[MissionControl, Namespace, Output], Awaitable[int]]]] = {
    "alert": alerts.alert,
    "backup": backups.create,
    "channel": channels.channel,
    "cluster": clusters.cluster,
    "outpost": clusters.outpost,
    "cleanup": cleanup.cleanup,
    "volume": cleanup.volume,
    "port": port_forward.port,
    "shell": shell.shell,
    "ingress": ingress.ingress,
    "jobs": jobs.jobs,
    "fleet": fleets.fleet,
    "plan": flight_plans.plan,
    "launch": flight_plans.launch,
    "history": fleets.history,
    "diff": fleets.compare,
    "explain": fleets.explain,
    "logs": logs.logs,
    "variable": values.variable,
    "vault": values.vault,
    "registry": registries.registry,
}


def run_online(arguments: Namespace, output: Output) -> int:
    """Run a command on the data directory it names; gives the exit code. Raises `KnownError`."""
    home = Path(arguments.home).expanduser() if arguments.home else default_home()
    return asyncio.run(_run(home, arguments, output))


async def _run(home: Path, arguments: Namespace, output: Output) -> int:
    async with open_mission_control(home, simulate=arguments.simulate) as control:
        if arguments.show_commands:
            control.bus.subscribe(lambda event: show_command(control, event, output))
        if arguments.simulate and not arguments.cluster:
            arguments.cluster = next(c.name for c in control.outposts.clusters() if c.simulated)
        return await _COMMANDS[arguments.command](control, arguments, output)
