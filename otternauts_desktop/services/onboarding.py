"""From a bare server to an outpost of a swarm: a durable job."""

import json
from collections.abc import AsyncIterator, Sequence
from contextlib import aclosing, asynccontextmanager
from typing import Any, ClassVar, Final

from otternauts_desktop.core.errors import (
    DockerInstallFailed,
    DockerMissing,
    DockerTooOld,
    EngineRefused,
    NotASwarmManager,
    NothingFound,
    PreflightFailed,
    SwarmInitFailed,
    SwarmJoinFailed,
)
from otternauts_desktop.core.flight.commands import install_docker
from otternauts_desktop.core.flight.job import Choice, Job, Question
from otternauts_desktop.core.flight.preflight import OLDEST_DOCKER, version_numbers
from otternauts_desktop.core.names import ClusterId, JobId
from otternauts_desktop.core.swarm.cluster import Cluster, Jump, Login
from otternauts_desktop.core.words import marked, tr
from otternauts_desktop.services.engine import Engine
from otternauts_desktop.services.jobs import Jobs, JobStep, Work
from otternauts_desktop.services.keys import Keys
from otternauts_desktop.services.outposts import Outposts
from otternauts_desktop.services.preflight import Preflight, Report
from otternauts_desktop.services.ssh import SshLink
from otternauts_desktop.services.store.clusters import login_document, login_read
from otternauts_desktop.services.telemetry import Telemetry

ADD: Final = "outpost.add"
INSTALL_SECONDS: Final = 900.0
JOIN_SECONDS: Final = 40.0
"""Docker itself gives up waiting after 20."""
LISTEN: Final = "0.0.0.0:2377"


class Onboarding:
    """Makes servers outposts: looked over, Docker, swarm, and written down."""

    def __init__(
        self,
        keys: Keys,
        outposts: Outposts,
        preflight: Preflight,
        telemetry: Telemetry,
        jobs: Jobs,
    ) -> None:
        self._jobs = jobs
        self._outposts = outposts
        self._tools = tools = _Tools(keys, outposts, preflight, telemetry)
        jobs.register(ADD, lambda job: _steps(tools, job))

    def start(
        self,
        login: Login,
        host_key: str,
        *,
        name: str = "",
        cluster_name: str = "",
        role: str = "worker",
        address: str = "",
    ) -> JobId:
        """Start the job for a server whose host key was confirmed.

        It joins the cluster of that name; where there is none it makes a new swarm, or takes over
        the one that it manages. The cluster is decided now: one that is forgotten before the job
        ends is not made anew.
        """
        known = self._outposts.clusters()
        joined = next((c.id for c in known if cluster_name in (c.name, c.id)), "")
        jump = login.jump
        arguments = {
            "host": login.host,
            "user": login.user,
            "port": str(login.port),
            "key_file": login.key_file or "",
            "key_name": login.key_name or "",
            "jump": json.dumps(login_document(jump.login, jump.host_key)) if jump else "",
            "host_key": host_key,
            "name": name,
            "cluster": cluster_name,
            "joins": joined,
            "role": role,
            "address": address,
        }
        title = tr("Add the outpost {host}", host=name or login.host)
        return self._jobs.start(ADD, title, f"server {login.host}:{login.port}", arguments)

    async def log_in(self, job: Job) -> None:
        """Try to log in as such a job does. Raises `OutpostError`, as for a locked key."""
        login = self._tools.login(job)
        await self._outposts.try_login(login, job.arguments["host_key"])


