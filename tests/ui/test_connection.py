"""The truth about the connection: what is wrong, since when, what is done, and what helps."""

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtTest import QTest

from otternauts_desktop.app import MissionControl
from otternauts_desktop.core.names import ClusterId, OutpostId
from otternauts_desktop.core.swarm.cluster import LinkState, LinkStatus, Login, Outpost
from otternauts_desktop.simulator.host import Host
from otternauts_desktop.simulator.practice import open_practice_cluster
from otternauts_desktop.ui.cells import Row
from otternauts_desktop.ui.connection import Connection, Remedy, of_cluster, of_outpost
from otternauts_desktop.ui.desk import Desk
from otternauts_desktop.ui.dialogs.compare_fingerprints import CompareFingerprints
from otternauts_desktop.ui.main_window import MainWindow
from otternauts_desktop.ui.places import cluster_place, fleet_place, outpost_place
from tests.ui.seated import dialog, seated, shown

NOW = 1_000_000.0
ORION = Outpost(OutpostId("o1"), ClusterId("c"), "orion-1", Login("203.0.113.1", "otto"), "")
VEGA = Outpost(OutpostId("o2"), ClusterId("c"), "vega-1", Login("203.0.113.2", "otto"), "")
WELL = LinkStatus(LinkState.CONNECTED)
WAITING = LinkStatus(LinkState.RECONNECTING, 3, NOW + 4.2, "It did not answer.")
TRYING = LinkStatus(LinkState.RECONNECTING, 3, 0.0, "It did not answer.")
REFUSED = LinkStatus(LinkState.AUTH_FAILED, error="The key was refused.")
CHANGED = LinkStatus(LinkState.HOST_KEY_CHANGED, error="It shows another.")


def cluster(
    *links: LinkStatus, lost: str = "", awaited: bool = False, old: float = 2
) -> Connection:
    pairs = list(zip((ORION, VEGA), links, strict=False))
    return of_cluster(pairs, lost=lost, awaited=awaited, as_of=NOW - old, now=NOW)


def test_a_countdown_names_the_attempt_and_the_seconds() -> None:
    assert of_outpost(ORION, WAITING, NOW).retry == "Attempt 3, next in 4 s."
    assert of_outpost(ORION, TRYING, NOW).retry == "Attempt 3 is under way."
    assert of_outpost(ORION, WAITING, NOW).reason == "It did not answer."


def test_one_manager_that_answers_is_enough() -> None:
    assert cluster(WELL, WAITING).well
    assert cluster(WELL, CHANGED).well


def test_a_link_that_is_gone_makes_what_is_shown_old_before_a_reading_fails() -> None:
    seen = cluster(TRYING)
    assert seen.remedy is Remedy.RECONNECT
    assert seen.state.startswith("Reconnecting, as of ")


@pytest.mark.parametrize(
    ("links", "state", "remedy"),
    [
        ((WAITING, WAITING), "Unreachable", Remedy.RECONNECT),
        ((REFUSED,), "Login refused", Remedy.LOG_IN_AGAIN),
        ((WAITING, CHANGED), "Fingerprint changed", Remedy.COMPARE),
        ((WELL,), "Can't be read", Remedy.RECONNECT),
    ],
)
def test_a_lost_cluster_says_how_it_is_lost(
    links: tuple[LinkStatus, ...], state: str, remedy: Remedy
) -> None:
    seen = cluster(*links, lost="No manager answers.")
    assert seen.state.startswith(f"{state}, as of ")
    assert seen.remedy is remedy
    assert "No manager answers." in seen.text


def test_what_was_not_tried_yet_is_no_trouble() -> None:
    idle = LinkStatus(LinkState.IDLE)
    assert cluster(idle, lost="Not read since the start.", awaited=True, old=9000).well


def test_a_reading_that_takes_long_is_said_to_be_old() -> None:
    assert cluster(WELL, old=20).state.startswith("Not up to date, as of ")


@asynccontextmanager
async def at_the_window(tmp_path: Path) -> AsyncIterator[tuple[MainWindow, Desk, "_Far"]]:
    async with (
        open_practice_cluster(tmp_path / "far side") as practice,
        seated(tmp_path / "home") as (window, desk, control),
    ):
        host = practice.hosts[0]
        added = await control.outposts.add(
            Login(host.host, host.user, host.port, str(practice.key_file)),
            host_key=host.host_key,
        )
        control.telemetry.watch(added.cluster_id)
        desk.go(cluster_place(added.cluster_id))
        await shown(lambda: f"via {host.name}" in window.status.link_label.text())
        yield window, desk, _Far(host, added, control)


