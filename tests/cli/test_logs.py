"""`otternauts logs`: lines of a fleet on stdout, for people or programs."""

import json
from pathlib import Path

from tests.cli.test_cli import otternauts


def test_an_object_a_line(tmp_path: Path) -> None:
    done = otternauts(
        tmp_path,
        *("--simulate", "--json", "logs", "shop", "--vessel", "web", "--replica", "2"),
        *("--tail", "3", "--since", "1h"),
    )
    assert done.returncode == 0, done.stderr
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(lines) == 3
    assert [line["time"] for line in lines] == sorted(line["time"] for line in lines)
    for line in lines:
        assert line.keys() == {"time", "outpost", "vessel", "replica", "task", "stream", "text"}
        assert (line["vessel"], line["replica"]) == ("web", 2)
        assert line["outpost"] in {"orion-1", "orion-2", "vega-1"}
        assert line["stream"] in {"stdout", "stderr"}


def test_a_time_that_is_none_is_refused(tmp_path: Path) -> None:
    done = otternauts(tmp_path, "--simulate", "logs", "shop", "--since", "yesterday")
    assert done.returncode == 1
    assert '--since: "yesterday" is no time. Say 10m' in done.stderr
    done = otternauts(tmp_path, "--simulate", "logs", "shop", "-f", "--until", "10m")
    assert done.returncode == 1
    assert "--until: what is followed has no end." in done.stderr


def test_nothing_of_a_time_when_nothing_flew(tmp_path: Path) -> None:
    done = otternauts(
        tmp_path, "--simulate", "logs", "shop", "--tail", "all", "--until", "2026-01-01T00:00"
    )
    assert (done.returncode, done.stdout) == (0, "")
