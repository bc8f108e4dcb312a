"""The wires of the storage page: a look at the disks of a cluster, and a cleaning."""

from dataclasses import dataclass, field

from PySide6.QtCore import QObject, Signal

from otternauts_desktop.core.flight.cleaning import (
    VERSIONS_KEPT,
    CleaningPlan,
    mounting,
    wandering,
)
from otternauts_desktop.core.flight.job import Job, JobState
from otternauts_desktop.core.names import ClusterId
from otternauts_desktop.core.words import tr, trn
from otternauts_desktop.ui.ask import ask
from otternauts_desktop.ui.crew import Crew
from otternauts_desktop.ui.dialogs.confirm import Confirm
from otternauts_desktop.ui.main_window import MainWindow
from otternauts_desktop.ui.places import storage_place
from otternauts_desktop.ui.storage_page import StoragePage, bytes_text, warning_of
from otternauts_desktop.ui.tasks import Tasks


@dataclass
class Look:
    """The newest look at a cluster's disks."""

    plan: CleaningPlan | None = None
    chosen: set[str] = field(default_factory=set)
    looking: bool = False

    @property
    def wanted(self) -> CleaningPlan | None:
        """The plan with what was chosen."""
        return self.plan.choosing(self.chosen) if self.plan else None


class StorageDesk(QObject):
    """Remembers what was seen until the program ends."""

    job_started = Signal(str)
    """A job's id, which should be brought into view."""

    def __init__(self, window: MainWindow, crew: Crew, tasks: Tasks) -> None:
        super().__init__(window)
        self._window = window
        self._crew = crew
        self._tasks = tasks
        self.page = StoragePage()
        self.looks: dict[ClusterId, Look] = {}
        self.page.look_requested.connect(lambda: self._look(self._cluster_id))
        self.page.versions_chosen.connect(self._keep)
        self.page.toggled.connect(self._toggle)
        self.page.clean_requested.connect(lambda: tasks.start(self._clean(), key="clean"))

    def register(self) -> None:
        """Add it to the registry of actions."""
        self._window.actions_.add(
            "cluster.storage",
            "Cluster",
            tr("Storage…"),
            lambda: self._window.place_chosen.emit(storage_place(self._cluster_id)),
            available=lambda: bool(self._cluster_id),
        )

    def show(self) -> None:
        """Fill the page for the cluster in view; the first time its disks are looked at."""
        if self._cluster_id not in self.looks:
            self._look(self._cluster_id)
        self._show(self._cluster_id)

    def job_moved(self, job: Job) -> None:
        """After a cleaning the disks are looked at again."""
        over = job.state in (JobState.DONE, JobState.FAILED, JobState.CANCELLED)
        if job.kind == "cluster.clean" and over and job.lane in self.looks:
            self.looks[ClusterId(job.lane)].chosen.clear()
            self._look(ClusterId(job.lane))

    @property
    def _cluster_id(self) -> ClusterId:
        return self._window.place.cluster_id

    def _look(self, cluster_id: ClusterId) -> None:
        look = self.looks.setdefault(cluster_id, Look())
        kept = look.plan.kept_versions if look.plan else VERSIONS_KEPT
        self._tasks.start(self._plan(cluster_id, kept, anew=True), key=f"disks {cluster_id}")

    def _keep(self, versions: int) -> None:
        work = self._plan(self._cluster_id, versions, anew=False)
        self._tasks.start(work, key=f"disks {self._cluster_id}")

    async def _plan(self, cluster_id: ClusterId, kept: int, *, anew: bool) -> None:
        look = self.looks[cluster_id]
        look.looking = True
        self._show(cluster_id)
        try:
            disks = () if anew or look.plan is None else look.plan.disks
            look.plan = await self._crew.cleaning.plan(cluster_id, kept, disks=disks)
        finally:
            look.looking = False
            self._show(cluster_id)

    def _toggle(self, key: str) -> None:
        self.looks[self._cluster_id].chosen ^= {key}
        self._show(self._cluster_id)

    async def _clean(self) -> None:
        cluster_id = self._cluster_id
        plan = self.looks[cluster_id].wanted
        if plan is None or not plan.going:
            return
        number, size = len(plan.going), bytes_text(plan.freed)
        title = trn(
            "Remove {number} thing, {size}?", "Remove {number} things, {size}?", number, size=size
        )
        words = tr(
            "Each is removed by itself and without force: what is in use by then stays. Images of "
            "what flies and of the last {versions} versions of every fleet are kept.",
            versions=plan.kept_versions,
        )
        lost = warning_of(plan.going)
        said = f"{words}\n\n{lost}" if lost else words
        if await ask(Confirm(title, said, tr("Remove"), self._window)):
            self.job_started.emit(self._crew.cleaning.start(cluster_id, plan))

    def _show(self, cluster_id: ClusterId) -> None:
        cluster = self._crew.cluster(cluster_id)
        if self._window.place != storage_place(cluster_id) or cluster is None:
            return
        look, snapshot = self.looks[cluster_id], self._crew.telemetry.snapshot(cluster_id)
        plan, users, warnings = look.wanted, dict[str, str](), list[str]()
        if plan is not None and snapshot is not None:
            names = {volume.name for disk in plan.disks for volume in disk.volumes}
            users = {n: ", ".join(s.name for s in mounting(snapshot, n)) for n in names}
            warnings = [found.words for found in wandering(snapshot)]
        self.page.show_plan(
            cluster.name,
            plan,
            chosen=frozenset(look.chosen),
            users=users,
            warnings=warnings,
            looking=look.looking,
        )
