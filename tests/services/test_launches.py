"""A launch, from the text to the verdict, over real SSH to the flight simulator."""

from pathlib import Path

import pytest

from otternauts_desktop.app import open_mission_control
from otternauts_desktop.core.errors import (
    FlightPlanInvalid,
    LaunchUnderWay,
    OutcomeUnknown,
    VariablesMissing,
)
from otternauts_desktop.core.events import Event, LaunchMoved
from otternauts_desktop.core.flight.commands import Command
from otternauts_desktop.core.flight.progress import LaunchState, StepState
from otternauts_desktop.core.secret import Secret
from otternauts_desktop.core.swarm.cluster import Outpost
from otternauts_desktop.core.swarm.health import Health, fleet_condition
from otternauts_desktop.services import stages
from otternauts_desktop.services.links import Links
from otternauts_desktop.services.ssh import Completed
from tests.services.practice import THREE_VESSELS, flying

CANARY = "c4nary-0f-16-bytes"
VARIABLES = {"API_KEY": Secret(CANARY)}


async def test_a_fleet_of_three_vessels_converges(tmp_path: Path) -> None:
    async with flying(tmp_path) as (control, _, cluster_id):
        heard: list[Event] = []
        control.bus.subscribe(heard.append)
        launch = await control.launches.launch(cluster_id, "trio", THREE_VESSELS, VARIABLES)
        ended = await control.launches.wait(launch)
        snapshot = control.telemetry.snapshot(cluster_id)
        assert snapshot is not None
        condition = fleet_condition(snapshot, snapshot.fleets["trio"])
        history = control.records.history(cluster_id, "trio")
    assert (ended.state, ended.cause) == (LaunchState.CONVERGED, None)
    assert ended.settled == (4, 4)
    assert [step.state for step in ended.steps] == [StepState.DONE] * 7
    assert (condition.health, condition.count) == (Health.HEALTHY, "4/4")
    moves = [event.progress for event in heard if isinstance(event, LaunchMoved)]
    assert moves[-1] == ended
    assert [record.state for record in history] == ["converged"]
    assert history[0].template == THREE_VESSELS


async def test_launching_the_same_again_changes_nothing(tmp_path: Path) -> None:
    async with flying(tmp_path) as (control, _, cluster_id):
        tasks = []
        for _ in range(2):
            launch = await control.launches.launch(cluster_id, "trio", THREE_VESSELS, VARIABLES)
            assert (await control.launches.wait(launch)).state is LaunchState.CONVERGED
            snapshot = await control.telemetry.refresh(cluster_id)
            ids = {service.id for service in snapshot.fleets["trio"]}
            tasks.append({task.id for task in snapshot.tasks if task.service_id in ids})
            plan = control.launches.preview(cluster_id, "trio", THREE_VESSELS, VARIABLES).plan
            assert plan.nothing_to_do, plan
    assert tasks[0] == tasks[1]


async def test_a_job_that_has_run_stays_and_one_that_failed_runs_again(tmp_path: Path) -> None:
    text = "services:\n"
    for name, code in (("good", 0), ("bad", 3)):
        text += f"  {name}:\n    image: busybox:1.35\n    command: [sh, -c, exit {code}]\n"
        text += "    deploy: {mode: replicated-job, restart_policy: {condition: none}}\n"
    async with flying(tmp_path) as (control, _, cluster_id):
        tasks: list[dict[str, int]] = []
        for effects in (["The job runs once."] * 2, ["The job runs again.", "No restart."]):
            plan = control.launches.preview(cluster_id, "jobs", text, {}).plan
            assert [change.effect for change in plan.changes] == effects
            launch = await control.launches.launch(cluster_id, "jobs", text, {})
            assert (await control.launches.wait(launch)).state is LaunchState.FAILED
            snapshot = await control.telemetry.refresh(cluster_id)
            jobs = snapshot.fleets["jobs"]
            tasks.append({s.vessel: len(snapshot.tasks_by_service[s.id]) for s in jobs})
    assert tasks == [{"bad": 1, "good": 1}, {"bad": 2, "good": 1}]


async def test_a_vessel_that_left_the_plan_is_removed_last(tmp_path: Path) -> None:
    without_cache = THREE_VESSELS.partition("  cache:")[0]
    async with flying(tmp_path) as (control, _, cluster_id):
        for text in (THREE_VESSELS, without_cache):
            launch = await control.launches.launch(cluster_id, "trio", text, VARIABLES)
            ended = await control.launches.wait(launch)
            assert ended.state is LaunchState.CONVERGED
        snapshot = await control.telemetry.refresh(cluster_id)
        assert [s.vessel for s in snapshot.fleets["trio"]] == ["db", "web"]
        assert ended.steps[-1].note == "1 removed"


