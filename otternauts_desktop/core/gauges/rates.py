"""Figures per second, made of two readings of the same server.

Time is measured by the server's own uptime: neither a clock that is set nor a slow network bends
a figure. What can't be known is None, never 0: after a reboot, after a counter that went back
(it was reset, or ran over), and over a gap.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import reduce

from otternauts_desktop.core.gauges.reading import Counters, Reading

LONGEST_SPAN = 100.0
"""Seconds between two readings after which an average would hide what happened in between."""


@dataclass(frozen=True, slots=True)
class Use:
    """What one server, service or task uses. None where it is not known."""

    cpu: float | None = None
    """Cores, on average: 1.5 is one and a half."""
    memory: float | None = None
    """Bytes."""
    received: float | None = None
    """Bytes per second, as all below."""
    sent: float | None = None
    read: float | None = None
    """From disks."""
    written: float | None = None


@dataclass(frozen=True, slots=True)
class Sample:
    """What one server and its containers use, at one moment and since the one before."""

    taken_at: float
    """Wall clock of this machine, seconds since 1970."""
    seconds: float
    """The time that the figures are averages over; 0.0 where there are only those of the moment."""
    skew: float | None
    """Seconds that the server's clock is ahead of this machine's, negative where it is behind."""
    uptime: float
    load: tuple[float, float, float]
    cores: int
    own: Use
    memory_total: int
    """Bytes, as all below."""
    disk_used: int
    disk_total: int
    """Of the file system with Docker's data, without what is kept for root. 0 where unknown."""
    containers: Mapping[str, Use]
    """By container id."""

    @property
    def disk_part(self) -> float | None:
        """The part of the disk that is used, 0 to 1, as `df` counts it."""
        return self.disk_used / self.disk_total if self.disk_total else None


def sample_of(before: Reading | None, now: Reading, asked: float, answered: float) -> Sample:
    """The sample that a reading makes, with the one before of the same server.

    `asked` and `answered` are moments of this machine's clock around the reading.
    """
    seconds = 0.0
    if before is not None and before.boot == now.boot:
        passed = now.uptime - before.uptime
        seconds = passed if 0.0 < passed <= LONGEST_SPAN else 0.0
    then = before if seconds else None
    cpu = None
    if then is not None and (ticks := now.busy + now.idle - then.busy - then.idle) > 0:
        cpu = min(max((now.busy - then.busy) / ticks, 0.0), 1.0) * now.cores
    own = _use(then.own if then else None, now.own, seconds)
    return Sample(
        taken_at=answered,
        seconds=seconds,
        skew=_skew(now.clock, asked, answered) if now.clock else None,
        uptime=now.uptime,
        load=now.load,
        cores=now.cores,
        own=Use(cpu, own.memory, own.received, own.sent, own.read, own.written),
        memory_total=now.memory_total,
        disk_used=now.disk_used,
        disk_total=now.disk_used + now.disk_free,
        containers={
            container: _use(then.containers.get(container) if then else None, counters, seconds)
            for container, counters in now.containers.items()
        },
    )


def together(uses: list[Use]) -> Use:
    """The sum of what several use; a figure is None where none of them is known."""
    return reduce(_plus, uses, Use())


def _plus(one: Use, other: Use) -> Use:
    pairs = ((getattr(one, f.name), getattr(other, f.name)) for f in fields(Use))
    return Use(*(b if a is None else a if b is None else a + b for a, b in pairs))


def _skew(theirs: float, asked: float, answered: float) -> float:
    """How far a clock is off that was read at some moment between the two: at least so much."""
    return min(theirs - asked, 0.0) + max(theirs - answered, 0.0)


def _use(before: Counters | None, now: Counters, seconds: float) -> Use:
    memory = None if now.memory is None else float(now.memory)
    if before is None or not seconds:
        return Use(memory=memory)
    cpu = None
    if now.cpu is not None and before.cpu is not None and now.cpu >= before.cpu:
        cpu = (now.cpu - before.cpu) / seconds
    received, sent = _flow(before.net, now.net, seconds)
    read, written = _flow(before.disk, now.disk, seconds)
    return Use(cpu, memory, received, sent, read, written)


def _flow(
    before: Mapping[str, tuple[int, int]] | None,
    now: Mapping[str, tuple[int, int]] | None,
    seconds: float,
) -> tuple[float | None, float | None]:
    """Bytes per second, both ways. What has come or gone meanwhile is left out."""
    if before is None or now is None:
        return None, None
    grown = [
        (now[name][0] - before[name][0], now[name][1] - before[name][1])
        for name in now.keys() & before.keys()
    ]
    if any(come < 0 or gone < 0 for come, gone in grown):
        return None, None
    return sum(come for come, _ in grown) / seconds, sum(gone for _, gone in grown) / seconds
