"""Runs one command and turns its outcome into an exit code.

0 done; 1 a known error; 2 changes pending, or unusable arguments; 3 launched but did not
converge; 70 a bug.
"""

import asyncio
import logging
import os
import sys
import traceback
from argparse import Namespace
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Final

from otternauts_desktop.app import MissionControl, open_mission_control
from otternauts_desktop.cli import clusters, fleets, flight_plans, jobs
from otternauts_desktop.cli.output import Output
from otternauts_desktop.core.errors import KnownError
from otternauts_desktop.services.store.home import default_home

KNOWN_ERROR: Final = 1
INTERRUPTED: Final = 130
BUG: Final = 70

_Offline = Callable[[Namespace, Output], int]
_Online = Callable[[MissionControl, Namespace, Output], Awaitable[int]]

_OFFLINE: Final[dict[str, _Offline]] = {
    "lint": flight_plans.lint,
    "render": flight_plans.render,
}
_ONLINE: Final[dict[str, _Online]] = {
    "cluster": clusters.cluster,
    "outpost": clusters.outpost,
    "jobs": jobs.jobs,
    "fleet": fleets.fleet,
    "plan": flight_plans.plan,
    "launch": flight_plans.launch,
    "history": fleets.history,
    "diff": fleets.compare,
    "explain": fleets.explain,
    "logs": fleets.logs,
}


def run(arguments: Namespace) -> int:
    """Run the command that `arguments` name; gives the exit code."""
    logging.basicConfig(level=logging.ERROR)
    output = Output(as_json=arguments.json)
    try:
        if offline := _OFFLINE.get(arguments.command):
            return offline(arguments, output)
        home = Path(arguments.home).expanduser() if arguments.home else default_home()
        return asyncio.run(_online(_ONLINE[arguments.command], home, arguments, output))
    except KnownError as error:
        output.error(error)
        return KNOWN_ERROR
    except KeyboardInterrupt:
        output.progress("Interrupted. What an outpost was told already goes on there.")
        return INTERRUPTED
    except BrokenPipeError:
        # Whoever read our output has gone; nothing may be written at exit either.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except Exception as error:
        output.progress(bug_report(error))
        return BUG


async def _online(command: _Online, home: Path, arguments: Namespace, output: Output) -> int:
    async with open_mission_control(home, simulate=arguments.simulate) as control:
        if arguments.simulate and not arguments.cluster:
            arguments.cluster = next(c.name for c in control.outposts.clusters() if c.simulated)
        return await command(control, arguments, output)


def bug_report(error: BaseException) -> str:
    """Where it happened, without what the values were: those may be secret."""
    frames = traceback.extract_tb(error.__traceback__)
    places = "\n".join(f"  {Path(f.filename).name}:{f.lineno} in {f.name}" for f in frames)
    return f"This is a bug in Otternauts: {type(error).__name__}\n{places}"