async def test_a_missing_image_fails_with_its_cause(tmp_path: Path) -> None:
    text = "services:\n  web:\n    image: acme/missing:1\n"
    async with flying(tmp_path) as (control, _, cluster_id):
        launch = await control.launches.launch(cluster_id, "lost", text, {})
        ended = await control.launches.wait(launch)
    assert ended.state is LaunchState.FAILED
    assert ended.cause is not None
    assert ended.cause.vessel == "web"
    assert "acme/missing:1" in ended.cause.sentence + ended.cause.docker_said
    assert ended.cause.next_step


async def test_the_value_of_a_variable_reaches_no_log_and_no_record(tmp_path: Path) -> None:
    async with flying(tmp_path) as (control, _, cluster_id):
        heard: list[Event] = []
        control.bus.subscribe(heard.append)
        launch = await control.launches.launch(cluster_id, "trio", THREE_VESSELS, VARIABLES)
        await control.launches.wait(launch)
        preview = control.launches.preview(cluster_id, "trio", THREE_VESSELS, VARIABLES)
        shown = f"{heard} {control.command_log.entries()} {preview} {preview.prepared.shown()}"
    assert CANARY not in shown
    for file in (tmp_path / "home").rglob("*"):
        if file.is_file():
            assert CANARY.encode() not in file.read_bytes(), file


async def test_a_value_that_the_program_itself_prints_is_not_recorded(tmp_path: Path) -> None:
    text = """\
services:
  a:
    image: busybox:${API_KEY}
    command: [sh, -c, "echo my key is ${API_KEY}; exit 3"]
    deploy: {restart_policy: {delay: 1s}}
"""
    async with flying(tmp_path) as (control, _, cluster_id):
        launch = await control.launches.launch(cluster_id, "loud", text, VARIABLES)
        ended = await control.launches.wait(launch)
        assert ended.cause is not None
        assert any("my key is •••" in line for line in ended.cause.log), ended.cause
        assert CANARY not in repr(ended)
        changed = text.replace("busybox", "alpine")
        plan = control.launches.preview(cluster_id, "loud", changed, VARIABLES).plan
        assert "alpine:•••" in plan.changes[0].fields[0].new
        assert CANARY not in repr(plan)
    for file in (tmp_path / "home").rglob("*"):
        if file.is_file():
            assert CANARY.encode() not in file.read_bytes(), file


async def test_what_cannot_be_launched_changes_nothing(tmp_path: Path) -> None:
    async with flying(tmp_path) as (control, _, cluster_id):
        before = await control.telemetry.refresh(cluster_id)
        none: dict[str, Secret] = {}
        for text, variables, error in (
            ("services: [", none, FlightPlanInvalid),
            (THREE_VESSELS, none, VariablesMissing),
            ("services:\n  a:\n    image: x:1\n    imagee: y\n", none, FlightPlanInvalid),
        ):
            with pytest.raises(error):
                await control.launches.launch(cluster_id, "trio", text, variables)
        after = await control.telemetry.refresh(cluster_id)
        assert {s.id for s in before.services} == {s.id for s in after.services}
        assert control.records.history(cluster_id, "trio") == ()


