"""The command log tells who asked for what, holds no secret, and does not grow without end."""

from pathlib import Path

import pytest

from otternauts_desktop.core.events import CommandRan
from otternauts_desktop.core.flight.job import JobState
from otternauts_desktop.core.secret import Secret
from otternauts_desktop.services.bus import Bus
from otternauts_desktop.services.command_log import KEPT, CommandLog
from tests.services.practice import flying, until

pytestmark = pytest.mark.seconds(60)

FLEET = """\
services:
  web:
    image: nginx:1.27
    environment:
      API_KEY: ${API_KEY}
    secrets: [token]
    configs: [{source: settings, target: /settings}]
secrets:
  token: {content: "${API_KEY}"}
configs:
  settings: {content: "key=${API_KEY}"}
"""
VALUE = "a-value-that-nobody-may-see"


async def test_it_tells_who_asked_and_no_value_of_a_variable_is_in_it(tmp_path: Path) -> None:
    async with flying(tmp_path, watch=True) as (control, _, cluster_id):
        control.telemetry.watch(cluster_id)

        def asked() -> dict[str, list[str]]:
            found: dict[str, list[str]] = {}
            for entry in control.command_log.entries():
                found.setdefault(entry.asked, []).append(entry.command)
            return found

        await until(lambda: "watcher" in asked())
        variables = {"API_KEY": Secret(VALUE)}
        launch = await control.launches.launch(cluster_id, "depot", FLEET, variables)
        await control.launches.wait(launch)
        assert any("docker stack deploy" in line for line in asked()["launch of depot"])
        assert any(line.startswith("POST ") for line in asked()["launch of depot"])

        vega = control.membership.node(cluster_id, "vega-1")
        job = await control.jobs.wait(control.evacuations.evacuate(cluster_id, vega))
        assert job.state is JobState.DONE
        assert any("docker node update" in line for line in asked()["Evacuate vega-1"])

        await control.cleaning.plan(cluster_id, 3)
        assert any("/system/df" in line for line in asked()[""])
        assert not [line for lines in asked().values() for line in lines if VALUE in line]
        assert VALUE not in repr(control.command_log.entries())


def test_it_is_bounded() -> None:
    log = CommandLog(Bus())
    for number in range(KEPT + 10):
        log.record("vega-1", f"true {number}", 0, 0.01)
    entries = log.entries()
    assert len(entries) == KEPT
    assert entries[-1].command == f"true {KEPT + 9}"


def test_what_may_have_changed_something_and_what_failed_is_known() -> None:
    def ran(command: str, status: int | None) -> CommandRan:
        return CommandRan(0.0, "vega-1", command, status, 0.1)

    assert not ran("GET /v1.45/nodes", 200).changes
    assert ran("DELETE /v1.45/images/x", 204).changes
    assert ran("docker stack rm shop", 0).changes
    assert not ran("DELETE /v1.45/images/x", 204).failed
    assert ran("GET /v1.45/nodes", 503).failed
    assert ran("docker stack rm shop", 1).failed
    assert ran("docker stack rm shop", None).failed
