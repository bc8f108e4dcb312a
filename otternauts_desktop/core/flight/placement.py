"""Which outposts could take the tasks of a service, and why the others could not.

Before a launch for what is wanted, afterwards for a task that finds no outpost.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from otternauts_desktop.core.flight.live import live
from otternauts_desktop.core.flight.scheduling import (
    Check,
    Load,
    Platforms,
    capacity,
    checks,
    loads,
    satisfies,
    takers,
)
from otternauts_desktop.core.flight.wanted import Form
from otternauts_desktop.core.swarm.state import Service, Snapshot


@dataclass(frozen=True, slots=True)
class Obstacle:
    """Why one outpost can't take a task, and what would help."""

    outpost: str
    reason: str
    suggestion: str


@dataclass(frozen=True, slots=True)
class Wish:
    """Tasks of one vessel that need a place at the same time."""

    vessel: str
    form: Form
    tasks: int
    """How many; of a global service it is the outposts that say."""
    beside_own: bool
    """Whether its tasks of before stay where they are meanwhile."""


@dataclass(frozen=True, slots=True)
class Room:
    """Where the tasks of one vessel can go."""

    vessel: str
    wanted: int
    """So many need a place at the same time."""
    places: Mapping[str, int]
    """How many of its tasks each outpost could take, by the outposts' names."""
    obstacles: tuple[Obstacle, ...]

    @property
    def missing(self) -> int:
        """Tasks that find no place."""
        return max(0, self.wanted - sum(self.places.values()))


@dataclass(frozen=True, slots=True)
class Grid:
    """Rows are outposts, columns are what the service asks for."""

    questions: tuple[str, ...]
    rows: tuple[tuple[str, tuple[Check, ...]], ...]


def rooms(
    wishes: Iterable[Wish],
    fleet: str,
    snapshot: Snapshot,
    platforms: Mapping[str, Platforms] | None = None,
) -> tuple[Room, ...]:
    """Where the tasks in question could go, one for each wish."""
    taking = takers(snapshot)
    return tuple(
        _room(
            wish,
            snapshot,
            loads(snapshot, taking, f"{fleet}_{wish.vessel}", counted=wish.beside_own),
            (platforms or {}).get(wish.form["image"], ()),
        )
        for wish in wishes
    )


def _room(wish: Wish, snapshot: Snapshot, taken: Mapping[str, Load], platforms: Platforms) -> Room:
    form = wish.form
    places: dict[str, int] = {}
    obstacles = []
    needed = 0
    for node in snapshot.nodes:
        load = taken[node.id]
        failed = next((c for c in checks(node, form, load, platforms) if not c.passed), None)
        if failed is None:
            places[node.name] = min(capacity(node, form, load), wish.tasks)
            needed += 1
            continue
        obstacles.append(Obstacle(node.name, failed.reason, failed.suggestion))
        # A global service passes over outposts that its constraints leave out.
        needed += node.usable and satisfies(node, form)
    if form["deploy"]["mode"].startswith("global"):
        return Room(wish.vessel, needed, dict.fromkeys(places, 1), tuple(obstacles))
    return Room(wish.vessel, wish.tasks, places, tuple(obstacles))


def grid(service: Service, snapshot: Snapshot) -> Grid:
    """Each outpost's answers to what a service asks for, beside what runs there."""
    form = live(snapshot, service)
    taken = loads(snapshot, takers(snapshot), service.name, counted=True)
    rows = [(node.name, tuple(checks(node, form, taken[node.id]))) for node in snapshot.nodes]
    questions = tuple(check.question for check in rows[0][1]) if rows else ()
    return Grid(questions, tuple(rows))
