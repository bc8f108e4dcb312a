"""The log of one task, read to its end into a merge: from its own node, or through a manager.

A stream that breaks, or hangs, is opened anew from its last time stamp, until the task has ended
or the reading is closed.
"""

import asyncio
import time
from contextlib import aclosing
from typing import Final

from otternauts_desktop.core.comms.frames import FrameReader
from otternauts_desktop.core.comms.line import LogLine, Speaker
from otternauts_desktop.core.comms.stamps import later, since_parameter
from otternauts_desktop.core.comms.told import Told
from otternauts_desktop.core.errors import (
    EngineRefused,
    KnownError,
    LinkLost,
    NothingFound,
    OutpostUnreachable,
    TooManyChannels,
)
from otternauts_desktop.core.swarm.state import Task
from otternauts_desktop.core.words import tr
from otternauts_desktop.services.engine import Engine, Params
from otternauts_desktop.services.log_reading import Reading

TICK_SECONDS: Final = 5.0
QUIET_TICKS: Final = 3
"""After so many ticks without a byte a stream that is followed is doubted."""
PAST_TICKS: Final = 12
"""After so many the past of a log is given up; through a manager, which waits for the node, two."""
REOPEN_SECONDS: Final = 1.0
PATIENCE_SECONDS: Final = 4.0
"""So long a log that is read once is tried again."""
FOLLOW_TAIL: Final = 100_000
"""Lines between the end of a log's past and its being followed: no machine writes so many."""