class _Far:
    def __init__(self, host: Host, outpost: Outpost, control: MissionControl) -> None:
        self.host, self.outpost, self.control = host, outpost, control


def notes(window: MainWindow) -> list[str]:
    """What stands behind the names in the navigator."""
    found: list[str] = []

    def walk(parent: QModelIndex) -> None:
        model = window.tree_model
        for number in range(model.rowCount(parent)):
            index = model.index(number, 0, parent)
            row = model.row_at(index)
            assert isinstance(row, Row)
            found.append(row.cells[0].note)
            walk(index)

    walk(QModelIndex())
    return found


async def test_a_changed_host_key_is_said_everywhere_and_compared_before_it_is_trusted(
    tmp_path: Path,
) -> None:
    async with at_the_window(tmp_path) as (window, desk, far):
        await far.host.break_by("change_host_key")
        await shown(lambda: "Fingerprint changed" in window.status.link_label.text())
        await shown(lambda: window.notice._action.text() == "Compare fingerprints…")
        assert "Server fingerprint has changed!" in window.notice.detail.text()
        assert notes(window).count("Fingerprint changed") == 2  # the cluster and its outpost
        cluster_id, node_id = far.outpost.cluster_id, far.outpost.node_id
        places = (
            (cluster_place(cluster_id), desk.cluster_page.header),
            (fleet_place(cluster_id, "shop"), desk.fleet_page.header),
            (outpost_place(cluster_id, node_id), desk.outpost_page.header),
        )
        for place, header in places:
            desk.go(place)
            assert "Fingerprint changed, as of" in header.pill.accessibleName()
            assert header.remedy_button.isVisible()
            assert header.remedy_button.text() == "Compare fingerprints…"

        QTest.mouseClick(window.status.remedy_button, Qt.MouseButton.LeftButton)
        compare = await dialog(CompareFingerprints)
        await shown(lambda: compare.check.fingerprint.text().startswith("SHA256:"))
        confirmed, new = compare.confirmed.text(), compare.check.fingerprint.text()
        assert confirmed != new
        assert not compare.primary.isEnabled()
        compare.check.pasted.setText(f"256 {confirmed} root@server (ED25519)")
        compare.by_eye.setChecked(True)
        assert compare.check.match.text() == "It is another one!"
        assert not compare.primary.isEnabled()
        compare.check.pasted.setText(f"256 {new} root@server (ED25519)")
        assert compare.primary.isEnabled()
        compare.confirm()
        await shown(lambda: f"via {far.host.name}" in window.status.link_label.text())
        assert far.control.outposts.outpost(far.outpost.id).host_key != far.host.host_key
        await shown(lambda: not window.notice.isVisible())
        assert not desk.outpost_page.header.remedy_button.isVisible()


async def test_a_refused_login_is_not_tried_again_by_itself(tmp_path: Path) -> None:
    async with at_the_window(tmp_path) as (window, desk, far):
        await far.host.break_by("refuse_auth")
        await shown(lambda: "Login refused, as of" in window.status.link_label.text())
        await shown(lambda: window.notice._action.text() == "Log in again")
        assert "Authentication failed." in desk.cluster_page.header.facts.text()
        assert far.control.outposts.link(far.outpost.id).next_try_at == 0
        await far.host.mend()
        QTest.mouseClick(desk.cluster_page.header.remedy_button, Qt.MouseButton.LeftButton)
        await shown(lambda: f"via {far.host.name}" in window.status.link_label.text())


async def test_a_lost_connection_counts_down_and_comes_back_by_itself(tmp_path: Path) -> None:
    async with at_the_window(tmp_path) as (window, desk, far):
        await far.host.stop()
        await shown(lambda: "Attempt 3, next in" in window.notice.next_step.text())
        assert "Attempt 3, next in" in desk.cluster_page.header.facts.text()
        assert "Attempt 3" in window.status.link_label.text()
        assert any(note.startswith("Attempt 3: ") for note in notes(window))
        assert time.time() - far.control.telemetry.staleness(far.outpost.cluster_id).as_of < 60
        await far.host.start()
        await shown(lambda: f"via {far.host.name}" in window.status.link_label.text())
        assert not window.notice.isVisible()
        assert "the connection is back" in window.toast.text.text()
