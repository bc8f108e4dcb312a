"""An outpost's part in its swarm, changed in the window: what it means is told, then done."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QApplication, QMenu

from otternauts_desktop.app import MissionControl
from otternauts_desktop.core.names import ClusterId
from otternauts_desktop.ui.desk import Desk
from otternauts_desktop.ui.dialogs.confirm_change import ConfirmChange
from otternauts_desktop.ui.dialogs.labels import LabelsDialog
from otternauts_desktop.ui.dialogs.rename import RenameDialog
from otternauts_desktop.ui.labels import Label
from otternauts_desktop.ui.main_window import MainWindow
from otternauts_desktop.ui.places import outpost_place
from otternauts_desktop.ui.targets import targets
from tests.ui.seated import dialog, seated, shown

pytestmark = pytest.mark.seconds(90)


class Seat:
    """The window over the flight simulator, an outpost in view."""

    def __init__(self, window: MainWindow, desk: Desk, control: MissionControl) -> None:
        self.window, self.desk, self.control = window, desk, control
        self.cluster_id: ClusterId = control.outposts.clusters()[0].id

    def go(self, name: str) -> None:
        node = self.control.membership.node(self.cluster_id, name)
        self.window.place_chosen.emit(outpost_place(self.cluster_id, node.id))

    def run(self, action: str) -> None:
        self.window.actions_.run(action)

    def role(self, name: str) -> str:
        return self.control.membership.node(self.cluster_id, name).role


@asynccontextmanager
async def at(home: Path, name: str) -> AsyncIterator[Seat]:
    async with seated(home) as (window, desk, control):
        await control.practice()
        seat = Seat(window, desk, control)
        control.telemetry.watch(seat.cluster_id)
        seat.go(name)
        yield seat


def words(widget: ConfirmChange) -> str:
    return " ".join(label.text() for label in widget.findChildren(Label) if not label.isHidden())


async def test_a_change_without_harm_is_done_at_once_and_one_with_some_is_asked(
    tmp_path: Path,
) -> None:
    async with at(tmp_path, "vega-1") as seat:
        seat.run("outpost.promote")
        await shown(lambda: seat.role("vega-1") == "manager")
        await shown(lambda: "Promote vega-1" in seat.window.toast.text.text())
        seat.run("outpost.demote")
        asked = await dialog(ConfirmChange)
        assert "two managers: if either is lost" in words(asked)
        assert asked.cancel.hasFocus()  # Enter does no harm
        asked.confirm()
        await shown(lambda: seat.role("vega-1") == "worker")


async def test_what_is_refused_has_no_button_but_a_way_on(tmp_path: Path) -> None:
    async with at(tmp_path, "orion-2") as seat:
        seat.run("outpost.demote")
        (await dialog(ConfirmChange)).confirm()
        await shown(lambda: seat.role("orion-2") == "worker")
        seat.go("orion-1")
        seat.run("outpost.remove")
        refused = await dialog(ConfirmChange)
        assert "can't be without a manager" in words(refused)
        assert "Promote another outpost first" in words(refused)
        assert not refused.primary.isVisible()
        refused.reject()


async def test_a_removal_names_each_service_and_is_watched(tmp_path: Path) -> None:
    async with at(tmp_path, "vega-1") as seat:
        seat.run("outpost.remove")
        asked = await dialog(ConfirmChange)
        assert "forgotten here" in words(asked)
        assert "disk=ssd" in words(asked)
        asked.confirm()
        await shown(lambda: "Remove vega-1" in seat.desk.jobs_panel.title.text())
        await shown(lambda: len(seat.control.outposts.outposts(seat.cluster_id)) == 2, 40)
        header = seat.desk.outpost_page.header
        await shown(lambda: "no longer part" in header.facts.text())
        assert header.title.text() == "vega-1"
        assert header.pill.accessibleName() == "Gone"
        assert not seat.desk.outpost_page.add_button.isVisible()


async def test_what_is_in_view_stays_there_whatever_the_filter_hides(tmp_path: Path) -> None:
    async with at(tmp_path, "vega-1") as seat:
        await shown(lambda: bool(seat.window.tree.view.selectedIndexes()))
        place = seat.window.place
        seat.window.tree.filter_field.setText("orion")
        assert seat.window.place == place
        seat.window.tree.filter_field.setText("vega")
        assert [index.data() for index in seat.window.tree.view.selectedIndexes()] == ["vega-1"]


async def test_labels_and_the_name_are_changed(tmp_path: Path) -> None:
    async with at(tmp_path, "vega-1") as seat:
        seat.run("outpost.label")
        labels = await dialog(LabelsDialog)
        assert labels.field.toPlainText() == "disk=ssd"
        labels.field.setPlainText("a b=c")
        labels.confirm()
        assert labels.isVisible()
        assert "no name of a label" in labels.notice.detail.text()
        labels.field.setPlainText("zone=eu=1\n\n")
        labels.confirm()
        await shown(lambda: "zone=eu=1" in seat.desk.outpost_page.header.facts.text())
        assert "disk" not in seat.desk.outpost_page.header.facts.text()

        seat.run("outpost.rename")
        rename = await dialog(RenameDialog)
        assert "vega-1" in rename.words.text()
        rename.name_field.setText("orion-1")
        rename.confirm()
        await shown(lambda: "another outpost" in rename.notice.detail.text())
        rename.name_field.setText("the big one")
        rename.confirm()
        await shown(lambda: seat.desk.outpost_page.header.title.text() == "the big one")
        assert "Host name vega-1" in seat.desk.outpost_page.header.facts.text()
        assert "the big one" in seat.window.crumbs.text()
        found = targets(seat.window.actions_, seat.desk._crew)
        assert "the big one" in [target.title for target in found]


def menu() -> QMenu | None:
    active = QApplication.activePopupWidget()
    return active if isinstance(active, QMenu) else None


async def test_a_place_has_a_menu_of_what_can_be_done_with_it(tmp_path: Path) -> None:
    async with at(tmp_path, "vega-1") as seat:
        seat.desk.outpost_page.header.more_button.click()
        opened = menu()
        assert opened is not None
        titles = [action.text() for action in opened.actions()]
        assert "Promote to manager…" in titles
        assert "Demote to worker…" not in titles
        assert "Add outpost…" not in titles
        assert "Log in to this outpost…" not in titles
        opened.close()

        orion = seat.control.membership.node(seat.cluster_id, "orion-1")
        seat.window.tree.menu_requested.emit(outpost_place(seat.cluster_id, orion.id), QPoint(5, 5))
        opened = menu()
        assert opened is not None
        assert seat.window.place.name == orion.id
        assert "Demote to worker…" in [action.text() for action in opened.actions()]
        opened.close()