class _Tools:
    """What the steps have in common: the way to the server, and what it says of its swarm."""

    def __init__(
        self, keys: Keys, outposts: Outposts, preflight: Preflight, telemetry: Telemetry
    ) -> None:
        self.keys = keys
        self.outposts = outposts
        self.preflight = preflight
        self.telemetry = telemetry

    def login(self, job: Job) -> Login:
        said = job.arguments
        jump = said.get("jump", "")
        return Login(
            said["host"],
            said["user"],
            int(said["port"]),
            said["key_file"] or None,
            said["key_name"] or None,
            Jump(*login_read(json.loads(jump))) if jump else None,
        )

    def cluster(self, work: Work) -> Cluster | None:
        """The cluster to join, None where a new one is to be made.

        Raises `NothingFound` where the one that was meant was forgotten meanwhile.
        """
        wanted, name = work.argument("joins"), work.argument("cluster")
        for cluster in self.outposts.clusters():
            if wanted == cluster.id or (not wanted and name in (cluster.name, cluster.id)):
                return cluster
        if wanted:
            raise NothingFound(detail=tr("The cluster {name} was forgotten.", name=name))
        return None

    @asynccontextmanager
    async def link(self, work: Work) -> AsyncIterator[SshLink]:
        link = await self.keys.connect(self.login(work.job), work.argument("host_key"))
        try:
            yield link
        finally:
            await link.close()

    @asynccontextmanager
    async def engine(self, work: Work) -> AsyncIterator[Engine]:
        async with self.link(work) as link:
            engine, _ = await self.outposts.reach_docker(link, str(self.login(work.job)))
            try:
                yield engine
            finally:
                await engine.close()

    async def swarm(self, work: Work) -> dict[str, Any]:
        """What the server's own Docker says of its swarm."""
        async with self.engine(work) as engine:
            info = await engine.get("/info")
        return dict(info.get("Swarm") or {})

    async def belongs(self, work: Work, swarm: dict[str, Any]) -> bool:
        """Whether it is in the swarm that it should be in: the cluster's, or its own."""
        cluster = self.cluster(work)
        if swarm.get("LocalNodeState") != "active":
            return False
        if cluster is None:
            return bool(swarm.get("ControlAvailable"))
        snapshot = await self.telemetry.refresh(cluster.id)
        return swarm.get("NodeID") in snapshot.node_by_id


def _steps(tools: _Tools, job: Job) -> Sequence[JobStep]:
    return (_LookOver(tools), _Docker(tools), _Swarm(tools), _Record(tools))


class _LookOver(JobStep):
    name: ClassVar[str] = marked("Preflight")
    patience: ClassVar[float] = 0.0

    def __init__(self, tools: _Tools) -> None:
        self._tools = tools
        self._failed = PreflightFailed()

    async def is_so(self, work: Work) -> str:
        tools, cluster = self._tools, self._tools.cluster(work)
        peers = tools.outposts.outposts(cluster.id) if cluster else ()
        login = tools.login(work.job)
        own = (login.host, login.port)
        peers = tuple(p for p in peers if (p.login.host, p.login.port) != own)
        steps = tools.preflight.look_over(
            login, work.argument("host_key"), name=work.argument("name"), peers=peers
        )
        async with aclosing(steps):
            async for report in steps:
                work.note(report.doing)
        for check in report.checks:
            work.say(f"{check.name}: {check.seen}")
        failed = report.failed
        if report.needs_newer_docker and self._upgrades(work, report):
            failed = ()
        if failed:
            first = failed[0]
            self._failed = PreflightFailed(
                detail="; ".join(f"{check.name}: {check.seen}" for check in failed),
                next_step=f"{first.advice} {first.fix}".strip(),
            )
            return ""
        work.keep(address=work.argument("address") or report.address)
        if report.failed:
            return tr("{number} checks; Docker is upgraded", number=len(report.checks))
        return tr("{number} checks, none failed", number=len(report.checks))

    async def do(self, work: Work) -> None:
        raise self._failed

    def _upgrades(self, work: Work, report: Report) -> bool:
        text = tr(
            "Docker {version} answers, and {oldest} or newer is needed. It can be upgraded now: "
            "containers that run on this server are restarted.",
            version=report.facts.values["docker"],
            oldest=OLDEST_DOCKER,
        )
        choices = (Choice("upgrade", tr("Upgrade it")), Choice("stay", tr("Leave it as it is")))
        return work.answer(Question("upgrade-docker", text, choices)) == "upgrade"


