"""What a simulated server's kernel counts: its own use and that of its containers.

Pure functions of time: what a program uses goes up and down in waves of its own, and the counters
are their integrals, so any two looks at them agree.
"""

import math
import uuid
from hashlib import sha256
from typing import Final

from otternauts_desktop.simulator.records import Task
from otternauts_desktop.simulator.servers import Server, Servers

_MB: Final = 1_000_000
_DISK: Final = 76 * 1024**3
_WAVES: Final = ((0.5, 47.0), (0.25, 613.0), (0.2, 7_187.0))
"""Height, as a part of the mean, and length in seconds. Together they stay above 0."""


def gauges(servers: Servers, server: Server) -> str:
    """The kernel's files, each line behind the name of its file, as `grep -H` prints them."""
    now = servers.clock()
    tasks = _running(server)
    uptime = now - servers.opened + 1_000_000
    busy = 0.03 * uptime * server.cores + sum(_cpu(task, now) for task in tasks)
    ticks = round(busy * 100)
    idle = round(uptime * server.cores * 100) - ticks
    used = 600 * _MB + sum(_memory(task, now) for task in tasks)
    received, sent = _flow(server.id, uptime, 30_000), _flow(server.id[::-1], uptime, 20_000)
    reads = sum(_read(task, now) for task in tasks) // 512
    writes = sum(_written(task, now) for task in tasks) // 512 + round(uptime * 20)
    disk_used = max(_DISK - server.disk, 0)
    return "\n".join(
        (
            f"now={now + server.clock_off:.9f}",
            f"/dev/vda1 {_DISK // 1024} {disk_used // 1024} {server.disk // 1024} 50% /",
            f"/proc/uptime:{uptime:.2f} {idle / 100:.2f}",
            f"/proc/loadavg:{_load(tasks, now)} 1/200 4711",
            f"/proc/sys/kernel/random/boot_id:{uuid.uuid5(uuid.NAMESPACE_OID, server.id)}",
            f"/proc/net/dev:  eth0: {received} 9 0 0 0 0 0 0 {sent} 9 0 0 0 0 0 0",
            f"/proc/diskstats: 254 0 vda 9 0 {reads} 9 9 0 {writes} 9 0 9 9",
            f"/proc/stat:cpu  {ticks} 0 0 {idle} 0 0 0 0 0 0",
            *(f"/proc/stat:cpu{core} 1 0 0 1 0 0 0 0 0 0" for core in range(server.cores)),
            f"/proc/meminfo:MemTotal: {server.memory // 1024} kB",
            f"/proc/meminfo:MemAvailable: {(server.memory - used) // 1024} kB",
            *(line for number, task in enumerate(tasks) for line in _container(task, number, now)),
            "",
        )
    )


def _running(server: Server) -> list[Task]:
    if server.swarm is None or server.node is None:
        return []
    node = server.node.id
    tasks = server.swarm.tasks.values()
    return [t for t in tasks if t.node_id == node and t.state == "running" and t.container_id]


def _container(task: Task, number: int, now: float) -> tuple[str, ...]:
    place = f"/sys/fs/cgroup/system.slice/docker-{task.container_id}.scope"
    ran, seed, process = now - task.started, task.id, 4000 + number
    received, sent = _flow(f"{seed}in", ran, 9_000), _flow(f"{seed}out", ran, 14_000)
    return (
        f"{place}={process}",
        f"{place}/cpu.stat:usage_usec {round(_cpu(task, now) * 1e6)}",
        f"{place}/memory.current:{_memory(task, now) + 5 * _MB}",
        f"{place}/memory.stat:inactive_file {5 * _MB}",
        f"{place}/io.stat:254:0 rbytes={_read(task, now)} wbytes={_written(task, now)}",
        f"/proc/{process}/net/dev:  eth0: {received} 9 0 0 0 0 0 0 {sent} 9 0 0 0 0 0 0",
    )


def _cpu(task: Task, now: float) -> float:
    return _integral(f"{task.id}cpu", now - task.started) * (0.02 + 0.16 * _chance(task.service_id))


def _memory(task: Task, now: float) -> int:
    mean = (30 + 150 * _chance(f"{task.service_id}memory")) * _MB
    swing = math.sin(math.tau * (now / 1_900.0 + _chance(task.id)))
    warm = 1 - math.exp(-max(now - task.started, 0.0) / 60)
    return round(mean * (0.4 + 0.6 * warm) * (1 + 0.08 * swing))


def _read(task: Task, now: float) -> int:
    return _flow(f"{task.id}read", now - task.started, 2_000)


def _written(task: Task, now: float) -> int:
    return _flow(f"{task.id}written", now - task.started, 6_000)


def _flow(seed: str, seconds: float, mean: float) -> int:
    return round(_integral(seed, seconds) * mean * (0.2 + 2 * _chance(seed)))


def _load(tasks: list[Task], now: float) -> str:
    means = (
        sum(_cpu(t, now) - _cpu(t, now - span) for t in tasks) / span for span in (60.0, 300.0)
    )
    short, long = means
    return f"{short:.2f} {long:.2f} {long:.2f}"


def _integral(seed: str, seconds: float) -> float:
    """Of a rate that is 1 on average, from 0 to `seconds`; it never goes back."""
    total, chance = seconds, _chance(seed)
    for height, length in _WAVES:
        turn = math.tau * (chance + seconds / length)
        total += height * length / math.tau * (math.cos(math.tau * chance) - math.cos(turn))
    return max(total, 0.0)


def _chance(seed: str) -> float:
    """Between 0 and 1, always the same for the same seed."""
    return int.from_bytes(sha256(seed.encode()).digest()[:4], "big") / 2**32
