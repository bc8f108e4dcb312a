"""How long a refresh of 100 services keeps the main thread from anything else."""

import json
import os
import time
from collections.abc import Iterator

from tests.bench.figure import Figure

SERVICES, REFRESHES = 100, 30


def measure() -> Iterator[Figure]:
    """Feed the window changed snapshots, as telemetry does, and time each turn of the loop."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from PySide6.QtWidgets import QApplication

    import otternauts_desktop.app  # noqa: F401 - so that the heap is the program's
    from otternauts_desktop.app import settle
    from otternauts_desktop.core.names import ClusterId
    from otternauts_desktop.core.swarm.cluster import Cluster
    from otternauts_desktop.core.swarm.state import read_snapshot
    from otternauts_desktop.ui.cluster_page import ClusterPage
    from otternauts_desktop.ui.cluster_tree_model import ClusterSeen
    from otternauts_desktop.ui.fleet_page import FleetPage
    from otternauts_desktop.ui.main_window import MainWindow
    from otternauts_desktop.ui.places import cluster_place, fleet_place
    from otternauts_desktop.ui.theme import theme
    from tests.ui.acme import NOW, large_lists

    app = QApplication.instance() or QApplication([])
    assert isinstance(app, QApplication)
    theme().apply(app)
    window = MainWindow()
    cluster_page, fleet_page = ClusterPage(), FleetPage()
    window.add_page(cluster_page)
    window.add_page(fleet_page)
    window.show()
    cluster = Cluster(ClusterId("c"), "acme-prod", "swarm")
    worst = {"navigator and cluster page": 0.0, "navigator and fleet page": 0.0}
    for name in worst:
        for number in range(REFRESHES):
            changed = [(number * 7 + step) % SERVICES for step in range(number % 20)]
            answers = json.dumps(large_lists(SERVICES, 3, changed))
            started = time.perf_counter()
            snapshot = read_snapshot(**json.loads(answers), taken_at=NOW, via="node-1")
            seen = ClusterSeen(cluster, snapshot)
            if number == 0:
                window.tree_model.show_clusters([seen])
            else:
                window.tree_model.show_cluster(seen)
            if name.endswith("cluster page"):
                window.show_page(cluster_place(cluster.id), cluster_page, ["acme-prod"])
                cluster_page.show_cluster(seen)
            else:
                window.show_page(fleet_place(cluster.id, "fleet-000"), fleet_page, ["acme-prod"])
                fleet_page.show_fleet(seen, "fleet-000", None, drafted=False)
            app.processEvents()
            took = time.perf_counter() - started
            if number == 0:  # this one builds, it does not refresh
                settle()  # as the program does once it is seated
            else:
                worst[name] = max(worst[name], took)
    for name, took in worst.items():
        yield Figure(
            f"longest refresh of {SERVICES} services, Docker's JSON to painted ({name})",
            took * 1000,
            50,
            "ms",
            f"worst of {REFRESHES - 1}",
        )
