"""Gauges: the kernel's counters are read from its own files, and become figures per second."""

import subprocess
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from otternauts_desktop.core.gauges.rates import LONGEST_SPAN, Use, sample_of, together
from otternauts_desktop.core.gauges.reading import Counters, Reading, ask_gauges, read_gauges

ONE, TWO = "1a" * 32, "2b" * 32
GIB = 1024**3
NOTHING = Counters()


def reading(**told: object) -> Reading:
    """A reading of a quiet server, with what a test is about."""
    quiet = Reading(
        clock=1000.0,
        uptime=500.0,
        boot="a",
        load=(0.0, 0.0, 0.0),
        cores=4,
        idle=0.0,
        busy=0.0,
        own=Counters(memory=GIB),
        memory_total=8 * GIB,
        disk_used=3 * GIB,
        disk_free=GIB,
        containers={},
    )
    return replace(quiet, **told)  # type: ignore[arg-type]


# -- reading -----------------------------------------------------------------------------------


def asked(tree: Path, files: dict[str, str]) -> Reading:
    """What the command itself finds where the cgroups are those in `tree`."""
    for name, text in files.items():
        file = tree / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    command = ask_gauges("/")
    words = [word.replace("g=/sys/fs/cgroup", f"g={tree}") for word in command.argv]
    done = subprocess.run(words, capture_output=True, check=True, timeout=10)
    assert done.stderr == b""
    return read_gauges(done.stdout.replace(str(tree).encode(), b"/sys/fs/cgroup"))


@pytest.mark.parametrize(
    "place",
    [
        f"system.slice/docker-{ONE}.scope",
        f"docker/{ONE}",
        f"a.slice/a-b.slice/docker-{ONE}.scope",
    ],
)
def test_containers_are_found_in_the_unified_hierarchy(tmp_path: Path, place: str) -> None:
    seen = asked(
        tmp_path,
        {
            "cgroup.controllers": "cpu io memory\n",
            f"{place}/cpu.stat": "usage_usec 2500000\nuser_usec 1\n",
            f"{place}/memory.current": "7000\n",
            f"{place}/memory.stat": "anon 12\ninactive_file 1000\n",
            f"{place}/io.stat": "8:0 rbytes=10 wbytes=20 rios=1\n8:16 rbytes=1 wbytes=2\n",
            f"{place}/cgroup.procs": "1\n",
            "system.slice/ssh.service/memory.current": "99\n",
        },
    )
    (container,) = seen.containers.values()
    assert container.cpu == 2.5
    assert container.memory == 6000
    assert container.disk == {"8:0": (10, 20), "8:16": (1, 2)}
    assert container.net is not None  # of the process that was named


def test_containers_are_found_in_the_hierarchies_of_the_first_version(tmp_path: Path) -> None:
    place = f"docker/{ONE}"
    seen = asked(
        tmp_path,
        {
            f"cpuacct/{place}/cpuacct.usage": "3000000000\n",
            f"memory/{place}/memory.usage_in_bytes": "9000\n",
            f"memory/{place}/memory.stat": "inactive_file 1\ntotal_inactive_file 2000\n",
            f"memory/{place}/cgroup.procs": "",
            f"blkio/{place}/blkio.throttle.io_service_bytes": (
                "8:0 Read 5\n8:0 Write 6\n8:0 Sync 1\n8:0 Total 11\nTotal 11\n"
            ),
        },
    )
    assert seen.containers == {ONE: Counters(3.0, None, {"8:0": (5, 6)}, 7000)}


def test_the_server_itself_is_read(tmp_path: Path) -> None:
    seen = asked(tmp_path, {"cgroup.controllers": ""})
    assert seen.clock > 1_700_000_000
    assert seen.uptime > 0
    assert seen.cores >= 1
    assert seen.busy > 0
    assert seen.memory_total > 0
    assert seen.disk_used > 0
    assert len(seen.boot) == 36
    assert seen.containers == {}


def test_traffic_inside_a_server_is_not_its_own() -> None:
    lines = ["lo", "eth0", "veth12", "docker_gwbridge", "br-9", "eth0.100", "bond0", "wg0", "ens5"]
    text = "".join(f"/proc/net/dev: {name}: 7 1 0 0 0 0 0 0 9 1\n" for name in lines)
    assert read_gauges(text.encode()).own.net == {"eth0": (7, 9), "ens5": (7, 9)}


def test_disks_are_counted_whole_and_once() -> None:
    names = ["vda", "vda1", "dm-0", "loop3", "nvme0n1", "nvme0n1p2", "sdab", "sdab3", "sr0"]
    text = "".join(f"/proc/diskstats: 8 0 {name} 1 0 2 3 4 0 6 7\n" for name in names)
    disks = {"vda": (1024, 3072), "nvme0n1": (1024, 3072), "sdab": (1024, 3072)}
    assert read_gauges(text.encode()).own.disk == disks


def test_an_answer_of_nothing_tells_nothing() -> None:
    seen = read_gauges(b"")
    assert (seen.clock, seen.memory_total, seen.disk_used, seen.containers) == (0.0, 0, 0, {})
    assert seen.own == Counters(None, {}, {}, None)


