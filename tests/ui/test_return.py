"""Coming back to a place, or to the program, finds everything where it was left."""

import asyncio
from pathlib import Path

from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtTest import QTest

from otternauts_desktop.core.swarm.cluster import Login
from otternauts_desktop.simulator.practice import open_practice_cluster
from otternauts_desktop.ui.cluster_tree import ClusterTree
from otternauts_desktop.ui.places import cluster_place, fleet_place
from tests.ui.seated import seated, shown

LONG = "services:\n" + "".join(f"  s{number}: {{image: nginx}}\n" for number in range(200))


def branches(tree: ClusterTree) -> dict[str, bool]:
    """Each branch that shows, and whether it is open."""
    model, found = tree.view.model(), {}

    def walk(parent: QModelIndex, path: str) -> None:
        for number in range(model.rowCount(parent)):
            index = model.index(number, 0, parent)
            if model.rowCount(index):
                here = f"{path}/{index.data()}"
                found[here] = tree.view.isExpanded(index)
                walk(index, here)

    walk(QModelIndex(), "")
    return found


async def test_a_place_is_scrolled_as_it_was(tmp_path: Path) -> None:
    async with seated(tmp_path) as (window, desk, control):
        await desk.simulate()
        (cluster,) = control.outposts.clusters()
        for fleet in ("long", "other"):
            control.launches.save_draft(cluster.id, fleet, LONG)
        editor = desk.fleet_page.plan_tab.editor
        desk.go(fleet_place(cluster.id, "long", "plan"))
        await asyncio.sleep(0.05)
        editor.go_to(150, 3)
        at = editor.verticalScrollBar().value()
        assert at > 50
        desk.go(fleet_place(cluster.id, "other", "plan"))
        await shown(lambda: editor.verticalScrollBar().value() == 0)
        desk.go(cluster_place(cluster.id))
        window.go_back()
        window.go_back()
        await shown(lambda: editor.verticalScrollBar().value() == at)
        assert editor.textCursor().blockNumber() == 149


async def test_a_filter_leaves_the_branches_as_they_were(tmp_path: Path) -> None:
    async with seated(tmp_path) as (window, desk, _control):
        await desk.simulate()
        before = branches(window.tree)
        assert True in before.values()
        assert False in before.values()
        QTest.keyClicks(window.tree.filter_field, "web")
        assert set(branches(window.tree).values()) == {True}
        QTest.keyClick(window.tree.filter_field, Qt.Key.Key_Escape)
        assert branches(window.tree) == before


async def test_the_program_opens_as_it_was_left(tmp_path: Path) -> None:
    async with open_practice_cluster(tmp_path / "far side") as practice:
        host = practice.hosts[0]
        login = Login(host.host, host.user, host.port, str(practice.key_file))
        async with seated(tmp_path / "home") as (window, desk, control):
            added = await control.outposts.add(login, host_key=host.host_key)
            control.launches.save_draft(added.cluster_id, "long", LONG)
            desk.go(fleet_place(added.cluster_id, "long", "plan"))
            await control.telemetry.refresh(added.cluster_id)
            await shown(lambda: len(branches(window.tree)) > 3)
            view, model = window.tree.view, window.tree.view.model()
            view.collapse(model.index(0, 0, model.index(0, 0)))
            view.expand(model.index(0, 0, model.index(1, 0, model.index(0, 0))))
            before = branches(window.tree)
            await asyncio.sleep(0.05)
            desk.fleet_page.plan_tab.editor.go_to(150, 3)
            at = desk.fleet_page.plan_tab.editor.verticalScrollBar().value()
            window.close()
            await asyncio.sleep(0.2)
        async with seated(tmp_path / "home") as (window, desk, _control):
            editor = desk.fleet_page.plan_tab.editor
            await shown(lambda: editor.isVisible() and editor.verticalScrollBar().value() == at)
            assert at > 50
            await shown(lambda: branches(window.tree) == before)
