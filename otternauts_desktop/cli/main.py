"""Runs one command and turns its outcome into an exit code.

0 done; 1 a known error; 2 changes pending, or unusable arguments; 3 launched but did not
converge; 70 a bug.
"""

import logging
import os
import sys
import traceback
from argparse import Namespace
from pathlib import Path
from typing import Final

from otternauts_desktop.cli.output import Output
from otternauts_desktop.core.errors import KnownError

KNOWN_ERROR: Final = 1
INTERRUPTED: Final = 130
BUG: Final = 70


def run(arguments: Namespace) -> int:
    """Run the command that `arguments` name; gives the exit code."""
    logging.basicConfig(level=logging.ERROR)
    output = Output(as_json=arguments.json)
    try:
        if arguments.command in ("lint", "render"):
            from otternauts_desktop.cli import offline

            answer = offline.lint if arguments.command == "lint" else offline.render
            return answer(arguments, output)
        if arguments.command == "plan" and arguments.offline:
            from otternauts_desktop.cli.offline_plan import plan_offline

            return plan_offline(arguments, output)
        if arguments.command == "backup" and arguments.action != "create":
            # A database that can't be opened is no reason not to restore one.
            from otternauts_desktop.cli import backups

            answer = backups.restore if arguments.action == "restore" else backups.listed
            return answer(arguments, output)
        from otternauts_desktop.cli.online import run_online

        return run_online(arguments, output)
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


def bug_report(error: BaseException) -> str:
    """Where it happened, without what the values were: those may be secret."""
    frames = traceback.extract_tb(error.__traceback__)
    places = "\n".join(f"  {Path(f.filename).name}:{f.lineno} in {f.name}" for f in frames)
    return f"This is a bug in Otternauts: {type(error).__name__}\n{places}"
