"""Outposts: meeting a server for the first time, adopting its swarm, and letting go of it."""

import uuid
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from otternauts_desktop.core.errors import (
    AlreadyAdded,
    AnotherServer,
    BadName,
    DockerForbidden,
    ManagesAnotherSwarm,
    NotASwarmManager,
    NothingFound,
)
from otternauts_desktop.core.events import ClustersChanged, CommandRan
from otternauts_desktop.core.flight.commands import ssh_line
from otternauts_desktop.core.kept_errors import VaultLocked
from otternauts_desktop.core.names import ClusterId, OutpostId
from otternauts_desktop.core.swarm.cluster import Cluster, Jump, LinkStatus, Login, Outpost
from otternauts_desktop.core.swarm.jumps import kept_keys, rerouted
from otternauts_desktop.core.swarm.state import Task
from otternauts_desktop.core.untrusted import shown
from otternauts_desktop.core.words import tr
from otternauts_desktop.services.bus import Bus
from otternauts_desktop.services.engine import Engine, not_a_manager, open_engine
from otternauts_desktop.services.keys import Keys
from otternauts_desktop.services.links import Links
from otternauts_desktop.services.ssh import ScannedKey, SshLink, fingerprint_of, scan_host_key
from otternauts_desktop.services.ssh_config import config_logins
from otternauts_desktop.services.store.clusters import ClusterRecords, ForgottenCluster
from otternauts_desktop.services.telemetry import Telemetry

LONGEST_NAME: Final = 63
"""As long as host names may be."""


