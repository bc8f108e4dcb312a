"""What outposts and services use, by command line: now, and what the window has kept."""

import json
import subprocess
import sys
import time
from pathlib import Path

import pytest

from otternauts_desktop.core.events import SamplesTaken
from tests.cli.test_cli import otternauts
from tests.cli.test_membership import document, simulated
from tests.services.practice import flying
from tests.services.test_gauge_history import begun, sample

pytestmark = pytest.mark.seconds(90)


def test_outposts_tell_what_they_use(tmp_path: Path) -> None:
    told = document(simulated(tmp_path, "outpost", "stats", "--over", "0.3"))
    assert [outpost["outpost"] for outpost in told] == ["orion-1", "orion-2", "vega-1"]
    for outpost in told:
        assert 0 < outpost["cpu_cores"] < outpost["cores"]
        assert 0 < outpost["memory_bytes"] < outpost["memory_total_bytes"]
        assert 0 < outpost["disk_used_bytes"] < outpost["disk_total_bytes"]
        assert outpost["clock_ahead_seconds"] == 0.0
        assert outpost["seconds"] >= 0.3


def test_a_fleet_tells_what_its_services_and_tasks_use(tmp_path: Path) -> None:
    done = otternauts(tmp_path, "--simulate", "fleet", "stats", "shop", "--over", "0.3")
    assert done.returncode == 0, done.stderr
    heading, *lines = done.stdout.splitlines()
    assert heading.split()[:4] == ["SERVICE", "TASKS", "CPU", "MEMORY"]
    assert [line.split()[0] for line in lines if not line.startswith(" ")] == [
        *("shop_api", "shop_cache", "shop_db", "shop_web", "shop_worker")
    ]
    assert "  web.2" in done.stdout
    assert "%" in lines[0]
    assert " -" not in done.stdout
    nowhere = simulated(tmp_path, "fleet", "stats", "nothing")
    assert document(nowhere)["error"]["anchor"]


def test_it_is_looked_at_again_and_again(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "otternauts_desktop", "--home", str(tmp_path), "--simulate"]
    watching = subprocess.Popen(
        [*command, "outpost", "stats", "vega-1", "--watch", "--over", "0.2"],
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert watching.stdout is not None
        seen = [watching.stdout.readline() for _ in range(6)]
    finally:
        watching.kill()
        watching.communicate()
    assert sum("OUTPOST" in line for line in seen) == 3
    assert sum(line.startswith("vega-1") for line in seen) == 3


async def test_what_the_window_has_kept_is_told(tmp_path: Path) -> None:
    now = time.time()
    async with flying(tmp_path) as (control, _, cluster_id):
        await begun(control)
        outpost = control.outposts.outposts(cluster_id)[0]
        taken = sample(now - 60, 5e9, {})
        control.bus.publish(SamplesTaken(cluster_id, outpost.id, taken, {}))
    home = tmp_path / "home"
    done = otternauts(home, "--json", "outpost", "stats", outpost.name, "--since", "1h")
    told = json.loads(done.stdout)
    assert told["seconds_per_slot"] == 30
    (slot,) = told["subjects"][outpost.name]
    assert slot["memory_bytes"] == pytest.approx(5e9, rel=0.001)
    assert slot["sent_bytes_per_second"] is None
    done = otternauts(home, "outpost", "stats", "--since", "7d")
    assert "5.00 GB" in done.stdout
    done = otternauts(home, "outpost", "stats", "vega-1", "--since", "1h")
    assert "Nothing is kept" in done.stderr
    assert otternauts(home, "outpost", "stats", "--since", "soon").returncode == 2
