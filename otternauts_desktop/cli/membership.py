"""`otternauts outpost promote`, `demote`, `drain`, `activate`, `label`, `rename` and `remove`."""

from argparse import Namespace
from typing import Any

from otternauts_desktop.app import MissionControl
from otternauts_desktop.cli.evacuations import CHANGES, departure_documents, departure_words
from otternauts_desktop.cli.inputs import confirmed
from otternauts_desktop.cli.jobs import followed
from otternauts_desktop.cli.output import Output, error_document, pairs
from otternauts_desktop.core.flight.membership import Change, Outlook
from otternauts_desktop.core.names import ClusterId


async def change_membership(
    control: MissionControl, cluster_id: ClusterId, arguments: Namespace, output: Output
) -> int:
    """Change an outpost's part in its swarm, or show what that means; gives the exit code."""
    await control.telemetry.refresh(cluster_id)
    node = control.membership.node(cluster_id, arguments.name)
    change = Change(arguments.action)
    if change is Change.REMOVE and arguments.force:
        change = Change.REMOVE_DEAD
    seen = control.membership.outlook(cluster_id, node, change)
    if arguments.preview:
        output.result(outlook_document(seen), outlook_words(seen))
        return 0 if seen.is_so else CHANGES
    if seen.refusal is not None:
        raise seen.refusal
    if seen.is_so:
        output.result(outlook_document(seen), seen.words)
        return 0
    if not seen.is_harmless:
        output.progress(outlook_words(seen))
        if not arguments.yes and not confirmed(f"{_QUESTIONS[change]} {node.name}?"):
            output.progress("Nothing was done; --yes does it without asking.")
            return CHANGES
    return await followed(control, control.membership.start(cluster_id, node, change), output)


async def label(
    control: MissionControl, cluster_id: ClusterId, arguments: Namespace, output: Output
) -> int:
    """Give labels and take them, or list those that there are; gives the exit code."""
    await control.telemetry.refresh(cluster_id)
    node = control.membership.node(cluster_id, arguments.name)
    if not arguments.labels and not arguments.remove:
        labels = dict(sorted(node.labels.items()))
        output.result(labels, pairs(labels) or f"{node.name} has no labels.")
        return 0
    add = dict(pair.partition("=")[::2] for pair in arguments.labels)
    job_id = control.membership.label(cluster_id, node, add, arguments.remove)
    return await followed(control, job_id, output)


_QUESTIONS = {
    Change.PROMOTE: "Promote",
    Change.DEMOTE: "Demote",
    Change.DRAIN: "Drain",
    Change.REMOVE: "Remove from its swarm:",
    Change.REMOVE_DEAD: "Remove by force:",
}


def outlook_document(seen: Outlook) -> dict[str, Any]:
    """What a change would mean, for programs."""
    return {
        "outpost": seen.node.name,
        "change": seen.change.value,
        "is_so": seen.is_so,
        "meaning": seen.words,
        "warnings": list(seen.warnings),
        "services": departure_documents(seen.departures),
        "refused": seen.refusal and error_document(seen.refusal),
    }


def outlook_words(seen: Outlook) -> str:
    """What a change would mean, for people."""
    lines = [seen.words, *seen.warnings]
    if seen.departures:
        lines += ["", departure_words(seen.departures)]
    if seen.refusal is not None:
        lines += ["", f"It is refused. {seen.refusal.text()}"]
    return "\n".join(lines)
