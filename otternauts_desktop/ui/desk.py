"""The desk: wires between panels and services. What a person asks for is done from here.

Panels never see each other or a service; services never see a panel.
"""

import asyncio
import time
from collections.abc import Callable
from contextlib import aclosing
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject, QTimer
from PySide6.QtWidgets import QDialog

from otternauts_desktop.core.errors import KnownError
from otternauts_desktop.core.flight.progress import LaunchProgress
from otternauts_desktop.core.names import ClusterId
from otternauts_desktop.core.swarm.cluster import Cluster, LinkState, LinkStatus, Login, Outpost
from otternauts_desktop.ui.ask import ask
from otternauts_desktop.ui.bridge import Bridge
from otternauts_desktop.ui.cluster_page import ClusterPage
from otternauts_desktop.ui.cluster_tree_model import ClusterSeen
from otternauts_desktop.ui.command_log_panel import CommandLogPanel
from otternauts_desktop.ui.crew import Crew
from otternauts_desktop.ui.fleet_desk import FleetDesk
from otternauts_desktop.ui.fleet_page import OVERVIEW, PLAN, FleetPage
from otternauts_desktop.ui.log_console import LogConsole
from otternauts_desktop.ui.main_window import COMMS, MainWindow
from otternauts_desktop.ui.outpost_page import OutpostPage
from otternauts_desktop.ui.places import (
    WELCOME,
    Place,
    PlaceKind,
    cluster_place,
    fleet_place,
    service_place,
)
from otternauts_desktop.ui.service_page import ServicePage
from otternauts_desktop.ui.status_marks import HEALTHY, UNREACHABLE, WAITING, Mark
from otternauts_desktop.ui.targets import place_of, place_text, targets
from otternauts_desktop.ui.tasks import Tasks
from otternauts_desktop.ui.theme import Mode, theme
from otternauts_desktop.ui.times import age, clock

if TYPE_CHECKING:
    from otternauts_desktop.ui.dialogs.add_outpost import AddOutpost

CLOCK_MS: Final = 1000
RECENT: Final = 20
"""So many choices of the palette are shown first next time."""


