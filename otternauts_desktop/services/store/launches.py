"""The journal of launches: what was meant, written before any effect, and how it ended."""

import json
from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass
from typing import Final

from sqlalchemy import func, insert, literal, select, update
from sqlalchemy.dialects.sqlite import insert as upsert

from otternauts_desktop.core.flight.commands import ResolveImage
from otternauts_desktop.core.flight.drift import Sums
from otternauts_desktop.core.names import ClusterId, LaunchId
from otternauts_desktop.services.store.database import Database
from otternauts_desktop.services.store.tables import CLUSTERS, LAUNCHES, LEFT


@dataclass(frozen=True, slots=True)
class LaunchRecord:
    """One launch as it is kept."""

    id: LaunchId
    cluster_id: ClusterId
    fleet: str
    version: int
    """1 for the first launch of a fleet, counted per cluster."""
    template: str
    """The flight plan as written; values of variables are never kept."""
    body_sha256: str
    """Hex digest of what was sent: tells whether two launches sent the same."""
    state: str
    """A `LaunchState`. Where the program ended before the launch did it stays `running`, of a
    runner that is dead, until it goes on or another launch takes its place."""
    started_at: float
    """Wall clock, seconds since 1970."""
    ended_at: float = 0.0
    """0.0 while no end is recorded."""
    cause: str = ""
    """JSON of the `Cause`, "" where there is none."""
    runner: str = ""
    """The run of the program that has it."""
    seconds: float = 300.0
    """So long it may take to converge."""
    resolve_image: ResolveImage = "always"
    rendered: str = ""
    """What was sent, as YAML for people; values of variables are masked."""
    operator: str = ""
    """Who launched it, like `ada@laptop`."""
    returns_to: int = 0
    """The version that it brings back, 0 for a launch of its own."""
    git_commit: str = ""
    """Of the folder that the flight plan lies in, "" where that is no work tree."""


_COLUMNS: Final = [c for c in LAUNCHES.c if c.name not in ("number", "jobs_done", "pins")]


