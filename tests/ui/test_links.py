"""Links lead into the window and change nothing there."""

from pathlib import Path

import pytest
from PySide6.QtCore import QUrl
from PySide6.QtGui import QFileOpenEvent
from PySide6.QtWidgets import QApplication

from otternauts_desktop import __main__, desktop
from otternauts_desktop.ui.places import (
    Place,
    PlaceKind,
    doctor_place,
    fleet_place,
    outpost_place,
    service_place,
    storage_place,
)
from tests.ui.seated import seated


async def test_the_link_to_what_is_in_view_leads_back_to_it(tmp_path: Path) -> None:
    async with seated(tmp_path) as (window, desk, control):
        await desk.simulate()
        (cluster,) = control.outposts.clusters()
        snapshot = control.telemetry.snapshot(cluster.id)
        assert snapshot is not None
        service = next(s for s in snapshot.services if s.vessel == "web")
        home = window.place
        for place in (
            fleet_place(cluster.id, "shop"),
            service_place(cluster.id, service.id),
            outpost_place(cluster.id, snapshot.nodes[0].id),
            doctor_place(cluster.id),
            storage_place(cluster.id),
            home,
        ):
            desk.go(place)
            window.actions_.run("go.copy_link")
            link = QApplication.clipboard().text()
            desk.go(fleet_place(cluster.id, "blog"))
            desk.help.links.open(link)
            assert window.place.page == place, link
        assert "ink" not in window.notice.title.text()
        # By the cluster's name, and as macOS hands it over.
        url = QUrl("otternauts://cluster/flight%20simulator/fleet/shop")
        assert desk.help.links.eventFilter(window, QFileOpenEvent(url))
        assert (window.place.kind, window.place.name) == (PlaceKind.FLEET, "shop")
        assert not control.jobs.all() and not control.records.unended()


async def test_a_link_that_leads_nowhere_is_said_and_goes_nowhere(tmp_path: Path) -> None:
    async with seated(tmp_path) as (window, desk, control):
        await desk.simulate()
        (cluster,) = control.outposts.clusters()
        before: Place = window.place
        for link, words in (
            ("otternauts://cluster/nosuch", "nothing that is known here"),
            (f"otternauts://cluster/{cluster.swarm_id}/outpost/gone", "nothing that is known here"),
            (f"otternauts://cluster/{cluster.swarm_id}/launch/shop", "can't be used"),
            (f"otternauts://cluster/{cluster.swarm_id}/fleet/Not%20A%20Name", "can't be used"),
        ):
            desk.help.links.open(link)
            assert words in window.notice.title.text(), link
            assert window.place == before


def test_what_follows_a_link_on_the_command_line_is_not_looked_at(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A quote in a link ends the argument where a system pastes it into a command line."""
    started: list[dict[str, object]] = []

    def run(**given: object) -> int:
        started.append(given)
        return 0

    monkeypatch.setattr(desktop, "run", run)
    link = "otternauts://cluster/x"
    assert __main__.main([link, "launch", "shop", "--yes", "--home", "/elsewhere"]) == 0
    assert started == [{"home": None, "simulate": False, "link": link}]
