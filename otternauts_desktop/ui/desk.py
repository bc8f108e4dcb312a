"""The desk: wires between panels and services. What a person asks for is done from here.

Panels never see each other or a service; services never see a panel.
"""

from collections.abc import Callable

from PySide6.QtCore import QObject

from otternauts_desktop.core.flight.progress import LaunchProgress
from otternauts_desktop.core.names import ClusterId
from otternauts_desktop.core.words import tr
from otternauts_desktop.ui import window_memory
from otternauts_desktop.ui.alerts_desk import AlertsDesk
from otternauts_desktop.ui.backup_desk import BackupDesk
from otternauts_desktop.ui.bridge import Bridge
from otternauts_desktop.ui.cluster_page import ClusterPage
from otternauts_desktop.ui.cluster_tree_model import ClusterSeen
from otternauts_desktop.ui.command_log_panel import CommandLogPanel
from otternauts_desktop.ui.comms_desk import CommsDesk
from otternauts_desktop.ui.crew import Crew
from otternauts_desktop.ui.doctor_desk import DoctorDesk
from otternauts_desktop.ui.doctor_page import DoctorPage
from otternauts_desktop.ui.evacuation_desk import EvacuationDesk
from otternauts_desktop.ui.fleet_desk import FleetDesk
from otternauts_desktop.ui.fleet_page import OVERVIEW, PLAN, FleetPage
from otternauts_desktop.ui.gauges_desk import GaugesDesk
from otternauts_desktop.ui.help_desk import HelpDesk
from otternauts_desktop.ui.ingress_desk import IngressDesk
from otternauts_desktop.ui.jobs_desk import JobsDesk
from otternauts_desktop.ui.jobs_panel import JobsPanel
from otternauts_desktop.ui.leaving import may_leave
from otternauts_desktop.ui.log_console import LogConsole
from otternauts_desktop.ui.main_window import MainWindow
from otternauts_desktop.ui.membership_desk import MembershipDesk
from otternauts_desktop.ui.outpost_desk import OutpostDesk
from otternauts_desktop.ui.outpost_page import OutpostPage
from otternauts_desktop.ui.place_menus import PlaceMenus
from otternauts_desktop.ui.places import (
    WELCOME,
    Place,
    PlaceKind,
    cluster_place,
    fleet_place,
    service_place,
)
from otternauts_desktop.ui.reaching_desk import ReachingDesk
from otternauts_desktop.ui.registry_desk import RegistryDesk
from otternauts_desktop.ui.scroll_memory import ScrollMemory
from otternauts_desktop.ui.service_page import ServicePage
from otternauts_desktop.ui.status_desk import StatusDesk
from otternauts_desktop.ui.storage_desk import StorageDesk
from otternauts_desktop.ui.targets import place_of, place_text
from otternauts_desktop.ui.tasks import Tasks
from otternauts_desktop.ui.tour_desk import TourDesk
from otternauts_desktop.ui.values_desk import ValuesDesk


