"""A fleet's versions on a real swarm: what one desktop launched another brings back."""

from pathlib import Path

import pytest

from otternauts_desktop.core.flight.progress import LaunchState
from otternauts_desktop.core.secret import Secret
from tests.lab.lab import Lab
from tests.lab.test_elsewhere import adopted, running
from tests.services.practice import until

pytestmark = [pytest.mark.lab, pytest.mark.seconds(300)]

FLEET = "shared"
TEXT = """\
services:
  web:
    image: busybox:1.35
    command: [sleep, "{n}00000"]
    stop_grace_period: 1s
    environment: {{KEY: "${{KEY}}"}}
"""
CANARY = "c4nary-0f-the-versions"
VALUES = {"KEY": Secret(CANARY)}


async def test_another_desktop_has_the_history_and_returns(lab: Lab, tmp_path: Path) -> None:
    node, own = lab.node("orion-1"), f"label=otternauts.versions.fleet={FLEET}"
    async with (
        adopted(lab, tmp_path / "ada") as (ada, here),
        adopted(lab, tmp_path / "bob") as (bob, there),
    ):
        try:
            for n in (1, 2):
                text = TEXT.format(n=n)
                launch = await ada.launches.launch(here, FLEET, text, VALUES, resolve_image="never")
                ended = await ada.launches.wait(launch)
                assert ended.state is LaunchState.CONVERGED, ended.cause
            (config,) = node.ask("docker", "config", "ls", "-q", "--filter", own).split()
            assert CANARY not in node.ask("docker", "config", "inspect", config)
            await bob.telemetry.refresh(there)
            await until(lambda: len(bob.launches.history(there, FLEET)) == 2)
            base = bob.launches.version(there, FLEET, 1)
            assert base.template == TEXT.format(n=1)
            preview = bob.launches.preview_return(base, VALUES)
            assert [change.restarts for change in preview.plan.changes] == [1]
            before = running(await bob.telemetry.refresh(there), FLEET)
            ended = await bob.launches.wait(bob.launches.return_to(base, VALUES))
            assert ended.state is LaunchState.CONVERGED, ended.cause
            snapshot = await bob.telemetry.refresh(there)
            assert not running(snapshot, FLEET)["web"] & before["web"]
            (web,) = snapshot.fleets[FLEET]
            assert web.spec["TaskTemplate"]["ContainerSpec"]["Args"] == ["sleep", "100000"]
            assert [r.version for r in bob.launches.history(there, FLEET)] == [3, 2, 1]
        finally:
            await ada.launches.remove(here, FLEET)
        assert node.ask("docker", "config", "ls", "-q", "--filter", own) == ""