class Desk(QObject):
    """Lives as long as the window. `close` ends all that it started."""

    def __init__(self, window: MainWindow, crew: Crew, quit_program: Callable[[], None]) -> None:
        super().__init__(window)
        self._window = window
        self._crew = crew
        self._quit = quit_program
        self.tasks = Tasks(self, window.notice.show_error)
        self.bridge = Bridge(crew.facts, self)

        self.cluster_page = ClusterPage()
        self.outpost_page = OutpostPage()
        self.service_page = ServicePage()
        self.fleet_page = FleetPage()
        self.fleets = FleetDesk(window, crew, self.fleet_page, self.tasks)
        self.console = LogConsole()
        self.command_log = CommandLogPanel()
        for page in (self.cluster_page, self.outpost_page, self.service_page, self.fleet_page):
            window.add_page(page)
        window.add_dock(self.console)
        window.add_dock(self.command_log)
        for entry in crew.command_log.entries():
            self.command_log.add(entry)

        self._clock = QTimer(self)
        self._clock.setInterval(CLOCK_MS)
        self._clock.timeout.connect(self._show_status)
        self._clock.start()
        self._recent: list[str] = []
        self._told_lost: tuple[ClusterId, str] | None = None
        self._register()
        self._wire()
        self._restore()
        self.show_clusters()
        for cluster in crew.outposts.clusters():
            crew.telemetry.watch(cluster.id)
        self._start_place()

    def _register(self) -> None:
        """What can be done with what is in view, beside what the frame can do."""
        window, fleets, tasks = self._window, self.fleets, self.tasks
        add = window.actions_.add

        def in_view(*kinds: PlaceKind) -> Callable[[], bool]:
            return lambda: window.place.kind in kinds

        fleet = in_view(PlaceKind.FLEET)
        add(
            "cluster.overview",
            "Cluster",
            "Mission control",
            self._go_to_cluster,
            keys="Ctrl+Home",
            available=lambda: bool(self._cluster_id),
        )
        add("cluster.reconnect", "Cluster", "Reconnect now", self.refresh)
        add(
            "cluster.forget",
            "Cluster",
            "Forget cluster…",
            lambda: tasks.start(self.forget_cluster()),
            available=lambda: bool(self._cluster_id),
        )
        add(
            "outpost.login",
            "Outpost",
            "Log in to this outpost…",
            self._add_shown_node,
            available=in_view(PlaceKind.OUTPOST),
        )
        add("settings", "File", "Settings…", self._show_settings, keys="Ctrl+,")
        add(
            "fleet.new",
            "Fleet",
            "New fleet…",
            window.new_fleet_requested.emit,
            keys="Ctrl+Shift+F",
            available=lambda: bool(self._crew.outposts.clusters()),
        )
        add(
            "fleet.overview",
            "Fleet",
            "Overview",
            lambda: self.fleet_page.show_tab(OVERVIEW),
            keys="Ctrl+1",
            available=fleet,
        )
        add("fleet.plan", "Fleet", "Flight plan", self._edit_plan, keys="Ctrl+2", available=fleet)
        add(
            "fleet.launch",
            "Fleet",
            "Launch…",
            lambda: tasks.start(fleets.launch(), key="launch"),
            keys="Ctrl+Return",
            available=fleet,
        )
        add(
            "fleet.variables",
            "Fleet",
            "Variables…",
            lambda: tasks.start(fleets.plans.ask_variables()),
            available=fleet,
        )
        add(
            "fleet.comms",
            "Fleet",
            "Comms of what is in view",
            self._comms_in_view,
            keys="Ctrl+L",
            available=in_view(PlaceKind.FLEET, PlaceKind.SERVICE),
        )
        add(
            "fleet.remove",
            "Fleet",
            "Remove fleet…",
            lambda: tasks.start(fleets.remove_fleet()),
            available=fleet,
        )
        window.actions_.keys_changed.connect(
            lambda action, keys: self._crew.settings.put(f"keys.{action}", keys)
        )
        kept = {e.id: self._crew.settings.get(f"keys.{e.id}") for e in window.actions_.all()}
        window.actions_.take_keys({name: k for name, k in kept.items() if isinstance(k, str)})
        window.build_menus()

    def _go_to_cluster(self) -> None:
        self.go(cluster_place(self._cluster_id))

    def _edit_plan(self) -> None:
        self.fleet_page.show_tab(PLAN)
        self.fleet_page.plan_tab.editor.setFocus()

    def _comms_in_view(self) -> None:
        place = self._window.place
        if place.kind is PlaceKind.FLEET:
            self.open_comms(place.name, "")
            return
        snapshot = self._crew.telemetry.snapshot(place.cluster_id)
        service = snapshot.service_by_id.get(place.name) if snapshot else None
        if service is not None:
            self.open_comms(service.fleet, service.vessel)

    def open_palette(self) -> None:
        """Show everything there is to go to and to do."""
        from otternauts_desktop.ui.palette import Palette

        self._window.actions_.refresh()
        palette = Palette(targets(self._window.actions_, self._crew), self._recent, self._window)
        palette.chosen.connect(self._chosen)
        palette.finished.connect(palette.deleteLater)
        palette.open_over(self._window)

    def _chosen(self, target_id: str) -> None:
        self._recent = [target_id, *(r for r in self._recent if r != target_id)][:RECENT]
        if place := place_of(target_id):
            self.go(place)
        else:
            self._window.actions_.run(target_id)

    def _show_shortcuts(self) -> None:
        from otternauts_desktop.ui.dialogs.shortcuts import Shortcuts

        self.tasks.start(_ask_only(Shortcuts(self._window.actions_, self._window)))

    def _wire(self) -> None:
        window, bridge = self._window, self.bridge
        bridge.clusters_changed.connect(self.show_clusters)
        bridge.swarm_observed.connect(self._cluster_moved)
        bridge.cluster_lost.connect(self._cluster_moved)
        bridge.link_moved.connect(self._link_moved)
        bridge.launch_moved.connect(self._launch_moved)
        bridge.command_ran.connect(self.command_log.add)
        window.place_chosen.connect(self.go)
        window.add_outpost_requested.connect(lambda: self.tasks.start(self.add_outpost()))
        window.import_requested.connect(lambda: self.tasks.start(self.import_hosts()))
        window.simulator_requested.connect(lambda: self.tasks.start(self.simulate(), key="sim"))
        window.file_dropped.connect(lambda path: self.tasks.start(self.fleets.new_fleet(path)))
        window.new_fleet_requested.connect(lambda: self.tasks.start(self.fleets.new_fleet()))
        window.refresh_requested.connect(self.refresh)
        window.about_requested.connect(self._about)
        window.palette_requested.connect(self.open_palette)
        window.shortcuts_requested.connect(self._show_shortcuts)
        window.closing.connect(lambda: self.tasks.start(self._leave(), key="leave"))
        cluster_page, fleet_page = self.cluster_page, self.fleet_page
        cluster_page.place_chosen.connect(self.go)
        cluster_page.new_fleet_requested.connect(window.new_fleet_requested)
        cluster_page.add_outpost_requested.connect(window.add_outpost_requested)
        cluster_page.remove_requested.connect(lambda: self.tasks.start(self.forget_cluster()))
        self.outpost_page.reconnect_requested.connect(self.refresh)
        self.outpost_page.add_requested.connect(self._add_shown_node)
        self.service_page.comms_requested.connect(self.open_comms)
        self.service_page.fleet_requested.connect(
            lambda fleet: self.go(fleet_place(self._cluster_id, fleet))
        )
        fleet_page.comms_requested.connect(lambda v: self.open_comms(fleet_page.fleet, v))
        fleet_page.service_chosen.connect(
            lambda service: self.go(service_place(self._cluster_id, service))
        )
        self.fleets.fleets_changed.connect(self.show_clusters)
        self.fleets.launch_shown.connect(self._show_place)

    # -- what is known -----------------------------------------------------------------------

    @property
    def _cluster_id(self) -> ClusterId:
        return self._window.place.cluster_id

    def show_clusters(self) -> None:
        """Show all clusters anew: one came or went."""
        clusters = self._crew.outposts.clusters()
        self._window.tree_model.show_clusters([self._crew.seen(cluster) for cluster in clusters])
        if self._window.place.kind is not PlaceKind.WELCOME:
            self._show_place()
        self._show_status()

    def _cluster_moved(self, cluster_id: str) -> None:
        cluster = self._crew.cluster(cluster_id)
        if cluster is None:
            return
        self._window.tree_model.show_cluster(self._crew.seen(cluster))
        if cluster_id == self._cluster_id:
            self._show_place()
            self._show_status()
            self._show_lost()

    def _link_moved(self, outpost_id: str) -> None:
        if self._window.place.kind is PlaceKind.OUTPOST:
            self._show_place()
        self._show_status()

    def _show_lost(self) -> None:
        """Say once that the cluster in view is lost, and take it back when it is found."""
        from otternauts_desktop.services import telemetry

        cluster_id = self._cluster_id
        staleness = self._crew.telemetry.staleness(cluster_id)
        cluster = self._crew.cluster(cluster_id)
        # Before the first read of this run nothing is wrong yet.
        known = staleness.lost not in ("", telemetry.NOT_READ_YET)
        lost = (cluster_id, staleness.lost) if cluster and known else None
        if lost == self._told_lost or not staleness.as_of:
            return
        self._told_lost = lost
        if lost is None or cluster is None:
            self._window.notice.hide()
            return
        self._window.notice.show_notice(
            "warn",
            f"{cluster.name} can't be read. What is shown is as of {clock(staleness.as_of)}.",
            staleness.lost,
            action="Reconnect now",
            do=self.refresh,
        )

    def _launch_moved(self, progress: LaunchProgress) -> None:
        self.fleets.launch_moved(progress)
        self._show_status()

    # -- places ------------------------------------------------------------------------------

    def _start_place(self) -> None:
        """Where the person left off, where that is still there."""
        clusters = self._crew.outposts.clusters()
        kept = self._crew.settings.get("window.place")
        place = place_of(kept) if isinstance(kept, str) else None
        if place is not None and self._crew.cluster(place.cluster_id) is not None:
            self.go(place)
            return
        self.go(cluster_place(clusters[0].id) if clusters else WELCOME)

    def go(self, place: Place) -> None:
        """Show a place; one that is gone leads to its cluster, or to the first screen."""
        self.fleets.plans.keep_draft()
        window = self._window
        window.cursor_label.setText("")
        cluster = self._crew.cluster(place.cluster_id)
        if place.kind is PlaceKind.WELCOME or cluster is None:
            window.show_page(WELCOME, window.welcome, ["Welcome"])
            self.tasks.start(self._count_hosts(), key="hosts")
            return
        name = place.name
        if place.kind is PlaceKind.CLUSTER:
            window.show_page(place, self.cluster_page, [cluster.name, "Mission control"])
        elif place.kind is PlaceKind.OUTPOST:
            snapshot = self._crew.telemetry.snapshot(cluster.id)
            shown = snapshot.node_name(name) if snapshot else name
            window.show_page(place, self.outpost_page, [cluster.name, "Outposts", shown])
        elif place.kind is PlaceKind.FLEET:
            window.show_page(place, self.fleet_page, [cluster.name, "Fleets", name])
            self.fleets.open(cluster, name, place.tab)
        else:
            snapshot = self._crew.telemetry.snapshot(cluster.id)
            service = snapshot.service_by_id.get(name) if snapshot else None
            crumbs = [service.fleet, service.vessel] if service else [name]
            window.show_page(place, self.service_page, [cluster.name, *crumbs])
        self._show_place()
        self._show_status()
        self._show_lost()

    def _show_place(self) -> None:
        """Fill the page in front with what is known now."""
        place = self._window.place
        cluster = self._crew.cluster(place.cluster_id)
        if cluster is None:
            if place.kind is not PlaceKind.WELCOME:
                self._start_place()
            return
        seen = self._crew.seen(cluster)
        if place.kind is PlaceKind.CLUSTER:
            self.cluster_page.show_cluster(seen)
        elif place.kind is PlaceKind.OUTPOST:
            outpost = self._outpost_of(seen, place.name)
            link = self._crew.outposts.link(outpost.id) if outpost else LinkStatus(LinkState.IDLE)
            self.outpost_page.show_outpost(seen, place.name, outpost, link)
        elif place.kind is PlaceKind.SERVICE:
            self.service_page.show_service(seen, place.name)
        elif place.kind is PlaceKind.FLEET:
            drafted = place.name in seen.drafts
            launch = self.fleets.newest_launch(cluster.id, place.name)
            self.fleet_page.show_fleet(seen, place.name, launch, drafted=drafted)

    def _outpost_of(self, seen: ClusterSeen, node_id: str) -> Outpost | None:
        return next((o for o in seen.outposts if o.node_id == node_id), None)

    # -- the status bar ----------------------------------------------------------------------

    def _show_status(self) -> None:
        window, crew = self._window, self._crew
        clusters = crew.outposts.clusters()
        cluster = self._crew.current(self._cluster_id)
        running = crew.launches.under_way()
        names = ", ".join(progress.fleet for progress in running)
        window.launches_label.setText(f"Launching {names}" if running else "No launches running")
        simulated = any(c.simulated for c in clusters)
        window.simulator_label.setText("SIMULATOR" if simulated else "")
        if cluster is None:
            window.show_link(WAITING, "Not connected")
            window.ssh_label.setText("")
            return
        outposts = crew.outposts.outposts(cluster.id)
        links = [crew.outposts.link(outpost.id) for outpost in outposts]
        connected = sum(link.state is LinkState.CONNECTED for link in links)
        window.ssh_label.setText(f"SSH {connected} of {len(outposts)}")
        window.show_link(*_truth(cluster, crew, links))

    # -- outposts and clusters ---------------------------------------------------------------

    async def _count_hosts(self) -> None:
        logins = await asyncio.to_thread(self._crew.outposts.ssh_config_logins)
        self._window.welcome.show_hosts(len(logins))

    async def import_hosts(self) -> None:
        """Choose a host of the SSH configuration, and add it."""
        from otternauts_desktop.ui.dialogs.ssh_hosts import SshHosts

        logins = await asyncio.to_thread(self._crew.outposts.ssh_config_logins)
        dialog = SshHosts(logins, self._window)
        if await ask(dialog) and dialog.chosen is not None:
            await self.add_outpost(dialog.chosen)

    async def add_outpost(self, login: Login | None = None) -> None:
        """Ask how to log in, show the fingerprint, and adopt the swarm."""
        from otternauts_desktop.ui.dialogs.add_outpost import AddOutpost

        dialog = AddOutpost(login, self._window)
        work = Tasks(dialog, dialog.show_error)
        dialog.scan_requested.connect(lambda wanted: work.start(self._scan(dialog, wanted)))
        dialog.add_requested.connect(
            lambda wanted, key, name: work.start(self._add(dialog, wanted, key, name))
        )
        dialog.finished.connect(lambda _: work.cancel_all())
        await ask(dialog)

    async def _scan(self, dialog: "AddOutpost", login: Login) -> None:
        dialog.show_fingerprint(await self._crew.outposts.scan_host_key(login.host, login.port))

    async def _add(self, dialog: "AddOutpost", login: Login, host_key: str, name: str) -> None:
        added = await self._crew.outposts.add(login, host_key=host_key, name=name)
        dialog.accept()
        self._crew.telemetry.watch(added.cluster_id)
        self.go(cluster_place(added.cluster_id))
        self._window.toast.say(f"{added.name} is one of your outposts now.")

    def _add_shown_node(self) -> None:
        cluster = self._crew.cluster(self._cluster_id)
        snapshot = self._crew.telemetry.snapshot(self._cluster_id)
        if cluster is None or snapshot is None:
            return
        node = snapshot.node_by_id.get(self._window.place.name)
        known = self._crew.outposts.outposts(cluster.id)
        like = known[0].login if known else Login("", "")
        address = node.address if node else ""
        login = Login(address, like.user, like.port, like.key_file)
        self.tasks.start(self.add_outpost(login))

    async def simulate(self) -> None:
        """Open the flight simulator and go there."""
        for cluster in self._crew.outposts.clusters():
            if cluster.simulated and self._crew.telemetry.staleness(cluster.id).via:
                self.go(cluster_place(cluster.id))
                return
        self._window.busy.setText("Otto is warming up the flight simulator…")
        try:
            cluster = await self._crew.practice()
        finally:
            self._window.busy.setText("")
        self._crew.telemetry.watch(cluster.id)
        self.go(cluster_place(cluster.id))

    async def forget_cluster(self) -> None:
        """Forget the cluster that is shown, after asking."""
        from otternauts_desktop.ui.dialogs.confirm import Confirm

        cluster = self._crew.cluster(self._cluster_id)
        if cluster is None:
            return
        words = (
            "Its outposts and the drafts kept here are forgotten. "
            "Nothing changes on its servers, and everything there goes on."
        )
        if await ask(Confirm(f"Forget {cluster.name}?", words, "Forget", self._window)):
            await self._crew.outposts.remove_cluster(cluster.id)
            self._start_place()

    def refresh(self) -> None:
        """Read again now, and reconnect what is not connected."""
        for cluster in self._crew.outposts.clusters():
            self._crew.outposts.reconnect(cluster.id)
        if self._window.place.kind is PlaceKind.FLEET:
            self.fleets.plans.preview()

    # -- comms -------------------------------------------------------------------------------

    def open_comms(self, fleet: str, vessel: str) -> None:
        """Show the log of a vessel, or of the whole fleet."""
        self._window.open_dock(COMMS)
        self.console.clear()
        self.tasks.start(
            self._listen(self._cluster_id, fleet, vessel), key="comms", on_error=self._comms_failed
        )

    async def _listen(self, cluster_id: ClusterId, fleet: str, vessel: str) -> None:
        name = f"{fleet}/{vessel}" if vessel else fleet
        self.console.show_note(f"Listening to {name}")
        lines = self._crew.transmissions.follow(cluster_id, fleet, vessel or None)
        async with aclosing(lines):
            async for chunk in lines:
                self.console.append(chunk)
        self.console.show_note(f"The transmission of {name} has ended.")

    def _comms_failed(self, error: KnownError) -> None:
        self.console.show_note(error.text())

    # -- the rest ----------------------------------------------------------------------------

    def _about(self) -> None:
        from otternauts_desktop.ui.dialogs.about import About

        self.tasks.start(_ask_only(About(self._crew.version, self._window)))

    def _show_settings(self) -> None:
        from otternauts_desktop.ui.dialogs.settings import SettingsDialog

        dialog = SettingsDialog(self._crew.home, self._window)
        dialog.shortcuts_requested.connect(self._show_shortcuts)
        self.tasks.start(_ask_only(dialog))

    def _restore(self) -> None:
        settings = self._crew.settings
        geometry, mode = settings.get("window.geometry"), settings.get("window.theme")
        scale = settings.get("window.scale")
        if isinstance(geometry, str):
            self._window.restore_geometry_text(geometry)
        if isinstance(mode, str) and mode in list(Mode):
            theme().set_mode(Mode(mode))
        if isinstance(scale, (int, float)):
            theme().set_scale(float(scale))
        dock, recent = settings.get("window.dock"), settings.get("palette.recent")
        if isinstance(dock, int) and dock >= 0:
            self._window.open_dock(dock)
        if isinstance(recent, str):
            self._recent = [line for line in recent.split("\n") if line]

    async def _leave(self) -> None:
        """Keep what is to be kept, then end the program."""
        from otternauts_desktop.ui.dialogs.confirm import Confirm

        self.fleets.plans.keep_draft()
        running = self._crew.launches.under_way()
        if running:
            names = ", ".join(progress.fleet for progress in running)
            words = "Docker will finish it, but Otternauts will not watch it."
            title = f"{names} is still launching"
            if not await ask(Confirm(title, words, "Quit", self._window)):
                return
        settings = self._crew.settings
        settings.put("window.geometry", self._window.geometry_text())
        settings.put("window.theme", theme().mode.value)
        settings.put("window.scale", theme().scale)
        settings.put("window.dock", self._window.dock)
        settings.put("window.place", place_text(self._window.place))
        settings.put("palette.recent", "\n".join(self._recent))
        self._quit()

    async def close(self) -> None:
        """End all that was started."""
        self._clock.stop()
        self.fleets.plans.keep_draft()
        self.bridge.close()
        await self.tasks.close()


async def _ask_only(dialog: QDialog) -> None:
    await ask(dialog)


def _truth(cluster: Cluster, crew: Crew, links: list[LinkStatus]) -> tuple[Mark, str]:
    """What is true about the connection to a cluster: mark and words."""
    staleness = crew.telemetry.staleness(cluster.id)
    if not staleness.lost:
        took = f"{staleness.seconds * 1000:.0f} ms"
        old = time.time() - staleness.as_of
        late = f", read {age(old)} ago" if old > 15 else ""
        return HEALTHY, f"{cluster.name} via {staleness.via}  {took}{late}"
    if not staleness.as_of and not any(link.error for link in links):
        return WAITING, f"{cluster.name}: connecting"
    retries = [link for link in links if link.next_try_at]
    words = f"{cluster.name}: not reachable"
    if staleness.as_of:
        words += f", as of {clock(staleness.as_of)}"
    if retries:
        first = min(retries, key=lambda link: link.next_try_at)
        wait = max(first.next_try_at - time.time(), 0)
        words += f"; attempt {first.attempt}, next in {wait:.0f} s"
    return UNREACHABLE, words