class Desk(QObject):
    """Lives as long as the window. `close` ends all that it started."""

    def __init__(self, window: MainWindow, crew: Crew, quit_program: Callable[[], None]) -> None:
        super().__init__(window)
        self._window = window
        self._crew = crew
        self._quit = quit_program
        self.tasks = Tasks(self, window.notice.show_error)
        self.bridge = Bridge(crew.facts, self)

        self.cluster_page, self.outpost_page = ClusterPage(), OutpostPage()
        self.service_page = ServicePage()
        self.fleet_page = FleetPage()
        self.menus = PlaceMenus(window)
        self.membership = MembershipDesk(window, crew, self.tasks)
        self.outposts = OutpostDesk(window, crew, self.tasks)
        self.status = StatusDesk(window, crew)
        self.help = HelpDesk(window, crew, self.tasks)
        self.backups = BackupDesk(window, crew, self.tasks)
        self.values = ValuesDesk(window, crew, self.tasks)
        self.fleets = FleetDesk(window, crew, self.fleet_page, self.tasks)
        self._scrolls = ScrollMemory(window.pages)
        self.tour = TourDesk(window, crew, self.outposts, self.cluster_page, self.fleet_page)
        self.console = LogConsole()
        self.comms = CommsDesk(window, crew, self.console, self.tasks)
        self.command_log = CommandLogPanel(crew.outposts.ssh_line)
        self.jobs_panel = JobsPanel()
        self.jobs = JobsDesk(window, crew, self.jobs_panel, self.tasks)
        self.gauges = GaugesDesk(window, crew, self.tasks, self.outpost_page, self.service_page)
        self.ingress = IngressDesk(window, crew, self.cluster_page.ingress, self.tasks)
        self.evacuation = EvacuationDesk(window, crew, self.tasks)
        self.registries = RegistryDesk(window, crew, self.tasks)
        self.doctor_page = DoctorPage()
        self.doctor = DoctorDesk(window, crew, self.doctor_page, self.tasks)
        self.storage = StorageDesk(window, crew, self.tasks)
        self.reaching = ReachingDesk(window, crew, self.tasks)
        self.alerts = AlertsDesk(window, crew, self.tasks, self.bridge)
        self._pages = (
            *(self.cluster_page, self.outpost_page, self.service_page, self.fleet_page),
            *(self.doctor_page, self.storage.page, self.alerts.page),
        )
        self._single = {
            PlaceKind.DOCTOR: (tr("Network doctor"), self.doctor_page, self.doctor.show),
            PlaceKind.STORAGE: (tr("Storage"), self.storage.page, self.storage.show),
            PlaceKind.ALERTS: (tr("Alerts"), self.alerts.page, self.alerts.show),
        }
        for page in self._pages:
            window.add_page(page)
            page.header.remedy_requested.connect(self.outposts.mend)
            self.menus.belong_to(page.header)
        for panel in (self.console, self.command_log, self.jobs_panel):
            window.dock.add_panel(panel)
        for entry in crew.command_log.entries():
            self.command_log.add(entry)

        self._register()
        self._wire()
        window_memory.restore(window, crew.settings)
        self.show_clusters()
        self.alerts.begin()
        for cluster in crew.outposts.clusters():
            crew.telemetry.watch(cluster.id)
        self.jobs.go_on()
        self.fleets.go_on()
        self._start_place()

    def _register(self) -> None:
        """What can be done with what is in view, beside what the frame can do."""
        window, fleets, tasks = self._window, self.fleets, self.tasks
        add = window.actions_.add

        add(
            "cluster.overview",
            "Cluster",
            tr("Mission control"),
            lambda: self.go(cluster_place(self._cluster_id)),
            keys="Ctrl+Home",
            available=lambda: bool(self._cluster_id),
        )
        add("cluster.reconnect", "Cluster", tr("Reconnect now"), self.refresh)
        for desk in (self.outposts, self.registries, self.evacuation, self.membership, self.comms):
            desk.register()
        add(
            "help.tour",
            "Help",
            tr("Tour of the flight simulator"),
            lambda: tasks.start(self.tour.begin(), key="sim"),
        )
        add("settings", "File", tr("Settings…"), self.help.show_settings, keys="Ctrl+,")
        self.help.register()
        self.backups.register()
        self.values.register()
        fleets.register()
        add(
            "fleet.comms",
            "Fleet",
            tr("Comms of what is in view"),
            self.comms.open_in_view,
            keys="Ctrl+L",
            available=lambda: window.place.kind in (PlaceKind.FLEET, PlaceKind.SERVICE),
        )
        more = (self.jobs, self.doctor, self.storage, self.alerts, self.reaching, self.ingress)
        for other in more:
            other.register()
        window.actions_.keys_changed.connect(
            lambda action, keys: self._crew.settings.put(f"keys.{action}", keys)
        )
        kept = {e.id: self._crew.settings.get(f"keys.{e.id}") for e in window.actions_.all()}
        window.actions_.take_keys({name: k for name, k in kept.items() if isinstance(k, str)})
        window.build_menus()

    def _wire(self) -> None:
        window, bridge = self._window, self.bridge
        bridge.clusters_changed.connect(self.show_clusters)
        bridge.swarm_observed.connect(self._cluster_moved)
        bridge.cluster_lost.connect(self._cluster_moved)
        bridge.link_moved.connect(self._connection_moved)
        bridge.launch_moved.connect(self._launch_moved)
        bridge.launched_elsewhere.connect(self.fleets.launched_elsewhere)
        bridge.job_moved.connect(self.jobs.job_moved)
        bridge.job_moved.connect(self.outposts.job_moved)
        bridge.job_moved.connect(self.storage.job_moved)
        bridge.command_ran.connect(self.command_log.add)
        window.place_chosen.connect(self.go)
        window.add_outpost_requested.connect(lambda: self.tasks.start(self.outposts.add_outpost()))
        window.import_requested.connect(lambda: self.tasks.start(self.outposts.import_hosts()))
        window.simulator_requested.connect(lambda: self.tasks.start(self.simulate(), key="sim"))
        window.file_dropped.connect(lambda path: self.tasks.start(self.fleets.new_fleet(path)))
        window.new_fleet_requested.connect(lambda: self.tasks.start(self.fleets.new_fleet()))
        window.refresh_requested.connect(self.refresh)
        window.about_requested.connect(self.help.show_about)
        window.palette_requested.connect(self.help.open_palette)
        window.shortcuts_requested.connect(self.help.show_shortcuts)
        for asks in (window.closing, self.backups.leave_requested):
            asks.connect(lambda: self.tasks.start(self._leave(), key="leave"))
        cluster_page, fleet_page = self.cluster_page, self.fleet_page
        cluster_page.place_chosen.connect(self.go)
        cluster_page.new_fleet_requested.connect(window.new_fleet_requested)
        cluster_page.add_outpost_requested.connect(window.add_outpost_requested)
        cluster_page.remove_requested.connect(
            lambda: self.tasks.start(self.outposts.forget_cluster())
        )
        for desk in (self.ingress, self.evacuation, self.membership, self.outposts, self.storage):
            desk.job_started.connect(self.jobs.follow)
        for page in (cluster_page, self.outpost_page):
            page.action_requested.connect(window.actions_.run)
        self.status.moved.connect(self._connection_moved)
        self.status.remedy_requested.connect(self.outposts.mend)
        self.outpost_page.add_requested.connect(self.outposts.add_shown_node)
        self.outpost_page.forget_requested.connect(
            lambda: self.tasks.start(self.outposts.forget_outpost())
        )
        self.service_page.comms_requested.connect(self.comms.open)
        self.service_page.fleet_requested.connect(
            lambda fleet: self.go(fleet_place(self._cluster_id, fleet))
        )
        fleet_page.comms_requested.connect(lambda v: self.comms.open(fleet_page.fleet, v))
        fleet_page.service_chosen.connect(
            lambda service: self.go(service_place(self._cluster_id, service))
        )
        for panel in (fleet_page.explain, self.service_page.explain):
            panel.lines_requested.connect(
                lambda task, panel=panel: self.tasks.start(
                    self.comms.last_lines(panel, task), key="last lines"
                )
            )
        self.fleets.fleets_changed.connect(self.show_clusters)
        plans = self.fleets.plans
        self.values.values_changed.connect(
            lambda: self.tasks.start(plans.load_values(), key="values")
        )
        plans.values_kept.connect(lambda: self.tasks.start(self.values.offer_recovery_key()))
        self.outposts.forgotten.connect(self._start_place)
        self.outposts.added.connect(lambda id_: self.tasks.start(self.ingress.offer(id_)))
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
        self.status.show_status()

    def _cluster_moved(self, cluster_id: str) -> None:
        cluster = self._crew.cluster(cluster_id)
        if cluster is None:
            return
        self._window.tree_model.show_cluster(self._crew.seen(cluster))
        if cluster_id == self._cluster_id:
            self._show_place()
            self.status.show_status()
            self.status.show_trouble()

    def _connection_moved(self, cluster_id: str) -> None:
        cluster = self._crew.cluster(cluster_id)
        if cluster is None:
            return
        seen = self._crew.seen(cluster)
        self._window.tree_model.show_connection(seen)
        if cluster_id == self._cluster_id:
            if self._window.place.kind is PlaceKind.OUTPOST:
                self._show_place()
            self._show_connection(seen)
            self.status.show_status()
            self.status.show_trouble()

    def _launch_moved(self, progress: LaunchProgress) -> None:
        self.fleets.launch_moved(progress)
        self.status.show_status()

    # -- places ------------------------------------------------------------------------------

    def _start_place(self) -> None:
        """Where the person left off, where that is still there."""
        clusters = self._crew.outposts.clusters()
        kept, scrolls = (self._crew.settings.get(f"window.{n}") for n in ("place", "scrolls"))
        if isinstance(scrolls, str):
            self._scrolls.take(scrolls)
        place = place_of(kept) if isinstance(kept, str) else None
        if place is not None and self._crew.cluster(place.cluster_id) is not None:
            self.go(place)
            tab = self._crew.settings.get("window.tab")
            if place.kind is PlaceKind.FLEET and tab in (OVERVIEW, PLAN):
                self.fleet_page.show_tab(tab)
            return
        self.go(cluster_place(clusters[0].id) if clusters else WELCOME)

    def go(self, place: Place) -> None:
        """Show a place; one that is gone leads to its cluster, or to the first screen."""
        self.fleets.plans.keep_draft()
        window = self._window
        self._scrolls.leave()
        window.status.cursor_label.setText("")
        cluster = self._crew.cluster(place.cluster_id)
        if place.kind is PlaceKind.WELCOME or cluster is None:
            window.show_page(WELCOME, window.welcome, [tr("Welcome")])
            self.tasks.start(self.outposts.count_hosts(), key="hosts")
            return
        name = place.name
        if place.kind is PlaceKind.CLUSTER:
            window.show_page(place, self.cluster_page, [cluster.name, tr("Mission control")])
        elif place.kind in self._single:
            title, page, _ = self._single[place.kind]
            window.show_page(place, page, [cluster.name, title])
        elif place.kind is PlaceKind.OUTPOST:
            shown = self._crew.seen(cluster).name_of_id(name)
            window.show_page(place, self.outpost_page, [cluster.name, tr("Outposts"), shown])
        elif place.kind is PlaceKind.FLEET:
            window.show_page(place, self.fleet_page, [cluster.name, tr("Fleets"), name])
            self.fleets.open(cluster, name, place.tab)
        else:
            snapshot = self._crew.telemetry.snapshot(cluster.id)
            service = snapshot.service_by_id.get(name) if snapshot else None
            crumbs = [service.fleet, service.vessel] if service else [name]
            window.show_page(place, self.service_page, [cluster.name, *crumbs])
        self._show_place()
        self._scrolls.arrive(place)
        self.status.show_status()
        self.status.show_trouble()

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
        elif place.kind in self._single:
            self._single[place.kind][2]()
        elif place.kind is PlaceKind.OUTPOST:
            self.outpost_page.show_outpost(seen, place.name)
        elif place.kind is PlaceKind.SERVICE:
            self.service_page.show_service(seen, place.name)
        elif place.kind is PlaceKind.FLEET:
            drafted = place.name in seen.drafts
            launch = self.fleets.newest_launch(cluster.id, place.name)
            self.fleet_page.show_fleet(seen, place.name, launch, drafted=drafted)
        self.gauges.show(seen)
        self._show_connection(seen)

    def _show_connection(self, seen: ClusterSeen) -> None:
        """Say in the head of the page in front how the connection stands."""
        place, connection = self._window.place, seen.connection
        if place.kind is PlaceKind.OUTPOST and connection.well:
            connection = seen.link_to(place.name) or connection
        for page in self._pages:
            page.header.show_connection(connection)

    # -- what more than one panel asks for ---------------------------------------------------

    async def simulate(self) -> None:
        """Open the flight simulator and go there."""
        await self.outposts.simulate()
        self.tour.offer()

    def open_comms(self, fleet: str, vessel: str) -> None:
        """Show the log of a vessel of the cluster in view, or of the whole fleet."""
        self.comms.open(fleet, vessel)

    def refresh(self) -> None:
        """Read again now, and reconnect what is not connected."""
        for cluster in self._crew.outposts.clusters():
            self._crew.outposts.reconnect(cluster.id)
        if self._window.place.kind is PlaceKind.FLEET:
            self.fleets.plans.preview()

    # -- the rest ----------------------------------------------------------------------------

    async def _leave(self) -> None:
        """Keep what is to be kept, then end the program."""
        self.fleets.plans.keep_draft()
        if not await may_leave(self._crew, self._window):
            self.backups.wanted = None
            return
        settings, window = self._crew.settings, self._window
        window_memory.keep(window, settings)
        settings.put("window.place", place_text(window.place))
        self._scrolls.leave()
        settings.put("window.tab", self.fleet_page.tabs.currentIndex())
        settings.put("window.scrolls", self._scrolls.text())
        self.help.keep()
        self._quit()

    async def close(self) -> None:
        """End all that was started."""
        self.status.close()
        self.alerts.close()
        self.fleets.plans.keep_draft()
        self.bridge.close()
        await self.tasks.close()
