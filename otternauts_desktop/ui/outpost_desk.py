"""The wires around servers and clusters: adding, importing, simulating, forgetting."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import aclosing
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from otternauts_desktop.core.errors import (
    AuthenticationFailed,
    BadName,
    KeyUnusable,
    KnownError,
    PassphraseNeeded,
)
from otternauts_desktop.core.flight.commands import allow_key
from otternauts_desktop.core.flight.job import Job, JobState
from otternauts_desktop.core.kept_errors import SecretMissing
from otternauts_desktop.core.names import ClusterId, OutpostId
from otternauts_desktop.core.swarm.cluster import Jump, Login, Outpost
from otternauts_desktop.core.words import tr
from otternauts_desktop.ui.ask import ask
from otternauts_desktop.ui.connection import Connection, Remedy
from otternauts_desktop.ui.crew import Crew
from otternauts_desktop.ui.main_window import MainWindow
from otternauts_desktop.ui.places import cluster_place
from otternauts_desktop.ui.tasks import Tasks
from otternauts_desktop.ui.unlocking import Unlocking

if TYPE_CHECKING:
    from otternauts_desktop.ui.dialogs.add_outpost import AddOutpost
    from otternauts_desktop.ui.dialogs.log_in import LogIn

_Start = Callable[..., None]
"""Starts a coroutine function, under a key if one is given."""


class OutpostDesk(QObject):
    """Asks, and lets the services do it."""

    forgotten = Signal()
    """The cluster in view is no longer known."""
    job_started = Signal(str)
    """A job's id, which should be brought into view."""
    added = Signal(str)
    """The id of the cluster that has one outpost more."""

    def __init__(self, window: MainWindow, crew: Crew, tasks: Tasks) -> None:
        super().__init__(window)
        self._window = window
        self._crew = crew
        self._tasks = tasks
        self._unlocking = Unlocking(crew.keys, window)

    def mend(self, connection: Connection) -> None:
        """Do what helps a connection that is not as it should be."""
        outpost_id = connection.outpost_id
        if connection.remedy is Remedy.COMPARE and outpost_id:
            self._tasks.start(self.compare_fingerprints(outpost_id), key="compare")
        elif connection.remedy.takes_a_person and outpost_id:
            self._tasks.start(self._log_in_again(outpost_id), key="log in")
        else:
            self._window.refresh_requested.emit()

    async def _log_in_again(self, outpost_id: OutpostId) -> None:
        """Try to log in, asking for passphrases; where the key is refused, ask for another way."""
        try:
            await self._unlocking.run(partial(self._crew.outposts.log_in, outpost_id))
        except PassphraseNeeded:
            raise
        except (AuthenticationFailed, KeyUnusable, SecretMissing) as error:
            await self.change_login(self._crew.outposts.outpost(outpost_id), error)

    def _changed_in_view(self) -> Connection | None:
        """The connection to a server of the cluster in view that shows another fingerprint."""
        cluster = self._crew.cluster(self._window.place.cluster_id)
        links = self._crew.seen(cluster).links.values() if cluster else ()
        return next((link for link in links if link.remedy is Remedy.COMPARE), None)

    def _compare_in_view(self) -> None:
        if changed := self._changed_in_view():
            self.mend(changed)

    async def count_hosts(self) -> None:
        """Say on the first screen how many hosts there are to import."""
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

        dialog = AddOutpost(login, self._ways(), self._window)
        start = self._wired(dialog)
        dialog.add_requested.connect(
            lambda wanted, key, name: start(lambda: self._add(dialog, wanted, key, name))
        )
        dialog.set_up_wanted.connect(lambda: self._offer_set_up(dialog))
        dialog.check_requested.connect(
            lambda wanted, key: start(lambda: self._check(dialog, wanted, key), "check")
        )
        dialog.set_up_requested.connect(
            lambda wanted, key, name: start(lambda: self._set_up(dialog, wanted, key, name))
        )
        await self._ask_login(dialog)

    async def change_login(self, outpost: Outpost, error: KnownError | None = None) -> None:
        """Ask how to log in to an outpost from now on, and try it; `error` says why."""
        from otternauts_desktop.ui.dialogs.change_login import ChangeLogin

        dialog = ChangeLogin(outpost, self._ways(without=outpost.id), self._window)
        if error is not None:
            dialog.show_error(error)
        start = self._wired(dialog)

        async def change(login: Login, host_key: str) -> None:
            await self._crew.outposts.change_login(outpost.id, login, host_key)
            dialog.accept()
            words = tr("{outpost} is logged in to as {login}.", outpost=outpost.name, login=login)
            self._window.toast.say(words)

        dialog.change_requested.connect(lambda login, key: start(lambda: change(login, key)))
        await self._ask_login(dialog)

    def _ways(self, without: str = "") -> list[tuple[str, Jump]]:
        """The outposts that one can go through, by name."""
        return [
            (outpost.name, Jump(outpost.login, outpost.host_key))
            for cluster in self._crew.outposts.clusters()
            for outpost in self._crew.outposts.outposts(cluster.id)
            if outpost.id != without
        ]

    def _wired(self, dialog: "LogIn") -> "_Start":
        """Do what a dialog needs to log in; gives what starts more of its work."""
        tasks = Tasks(dialog, dialog.show_error)
        unlocking = Unlocking(self._crew.keys, dialog)

        def start(work: Callable[[], Awaitable[None]], key: str = "") -> None:
            tasks.start(unlocking.run(work), key=key)

        dialog.form.hosts_requested.connect(lambda: start(lambda: self._choose_host(dialog)))
        dialog.form.keys.make_requested.connect(lambda: start(lambda: self._make_key(dialog)))
        dialog.scan_requested.connect(lambda: start(lambda: self._scan(dialog)))
        dialog.finished.connect(lambda _: tasks.cancel_all())
        return start

    async def _ask_login(self, dialog: "LogIn") -> None:
        """Wait until it is closed. Keys that it kept and that came to no use are forgotten."""
        used = dialog.used_keys if await ask(dialog) else frozenset()
        for name in dialog.form.keys.kept_here:
            if name not in used:
                await self._crew.keys.forget(name)

    async def _choose_host(self, dialog: "LogIn") -> None:
        from otternauts_desktop.ui.dialogs.ssh_hosts import SshHosts

        logins = await asyncio.to_thread(self._crew.outposts.ssh_config_logins)
        hosts = SshHosts(logins, dialog)
        if await ask(hosts) and hosts.chosen is not None:
            dialog.form.show_login(hosts.chosen)

    async def _make_key(self, dialog: "LogIn") -> None:
        host, user = dialog.form.host.text().strip(), dialog.form.user.text().strip()
        name, facts = await self._crew.keys.make(f"otternauts@{host}".rstrip("@"))
        where = f"{user}@{host}" if user and host else tr("the server")
        dialog.form.keys.show_made(name, allow_key(facts.public_line).line(), where)

    def _offer_set_up(self, dialog: "AddOutpost") -> None:
        clusters = [(c.id, c.name) for c in self._crew.outposts.clusters()]
        dialog.show_set_up(clusters, self._window.place.cluster_id)

    async def _check(self, dialog: "AddOutpost", login: Login, host_key: str) -> None:
        cluster = self._crew.cluster(dialog.set_up.cluster_id)
        peers = self._crew.outposts.outposts(cluster.id) if cluster else ()
        name = dialog.name.text().strip()
        steps = self._crew.preflight.look_over(login, host_key, name=name, peers=peers)
        async with aclosing(steps):
            async for report in steps:
                dialog.set_up.show_progress(report.checks, report.doing)
        may_go_on = not report.failed or report.needs_newer_docker
        dialog.set_up.show_checks(report.checks, may_go_on=may_go_on)

    async def _set_up(self, dialog: "AddOutpost", login: Login, host_key: str, name: str) -> None:
        chosen = dialog.set_up
        taken = [c.name for c in self._crew.outposts.clusters()]
        if chosen.is_new and chosen.cluster_name in taken:
            raise BadName(detail=tr("{name} is another cluster.", name=chosen.cluster_name))
        job_id = self._crew.onboarding.start(
            login,
            host_key,
            name=name,
            cluster_name=chosen.cluster_id or chosen.cluster_name,
            role=chosen.chosen_role,
        )
        dialog.accept()
        self.job_started.emit(job_id)

    async def _scan(self, dialog: "LogIn") -> None:
        pasted = dialog.form.keys.pasted
        if pasted is not None:
            dialog.form.keys.show_kept(await self._crew.keys.keep(pasted))
        dialog.show_fingerprint(await self._crew.outposts.scan_host_key(dialog.next_hop()))

    async def _add(self, dialog: "AddOutpost", login: Login, host_key: str, name: str) -> None:
        added = await self._crew.outposts.add(
            login, host_key=host_key, name=name, take_over=dialog.take_over
        )
        dialog.accept()
        self._crew.telemetry.watch(added.cluster_id)
        self._window.place_chosen.emit(cluster_place(added.cluster_id))
        self._window.toast.say(tr("{outpost} is one of your outposts now.", outpost=added.name))
        self.added.emit(added.cluster_id)

    def job_moved(self, job: Job) -> None:
        """A job has come further: maybe one that has added an outpost."""
        if job.kind != "outpost.add" or job.state is not JobState.DONE:
            return
        for cluster in self._crew.outposts.clusters():
            for outpost in self._crew.outposts.outposts(cluster.id):
                login = outpost.login
                if (login.host, str(login.port)) == (job.arguments["host"], job.arguments["port"]):
                    self._crew.telemetry.watch(cluster.id)
                    self.added.emit(cluster.id)

    async def compare_fingerprints(self, outpost_id: OutpostId) -> None:
        """A server shows another host key: let the person compare, and trust it only then."""
        from otternauts_desktop.ui.dialogs.compare_fingerprints import CompareFingerprints

        outposts = self._crew.outposts
        outpost = outposts.outpost(outpost_id)
        confirmed = outposts.fingerprint_of(outpost.host_key)
        dialog = CompareFingerprints(outpost.name, confirmed, self._window)
        work = Tasks(dialog, dialog.show_error)
        shown: list[str] = []

        async def look() -> None:
            dialog.show_busy(tr("Asking {host} who it is…", host=outpost.login.host))
            scanned = await outposts.scan_host_key(outpost.login)
            shown.append(scanned.host_key)
            dialog.show_key(scanned)

        async def trust() -> None:
            await outposts.trust(outpost_id, shown[-1])
            dialog.accept()

        dialog.trust_requested.connect(lambda: work.start(trust()))
        dialog.finished.connect(lambda _: work.cancel_all())
        work.start(look())
        await ask(dialog)

    def add_shown_node(self) -> None:
        """Log in to the outpost that is shown, as to its neighbours."""
        cluster = self._crew.cluster(self._window.place.cluster_id)
        snapshot = self._crew.telemetry.snapshot(self._window.place.cluster_id)
        if cluster is None or snapshot is None:
            return
        node = snapshot.node_by_id.get(self._window.place.name)
        known = self._crew.outposts.outposts(cluster.id)
        like = known[0].login if known else Login("", "")
        address = node.address if node else ""
        login = Login(address, like.user, like.port, like.key_file, like.key_name, like.jump)
        self._tasks.start(self.add_outpost(login))

    async def simulate(self) -> None:
        """Open the flight simulator and go there."""
        for cluster in self._crew.outposts.clusters():
            if cluster.simulated and self._crew.telemetry.staleness(cluster.id).via:
                self._window.place_chosen.emit(cluster_place(cluster.id))
                return
        self._window.busy.setText(tr("Otto is warming up the flight simulator…"))
        try:
            cluster = await self._crew.practice()
        finally:
            self._window.busy.setText("")
        self._crew.telemetry.watch(cluster.id)
        self._window.place_chosen.emit(cluster_place(cluster.id))

    def register(self) -> None:
        """Add what can be done with outposts and clusters to the registry."""
        add, window, start = self._window.actions_.add, self._window, self._tasks.start

        def reached() -> bool:
            return self._crew.outpost_at(window.place) is not None

        def change_login() -> None:
            if outpost := self._crew.outpost_at(window.place):
                start(self.change_login(outpost))

        add(
            "cluster.forget",
            "Cluster",
            tr("Forget cluster…"),
            lambda: start(self.forget_cluster()),
            available=lambda: bool(window.place.cluster_id),
        )
        add(
            "outpost.compare",
            "Outpost",
            tr("Compare fingerprints…"),
            self._compare_in_view,
            available=lambda: self._changed_in_view() is not None,
        )
        add(
            "outpost.login",
            "Outpost",
            tr("Log in to this outpost…"),
            self.add_shown_node,
            available=lambda: self._crew.node_at(window.place) is not None and not reached(),
        )
        add(
            "outpost.change_login",
            "Outpost",
            tr("Change its login…"),
            change_login,
            available=reached,
        )
        add(
            "outpost.forget",
            "Outpost",
            tr("Forget this outpost"),
            lambda: start(self.forget_outpost()),
            available=reached,
        )

    async def forget_outpost(self) -> None:
        """Forget how the outpost that is shown is reached; the last one goes with its cluster."""
        outpost = self._crew.outpost_at(self._window.place)
        if outpost is None:
            return
        if len(self._crew.outposts.outposts(outpost.cluster_id)) == 1:
            await self.forget_cluster()
            return
        bring_back = await self._crew.outposts.remove_outpost(outpost)
        self._window.toast.say(
            tr("{outpost} is forgotten. It stays in the swarm.", outpost=outpost.name),
            undo=bring_back,
        )

    async def forget_cluster(self) -> None:
        """Forget the cluster that is shown, after asking."""
        from otternauts_desktop.ui.dialogs.confirm import Confirm

        cluster = self._crew.cluster(self._window.place.cluster_id)
        if cluster is None:
            return
        words = tr(
            "Its outposts and the drafts kept here are forgotten. "
            "Nothing changes on its servers, and everything there goes on."
        )
        if await ask(
            Confirm(
                tr("Forget {cluster}?", cluster=cluster.name), words, tr("Forget"), self._window
            )
        ):
            bring_back = await self._crew.outposts.remove_cluster(cluster.id)
            self.forgotten.emit()
            self._window.toast.say(
                tr("{cluster} is forgotten. Nothing changed on its servers.", cluster=cluster.name),
                undo=lambda: self._tasks.start(self._bring_back(cluster.id, bring_back)),
            )

    async def _bring_back(self, cluster_id: ClusterId, bring_back: Callable[[], None]) -> None:
        bring_back()
        self._crew.telemetry.watch(cluster_id)
        self._window.place_chosen.emit(cluster_place(cluster_id))