_PIECES = st.sampled_from(
    [
        *("now=", "1e999", "12.5", "-1", "9" * 30, "/proc/stat:", "cpu ", "cpu0 ", "\n", " ", ":"),
        *(
            "/proc/meminfo:MemTotal: ",
            "MemAvailable:",
            "/proc/net/dev:eth0: ",
            "1 ",
            "kB",
            "=",
            "%",
        ),
        *(
            f"/sys/fs/cgroup/docker/{ONE}",
            "/cpu.stat:",
            "usage_usec ",
            "/memory.current:",
            "²",
            "/",
        ),
        *("/io.stat:", "8:0 rbytes=", "/memory.stat:", "/proc/diskstats:", "vda", "/proc/loadavg:"),
        *("/blkio.throttle.io_service_bytes:", "8:0 Read ", "/cpuacct.usage:", "\x1b[2J", "\ud800"),
    ]
)


@given(st.lists(_PIECES, max_size=60).map("".join))
def test_whatever_a_server_answers_is_read_without_a_traceback(text: str) -> None:
    seen = read_gauges(text.encode("utf-8", "surrogatepass"))
    sample_of(seen, seen, 1.0, 2.0)
    sample_of(reading(), seen, 1.0, 2.0)


# -- rates -------------------------------------------------------------------------------------


def test_figures_per_second_are_averages_over_the_servers_own_time() -> None:
    before = reading(
        idle=400.0,
        busy=100.0,
        own=Counters(None, {"eth0": (1000, 500)}, {"vda": (0, 0)}, GIB),
        containers={ONE: Counters(5.0, {"eth0": (0, 0)}, {"8:0": (0, 0)}, 7)},
    )
    now = reading(
        uptime=510.0,
        idle=430.0,
        busy=110.0,
        own=Counters(None, {"eth0": (3000, 1500)}, {"vda": (50, 100)}, 2 * GIB),
        containers={ONE: Counters(20.0, {"eth0": (10, 20)}, {"8:0": (30, 40)}, 8)},
    )
    sample = sample_of(before, now, 100.0, 100.1)
    assert sample.seconds == 10.0
    assert sample.own == Use(1.0, 2 * GIB, 200.0, 100.0, 5.0, 10.0)
    assert sample.containers == {ONE: Use(1.5, 8, 1.0, 2.0, 3.0, 4.0)}
    assert sample.disk_part == 0.75


def test_the_first_reading_tells_what_is_used_now_and_no_rates() -> None:
    sample = sample_of(None, reading(containers={ONE: Counters(1.0, {}, {}, 7)}), 0.0, 1.0)
    assert sample.seconds == 0.0
    assert sample.own == Use(memory=GIB)
    assert sample.containers == {ONE: Use(memory=7)}


@pytest.mark.parametrize(
    "later",
    [
        pytest.param({"boot": "b", "uptime": 501.0}, id="it has started anew"),
        pytest.param({"uptime": 3.0}, id="its time has gone back"),
        pytest.param({"uptime": 500.0}, id="no time has passed"),
        pytest.param({"uptime": 501.0 + LONGEST_SPAN}, id="too long a gap"),
    ],
)
def test_no_figure_is_made_up_across(later: dict[str, object]) -> None:
    full = {ONE: Counters(1.0, {"eth0": (1, 1)}, {"vda": (1, 1)}, 7)}
    more = {ONE: Counters(9.0, {"eth0": (9, 9)}, {"vda": (9, 9)}, 7)}
    sample = sample_of(reading(containers=full), reading(containers=more, **later), 0.0, 1.0)
    assert sample.seconds == 0.0
    assert sample.own.cpu is None
    assert sample.containers == {ONE: Use(memory=7)}


def test_a_counter_that_went_back_gives_no_figure_and_the_others_stay() -> None:
    before = reading(containers={ONE: Counters(9.0, {"eth0": (2**32 - 1, 5)}, {"a": (5, 5)}, 7)})
    later = Counters(3.0, {"eth0": (10, 6)}, {"a": (6, 7)}, 7)
    use = sample_of(before, reading(uptime=501.0, containers={ONE: later}), 0, 1).containers[ONE]
    assert use == Use(None, 7, None, None, 1.0, 2.0)


def test_an_interface_that_came_or_went_does_not_count_as_traffic() -> None:
    before = reading(own=Counters(None, {"eth0": (10, 10), "eth1": (99, 99)}, None, 1))
    now = reading(uptime=501.0, own=Counters(None, {"eth0": (12, 11), "eth2": (77, 77)}, None, 1))
    own = sample_of(before, now, 0.0, 1.0).own
    assert (own.received, own.sent) == (2.0, 1.0)


def test_a_container_that_is_new_has_no_rates_yet() -> None:
    now = reading(uptime=501.0, containers={TWO: Counters(3.0, {}, {}, 5)})
    assert sample_of(reading(), now, 0.0, 1.0).containers == {TWO: Use(memory=5)}


@pytest.mark.parametrize(
    ("theirs", "skew"), [(100.0, 0.0), (100.9, 0.0), (103.0, 2.0), (97.0, -3.0), (0.0, None)]
)
def test_a_clock_is_off_by_what_the_time_of_asking_can_not_explain(
    theirs: float, skew: float | None
) -> None:
    assert sample_of(None, reading(clock=theirs), 100.0, 101.0).skew == skew


def test_a_sum_knows_what_any_part_knows() -> None:
    assert together([Use(1.0, None, 2.0), Use(0.5, 7.0)]) == Use(1.5, 7.0, 2.0)
    assert together([]) == Use()
