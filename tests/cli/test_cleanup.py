"""Cleaning by command line: the plan, what it takes by name only, and the map of volumes."""

import json
from pathlib import Path

import pytest

from tests.cli.test_cli import otternauts

pytestmark = pytest.mark.seconds(90)


def test_a_plan_is_shown_and_done_and_nothing_is_removed_without_a_yes(tmp_path: Path) -> None:
    plan = otternauts(tmp_path, "--simulate", "cleanup", "plan", "--all")
    assert plan.returncode == 2, plan.stderr
    assert "goes     build cache        [build 4/9] RUN npm ci" in plan.stdout
    assert "by name  volume             old_data" in plan.stdout
    asked = otternauts(tmp_path, "--simulate", "cleanup", "run")
    assert asked.returncode == 2
    assert "Nothing was done" in asked.stderr
    words = ("--only", "image", "--volume", "vega-1/old_data", "--yes")
    done = otternauts(tmp_path, "--simulate", "--json", "cleanup", "run", *words)
    assert done.returncode == 0, done.stderr
    job = json.loads(done.stdout)
    assert job["state"] == "done"
    assert job["steps"][0]["note"].startswith("16 things removed, ")
    assert "old_data is removed" not in done.stdout


def test_what_is_in_use_can_not_be_chosen(tmp_path: Path) -> None:
    words = ("cleanup", "plan", "--volume", "vega-1/nothing")
    none = otternauts(tmp_path, "--simulate", *words)
    assert none.returncode == 1
    assert "There is no volume vega-1/nothing." in none.stderr


def test_volumes_are_listed_with_who_mounts_them_and_what_may_wander(tmp_path: Path) -> None:
    done = otternauts(tmp_path, "--simulate", "--json", "volume", "list")
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert any(volume["services"] for volume in told["volumes"])
    assert {v["outpost"] for v in told["volumes"] if v["name"] == "old_data"} == {
        *("orion-1", "orion-2", "vega-1")
    }
    assert told["unread"] == []
    for warning in told["warnings"]:
        assert "may start on any of" in warning
