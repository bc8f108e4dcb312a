"""A bare server becomes an outpost from the window, or is told what stands in the way."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from otternauts_desktop.app import MissionControl
from otternauts_desktop.core.flight.job import JobState
from otternauts_desktop.core.flight.preflight import Check
from otternauts_desktop.core.swarm.cluster import Jump, Login
from otternauts_desktop.services import crossing
from otternauts_desktop.ui.dialogs.add_outpost import AddOutpost
from otternauts_desktop.ui.dialogs.ingress_settings import IngressDialog
from otternauts_desktop.ui.dialogs.set_up import SetUp
from otternauts_desktop.ui.dock import JOBS
from otternauts_desktop.ui.labels import MarkLabel
from otternauts_desktop.ui.main_window import MainWindow
from tests.ui.seated import dialog, seated, shown

pytestmark = pytest.mark.seconds(60)


@pytest.fixture(autouse=True)
def _packets_are_counted_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(crossing, "SETTLE_SECONDS", 0.0)


async def at_the_last_step(window: MainWindow, control: MissionControl, name: str) -> AddOutpost:
    login = control.outposts.practice_logins[name]
    window.add_outpost_requested.emit()
    add = await dialog(AddOutpost)
    for line, text in (
        (add.form.host, login.host),
        (add.form.port, str(login.port)),
        (add.form.user, login.user),
        (add.name, name),
    ):
        line.setText(text)
    add.form.keys.take_file(login.key_file or "")
    add.confirm()
    await shown(lambda: add.stack.currentIndex() == 1)
    add.confirm()
    await shown(lambda: add.notice.isVisible() and add.notice._action.isVisible())
    add.notice._action.click()
    assert add.stack.currentIndex() == 2
    assert not add.primary.isEnabled()
    await shown(add.set_up.again.isEnabled)
    return add


async def test_a_login_keeps_what_can_not_be_typed() -> None:
    door = Jump(Login("door.example", "otter", key_name="other"), "ssh-ed25519 AAAA")
    login = Login("10.0.0.7", "otter", 2222, key_name="kept", jump=door)
    add = AddOutpost(login)
    assert add.form.login() == login
    add.form.host.setText("10.0.0.8")
    add.form.keys.take_file("~/.ssh/id_ed25519")
    assert add.form.login() == Login("10.0.0.8", "otter", 2222, "~/.ssh/id_ed25519", jump=door)
    add.deleteLater()


async def test_a_bare_server_is_looked_over_set_up_and_followed(tmp_path: Path) -> None:
    async with seated(tmp_path) as (window, desk, control):
        await desk.simulate()
        (cluster,) = control.outposts.clusters()
        add = await at_the_last_step(window, control, "bare-1")
        assert add.set_up.summary.text().endswith("Nothing stands in the way.")
        assert add.set_up.cluster_name == cluster.name
        add.confirm()
        await shown(lambda: window.dock.current == JOBS)
        await shown(lambda: desk.jobs_panel.state.text().startswith("Done"), 30)
        assert desk.jobs_panel.title.text() == "Add the outpost bare-1"
        assert [o.name for o in control.outposts.outposts(cluster.id)][-1] == "bare-1"


async def test_a_new_swarm_needs_a_name_that_is_free(tmp_path: Path) -> None:
    async with seated(tmp_path) as (window, desk, control):
        await desk.simulate()
        (practice,) = control.outposts.clusters()
        add = await at_the_last_step(window, control, "bare-2")
        add.set_up.swarm.setCurrentIndex(1)
        await shown(add.set_up.again.isEnabled)
        assert not add.primary.isEnabled()
        add.set_up.swarm_name.setText(practice.name)
        add.confirm()
        await shown(lambda: "is another cluster" in add.notice.detail.text())
        add.set_up.swarm_name.setText("fresh")
        add.confirm()
        await shown(lambda: len(control.outposts.clusters()) == 2, 30)
        assert control.outposts.clusters()[1].name == "fresh"
        await shown(lambda: window.notice.title.text() == "fresh has no ingress yet.")
        window.notice._action.click()
        ingress = await dialog(IngressDialog)
        assert ingress.heading.text() == "Ingress of fresh"
        ingress.reject()
        assert window.notice.isHidden()


async def test_each_check_is_shown_as_it_ends(tmp_path: Path) -> None:
    async with seated(tmp_path) as (window, desk, control):
        await desk.simulate()
        seen: list[tuple[int, str]] = []
        show = SetUp.show_progress

        def shows(self: SetUp, checks: Sequence[Check], doing: str) -> None:
            show(self, checks, doing)
            seen.append((len(self.checks.findChildren(MarkLabel)), self.summary.text()))

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(SetUp, "show_progress", shows)
            add = await at_the_last_step(window, control, "bare-1")
        numbers = [number for number, _ in seen]
        assert numbers == sorted(numbers)
        assert numbers[:3] == [1, 2, 10]
        assert "Now: its clock." in seen[0][1]
        assert "the ways to and from orion-1, orion-2, vega-1" in seen[2][1]
        assert len(seen) == 6, "one more for each peer"
        add.set_up.again.click()
        assert not add.set_up.again.isEnabled()
        await shown(add.set_up.again.isEnabled)
        add.reject()


async def test_what_stands_in_the_way_is_said_with_its_remedy(tmp_path: Path) -> None:
    async with seated(tmp_path) as (window, desk, control):
        await desk.simulate()
        add = await at_the_last_step(window, control, "full-1")
        assert "1 check needs your help" in add.set_up.summary.text()
        assert not add.primary.isEnabled()
        add.reject()
        old = await at_the_last_step(window, control, "old-1")
        assert "asked about the upgrade" in old.set_up.summary.text()
        old.confirm()
        await shown(lambda: "Docker 20.10.24 answers" in desk.jobs_panel.question.text(), 30)
        (job,) = control.jobs.all()
        assert job.state is JobState.WAITING
