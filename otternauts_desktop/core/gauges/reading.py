"""What a server's own files say about its use, asked for in one command.

The kernel's files in /proc and /sys/fs/cgroup (both versions) are read, and `df`: nothing is
installed, nothing is left behind, and the daemon is not troubled (docs/decisions). Counters stay
counters here; `rates` makes figures per second of two readings.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from otternauts_desktop.core.flight.commands import Command

# Five short processes, whatever runs on the server. A person can type it: it has no single quote
# and no line break. The first process of each container leads to its network's counters.
_ASK: Final = (
    'export LC_ALL=C; date +now=%s.%N; df -Pk -- "$1"; g=/sys/fs/cgroup; m=$g c=$g b=$g; '
    "[ -e $g/cgroup.controllers ] || { m=$g/memory c=$g/cpuacct b=$g/blkio; }; "
    "h=[0-9a-f][0-9a-f][0-9a-f][0-9a-f]; h=$h$h$h; f= s= n=; "
    'for k in "*/$h*" "*/docker-$h*" "*/*/$h*" "*/*/docker-$h*"; do '
    'for d in $m/$k; do read -r p <$d/cgroup.procs && echo "$d=$p" && n="$n /proc/$p/net/dev"; '
    "done 2>/dev/null; "
    'f="$f $c/$k/cpu.stat $c/$k/cpuacct.usage $m/$k/memory.current $m/$k/memory.usage_in_bytes '
    '$b/$k/io.stat $b/$k/blkio.throttle.io_service_bytes"; s="$s $m/$k/memory.stat"; done; '
    'grep -sH "[0-9]" /proc/uptime /proc/loadavg /proc/sys/kernel/random/boot_id /proc/net/dev '
    "/proc/diskstats $f $n; "
    'grep -sHE "^(cpu|Mem(Total|Available):|(total_)?inactive_file )" /proc/stat /proc/meminfo $s; '
    "true"
)

_ID: Final = re.compile(r"[0-9a-f]{64}")
_NOT_OUTSIDE: Final = re.compile(
    r"lo|(veth|docker|br-|virbr|ov-|vx-|vxlan|cali|cni|flannel|tun|tap|wg|bond|dummy|ifb).*|.*[.@].*"
)
"""Interfaces whose traffic never leaves the server, or is counted again by a real one below."""
_WHOLE_DISKS: Final = re.compile(r"[shv]d[a-z]+|xvd[a-z]+|nvme\d+n\d+|mmcblk\d+")
_SPACE: Final = re.compile(r" \d+ +(\d+) +(\d+) +\d+% /")
_SECTOR: Final = 512
_LONGEST_NUMBER: Final = 20


@dataclass(frozen=True, slots=True)
class Counters:
    """What grows on and on for one server or container. None where it was not told."""

    cpu: float | None = None
    """Seconds of all cores together."""
    net: Mapping[str, tuple[int, int]] | None = None
    """Bytes received and sent, by interface."""
    disk: Mapping[str, tuple[int, int]] | None = None
    """Bytes read and written, by device."""
    memory: int | None = None
    """Bytes in use now, without what is only a cache of files."""


@dataclass(frozen=True, slots=True)
class Reading:
    """All that one server said at one moment. Sizes in bytes, 0 where it was not told."""

    clock: float
    """Its wall clock, seconds since 1970; 0.0 where it was not told."""
    uptime: float
    """Its seconds since it started: what time is measured by."""
    boot: str
    """Another one after each start."""
    load: tuple[float, float, float]
    cores: int
    idle: float
    """Seconds that its cores did nothing, in sum."""
    busy: float
    own: Counters
    memory_total: int
    disk_used: int
    """Of the file system that Docker's data lies on."""
    disk_free: int
    """For ordinary users."""
    containers: Mapping[str, Counters]
    """By container id."""


def ask_gauges(docker_root: str) -> Command:
    """Ask a server what it and its containers use. `docker_root` is where Docker's data lies."""
    return Command(("sh", "-c", _ASK, "otternauts", docker_root))


def read_gauges(output: bytes) -> Reading:
    """What `ask_gauges` was answered. Untrusted: lines that make no sense are left out."""
    files: dict[str, list[str]] = {}
    first = dict[str, str]()
    """Container ids by the files that their first process's counters came from."""
    clock, disk_used, disk_free = 0.0, 0, 0
    for line in output.decode("utf-8", "replace").splitlines():
        if line.startswith("now="):
            clock = _float(line[4:])
        elif line.startswith("/sys/") and "=" in line and ":" not in line:
            place, _, process = line.rpartition("=")
            if found := _ID.search(place):
                first[f"/proc/{process}/net/dev"] = found[0]
        elif line.startswith(("/proc/", "/sys/")):
            name, _, rest = line.partition(":")
            files.setdefault(name, []).append(rest)
        elif found := _SPACE.search(line):
            disk_used, disk_free = _number(found[1]) * 1024, _number(found[2]) * 1024
    memory = {name: _number(rest) * 1024 for name, rest in _colons(files.get("/proc/meminfo", []))}
    total = memory.get("MemTotal", 0)
    cores, idle, busy = _processor(files.get("/proc/stat", []))
    outside = {
        name: counts
        for name, counts in _interfaces(files.get("/proc/net/dev", [])).items()
        if not _NOT_OUTSIDE.fullmatch(name)
    }
    used = total - memory["MemAvailable"] if "MemAvailable" in memory else None
    load = [_float(word) for word in _first(files, "/proc/loadavg").split()[:3]]
    return Reading(
        clock=clock,
        uptime=_float(_first(files, "/proc/uptime").partition(" ")[0]),
        boot=_first(files, "/proc/sys/kernel/random/boot_id"),
        load=(load[0], load[1], load[2]) if len(load) == 3 else (0.0, 0.0, 0.0),
        cores=cores,
        idle=idle,
        busy=busy,
        own=Counters(None, outside, _disks(files.get("/proc/diskstats", [])), used),
        memory_total=total,
        disk_used=disk_used,
        disk_free=disk_free,
        containers=_containers(files, first),
    )