class Outposts:
    """The servers, and the clusters that they make up."""

    def __init__(
        self,
        bus: Bus,
        links: Links,
        keys: Keys,
        clusters: ClusterRecords,
        telemetry: Telemetry,
    ) -> None:
        self._bus = bus
        self._links = links
        self._keys = keys
        self._clusters = clusters
        self._telemetry = telemetry
        self.practice_logins: Mapping[str, Login] = {}
        """The flight simulator's servers by name, those that can be added too; while it is open."""

    # -- asking ------------------------------------------------------------------------------

    def clusters(self) -> tuple[Cluster, ...]:
        """All clusters, in the order they were added."""
        return self._clusters.all()

    def cluster_named(self, name: str) -> Cluster:
        """The cluster of that name or id. Raises `NothingFound`, naming those there are."""
        for cluster in self.clusters():
            if name in (cluster.name, cluster.id):
                return cluster
        names = ", ".join(cluster.name for cluster in self.clusters()) or tr("none yet")
        raise NothingFound(
            detail=tr('There is no cluster "{name}". There are: {names}.', name=name, names=names)
        )

    def outposts(self, cluster_id: ClusterId) -> tuple[Outpost, ...]:
        """The outposts of a cluster, in the order they were added."""
        return self._clusters.outposts(cluster_id)

    def outpost(self, outpost_id: OutpostId) -> Outpost:
        """The outpost of that id. Raises `NothingFound`."""
        for cluster in self.clusters():
            for outpost in self.outposts(cluster.id):
                if outpost.id == outpost_id:
                    return outpost
        raise NothingFound(detail=tr("This outpost was forgotten."))

    def called(self, cluster_id: ClusterId, name: str) -> Outpost:
        """The outpost of that name. Raises `NothingFound`."""
        for outpost in self.outposts(cluster_id):
            if outpost.name == name:
                return outpost
        raise NothingFound(detail=tr("This outpost was forgotten."))

    def running(self, cluster_id: ClusterId, task: Task) -> Outpost:
        """The outpost that runs a task. Raises `NothingFound` where nobody logs in to it."""
        for outpost in self.outposts(cluster_id):
            if outpost.node_id == task.node_id:
                return outpost
        raise NothingFound(
            detail=tr("Otternauts does not log in to the outpost that runs this task."),
            next_step=tr("Add it: otternauts outpost add HOST"),
        )

    def ssh_line(self, entry: CommandRan) -> str:
        """An entry of the command log as a line for a terminal; as it is of an unknown outpost."""
        for cluster in self.clusters():
            for outpost in self.outposts(cluster.id):
                if outpost.name == entry.outpost:
                    return ssh_line(outpost.login, entry.command, sudo=outpost.sudo)
        return entry.command

    def fingerprint_of(self, host_key: str) -> str:
        """`SHA256:...` of a public host key, as `ssh-keygen -l` prints it."""
        return fingerprint_of(host_key)

    def link(self, outpost_id: OutpostId) -> LinkStatus:
        """What is true about the connection to an outpost now."""
        return self._links.status(outpost_id)

    def ssh_config_logins(self, config: Path | None = None) -> tuple[Login, ...]:
        """The hosts of the person's own OpenSSH configuration."""
        return config_logins(config or Path("~/.ssh/config").expanduser())

    # -- doing -------------------------------------------------------------------------------

    async def scan_host_key(self, login: Login) -> ScannedKey:
        """What the server shows as its identity, for the person to compare.

        Its jump host, if it has one, has to be confirmed already. Raises `OutpostError` where
        it can't be reached.
        """
        if login.jump is None:
            return await scan_host_key(login.host, login.port)
        through = await self._keys.connect(login.jump.login, login.jump.host_key)
        try:
            return await scan_host_key(login.host, login.port, through=through)
        finally:
            await through.close()

    async def add(
        self,
        login: Login,
        *,
        host_key: str,
        name: str = "",
        cluster_name: str = "",
        take_over: bool = True,
    ) -> Outpost:
        """Log in to a server whose host key was confirmed, and adopt the swarm it manages.

        A worker can be added where its cluster is known already. Nothing is changed on the
        server. Raises `OutpostError`; nothing is stored then. Without `take_over` that is
        `ManagesAnotherSwarm` for one that is no cluster yet, where there are others.
        """
        info, sudo = await self._asked(login, host_key)
        simulated = login in self.practice_logins.values()
        cluster, is_new = self._cluster_of(info, cluster_name, simulated=simulated)
        if is_new and not take_over and self.clusters():
            raise ManagesAnotherSwarm
        swarm = info["Swarm"]
        for other in self._clusters.outposts(cluster.id):
            if other.node_id == swarm["NodeID"]:
                raise AlreadyAdded(
                    detail=tr("It is {other} of {cluster}.", other=other.name, cluster=cluster.name)
                )
        if is_new:
            self._clusters.add(cluster)
        outpost = Outpost(
            id=OutpostId(uuid.uuid4().hex),
            cluster_id=cluster.id,
            name=name or shown(str(info.get("Name", ""))) or login.host,
            login=login,
            host_key=host_key,
            node_id=swarm["NodeID"],
            sudo=sudo,
        )
        self._clusters.add_outpost(outpost)
        self._bus.publish(ClustersChanged())
        return outpost

    async def try_login(self, login: Login, host_key: str) -> None:
        """Log in, and out again. Raises `OutpostError`."""
        link = await self._keys.connect(login, host_key)
        await link.close()

    async def log_in(self, outpost_id: OutpostId) -> None:
        """Try to log in, and connect what is not connected. Raises `OutpostError`."""
        outpost = self.outpost(outpost_id)
        await self.try_login(outpost.login, outpost.host_key)
        for cluster in self.clusters():
            self.reconnect(cluster.id)

    async def trust(self, outpost_id: OutpostId, host_key: str) -> None:
        """Take over the new host key of a server, which the person has compared, and reconnect.

        It is logged in to first: where that fails, `OutpostError` is raised and nothing stored.
        """
        outpost = replace(self.outpost(outpost_id), host_key=host_key)
        await self.try_login(outpost.login, host_key)
        self._clusters.update_outpost(outpost)
        await self._links.forget(outpost_id)
        self._links.retry_now(outpost)
        self._telemetry.wake(outpost.cluster_id)
        self._bus.publish(ClustersChanged())

    async def change_login(self, outpost_id: OutpostId, login: Login, host_key: str) -> None:
        """Log in to an outpost in another way from now on, to a host key that was confirmed.

        It is tried first: `AnotherServer` or another `OutpostError` is raised and nothing stored
        where that does not lead to the same node. Who goes through it takes the new way, too; a
        kept key that nobody uses any more is forgotten.
        """
        old = self.outpost(outpost_id)
        info, sudo = await self._asked(login, host_key)
        if old.node_id not in ("", info["Swarm"].get("NodeID")):
            name = shown(str(info.get("Name", "")))
            raise AnotherServer(
                detail=tr("{name} answers there, not {outpost}.", name=name, outpost=old.name)
            )
        new = replace(old, login=login, host_key=host_key, sudo=sudo)
        was, is_now = Jump(old.login, old.host_key), Jump(login, host_key)
        everyone = [o for cluster in self.clusters() for o in self.outposts(cluster.id)]
        through = [replace(o, login=rerouted(o.login, was, is_now)) for o in everyone]
        changed = [new, *(o for o in through if o not in everyone and o.id != new.id)]
        for outpost in changed:
            self._clusters.update_outpost(outpost)
        for outpost in changed:
            await self._links.forget(outpost.id)
            self._links.retry_now(outpost)
            self._telemetry.wake(outpost.cluster_id)
        self._bus.publish(ClustersChanged())
        await self._forget_unused(kept_keys(old.login))

    async def _forget_unused(self, names: frozenset[str]) -> None:
        everyone = [o for cluster in self.clusters() for o in self.outposts(cluster.id)]
        used = frozenset().union(*(kept_keys(outpost.login) for outpost in everyone))
        for name in names - used:
            with suppress(VaultLocked):  # then it stays there, and harms nobody
                await self._keys.forget(name)

    def rename(self, outpost: Outpost, name: str) -> None:
        """Call an outpost something else, here only: Docker's name of it is its host name.

        Raises `BadName` where it can't be read or is taken within its cluster.
        """
        if not name.strip() or name != shown(name) or len(name) > LONGEST_NAME:
            raise BadName(
                detail=tr(
                    "An outpost's name has 1 to {number} visible letters.", number=LONGEST_NAME
                )
            )
        for other in self.outposts(outpost.cluster_id):
            if other.id != outpost.id and other.name == name:
                raise BadName(detail=tr("{name} is another outpost.", name=name))
        self._clusters.update_outpost(replace(outpost, name=name))
        self._bus.publish(ClustersChanged())

    async def remove_outpost(self, outpost: Outpost) -> Callable[[], None]:
        """Forget an outpost. Nothing changes on the server. Gives back what undoes it."""
        self._clusters.remove_outpost(outpost.id)
        await self._links.forget(outpost.id)
        self._bus.publish(ClustersChanged())

        def bring_back() -> None:
            self._clusters.add_outpost(outpost)
            self._bus.publish(ClustersChanged())

        return bring_back

    async def remove_cluster(self, cluster_id: ClusterId) -> Callable[[], None]:
        """Forget a cluster and its outposts. Nothing changes on the servers.

        Gives back what undoes it: then it is known again, with its drafts and launches. That
        raises `AlreadyAdded` where it, or another of its name, was added meanwhile.
        """
        outposts = self._clusters.outposts(cluster_id)
        await self._telemetry.unwatch(cluster_id)
        forgotten = self._clusters.remove(cluster_id)
        for outpost in outposts:
            await self._links.forget(outpost.id)
        self._bus.publish(ClustersChanged())
        return lambda: self._bring_back(forgotten)

    def _bring_back(self, forgotten: ForgottenCluster) -> None:
        for cluster in self._clusters.all():
            if cluster.name == forgotten.name or cluster.swarm_id == forgotten.swarm_id:
                raise AlreadyAdded(detail=tr("It is {cluster}.", cluster=cluster.name))
        self._clusters.restore(forgotten)
        self._bus.publish(ClustersChanged())

    def reconnect(self, cluster_id: ClusterId) -> None:
        """Try again now, whatever the backoff says."""
        for outpost in self._clusters.outposts(cluster_id):
            self._links.retry_now(outpost)
        self._telemetry.wake(cluster_id)

    async def _asked(self, login: Login, host_key: str) -> tuple[dict[str, Any], bool]:
        """The `/info` of a server's Docker, and whether it takes sudo. Raises `OutpostError`."""
        link = await self._keys.connect(login, host_key)
        try:
            engine, sudo = await self.reach_docker(link, str(login))
            try:
                return await engine.get("/info"), sudo
            finally:
                await engine.close()
        finally:
            await link.close()

    async def reach_docker(self, link: SshLink, name: str) -> tuple[Engine, bool]:
        """The engine, and whether it takes sudo to reach it."""
        record = self._links.recorder(name)
        try:
            return await open_engine(link, sudo=False, on_call=record), False
        except DockerForbidden as forbidden:
            try:
                return await open_engine(link, sudo=True, on_call=record), True
            except DockerForbidden:
                raise forbidden from None

    def _cluster_of(
        self, info: dict[str, Any], cluster_name: str, *, simulated: bool
    ) -> tuple[Cluster, bool]:
        """The cluster a server belongs to, and whether it is a new one."""
        swarm = info.get("Swarm") or {}
        known = self._clusters.all()
        if swarm.get("ControlAvailable"):
            swarm_id = (swarm.get("Cluster") or {}).get("ID", "")
            for cluster in known:
                if cluster.swarm_id == swarm_id:
                    return cluster, False
            name = cluster_name or shown(str(info.get("Name", ""))) or "swarm"
            taken = {cluster.name for cluster in known}
            number = 2
            unique = name
            while unique in taken:
                unique, number = f"{name}-{number}", number + 1
            return Cluster(ClusterId(uuid.uuid4().hex), unique, swarm_id, simulated), True
        if swarm.get("LocalNodeState") == "active":
            for cluster in known:
                snapshot = self._telemetry.snapshot(cluster.id)
                if snapshot is not None and swarm.get("NodeID") in snapshot.node_by_id:
                    return cluster, False
            raise NotASwarmManager(
                detail=tr("It is a worker of a swarm that Otternauts does not know yet."),
                next_step=tr("Add a manager of that swarm first."),
            )
        raise not_a_manager("")
