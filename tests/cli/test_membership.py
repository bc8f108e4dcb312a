"""Roles, labels and removal by command line: what is told, asked, and refused."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from otternauts_desktop.app import open_mission_control
from tests.cli.test_cli import otternauts
from tests.services.practice import flying

pytestmark = pytest.mark.seconds(90)


def simulated(home: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return otternauts(home, "--simulate", "--json", *words)


def document(done: subprocess.CompletedProcess[str]) -> Any:
    return json.loads(done.stdout)


def test_what_a_change_means_is_told_and_nobody_is_asked_twice(tmp_path: Path) -> None:
    told = simulated(tmp_path, "outpost", "demote", "orion-2", "--preview")
    assert told.returncode == 2
    assert document(told)["refused"] is None
    assert "one manager" in document(told)["warnings"][0]
    asked = simulated(tmp_path, "outpost", "demote", "orion-2")
    assert asked.returncode == 2
    assert "Nothing was done" in asked.stderr
    done = simulated(tmp_path, "outpost", "demote", "orion-2", "--yes")
    assert done.returncode == 0, done.stderr
    assert document(done)["state"] == "done"


def test_a_refusal_names_the_cause_and_the_way_on(tmp_path: Path) -> None:
    done = simulated(tmp_path, "outpost", "remove", "vega-1", "--force", "--yes")
    assert done.returncode == 1
    assert document(done)["error"]["anchor"] == "still-running"
    assert "Remove it without force" in done.stderr


def test_a_removal_says_what_becomes_of_each_service(tmp_path: Path) -> None:
    told = document(simulated(tmp_path, "outpost", "remove", "vega-1", "--preview"))
    assert told["services"]
    assert told["warnings"] == ["Its labels are lost: disk=ssd."]


async def test_an_outpost_is_renamed_and_forgotten_here_alone(tmp_path: Path) -> None:
    async with flying(tmp_path) as (control, practice, cluster_id):
        home = tmp_path / "home"
        done = otternauts(home, "--json", "outpost", "rename", "vega-1", "big")
        assert done.returncode == 0, done.stderr
        assert "big" in [o.name for o in control.outposts.outposts(cluster_id)]
        assert otternauts(home, "outpost", "forget", "big").returncode == 0
        assert len(control.outposts.outposts(cluster_id)) == 2
        assert len(practice.swarm.nodes) == 3
    async with open_mission_control(home) as control:
        assert len(control.outposts.outposts(cluster_id)) == 2