def _containers(files: Mapping[str, list[str]], first: Mapping[str, str]) -> dict[str, Counters]:
    told: dict[str, dict[str, list[str]]] = {}
    for path, lines in files.items():
        if path in first:
            told.setdefault(first[path], {})["net"] = lines
        elif path.startswith("/sys/") and (found := _ID.search(path)):
            told.setdefault(found[0], {})[path.rpartition("/")[2]] = lines
    return {container: _container(seen) for container, seen in told.items()}


def _container(seen: Mapping[str, list[str]]) -> Counters:
    cpu = None
    for line in seen.get("cpu.stat", []):
        if line.startswith("usage_usec "):
            cpu = _number(line[11:]) / 1e6
    if "cpuacct.usage" in seen:
        cpu = _number(seen["cpuacct.usage"][0]) / 1e9
    memory = None
    for name in ("memory.current", "memory.usage_in_bytes"):
        if name in seen:
            caches = dict(line.partition(" ")[::2] for line in seen.get("memory.stat", []))
            # The first version has both, of which the total counts what is nested as well.
            cache = caches.get("total_inactive_file", caches.get("inactive_file", "0"))
            memory = max(_number(seen[name][0]) - _number(cache), 0)
    disk = None
    if "io.stat" in seen:
        disk = _devices_v2(seen["io.stat"])
    elif "blkio.throttle.io_service_bytes" in seen:
        disk = _devices_v1(seen["blkio.throttle.io_service_bytes"])
    net = None
    if "net" in seen:
        net = {name: io for name, io in _interfaces(seen["net"]).items() if name != "lo"}
    return Counters(cpu, net, disk, memory)


def _processor(lines: list[str]) -> tuple[int, float, float]:
    """Cores, and seconds idle and busy of all of them (a jiffy is 1/100 s for every program)."""
    cores, idle, busy = 0, 0.0, 0.0
    for line in lines:
        name, *words = line.split() or [""]
        if name != "cpu":
            cores += name.startswith("cpu")
            continue
        ticks = [_number(word) / 100 for word in words[:8]]
        if len(ticks) >= 5:
            idle = ticks[3] + ticks[4]  # waiting for a disk is idle, too
            busy = sum(ticks) - idle
    return cores, idle, busy


def _interfaces(lines: list[str]) -> dict[str, tuple[int, int]]:
    counts = {}
    for name, rest in _colons(lines):
        words = rest.split()
        if len(words) >= 9 and words[0].isdecimal():
            counts[name] = (_number(words[0]), _number(words[8]))
    return counts


def _disks(lines: list[str]) -> dict[str, tuple[int, int]]:
    counts = {}
    for line in lines:
        words = line.split()
        if len(words) >= 10 and _WHOLE_DISKS.fullmatch(words[2]):
            counts[words[2]] = (_number(words[5]) * _SECTOR, _number(words[9]) * _SECTOR)
    return counts


def _devices_v2(lines: list[str]) -> dict[str, tuple[int, int]]:
    counts = {}
    for line in lines:
        device, *pairs = line.split()
        told = dict(pair.partition("=")[::2] for pair in pairs)
        counts[device] = (_number(told.get("rbytes", "")), _number(told.get("wbytes", "")))
    return counts


def _devices_v1(lines: list[str]) -> dict[str, tuple[int, int]]:
    counts: dict[str, tuple[int, int]] = {}
    for line in lines:
        words = line.split()
        if len(words) == 3 and words[1] in ("Read", "Write"):
            read, written = counts.get(words[0], (0, 0))
            amount = _number(words[2])
            counts[words[0]] = (amount, written) if words[1] == "Read" else (read, amount)
    return counts


def _colons(lines: list[str]) -> list[tuple[str, str]]:
    """Lines such as `MemTotal:  123 kB`, as name and the first words after it."""
    parts = (line.partition(":") for line in lines)
    return [
        (name.strip(), rest.removesuffix(" kB").strip()) for name, colon, rest in parts if colon
    ]


def _first(files: Mapping[str, list[str]], path: str) -> str:
    return files.get(path, [""])[0].strip()


def _number(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) <= _LONGEST_NUMBER else 0


def _float(text: str) -> float:
    return float(text) if re.fullmatch(r"\d{1,15}(\.\d{0,9})?", text) else 0.0
