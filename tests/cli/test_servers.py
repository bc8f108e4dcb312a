"""Clusters and outposts by command line, on the flight simulator."""

import json
from pathlib import Path

from tests.cli.test_cli import otternauts


def test_the_doctor_shows_who_reaches_whom(tmp_path: Path) -> None:
    done = otternauts(tmp_path, "--simulate", "cluster", "doctor")
    assert done.returncode == 0, done.stderr
    head, *rows = done.stdout.splitlines()
    assert head.split() == ["FROM", "/", "TO", "orion-1", "orion-2", "vega-1"]
    assert rows[0].split() == ["orion-1", "-", "ok", "ok"]
    assert "vega-1 → orion-1: ok" in done.stderr
    document = json.loads(otternauts(tmp_path, "--json", "--simulate", "cluster", "doctor").stdout)
    assert document["state"] == "passed"
    assert len(document["ways"]) == 6
    assert {check["key"] for check in document["ways"][0]["checks"]} >= {"port-4789-udp"}


def test_a_practice_server_is_set_up_by_its_name(tmp_path: Path) -> None:
    words = ("--simulate", "--json", "outpost", "add", "bare-1", "--set-up", "--accept-new")
    added = otternauts(tmp_path, *words)
    assert added.returncode == 0, added.stderr
    assert "Docker: Docker 26.1.5 answers" in added.stderr
    job = json.loads(added.stdout)
    assert job["state"] == "done"
    assert job["steps"][-1]["note"] == "bare-1 of flight simulator"


def test_what_stands_in_the_way_of_a_practice_server_is_said(tmp_path: Path) -> None:
    words = ("--simulate", "outpost", "add", "full-1", "--set-up", "--accept-new")
    refused = otternauts(tmp_path, *words)
    assert refused.returncode == 1
    assert "2.0 GB free, 5 GB needed" in refused.stdout
    assert "sudo du -xh" in refused.stdout