class _Docker(JobStep):
    name: ClassVar[str] = marked("Docker")
    remains: ClassVar[str] = marked("Docker stays installed.")

    def __init__(self, tools: _Tools) -> None:
        self._tools = tools

    async def is_so(self, work: Work) -> str:
        try:
            async with self._tools.engine(work) as engine:
                info = await engine.get("/info")
        except (DockerMissing, DockerTooOld):
            return ""
        version = str(info.get("ServerVersion", "?"))
        numbers = version_numbers(version)
        if numbers and numbers[0] < OLDEST_DOCKER:
            return ""
        return tr("Docker {version} answers", version=version)

    async def do(self, work: Work) -> None:
        command = install_docker(sudo=work.argument("user") != "root")
        async with self._tools.link(work) as link, link.channel(command) as channel:
            while data := await channel.read():
                work.say(data.decode("utf-8", "replace"))
            ended = await channel.ending()
        if not ended.ok:
            raise DockerInstallFailed(
                detail=tr("The script ended with status {code}.", code=ended.exit_status)
            )


class _Swarm(JobStep):
    name: ClassVar[str] = marked("Swarm")
    remains: ClassVar[str] = marked("The server stays in its swarm.")

    def __init__(self, tools: _Tools) -> None:
        self._tools = tools

    async def is_so(self, work: Work) -> str:
        swarm = await self._tools.swarm(work)
        if not await self._tools.belongs(work, swarm):
            return ""
        return tr("It is a manager") if swarm.get("ControlAvailable") else tr("It is a worker")

    async def do(self, work: Work) -> None:
        swarm = await self._tools.swarm(work)
        state = swarm.get("LocalNodeState")
        if state == "pending":  # an earlier attempt to join, which may still succeed at any time
            await self._leave(work)
        elif state not in ("inactive", None, ""):
            answer = work.answer(
                Question(
                    "leave-swarm",
                    tr("This server is part of another swarm. What runs there ends if it leaves."),
                    (Choice("leave", tr("Leave it")), Choice("stay", tr("Stay in it"))),
                )
            )
            if answer != "leave":
                raise NotASwarmManager(detail=tr("The server stays in its other swarm."))
            await self._leave(work)
        cluster = self._tools.cluster(work)
        if cluster is None:
            await self._init(work)
        else:
            async with work.alone_in(cluster.id):
                await self._join(work, cluster.id)

    async def _leave(self, work: Work) -> None:
        async with self._tools.engine(work) as engine:
            await engine.post("/swarm/leave", {}, {"force": True}, seconds=JOIN_SECONDS)

    async def _init(self, work: Work) -> None:
        document = {"ListenAddr": LISTEN, "AdvertiseAddr": work.kept("address")}
        try:
            async with self._tools.engine(work) as engine:
                await engine.post("/swarm/init", document, seconds=JOIN_SECONDS)
        except EngineRefused as refused:
            raise SwarmInitFailed(detail=refused.detail) from refused

    async def _join(self, work: Work, cluster_id: ClusterId) -> None:
        async with self._tools.telemetry.manager(cluster_id) as (_, manager):
            tokens = (await manager.get("/swarm"))["JoinTokens"]
            info = await manager.get("/info")
        document = {
            "ListenAddr": LISTEN,
            "AdvertiseAddr": work.kept("address"),
            "RemoteAddrs": [m["Addr"] for m in info["Swarm"].get("RemoteManagers") or ()],
            "JoinToken": tokens["Manager" if work.argument("role") == "manager" else "Worker"],
        }
        try:
            async with self._tools.engine(work) as engine:
                await engine.post("/swarm/join", document, seconds=JOIN_SECONDS)
        except EngineRefused as refused:
            raise SwarmJoinFailed(detail=refused.detail) from refused


class _Record(JobStep):
    name: ClassVar[str] = marked("Outpost")
    remains: ClassVar[str] = marked("The outpost stays known here.")

    def __init__(self, tools: _Tools) -> None:
        self._tools = tools

    async def is_so(self, work: Work) -> str:
        node_id = (await self._tools.swarm(work)).get("NodeID")
        for cluster in self._tools.outposts.clusters():
            for outpost in self._tools.outposts.outposts(cluster.id):
                if outpost.node_id == node_id:
                    return tr("{outpost} of {cluster}", outpost=outpost.name, cluster=cluster.name)
        return ""

    async def do(self, work: Work) -> None:
        await self._tools.outposts.add(
            self._tools.login(work.job),
            host_key=work.argument("host_key"),
            name=work.argument("name"),
            cluster_name=work.argument("cluster"),
        )
