"""Alerts by command line, each command a process, on one practice cluster."""

import json
from pathlib import Path

import pytest

from tests.cli.test_servers import Terminal
from tests.services.practice import flying

pytestmark = pytest.mark.seconds(120)


async def test_watched_listed_put_off_and_over(tmp_path: Path) -> None:
    async with flying(tmp_path) as (_, practice, _):
        shell = Terminal(tmp_path / "home")
        assert (await shell.run("alert", "list")).stdout == "All well.\n"
        rules = await shell.json("alert", "rules")
        assert {"service-below-count", "image"} <= {rule["kind"] for rule in rules}
        soon = ("--raise-after", "0.5", "--clear-after", "0.5")
        (rule,) = await shell.json("alert", "rules", "outpost-lost", *soon)
        assert (rule["raise_after"], rule["enabled"]) == (0.5, True)
        await shell.run("alert", "rules", "disk", "--threshold", "500", code=1)
        (rule,) = await shell.json("alert", "rules", "image", "--on")
        assert rule["enabled"]
        (rule,) = await shell.json("alert", "rules", "image", "--default")
        assert not rule["enabled"]

        await practice.host("vega-1").stop()
        watched = await shell.run("--json", "alert", "watch", "--for", "8", code=3)
        (lost,) = [json.loads(line) for line in watched.stdout.splitlines()]
        assert (lost["news"], lost["kind"]) == ("raised", "outpost-lost")
        assert lost["headline"] == "The outpost vega-1 is lost"

        listed = await shell.run("alert", "list", code=3)
        assert lost["id"][:8] in listed.stdout
        (alert,) = await shell.json("alert", "list", code=3)
        assert alert["snoozed_until"] is None
        snoozed = await shell.json("alert", "snooze", lost["id"][:8], "--hours", "2")
        assert snoozed["snoozed_until"] > 0
        (alert,) = await shell.json("alert", "list", code=0)
        assert alert["snoozed_until"] == snoozed["snoozed_until"]
        await shell.run("alert", "snooze", "nosuch", code=1)
        await shell.run("alert", "snooze", lost["id"], "--hours", "0")
        # Told once: a later watch has nothing new to tell.
        assert (await shell.run("--json", "alert", "watch", "--for", "3", code=3)).stdout == ""

        await practice.host("vega-1").start()
        over = await shell.run("alert", "watch", "--for", "8")
        assert "cleared  practice: The outpost vega-1 is lost" in over.stdout
        (past,) = await shell.json("alert", "history")
        assert past["cleared_at"]
        assert "vega-1" in (await shell.run("alert", "history")).stdout
