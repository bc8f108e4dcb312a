"""`--show-commands`: every command and API call that goes to a server, as it has ended."""

from otternauts_desktop.app import MissionControl
from otternauts_desktop.cli.output import Output
from otternauts_desktop.core.events import CommandRan, Event


def show_command(control: MissionControl, event: Event, output: Output) -> None:
    """Say it on stderr, where it is one: a line for a terminal, outcome, duration, who asked."""
    if not isinstance(event, CommandRan):
        return
    outcome = "unknown" if event.exit_status is None else event.exit_status
    by = f", {event.asked}" if event.asked else ""
    line = control.outposts.ssh_line(event)
    output.progress(f"{event.outpost}: {line}  # {outcome}, {event.seconds:.3f} s{by}")
