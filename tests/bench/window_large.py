"""A refresh with 10 clusters, 100 outposts, 500 services and 5,000 tasks in the window."""

import os
import time
from collections.abc import Iterator
from typing import Any

from tests.bench.figure import Figure

CLUSTERS, SERVICES, REPLICAS, REFRESHES, STEPS = 10, 50, 10, 30, 200


def measure() -> Iterator[Figure]:
    """Refresh one of ten clusters again and again, as its watcher does; painting included."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from PySide6.QtWidgets import QApplication

    from otternauts_desktop.app import settle
    from otternauts_desktop.core.names import ClusterId
    from otternauts_desktop.core.swarm.cluster import Cluster
    from otternauts_desktop.core.swarm.state import read_snapshot
    from otternauts_desktop.ui.cluster_page import ClusterPage
    from otternauts_desktop.ui.cluster_tree_model import ClusterSeen
    from otternauts_desktop.ui.main_window import MainWindow
    from otternauts_desktop.ui.places import cluster_place
    from otternauts_desktop.ui.theme import theme
    from tests.ui.acme import NOW, large_lists

    app = QApplication.instance() or QApplication([])
    assert isinstance(app, QApplication)
    theme().apply(app)
    window, page = MainWindow(), ClusterPage()
    window.add_page(page)
    window.show()

    def seen(number: int, changed: list[int]) -> ClusterSeen:
        lists = large_lists(SERVICES, REPLICAS, changed, nodes=10)
        cluster = Cluster(ClusterId(f"c{number}"), f"acme-{number}", f"swarm{number}")
        return ClusterSeen(cluster, read_snapshot(**lists, taken_at=NOW, via="node-1"))

    window.tree_model.show_clusters([seen(number, []) for number in range(CLUSTERS)])
    window.show_page(cluster_place(ClusterId("c0")), page, ["acme-0"])
    page.show_cluster(seen(0, []))
    window.tree.view.expandAll()
    app.processEvents()
    settle()
    worst = 0.0
    for number in range(REFRESHES):
        now = seen(0, [(number * 7 + step) % SERVICES for step in range(number % 20)])
        started = time.perf_counter()
        window.tree_model.show_cluster(now)
        page.show_cluster(now)
        app.processEvents()
        worst = max(worst, time.perf_counter() - started)
    yield Figure(
        "refresh of one of 10 clusters (500 services, 5,000 tasks in all), tree wide open",
        worst * 1000,
        16,
        "ms",
        f"worst of {REFRESHES}",
    )
    yield from _scrolled(app, window, page)


def _scrolled(app: Any, window: Any, page: Any) -> Iterator[Figure]:
    """Scroll what is longest, step by step; each step is painted before the next."""
    for name, view in (("navigator", window.tree.view), ("fleets", page.fleet_view)):
        bar = view.verticalScrollBar()
        times = []
        for step in range(STEPS):
            started = time.perf_counter()
            bar.setValue(round(bar.maximum() * step / STEPS))
            view.viewport().repaint()
            app.processEvents()
            times.append(time.perf_counter() - started)
        times.sort()
        yield Figure(
            f"one step of scrolling the {name} with all of that in it",
            times[int(STEPS * 0.99)] * 1000,
            16,
            "ms",
            f"99th of {STEPS} steps, median {times[STEPS // 2] * 1000:.1f} ms",
        )
