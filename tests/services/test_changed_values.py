"""A changed secret is a new object and one update of the services that have it."""

from pathlib import Path

import pytest

from otternauts_desktop.app import MissionControl
from otternauts_desktop.core.errors import ValueUnusable, VariablesMissing
from otternauts_desktop.core.fleet.flight_plan import read
from otternauts_desktop.core.flight.progress import LaunchState
from otternauts_desktop.core.names import ClusterId
from otternauts_desktop.core.secret import Secret
from otternauts_desktop.services.vault import ENVIRONMENT
from tests.lab.test_elsewhere import running
from tests.services.practice import flying

pytestmark = pytest.mark.seconds(180)

FLEET = "shop"
TEXT = """\
services:
  web:
    image: nginx:1.27
    secrets: [key]
    configs: [page]
  worker:
    image: redis:7-alpine
secrets:
  key: {environment: API_KEY}
  unused: {environment: NOBODY_ASKS}
configs:
  page: {environment: PAGE}
"""


async def launched(control: MissionControl, cluster_id: ClusterId) -> None:
    values = await control.values.of(cluster_id, FLEET)
    launch = await control.launches.launch(cluster_id, FLEET, TEXT, values)
    ended = await control.launches.wait(launch)
    assert ended.state is LaunchState.CONVERGED, ended.cause


async def test_each_value_is_a_new_object_and_the_last_three_stay(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(ENVIRONMENT, "a passphrase")
    async with flying(tmp_path) as (control, _, cluster_id):
        await control.values.keep(cluster_id, FLEET, {"PAGE": Secret("hello")})
        tasks: dict[str, set[str]] = {}
        names = []
        for number in range(5):
            value = {"API_KEY": Secret(f"value {number}")}
            await control.values.keep(cluster_id, FLEET, value)
            await launched(control, cluster_id)
            snapshot = await control.telemetry.refresh(cluster_id)
            before, tasks = tasks, running(snapshot, FLEET)
            replaced = {vessel for vessel, of in tasks.items() if of != before.get(vessel)}
            assert replaced == ({"web"} if number else {"web", "worker"})
            (web,) = [s for s in snapshot.fleets[FLEET] if s.vessel == "web"]
            names += [s.name for s in snapshot.secrets if s.id in web.files and s.name not in names]
        assert len(names) == 5
        kept = {s.name for s in snapshot.secrets if s.fleet == FLEET}
        assert kept == {*names[2:]}
        assert len([c for c in snapshot.configs if c.fleet == FLEET]) == 1
        # Back to a former value: the object is there still, and is taken.
        await control.values.keep(cluster_id, FLEET, {"API_KEY": Secret("value 3")})
        preview = control.launches.preview(
            cluster_id, FLEET, TEXT, await control.values.of(cluster_id, FLEET)
        )
        assert [thing for thing in preview.plan.things if thing.kind == "secret"] == [
            thing for thing in preview.plan.things if thing.name == names[3]
        ]
        await launched(control, cluster_id)
        snapshot = await control.telemetry.refresh(cluster_id)
        assert {s.name for s in snapshot.secrets if s.fleet == FLEET} == kept


async def test_a_secret_asks_for_its_value_as_a_variable_does(tmp_path: Path) -> None:
    reading = read(TEXT)
    assert reading.variables == reading.required == ("API_KEY", "PAGE")
    assert not [f for f in reading.findings if f.severity == "error"]
    async with flying(tmp_path) as (control, _, cluster_id):
        with pytest.raises(VariablesMissing, match="API_KEY"):
            await control.launches.launch(cluster_id, FLEET, TEXT, {"PAGE": Secret("x")})


async def test_a_value_with_a_nul_is_refused_wherever_it_comes_from(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(ENVIRONMENT, "a passphrase")
    async with flying(tmp_path) as (control, _, cluster_id):
        bad = {"API_KEY": Secret("a\0b")}
        with pytest.raises(ValueUnusable, match="API_KEY"):
            await control.values.keep(cluster_id, FLEET, bad)
        assert control.values.all(cluster_id) == ()
        plain = (
            "services:\n  web:\n    image: nginx:1.27\n    environment: {API_KEY: '${API_KEY}'}\n"
        )
        for text in (TEXT, plain, plain.replace("{API_KEY: '${API_KEY}'}", "[API_KEY]")):
            with pytest.raises(Exception, match="API_KEY has a NUL"):
                await control.launches.launch(cluster_id, FLEET, text, {**bad, "PAGE": Secret("x")})
