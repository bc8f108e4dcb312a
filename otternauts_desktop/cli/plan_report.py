"""A plan as the command line says it: in words, and as JSON under names that scripts rely on.

The names are documented in docs/guide/launches.md; one that was released keeps its meaning.
"""

from collections.abc import Iterable
from dataclasses import asdict
from typing import Any, Final

from otternauts_desktop.core.flight.plan import Change, Plan
from otternauts_desktop.core.flight.settings import FieldChange
from otternauts_desktop.core.flight.taking_over import TakenOver
from otternauts_desktop.core.flight.things import Fate

CHANGES: Final = 2
"""The exit code of a plan that is not empty."""
_SIGNS: Final = {"create": "+", "update": "~", "remove": "-", "unchanged": " "}
_FATES: Final = {Fate.CREATED: "+", Fate.MISSING: "!", Fate.LEFT: "o"}


def plan_document(plan: Plan, taken: TakenOver | None = None) -> dict[str, Any]:
    """All of a plan, and what was taken over before it was made."""
    document = {
        "nothing_to_do": plan.nothing_to_do,
        "summary": plan.summary,
        "values_compared": plan.values_compared,
        "drifted": [change.vessel for change in plan.drifted],
        "changes": [_change(change) for change in plan.changes],
        "things": [asdict(thing) for thing in plan.things],
        "steps": list(plan.steps),
        "unpinned": [{"image": image, "why": why} for image, why in plan.unpinned],
        "placement": [{**asdict(room), "missing": room.missing} for room in plan.rooms],
    }
    if taken is not None:
        document["taken_over"] = _places(taken.taken)
        document["not_taken_over"] = _places(taken.left)
    return document


def _change(change: Change) -> dict[str, Any]:
    """One vessel, without the form, where secrets stand."""
    document = asdict(change)
    del document["form"]
    return {**document, "effect": change.effect}


def _places(settings: Iterable[tuple[str, FieldChange]]) -> list[dict[str, str]]:
    return [{"vessel": vessel, "field": f.field, "key": f.key} for vessel, f in settings]


def plan_words(plan: Plan) -> str:
    """All of a plan, to read."""
    lines = []
    for change in plan.changes:
        lines.append(f"{_SIGNS[change.kind]} {change.vessel}: {change.kind}. {change.effect}")
        if change.drifted:
            lines.append(f"    ! {change.drift} A launch overwrites it.")
        for field in change.fields:
            lines.append(f"    {'! ' if field.drifted else ''}{field.words}")
    for thing in plan.things:
        if thing.fate is not Fate.USED:
            lines.append(f"{_FATES[thing.fate]} {thing.kind} {thing.name}: {thing.fate}")
    lines += [f"{number}. {step}" for number, step in enumerate(plan.steps, 1)]
    for room in plan.rooms:
        if room.missing:
            lines.append(f"! {room.vessel}: no outpost for {room.missing} of {room.wanted} tasks")
            lines += [f"    {o.outpost}: {o.reason} {o.suggestion}" for o in room.obstacles]
    lines += [
        f"! {image}: no registry tells its digest, so it is not pinned. Docker said: {why}"
        for image, why in plan.unpinned
    ]
    if not plan.values_compared:
        lines.append("Values of the environment and commands were not compared: they are not kept.")
    if any(field.drifted for change in plan.changes for field in change.fields):
        lines.append("Keep what was changed (!) with: otternauts plan NAME --take-over")
    return "\n".join([*lines, f"Plan: {plan.summary}."])


def taken_over_words(taken: TakenOver) -> str:
    """What came into the text and what did not."""
    lines = [f"Taken over: {vessel}: {field.words}" for vessel, field in taken.taken]
    lines += [
        f"Not taken over: {vessel}: {field.words}. It has no place of its own in the text."
        for vessel, field in taken.left
    ]
    return "\n".join(lines) or "Nothing to take over."
