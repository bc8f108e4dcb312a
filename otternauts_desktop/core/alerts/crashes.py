"""Crashes of a service's replicas, remembered for longer than Docker keeps their tasks."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Final

from otternauts_desktop.core.swarm.state import Service, Snapshot, Task

WINDOW: Final = 600.0
"""Seconds in which crashes count together."""
_CRASHED: Final = ("failed", "rejected")

Place = tuple[str, int, str]
"""Service, replica and, for global services, node."""


@dataclass(frozen=True, slots=True)
class Crash:
    """A task that ended although it should not have."""

    at: float
    """Wall clock of this machine."""
    place: Place
    said: str
    """Docker's words, made safe to show."""


@dataclass(frozen=True)
class Crashes:
    """Those of the last `WINDOW`, by the task's id."""

    by_task: Mapping[str, Crash] = field(default_factory=dict)
    looked: bool = False
    """Whether there was a look before: what is new since happened now, whatever clocks say."""

    def after(self, snapshot: Snapshot) -> "Crashes":
        """With what a newer snapshot shows."""
        now = snapshot.taken_at
        kept = {i: crash for i, crash in self.by_task.items() if now - crash.at < WINDOW}
        for service in snapshot.services:
            for task in snapshot.tasks_by_service[service.id]:
                if task.id in self.by_task or not crashed(service, task):
                    continue
                at = now if self.looked else min(_seconds(task.timestamp), now)
                if now - at < WINDOW:
                    place = (service.id, task.slot, "" if task.slot else task.node_id)
                    kept[task.id] = Crash(at, place, _said(task))
        return Crashes(kept, looked=True)

    def worst(self, service_id: str) -> tuple[int, str]:
        """The most crashes of one of its replicas, and what Docker said of the last of them."""
        most = max(self._by_service.get(service_id, {}).values(), key=len, default=[])
        return len(most), max(most, key=lambda c: c.at).said if most else ""

    @cached_property
    def _by_service(self) -> Mapping[str, Mapping[Place, list[Crash]]]:
        grouped: dict[str, dict[Place, list[Crash]]] = {}
        for crash in self.by_task.values():
            places = grouped.setdefault(crash.place[0], {})
            places.setdefault(crash.place, []).append(crash)
        return grouped


def crashed(service: Service, task: Task) -> bool:
    """Whether a task ended against what is wanted.

    One that ends well does so where Docker starts it again for that: it then ends for ever.
    """
    if task.state in _CRASHED:
        return True
    return task.state == "complete" and not service.is_job and restarts(service) == "any"


def restarts(service: Service) -> str:
    """When Docker starts a task again: `any`, `on-failure` or `none`."""
    template = service.spec.get("TaskTemplate") or {}
    return str((template.get("RestartPolicy") or {}).get("Condition") or "any")


def _said(task: Task) -> str:
    if task.error:
        return task.error
    return f"exit {task.exit_code}" if task.exit_code is not None else task.message


def _seconds(stamp: str) -> float:
    """An RFC 3339 stamp of the Engine as seconds since 1970; 0.0 where there is none."""
    try:
        return datetime.fromisoformat(f"{stamp[:19]}+00:00").timestamp()
    except ValueError:
        return 0.0
