"""What all logs of one reading share: the ways to them, the merge they flow into, what is missing.

Time is that of the manager that was asked: other servers' stamps are moved into it where their
clocks are off by more than can be measured.
"""

import asyncio
import contextlib
import time
from typing import Final

from otternauts_desktop.core.comms.clocks import Skew, correction, skew
from otternauts_desktop.core.comms.line import LogLine, Speaker
from otternauts_desktop.core.comms.merge import Merge
from otternauts_desktop.core.comms.stamps import stamp_at
from otternauts_desktop.core.errors import KnownError
from otternauts_desktop.core.names import ClusterId
from otternauts_desktop.core.swarm.state import Task
from otternauts_desktop.core.words import tr
from otternauts_desktop.services.engine import Engine
from otternauts_desktop.services.telemetry import Telemetry

MOST_WAITING: Final = 64 * 1024 * 1024
MOST_OF_ONE: Final = 8 * 1024 * 1024
TIMES_ASKED: Final = 3
"""How often a server is asked for its time."""


class Reading:
    """One reading of the logs of some tasks."""

    def __init__(
        self,
        telemetry: Telemetry,
        cluster_id: ClusterId,
        *,
        tail: int | None,
        since: str,
        until: str,
        follows: bool,
    ) -> None:
        self.tail = tail
        self.since = since
        self.until = until
        """Stamps in the manager's time, "" for none."""
        self.follows = follows
        self.merge = Merge()
        self.moved = asyncio.Event()
        """Set when there is something to take."""
        self.room = asyncio.Event()
        """Set when something was taken."""
        self.speakers: dict[str, Speaker] = {}
        """Whose logs are read, by task id."""
        self._unread: set[str] = set()
        self._telemetry = telemetry
        self._cluster_id = cluster_id
        self._skews: dict[str, asyncio.Task[Skew | None]] = {}
        """How far the clock of each node is off, by id."""
        self._reference = ""
        """The id of the manager in whose time all lines are told."""
        self._lost: dict[str, str] = {}
        """Nodes that can't be read, by id: the last stamp that was read of them."""

    async def open(self) -> None:
        """Choose the manager whose time it is. Raises as `Telemetry.refresh` does."""
        async with self._telemetry.manager(self._cluster_id) as (outpost, engine):
            self._reference = outpost.node_id
            self._measure(outpost.node_id, engine)

    async def close(self) -> None:
        """End what was begun."""
        for measuring in self._skews.values():
            measuring.cancel()
        await asyncio.gather(*self._skews.values(), return_exceptions=True)

    def begin(self, task: Task, speaker: Speaker, wait_until: float) -> None:
        """A task's log is going to be read; the others wait for its past until then at most."""
        self.speakers[task.id] = speaker
        self._unread.add(task.id)
        self.merge.hold(task.id, wait_until)

    def end(self, task: Task) -> None:
        """A task's log says nothing more."""
        self._unread.discard(task.id)
        self.merge.end(task.id)
        self.moved.set()

    @property
    def window(self) -> int:
        """Bytes of one log that may wait to be read, so that all come at the same time."""
        return min(MOST_WAITING // max(len(self.speakers), 1), MOST_OF_ONE)

    @property
    def past_is_read(self) -> bool:
        """Whether every log has come to the present, or can't be read."""
        return not self._unread

    async def manager(self) -> Engine:
        """A manager that answers. Raises as `Telemetry.refresh` does."""
        async with self._telemetry.manager(self._cluster_id) as (_, engine):
            return engine

    async def direct(self, task: Task) -> Engine | None:
        """The engine of a task's node; None without a login there. Raises `OutpostError`."""
        engine = await self._telemetry.engine_of(self._cluster_id, task.node_id)
        if engine is not None:
            self._measure(task.node_id, engine)
        return engine

    async def correction(self, task: Task) -> int:
        """What to add to the stamps of a task's node, in nanoseconds; 0 while nobody knows."""
        reference = self._skews.get(self._reference)
        theirs = self._skews.get(task.node_id)
        if reference is None or theirs is None or reference is theirs:
            return 0
        return correction(await theirs, await reference)

    def task(self, task_id: str) -> Task | None:
        """A task as it was last seen."""
        snapshot = self._telemetry.snapshot(self._cluster_id)
        return snapshot.task_by_id.get(task_id) if snapshot else None

    async def tell(self, task: Task, lines: list[LogLine]) -> None:
        """Lines of a task, in the manager's time. Waits while too much waits already."""
        if self.until:
            lines = [line for line in lines if line.time <= self.until]
        self.merge.feed(task.id, lines, time.monotonic())
        self.moved.set()
        while self.merge.full(task.id):
            self.room.clear()
            await self.room.wait()

    def read_up(self, task: Task) -> None:
        """The past of a task's log was read: it has come to the present."""
        self._unread.discard(task.id)
        self.merge.free(task.id)
        self.moved.set()
        missing_since = self._lost.pop(task.node_id, None)
        if missing_since is not None:
            self.note(
                task,
                tr(
                    "{node} is read again, and what was missing since {time} with it.",
                    node=self._node(task),
                    time=_written(missing_since),
                ),
            )

    def lost(self, task: Task, newest: str, why: str) -> None:
        """A task's log can't be read now. Told once for all on that node, until it can be again."""
        self._unread.discard(task.id)
        self.merge.free(task.id)
        self.moved.set()
        if task.node_id in self._lost:
            return
        self._lost[task.node_id] = newest
        names = ", ".join(
            LogLine("", *speaker, False, "").replica
            for speaker in self.speakers.values()
            if speaker.node_id == task.node_id
        )
        self.note(
            task,
            tr(
                "{node} can't be read: {why} Missing since {time}: what {replicas} said.",
                node=self._node(task),
                why=why,
                time=_written(newest),
                replicas=names,
            ),
        )

    def note(self, task: Task, sentence: str, at: str = "") -> None:
        """Say what is missing of a task's log, where it would be: now, if no stamp is given."""
        measured = self._skews.get(self._reference)
        skew = measured.result() if measured and measured.done() else None
        ahead = skew.ahead if skew else 0
        speaker = Speaker("", 0, "", task.node_id)
        line = LogLine(at or stamp_at(time.time_ns() + ahead), *speaker, False, sentence, note=True)
        self.merge.feed(task.id, [line], time.monotonic())
        self.moved.set()

    def _measure(self, node_id: str, engine: Engine) -> None:
        if node_id not in self._skews:
            measuring = asyncio.create_task(_asked(engine), name=f"clock of {node_id}")
            self._skews[node_id] = measuring

    def _node(self, task: Task) -> str:
        snapshot = self._telemetry.snapshot(self._cluster_id)
        return snapshot.node_name(task.node_id) if snapshot else task.node_id[:12]


def _written(stamp: str) -> str:
    return f"{stamp[:19].replace('T', ' ')} UTC" if stamp else tr("the beginning")


async def _asked(engine: Engine) -> Skew | None:
    """By how much the clock of a server is off; None where it does not tell."""
    answers = []
    with contextlib.suppress(KnownError):  # whoever reads its logs meets the same
        for _ in range(TIMES_ASKED):
            asked = time.time_ns()
            told = str((await engine.get("/info"))["SystemTime"])
            answers.append((asked, told, time.time_ns()))
    return skew(answers)
