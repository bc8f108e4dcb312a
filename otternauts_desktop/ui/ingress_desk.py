"""The wires around the ingress of the cluster in view: launch, upgrade, certificates."""

import asyncio
from collections.abc import Callable
from typing import Final

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QFileDialog

from otternauts_desktop.core.errors import KnownError
from otternauts_desktop.core.fleet.traefik import IngressSettings
from otternauts_desktop.core.names import ClusterId
from otternauts_desktop.core.swarm.cluster import Cluster
from otternauts_desktop.core.swarm.domains import domains
from otternauts_desktop.core.words import tr
from otternauts_desktop.services.private_files import read_private, write_private
from otternauts_desktop.ui.ask import ask
from otternauts_desktop.ui.crew import Crew
from otternauts_desktop.ui.ingress_card import IngressCard
from otternauts_desktop.ui.main_window import MainWindow
from otternauts_desktop.ui.places import cluster_place
from otternauts_desktop.ui.tasks import Tasks

_NAME: Final = "acme.json"


class IngressDesk(QObject):
    """Asks, and lets the service do it."""

    job_started = Signal(str)
    """A job's id, which should be brought into view."""

    def __init__(self, window: MainWindow, crew: Crew, card: IngressCard, tasks: Tasks) -> None:
        super().__init__(window)
        self._window = window
        self._crew = crew
        self._tasks = tasks
        card.action_requested.connect(window.actions_.run)

    def register(self) -> None:
        """Add what can be done with the ingress to the registry."""
        add, start = self._window.actions_.add, self._tasks.start

        def in_cluster() -> bool:
            return bool(self._window.place.cluster_id)

        def runs() -> bool:
            seen = self._crew.ingress.seen(self._window.place.cluster_id)
            return seen is not None and seen.settings is not None

        def entry(id: str, title: str, do: Callable[[], object], fits: Callable[[], bool]) -> None:  # noqa: A002 - what it is
            add(id, "Cluster", title, do, available=fits)

        entry("ingress.launch", tr("Ingress…"), lambda: start(self.launch()), in_cluster)
        entry("ingress.check", tr("Certificates…"), lambda: start(self.check()), in_cluster)
        entry("ingress.upgrade", tr("Upgrade Traefik…"), lambda: start(self.upgrade()), runs)
        entry("ingress.backup", tr("Back up certificates…"), self.ask_backup, runs)
        entry("ingress.restore", tr("Put certificates back…"), self.ask_restore, runs)

    async def offer(self, cluster_id: ClusterId) -> None:
        """Say once of a cluster that it has no ingress yet, and lead to its settings."""
        cluster, key = self._crew.cluster(cluster_id), f"ingress.offered.{cluster_id}"
        if cluster is None or self._crew.settings.get(key) is not None:
            return
        await self._crew.telemetry.refresh(cluster_id)
        seen = self._crew.ingress.seen(cluster_id)
        if seen is None or seen.settings is not None or seen.foreign:
            return
        self._crew.settings.put(key, 1)
        self._window.notice.show_notice(
            "ok",
            tr("{cluster} has no ingress yet.", cluster=cluster.name),
            next_step=tr(
                "It brings visitors to the fleets of all outposts and has certificates issued for "
                "their domains. It is launched once per cluster, now or later."
            ),
            action=tr("Launch the ingress…"),
            do=lambda: self._tasks.start(self.launch_in(cluster_id)),
        )

    async def launch_in(self, cluster_id: ClusterId) -> None:
        """Go to a cluster, and ask for the settings of its ingress."""
        self._window.notice.hide()
        self._window.place_chosen.emit(cluster_place(cluster_id))
        await self.launch()

    # -- launching ---------------------------------------------------------------------------

    async def launch(self) -> None:
        """Ask for the settings, show what would change, and start the job."""
        from otternauts_desktop.ui.dialogs.ingress_settings import IngressDialog

        cluster = self._cluster()
        if cluster is None:
            return
        ingress = self._crew.ingress
        snapshot = await self._crew.telemetry.refresh(cluster.id)
        seen = ingress.seen(cluster.id)
        known = seen.settings if seen and seen.settings else IngressSettings("")
        managers = [node for node in snapshot.nodes if node.role == "manager"]
        pinned = next((node.id for node in seen.pinned) if seen else iter(()), "")
        leader = next((node.id for node in managers if node.leader), "")
        dialog = IngressDialog(
            cluster.name,
            known,
            managers,
            pinned or leader,
            network=seen is not None and seen.network,
            parent=self._window,
        )
        work = Tasks(dialog, dialog.show_error)

        def preview(settings: IngressSettings, node_id: str) -> None:
            try:
                ingress.pin(cluster.id, node_id, settings)
                dialog.show_plan(ingress.preview(cluster.id, settings).plan)
            except KnownError as error:
                dialog.show_no_plan(error)

        async def start(settings: IngressSettings, node_id: str) -> None:
            job_id = ingress.launch(cluster.id, settings, outpost=node_id)
            dialog.accept()
            self.job_started.emit(job_id)

        dialog.changed.connect(preview)
        dialog.launch_requested.connect(lambda s, node_id: work.start(start(s, node_id)))
        preview(dialog.settings(), pinned or leader)
        await ask(dialog)

    async def upgrade(self) -> None:
        """Ask for the version, and start the job."""
        from otternauts_desktop.ui.dialogs.ingress_upgrade import UpgradeIngress

        cluster = self._cluster()
        seen = self._crew.ingress.seen(cluster.id) if cluster else None
        if cluster is None or seen is None or seen.settings is None:
            return
        dialog = UpgradeIngress(seen.settings.image, self._window)
        if await ask(dialog):
            self.job_started.emit(self._crew.ingress.upgrade(cluster.id, dialog.image))

    # -- certificates ------------------------------------------------------------------------

    async def check(self) -> None:
        """Look whether certificates can be had, and why some were refused."""
        from otternauts_desktop.ui.dialogs.shields import ShieldsDialog

        cluster = self._cluster()
        if cluster is None:
            return
        ingress = self._crew.ingress
        dialog = ShieldsDialog(cluster.name, self._window)
        work = Tasks(dialog, dialog.show_error)

        async def look() -> None:
            dialog.show_busy(tr("Looking…"))
            snapshot = await self._crew.telemetry.refresh(cluster.id)
            found = await ingress.shields(cluster.id, domains(snapshot.services))
            dialog.show_troubles(found, await ingress.troubles(cluster.id))

        dialog.look_requested.connect(lambda: work.start(look(), key="look"))
        dialog.finished.connect(lambda _: work.cancel_all())
        work.start(look(), key="look")
        await ask(dialog)

    def ask_backup(self) -> None:
        """Ask for a file, and keep the certificates there."""
        if cluster := self._cluster():
            dialog = QFileDialog(self._window, tr("Keep the certificates in a file"))
            dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
            dialog.setOption(QFileDialog.Option.DontConfirmOverwrite)  # none is overwritten
            dialog.selectFile(f"{cluster.name}-{_NAME}")
            self._open(dialog, lambda path: self._tasks.start(self.back_up(cluster.id, path)))

    async def back_up(self, cluster_id: ClusterId, path: str) -> None:
        """Keep the certificates in a file that only its owner can read."""
        content = await self._crew.ingress.backup(cluster_id)
        await asyncio.to_thread(write_private, path, content)
        self._window.toast.say(
            tr("The certificates are kept in {path}. It holds private keys.", path=path)
        )

    def ask_restore(self) -> None:
        """Ask for a file with certificates."""
        if cluster := self._cluster():
            dialog = QFileDialog(self._window, tr("Choose a file with certificates"))
            dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
            self._open(dialog, lambda path: self._tasks.start(self.restore(cluster.id, path)))

    async def restore(self, cluster_id: ClusterId, path: str) -> None:
        """Put the certificates of a file back, after asking."""
        from otternauts_desktop.ui.dialogs.confirm import Confirm

        content = await asyncio.to_thread(read_private, path)
        words = tr(
            "What Traefik holds now is replaced by {path}. It restarts: for some seconds no "
            "domain answers.",
            path=path,
        )
        if not await ask(
            Confirm(tr("Put the certificates back?"), words, tr("Put back"), self._window)
        ):
            return
        self._window.busy.setText(tr("Putting the certificates back…"))
        try:
            await self._crew.ingress.restore(cluster_id, content)
        finally:
            self._window.busy.setText("")
        self._window.toast.say(tr("The certificates are back."))

    def _open(self, dialog: QFileDialog, do: Callable[[str], object]) -> None:
        dialog.fileSelected.connect(do)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _cluster(self) -> Cluster | None:
        return self._crew.cluster(self._window.place.cluster_id)