async def test_a_link_that_dies_after_the_effect_is_settled_by_looking(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    really = Links.run

    async def cut_after(
        self: Links, outpost: Outpost, command: Command, **more: float
    ) -> Completed:
        done = await really(self, outpost, command, **more)
        if "deploy" in command.argv:
            raise OutcomeUnknown(detail="the link died")
        return done

    monkeypatch.setattr(Links, "run", cut_after)
    async with flying(tmp_path) as (control, _, cluster_id):
        launch = await control.launches.launch(cluster_id, "trio", THREE_VESSELS, VARIABLES)
        ended = await control.launches.wait(launch)
    assert (ended.state, ended.cause) == (LaunchState.CONVERGED, None)
    deploy = next(step for step in ended.steps if step.name == "Deploy")
    assert "no answer came" in deploy.note


async def test_a_link_that_dies_before_the_effect_is_not_called_a_success(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def cut_before(
        self: Links, outpost: Outpost, command: Command, **more: float
    ) -> Completed:
        raise OutcomeUnknown(detail="the link died")

    monkeypatch.setattr(Links, "run", cut_before)
    monkeypatch.setattr(stages, "SETTLING_SECONDS", 1.0)
    async with flying(tmp_path) as (control, _, cluster_id):
        launch = await control.launches.launch(cluster_id, "trio", THREE_VESSELS, VARIABLES)
        ended = await control.launches.wait(launch)
        history = control.records.history(cluster_id, "trio")
    assert ended.state is LaunchState.UNKNOWN
    assert ended.cause is not None
    assert "web" in ended.cause.sentence
    assert "Launch again" in ended.cause.next_step
    assert [record.state for record in history] == ["unknown"]


async def test_one_launch_of_a_fleet_at_a_time(tmp_path: Path) -> None:
    async with flying(tmp_path) as (control, _, cluster_id):
        first = await control.launches.launch(cluster_id, "trio", THREE_VESSELS, VARIABLES)
        with pytest.raises(LaunchUnderWay):
            await control.launches.launch(cluster_id, "trio", THREE_VESSELS, VARIABLES)
        await control.launches.wait(first)


async def test_a_removed_fleet_is_gone(tmp_path: Path) -> None:
    async with flying(tmp_path) as (control, _, cluster_id):
        launch = await control.launches.launch(cluster_id, "trio", THREE_VESSELS, VARIABLES)
        await control.launches.wait(launch)
        await control.launches.remove(cluster_id, "trio")
        snapshot = control.telemetry.snapshot(cluster_id)
        assert snapshot is not None
        assert "trio" not in snapshot.fleets


async def test_what_closes_under_a_launch_goes_on_in_the_next_run(tmp_path: Path) -> None:
    text = "services:\n  web:\n    image: nginx:1.27\n"
    async with flying(tmp_path) as (control, _, cluster_id):
        launch = await control.launches.launch(cluster_id, "solo", text, {})
        async with open_mission_control(tmp_path / "home") as other:
            assert other.launches.cut_off() == (), "its program lives"
            with pytest.raises(LaunchUnderWay):
                await other.launches.launch(cluster_id, "solo", text, {})
        await control.launches.close()
        async with open_mission_control(tmp_path / "home") as other:
            assert [record.id for record in other.launches.cut_off()] == [launch]
            await other.launches.go_on(set(), other.values)
            assert other.launches.under_way() == ()
            await other.launches.go_on({cluster_id}, other.values)
            assert (await other.launches.wait(launch)).state is LaunchState.CONVERGED
            assert [r.state for r in other.launches.history(cluster_id, "solo")] == ["converged"]


async def test_a_launch_that_was_cut_off_and_took_values_waits_for_a_person(tmp_path: Path) -> None:
    async with flying(tmp_path) as (control, _, cluster_id):
        first = await control.launches.launch(cluster_id, "trio", THREE_VESSELS, VARIABLES)
        await control.launches.close()
        async with open_mission_control(tmp_path / "home") as other:
            same = await other.launches.launch(cluster_id, "trio", THREE_VESSELS, VARIABLES)
            assert same == first, "with its values it is the same launch"
            await other.launches.close()
        async with open_mission_control(tmp_path / "home") as other:
            await other.launches.go_on({cluster_id}, other.values)
            ended = other.launches.progress(first)
            assert ended.state is LaunchState.UNKNOWN
            assert ended.cause
            assert "Launch again" in ended.cause.next_step
            again = await other.launches.launch(cluster_id, "trio", THREE_VESSELS, VARIABLES)
            assert (await other.launches.wait(again)).state is LaunchState.CONVERGED
            states = [r.state for r in other.launches.history(cluster_id, "trio")]
            assert states == ["converged", "unknown"]


async def test_a_launch_that_was_cut_off_and_took_kept_values_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OTTERNAUTS_SECRET_KEY", "a passphrase")
    async with flying(tmp_path) as (control, _, cluster_id):
        await control.values.keep(cluster_id, "trio", VARIABLES)
        launch = await control.launches.launch(cluster_id, "trio", THREE_VESSELS, VARIABLES)
        await control.launches.close()
        async with open_mission_control(tmp_path / "home") as other:
            await other.launches.go_on({cluster_id}, other.values)
            assert (await other.launches.wait(launch)).state is LaunchState.CONVERGED


async def test_images_fly_with_the_digests_of_the_record_and_services_with_the_launch(
    tmp_path: Path,
) -> None:
    text = "services:\n  web:\n    image: nginx:1.27\n  odd:\n    image: acme/missing:1\n"
    text += "    deploy: {replicas: 0}\n"
    async with flying(tmp_path) as (control, _, cluster_id):
        launch = await control.launches.launch(cluster_id, "duo", text, {})
        ended = await control.launches.wait(launch)
        snapshot = await control.telemetry.refresh(cluster_id)
        odd, web = snapshot.fleets["duo"]
        pins = control.records.pins(launch)
        planned = control.launches.preview(cluster_id, "duo", text, {}).plan
        rebuilt = control.launches.rebuilt(cluster_id, "duo")
    assert ended.state is LaunchState.CONVERGED, ended
    assert pins == {"web": web.image.partition("@")[2]}
    assert web.image.startswith("nginx:1.27@sha256:")
    assert odd.image == "acme/missing:1"
    assert {s.labels["otternauts.launch"] for s in (odd, web)} == {launch}
    (pin,) = [step for step in ended.steps if step.name == "Pin images"]
    assert "1 of 2" in pin.note
    assert "acme/missing:1" in pin.note
    assert planned.nothing_to_do, planned
    assert "otternauts." not in rebuilt