class LaunchRecords:
    """Launches, grouped by fleet."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def record_intent(self, record: LaunchRecord, pins: Mapping[str, str] | None = None) -> int:
        """Write down that a launch is about to start; gives back its version.

        That is the next of its fleet's, whatever `record` says. `pins` are digests by vessel that
        it is bound to.
        """
        newest = select(func.coalesce(func.max(LAUNCHES.c.version), 0)).where(
            LAUNCHES.c.cluster_id == record.cluster_id, LAUNCHES.c.fleet == record.fleet
        )
        with self._database.writing() as connection:
            version: int = connection.execute(newest).scalar_one() + 1
            bound = json.dumps(dict(pins or {}))
            row = {**asdict(record), "version": version, "jobs_done": "[]", "pins": bound}
            connection.execute(insert(LAUNCHES).values(**row))
        return version

    def take_over(
        self, record: LaunchRecord, pins: Mapping[str, str], *, shared: Collection[LaunchId]
    ) -> bool:
        """Write down a launch that was made elsewhere; gives whether it was not known.

        It keeps its version: one of here that is not among the `shared` ones makes room, and gets
        the next that is free. Of two that are shared the one that comes later does. Nothing
        happens where the cluster was removed meanwhile.
        """
        of_fleet = (LAUNCHES.c.cluster_id == record.cluster_id) & (LAUNCHES.c.fleet == record.fleet)
        with self._database.writing() as connection:
            rows = connection.execute(select(LAUNCHES.c.id, LAUNCHES.c.version).where(of_fleet))
            versions: dict[int, LaunchId] = {row.version: LaunchId(row.id) for row in rows}
            cluster = select(CLUSTERS.c.id).where(CLUSTERS.c.id == record.cluster_id)
            if record.id in versions.values() or connection.execute(cluster).first() is None:
                return False
            version, holder = record.version, versions.get(record.version)
            free = max(versions, default=0) + 1
            if holder is not None and holder not in shared:
                moved = update(LAUNCHES).where(LAUNCHES.c.id == holder)
                connection.execute(moved.values(version=max(free, version + 1)))
            elif holder is not None or version < 1:
                version = free
            kept = {"version": version, "jobs_done": "[]", "pins": json.dumps(dict(pins))}
            connection.execute(insert(LAUNCHES).values(**{**asdict(record), **kept}))
        return True

    def known(self, launch_ids: Collection[LaunchId]) -> frozenset[LaunchId]:
        """Those of these launches that are in the journal."""
        query = select(LAUNCHES.c.id).where(LAUNCHES.c.id.in_(launch_ids))
        with self._database.reading() as connection:
            return frozenset(LaunchId(row.id) for row in connection.execute(query))

    def take(self, record: LaunchRecord, runner: str) -> bool:
        """Have `runner` go on with a launch that nobody took meanwhile: of two, one succeeds."""
        with self._database.writing() as connection:
            done = connection.execute(
                update(LAUNCHES)
                .where(
                    LAUNCHES.c.id == record.id,
                    LAUNCHES.c.state == "running",
                    LAUNCHES.c.runner == record.runner,
                )
                .values(runner=runner)
            )
            return done.rowcount == 1

    def record_job_done(self, launch_id: LaunchId, job: str) -> None:
        """Write down that a job of a launch has run to its end."""
        done = json.dumps([*self.jobs_done(launch_id), job])
        with self._database.writing() as connection:
            connection.execute(
                update(LAUNCHES).where(LAUNCHES.c.id == launch_id).values(jobs_done=done)
            )

    def jobs_done(self, launch_id: LaunchId) -> tuple[str, ...]:
        """Names of the jobs of a launch that have run to their end."""
        query = select(LAUNCHES.c.jobs_done).where(LAUNCHES.c.id == launch_id)
        with self._database.reading() as connection:
            return tuple(json.loads(connection.execute(query).scalar_one_or_none() or "[]"))

    def record_pins(self, launch_id: LaunchId, pins: Mapping[str, str]) -> None:
        """Write down the digests that a launch sends, by vessel."""
        text = json.dumps(dict(pins))
        with self._database.writing() as connection:
            connection.execute(update(LAUNCHES).where(LAUNCHES.c.id == launch_id).values(pins=text))

    def pins(self, launch_id: LaunchId) -> Mapping[str, str]:
        """The digests that a launch sent or is bound to, by vessel: images may hold values."""
        query = select(LAUNCHES.c.pins).where(LAUNCHES.c.id == launch_id)
        with self._database.reading() as connection:
            pins: Mapping[str, str] = json.loads(
                connection.execute(query).scalar_one_or_none() or "{}"
            )
        return pins

    def record_end(
        self, launch_id: LaunchId, *, state: str, ended_at: float, cause: str = ""
    ) -> None:
        """Write down how a launch ended."""
        with self._database.writing() as connection:
            connection.execute(
                update(LAUNCHES)
                .where(LAUNCHES.c.id == launch_id)
                .values(state=state, ended_at=ended_at, cause=cause)
            )

    def history(self, cluster_id: ClusterId, fleet: str) -> tuple[LaunchRecord, ...]:
        """All launches of a fleet that are known here, newest first."""
        query = (
            select(*_COLUMNS)
            .where(LAUNCHES.c.cluster_id == cluster_id, LAUNCHES.c.fleet == fleet)
            .order_by(LAUNCHES.c.started_at.desc(), LAUNCHES.c.number.desc())
        )
        with self._database.reading() as connection:
            return tuple(LaunchRecord(**row._mapping) for row in connection.execute(query))

    def newest(self, cluster_id: ClusterId) -> tuple[LaunchRecord, ...]:
        """The newest launch of each fleet of a cluster."""
        of = LAUNCHES.alias()
        last = select(func.max(of.c.version)).where(
            of.c.cluster_id == LAUNCHES.c.cluster_id, of.c.fleet == LAUNCHES.c.fleet
        )
        query = select(*_COLUMNS).where(
            LAUNCHES.c.cluster_id == cluster_id, LAUNCHES.c.version == last.scalar_subquery()
        )
        with self._database.reading() as connection:
            return tuple(LaunchRecord(**row._mapping) for row in connection.execute(query))

    def unended(self) -> tuple[LaunchRecord, ...]:
        """The launches whose end is not recorded, oldest first."""
        query = select(*_COLUMNS).where(LAUNCHES.c.state == "running").order_by(LAUNCHES.c.number)
        with self._database.reading() as connection:
            return tuple(LaunchRecord(**row._mapping) for row in connection.execute(query))

    def has_ended(self, launch_id: LaunchId) -> bool:
        """Whether this is a launch from here whose end is recorded."""
        query = select(LAUNCHES.c.state).where(LAUNCHES.c.id == launch_id)
        with self._database.reading() as connection:
            return connection.execute(query).scalar_one_or_none() not in (None, "running")

    def left(self, cluster_id: ClusterId, fleet: str) -> Sums:
        """Sums of what the launches of a fleet left behind, by vessel."""
        query = select(LEFT.c.sums).where(LEFT.c.cluster_id == cluster_id, LEFT.c.fleet == fleet)
        with self._database.reading() as connection:
            text = connection.execute(query).scalar_one_or_none()
        sums: Sums = json.loads(text or "{}")
        return sums

    def record_left(
        self, cluster_id: ClusterId, fleet: str, sums: Mapping[str, Mapping[str, str] | None]
    ) -> None:
        """Replace the sums of these vessels; None for one that is gone. Others stay.

        Nothing happens where the cluster was removed meanwhile.
        """
        kept = {**self.left(cluster_id, fleet), **sums}
        text = json.dumps({vessel: of for vessel, of in kept.items() if of is not None})
        row = select(CLUSTERS.c.id, literal(fleet), literal(text)).where(
            CLUSTERS.c.id == cluster_id
        )
        with self._database.writing() as connection:
            connection.execute(
                upsert(LEFT)
                .from_select(["cluster_id", "fleet", "sums"], row)
                .on_conflict_do_update(index_elements=["cluster_id", "fleet"], set_={"sums": text})
            )
