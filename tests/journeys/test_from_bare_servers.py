"""From servers that are in no swarm of ours to one swarm with an ingress, through the window."""

from collections.abc import Callable
from pathlib import Path

import pytest

from otternauts_desktop.app import MissionControl
from otternauts_desktop.core.errors import AlreadyAdded, ManagesAnotherSwarm
from otternauts_desktop.core.flight.job import JobState
from otternauts_desktop.services import crossing
from otternauts_desktop.simulator.host import Host
from otternauts_desktop.simulator.practice import open_practice_cluster
from otternauts_desktop.ui.desk import Desk
from otternauts_desktop.ui.dialogs.add_outpost import SET_UP, AddOutpost
from otternauts_desktop.ui.dialogs.ingress_settings import IngressDialog
from otternauts_desktop.ui.dialogs.key_choice import KeyChoice, KeyWay
from otternauts_desktop.ui.dialogs.log_in import FINGERPRINT
from otternauts_desktop.ui.dialogs.open_vault import OpenVault
from otternauts_desktop.ui.main_window import MainWindow
from tests.ui.seated import dialog, seated, shown

pytestmark = [pytest.mark.seconds(120), pytest.mark.usefixtures("without_keyring")]


@pytest.fixture(autouse=True)
def _packets_are_counted_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(crossing, "SETTLE_SECONDS", 0.0)


async def at_its_door(
    window: MainWindow, control: MissionControl, host: Host, choose: Callable[[KeyChoice], None]
) -> AddOutpost:
    """Type how to log in, and compare the fingerprint."""
    window.add_outpost_requested.emit()
    add = await dialog(AddOutpost)
    for line, text in (
        (add.form.host, host.host),
        (add.form.port, str(host.port)),
        (add.form.user, host.user),
        (add.name, host.name),
    ):
        line.setText(text)
    choose(add.form.keys)
    if add.form.keys.way is KeyWay.NEW:
        await open_vault()
        await shown(add.form.keys.made.isVisible)
    add.confirm()
    await shown(lambda: add.stack.currentIndex() == FINGERPRINT)
    printed = control.outposts.fingerprint_of(host.host_key)
    add.pasted.setText(f"256 {printed} root@{host.name} (ED25519)")
    assert add.match.text() == "It matches."
    add.confirm()
    return add


async def set_up(add: AddOutpost, cluster: str, role: int) -> None:
    """Choose the swarm and the role; goes on once nothing stands in the way."""
    await shown(lambda: add.notice.isVisible() and add.notice._action.isVisible())
    add.notice._action.click()
    assert add.stack.currentIndex() == SET_UP
    known = add.set_up.swarm.findText(cluster)
    add.set_up.swarm.setCurrentIndex(known if known >= 0 else add.set_up.swarm.count() - 1)
    add.set_up.swarm_name.setText(cluster)
    add.set_up.role.choose(role)
    await shown(add.primary.isEnabled, 30)
    add.confirm()


async def open_vault() -> None:
    vault = await dialog(OpenVault)
    for line in (vault.fields.phrase, vault.fields.again):
        line.setText("held by the paw")
    vault.confirm()


async def done(desk: Desk, control: MissionControl, number: int) -> None:
    """Wait for the job, answering what it asks with the first answer."""
    await shown(lambda: len(control.jobs.all()) == number)

    def settled() -> bool:
        return control.jobs.all()[0].state in (JobState.DONE, JobState.WAITING)

    await shown(settled, 30)
    job = control.jobs.all()[0]
    if job.question is not None:
        desk.jobs_panel.answered.emit(job.id, job.question.choices[0].value)
    await shown(lambda: control.jobs.all()[0].state is JobState.DONE, 30)


async def test_three_servers_become_a_swarm_of_managers_with_an_ingress(tmp_path: Path) -> None:
    async with (
        open_practice_cluster(tmp_path / "far side") as practice,
        seated(tmp_path / "home") as (window, desk, control),
    ):
        text = practice.key_file.read_text()
        ways: dict[str, Callable[[KeyChoice], None]] = {
            "bare-1": _make,
            "bare-2": lambda keys: _paste(keys, text),
            "foreign-1": lambda keys: keys.take_file(str(practice.key_file)),
        }
        for number, (name, choose) in enumerate(ways.items(), 1):
            add = await at_its_door(window, control, practice.host(name), choose)
            if name == "foreign-1":
                await shown(add.notice.isVisible)
                assert add.notice.title.text() == ManagesAnotherSwarm.title
            await set_up(add, "fresh", role=1)
            await done(desk, control, number)
            if number == 1:
                await shown(lambda: window.notice.title.text() == "fresh has no ingress yet.")
        (cluster,) = control.outposts.clusters()
        snapshot = await control.telemetry.refresh(cluster.id)
        assert {node.name: node.role for node in snapshot.nodes} == dict.fromkeys(ways, "manager")

        await desk.ingress.offer(cluster.id)  # it was, once
        window.notice.hide()
        desk.tasks.start(desk.ingress.launch_in(cluster.id))
        ingress = await dialog(IngressDialog)
        ingress.email.setText("crew@example.com")
        await shown(ingress.primary.isEnabled)
        ingress.confirm()
        await done(desk, control, 4)

        deeds = {name: list(practice.host(name).server.deeds) for name in ways}
        again = await at_its_door(window, control, practice.host("bare-1"), ways["foreign-1"])
        await shown(again.notice.isVisible)
        assert again.notice.title.text() == AlreadyAdded.title
        again.reject()
        assert deeds == {name: list(practice.host(name).server.deeds) for name in ways}
    everything = b"".join(f.read_bytes() for f in (tmp_path / "home").rglob("*") if f.is_file())
    assert text.splitlines()[1].encode() not in everything
    assert b"OPENSSH PRIVATE KEY" not in everything


def _make(keys: KeyChoice) -> None:
    keys.ways.choose(KeyWay.NEW)
    keys.make.click()


def _paste(keys: KeyChoice, text: str) -> None:
    keys.ways.choose(KeyWay.PASTE)
    keys.pasted_text.setPlainText(text)
