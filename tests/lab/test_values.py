"""Values of every kind, on a real swarm: byte for byte in the environment and as a secret."""

from pathlib import Path
from typing import Final

import pytest

from otternauts_desktop.app import MissionControl
from otternauts_desktop.core.flight.progress import LaunchState
from otternauts_desktop.core.names import ClusterId
from otternauts_desktop.core.secret import Secret
from otternauts_desktop.services.vault import ENVIRONMENT
from tests.journeys.oracle import remove
from tests.lab.lab import Lab
from tests.lab.node import LabNode
from tests.lab.test_elsewhere import adopted, running

pytestmark = [pytest.mark.lab, pytest.mark.seconds(300)]

FLEET: Final = "nasty"
NASTY: Final = (
    "$",
    "$$ ${X} ${X:-y} $X",
    "' \" \\ \\n '' \"\" `id` $(id)",
    "line\nline\n\n\ttab\r\nend\n",
    "# no: comment, {no: map}, [no list], - no item, %no, @no, !no, &no, *no, |, >",
    "  leading and trailing  ",
    "🦦 ünïcode \u2028 \u00a0 \ufeff",
    "true",
    "0123",
    "x" * 65_536,
)


def inside(node: LabNode, *argv: str) -> bytes:
    """What a command says in the fleet's container on that node."""
    (container,) = node.run("docker", "ps", "-q", "--filter", f"name={FLEET}_web").stdout.split()
    done = node.run("docker", "exec", container.decode(), *argv)
    assert done.returncode == 0, done.stderr
    return done.stdout


async def launched(control: MissionControl, cluster_id: ClusterId, text: str) -> None:
    values = await control.values.of(cluster_id, FLEET)
    launch = await control.launches.launch(cluster_id, FLEET, text, values)
    ended = await control.launches.wait(launch)
    assert ended.state is LaunchState.CONVERGED, (ended.cause, ended.output)


def plan() -> str:
    numbers = range(len(NASTY))
    environment = "".join(f"      V{n}: ${{V{n}}}\n" for n in numbers)
    names = ", ".join(f"s{n}" for n in numbers)
    secrets = "".join(f"  s{n}: {{environment: V{n}}}\n" for n in numbers)
    where = "deploy: {placement: {constraints: [node.hostname == orion-1]}}"
    settings = f"    image: busybox:1.35\n    stop_grace_period: 1s\n    {where}\n"
    idle = '    command: [sleep, "100000"]\n'
    return (
        f"services:\n  web:\n{settings}{idle}    environment:\n{environment}"
        f"    secrets: [{names}]\n  other:\n{settings}{idle}secrets:\n{secrets}"
    )


async def test_nasty_values_arrive_and_a_changed_one_restarts_who_has_it(
    lab: Lab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(ENVIRONMENT, "a passphrase")
    node = lab.node("orion-1")
    async with adopted(lab, tmp_path) as (control, cluster_id):
        values = {f"V{number}": Secret(value) for number, value in enumerate(NASTY)}
        await control.values.keep(cluster_id, FLEET, values)
        try:
            await launched(control, cluster_id, plan())
            first = running(await control.telemetry.refresh(cluster_id), FLEET)
            environment = inside(node, "cat", "/proc/1/environ").split(b"\0")
            for number, value in enumerate(NASTY):
                assert inside(node, "cat", f"/run/secrets/s{number}") == value.encode()
                assert f"V{number}={value}".encode() in environment

            seen: list[set[str]] = []
            for turn in range(4):
                await control.values.keep(cluster_id, FLEET, {"V0": Secret(f"turn {turn}")})
                await launched(control, cluster_id, plan())
                assert inside(node, "cat", "/run/secrets/s0") == f"turn {turn}".encode()
                snapshot = await control.telemetry.refresh(cluster_id)
                tasks = running(snapshot, FLEET)
                assert tasks["other"] == first["other"]
                (web,) = [s for s in snapshot.fleets[FLEET] if s.vessel == "web"]
                replaced = [t for t in snapshot.tasks_by_service[web.id] if t.slot == 1]
                assert len(replaced) <= turn + 2, "one update each"
                seen.append({s.name for s in snapshot.secrets if s.name.startswith("nasty_s0_")})
            assert [len(names) for names in seen] == [2, 3, 3, 3]
        finally:
            remove(lab, FLEET)
