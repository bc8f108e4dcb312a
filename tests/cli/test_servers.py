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
