"""While nothing is known yet, a page says what it waits for, and never that a thing is gone."""

import time
from dataclasses import replace

import pytest
from PySide6.QtWidgets import QApplication

from otternauts_desktop.core.names import ClusterId, OutpostId
from otternauts_desktop.core.swarm.cluster import Cluster, Login, Outpost
from otternauts_desktop.ui.cluster_page import ClusterPage
from otternauts_desktop.ui.cluster_tree_model import ClusterSeen
from otternauts_desktop.ui.fleet_page import FleetPage
from otternauts_desktop.ui.outpost_page import OutpostPage
from otternauts_desktop.ui.row_view import cell_of
from otternauts_desktop.ui.service_page import ServicePage
from otternauts_desktop.ui.status_marks import UNREACHABLE
from tests.ui.acme import snapshot

CLUSTER = Cluster(ClusterId("c"), "acme-prod", "swarm")
OUTPOST = Outpost(OutpostId("o"), CLUSTER.id, "orion-1", Login("203.0.113.10", "deploy"), "", "n1")
SEEN = ClusterSeen(CLUSTER, outposts=(OUTPOST,))


def test_every_page_says_what_it_reads(qapp: QApplication, monkeypatch: pytest.MonkeyPatch) -> None:
    cluster, fleet, service, outpost = ClusterPage(), FleetPage(), ServicePage(), OutpostPage()

    def show(seen: ClusterSeen) -> None:
        cluster.show_cluster(seen)
        fleet.show_fleet(seen, "shop", None, drafted=False)
        service.show_service(seen, "s1")
        outpost.show_outpost(seen, "n1")

    headers = [page.header for page in (cluster, fleet, service, outpost)]
    now = time.monotonic()
    monkeypatch.setattr(time, "monotonic", lambda: now)
    show(SEEN)
    for header in headers:
        assert header.facts.text() == "Otto is reading the live cluster from orion-1…"
    monkeypatch.setattr(time, "monotonic", lambda: now + 12)
    show(SEEN)  # told again meanwhile: the wait goes on
    for header in headers:
        header._count()
        words = "Still waiting for orion-1, 12 s. Check the connection."
        assert header.facts.text() == words
    show(replace(SEEN, lost="The key was refused."))
    for header in headers:
        assert header.facts.text() == "The key was refused."


def test_what_was_last_seen_claims_no_state(qapp: QApplication) -> None:
    seen = ClusterSeen(CLUSTER, snapshot(), "No manager answers.", (OUTPOST,))
    cluster, fleet = ClusterPage(), FleetPage()
    cluster.show_cluster(seen)
    fleet.show_fleet(seen, "payments", None, drafted=False)
    for model in (cluster.outpost_model, cluster.fleet_model, fleet.model):
        for number in range(model.rowCount()):
            index = model.index(number, 0)
            cell = cell_of(index)
            assert (cell.mark, cell.tone) == (UNREACHABLE, "fg2"), cell
    cluster.show_cluster(replace(seen, lost=""))
    assert cell_of(cluster.outpost_model.index(0, 0)).mark != UNREACHABLE
