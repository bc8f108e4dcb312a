"""Docker's own rollback of one service, over real SSH to the flight simulator."""

from pathlib import Path

import pytest

from otternauts_desktop.core.errors import FleetLocked, NothingToRollBack
from otternauts_desktop.core.flight.progress import LaunchState
from otternauts_desktop.core.names import LaunchId
from otternauts_desktop.services.locks import Locks
from tests.cli.test_servers import Terminal
from tests.services.practice import flying

pytestmark = pytest.mark.seconds(120)

TEXT = "services:\n  web:\n    image: nginx:{tag}\n    deploy: {{replicas: {count}}}\n"


async def test_a_service_is_what_it_was_before_its_last_update(tmp_path: Path) -> None:
    async with flying(tmp_path) as (control, _, cluster_id):

        async def launched(tag: str, count: int) -> str:
            text = TEXT.format(tag=tag, count=count)
            launch = await control.launches.launch(cluster_id, "kiosk", text, {})
            assert (await control.launches.wait(launch)).state is LaunchState.CONVERGED
            (web,) = (await control.telemetry.refresh(cluster_id)).fleets["kiosk"]
            return web.id

        service_id = await launched("1.27", 1)
        with pytest.raises(NothingToRollBack):
            await control.rollbacks.preview(cluster_id, service_id)
        (before,) = (await control.telemetry.refresh(cluster_id)).fleets["kiosk"]
        await launched("1.28", 2)
        plan = await control.rollbacks.preview(cluster_id, service_id)
        (change,) = plan.changes
        assert {field.field for field in change.fields} == {"image", "deploy.replicas"}
        assert (change.restarts, change.stops) == (1, 1)

        locks = Locks(control.telemetry, control.records)
        await locks.take(cluster_id, "kiosk", LaunchId("another"))
        with pytest.raises(FleetLocked):
            await control.rollbacks.roll_back(cluster_id, service_id)
        await locks.release(cluster_id, "kiosk", LaunchId("another"))

        await control.rollbacks.roll_back(cluster_id, service_id)
        (now,) = (await control.telemetry.refresh(cluster_id)).fleets["kiosk"]
        assert now.spec["TaskTemplate"] == before.spec["TaskTemplate"]
        assert now.replicas == 1
        with pytest.raises(NothingToRollBack):
            await control.rollbacks.roll_back(cluster_id, service_id)

        await launched("1.29", 1)
        shell = Terminal(tmp_path / "home")
        asked = await shell.run("fleet", "rollback", "kiosk/web", code=2)
        assert "nginx:1.27" in asked.stderr
        done = await shell.run("fleet", "rollback", "kiosk/web", "--yes")
        assert "is what it was before" in done.stdout
        missing = await shell.run("fleet", "rollback", "kiosk/api", "--yes", code=1)
        assert "FLEET/SERVICE" in missing.stderr