class TaskLog:
    """One task's log. `run` it once."""

    def __init__(self, reading: Reading, task: Task, speaker: Speaker) -> None:
        self._reading = reading
        self._task = task
        self._speaker = speaker
        self._told = Told()
        self._correction = 0
        self._crowded_out = False
        """Whether its node allows no more logs at a time: it is read through a manager then."""
        self._heard_out = False
        """Whether its stream has ended by itself: a container that is gone then has said all."""
        self._said: set[str] = set()
        """Notes that were made: the same one every second helps nobody."""

    async def run(self) -> None:
        """Read it to its end. A log that can't be had is told in a note, not raised."""
        began = time.monotonic()
        while True:
            try:
                if await self._read():
                    return
                began = time.monotonic()
            except NothingFound:
                if self._told.newest and not self._heard_out:
                    self._note(self._removed)
                return
            except EngineRefused as error:
                self._note(
                    tr(
                        "The log of {replica} can't be read: {why}",
                        replica=self._name,
                        why=error.detail,
                    )
                )
                return
            except KnownError as error:
                if isinstance(error, TooManyChannels) and not self._crowded_out:
                    self._crowded_out = True
                    continue
                self._heard_out = False
                why = ": ".join(s.rstrip(".") for s in (error.title, error.detail) if s) + "."
                if self._reading.follows:
                    self._reading.lost(self._task, self._newest, why)
                elif time.monotonic() - began > PATIENCE_SECONDS:
                    self._reading.lost(self._task, self._newest, why)
                    return
            await asyncio.sleep(REOPEN_SECONDS)

    async def _read(self) -> bool:
        """Open it once: its past, then what it says; whether that was all it will ever say."""
        engine, path = await self._way()
        direct = path.startswith("/containers")
        running = direct and await _runs(engine, path)
        await self._stream(engine, path, follow=False)
        self._reading.read_up(self._task)
        if not self._reading.follows or not (running or (not direct and self._live)):
            return True
        await self._stream(engine, path, follow=True)
        self._heard_out = True
        return False

    async def _way(self) -> tuple[Engine, str]:
        """Where to ask. Raises what stands in the way of asking its node, if a manager can't."""
        try:
            direct = None if self._crowded_out else await self._reading.direct(self._task)
        except KnownError as error:
            try:
                return await self._reading.manager(), f"/tasks/{self._task.id}/logs"
            except KnownError:
                raise error from None
        if direct is None:
            return await self._reading.manager(), f"/tasks/{self._task.id}/logs"
        if self._reading.since or self._reading.until:
            self._correction = await self._reading.correction(self._task)
        return direct, f"/containers/{self._task.container_id}/logs"

    async def _stream(self, engine: Engine, path: str, *, follow: bool) -> None:
        """Read one stream until it ends, or should be opened anew."""
        direct = path.startswith("/containers")
        reader, ticks, got = FrameReader(self._speaker), 0, False
        stream = engine.log(
            path,
            self._parameters(follow=follow),
            reader,
            self._speaker,
            tick=TICK_SECONDS,
            window=self._reading.window,
        )
        async with aclosing(stream) as chunks:
            async for lines in chunks:
                if lines:
                    ticks, got = 0, True
                    await self._tell(lines, reader.oldest_unfinished, direct=direct)
                    continue
                ticks += 1
                if not follow and (
                    ticks >= PAST_TICKS if direct else ticks >= 2 or await self._has_direct_way()
                ):
                    raise LinkLost(detail=tr("Docker gave no answer."))
                if follow and not direct and (not self._live or await self._has_direct_way()):
                    return
                if follow and ticks % QUIET_TICKS == 0 and await self._hangs(engine, path):
                    return
        if self._told.newest and not (direct or follow or got):
            # What was told last is asked for, too: a manager that gives nothing did not look.
            raise LinkLost(detail=tr("Docker gave no answer."))
        if not self._live:
            await self._tell(reader.unfinished(), "", direct=direct)

    def _parameters(self, *, follow: bool) -> Params:
        start = self._told.reopen()
        params: dict[str, str | int | bool] = {
            "stdout": True,
            "stderr": True,
            "timestamps": True,
            "follow": follow,
        }
        if start:
            params["since"] = since_parameter(start)
            if follow:
                params["tail"] = FOLLOW_TAIL
            return params
        if self._reading.tail is not None and not follow:
            params["tail"] = self._reading.tail
        if self._reading.since:
            params["since"] = since_parameter(later(self._reading.since, -self._correction))
        if self._reading.until and not follow:
            params["until"] = since_parameter(later(self._reading.until, -self._correction))
        return params

    async def _tell(self, lines: list[LogLine], oldest_unfinished: str, *, direct: bool) -> None:
        for line in lines:
            if line.note and not direct:  # a manager that could not reach the node
                raise OutpostUnreachable(detail=line.text)
        before = self._told.newest
        fresh = self._told.new(lines)
        if self._told.missed(fresh):
            self._note(
                tr(
                    "Lines of {replica} between {start} and {end} were rotated away.",
                    replica=self._name,
                    start=before,
                    end=fresh[0].time,
                ),
                at=later(fresh[0].time, self._correction),
            )
        if fresh:
            self._correction = await self._reading.correction(self._task)
            await self._reading.tell(self._task, self._corrected(fresh))
        self._told.add(fresh, oldest_unfinished)

    async def _hangs(self, engine: Engine, path: str) -> bool:
        """Whether there is a line that a silent stream has not given."""
        reader = FrameReader(self._speaker)
        params: Params = {"stdout": True, "stderr": True, "timestamps": True, "tail": 1}
        last: list[LogLine] = []
        async with aclosing(engine.log(path, params, reader, self._speaker)) as chunks:
            async for lines in chunks:
                last += lines
        return any(line.time > later(self._told.newest, 10**9) for line in last if not line.note)

    async def _has_direct_way(self) -> bool:
        if self._crowded_out:
            return False
        try:
            return await self._reading.direct(self._task) is not None
        except KnownError:
            return False

    @property
    def _live(self) -> bool:
        task = self._reading.task(self._task.id)
        return task is not None and task.live

    @property
    def _name(self) -> str:
        return LogLine("", *self._speaker, False, "").replica

    @property
    def _removed(self) -> str:
        return tr(
            "The container of {replica} was removed: what it said after {time} is lost.",
            replica=self._name,
            time=self._newest,
        )

    @property
    def _newest(self) -> str:
        """The stamp of what it said last, corrected; "" where that is not known."""
        return later(self._told.newest, self._correction) if self._told.newest else ""

    def _corrected(self, lines: list[LogLine]) -> list[LogLine]:
        """The same in the manager's time."""
        if not self._correction:
            return lines
        return [line._replace(time=later(line.time, self._correction)) for line in lines]

    def _note(self, sentence: str, at: str = "") -> None:
        if sentence not in self._said:
            self._said.add(sentence)
            self._reading.note(self._task, sentence, at)


async def _runs(engine: Engine, path: str) -> bool:
    """Whether a container runs, or is going to."""
    container = await engine.get(path.removesuffix("/logs") + "/json")
    return container["State"]["Status"] not in ("exited", "dead", "removing")
