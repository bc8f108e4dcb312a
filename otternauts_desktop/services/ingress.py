"""The ingress of a cluster: launched, upgraded and looked after by durable jobs."""

import ipaddress
import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import ClassVar, Final

from otternauts_desktop.core.errors import (
    CertificatesUnusable,
    IngressFailed,
    IngressSettingsUnusable,
    IngressThere,
    KnownError,
    NothingFound,
    OutcomeUnknown,
)
from otternauts_desktop.core.fleet.ingress import NETWORK
from otternauts_desktop.core.fleet.traefik import (
    FLEET,
    LABEL,
    SERVICE,
    STORAGE,
    IngressSettings,
    checked,
    flight_plan,
)
from otternauts_desktop.core.flight.commands import (
    Command,
    file_in_container,
    network_create,
    node_update,
    replace_in_container,
    service_update,
)
from otternauts_desktop.core.flight.ingress import IngressSeen, ingress_seen, once_prepared
from otternauts_desktop.core.flight.job import Job
from otternauts_desktop.core.flight.progress import LaunchState
from otternauts_desktop.core.flight.shields import certificate_trouble
from otternauts_desktop.core.names import ClusterId, JobId
from otternauts_desktop.core.swarm.cluster import Outpost
from otternauts_desktop.core.swarm.health import Health, is_running
from otternauts_desktop.core.swarm.state import Node, Snapshot
from otternauts_desktop.core.untrusted import shown
from otternauts_desktop.core.words import marked, tr
from otternauts_desktop.services.jobs import Jobs, JobStep, Work
from otternauts_desktop.services.launches import Launches, Preview
from otternauts_desktop.services.links import Links
from otternauts_desktop.services.outposts import Outposts
from otternauts_desktop.services.shields import shield_trouble
from otternauts_desktop.services.telemetry import Telemetry
from otternauts_desktop.services.together import together
from otternauts_desktop.services.transmissions import Transmissions

LAUNCH: Final = "ingress.launch"
LOG_LINES: Final = 200


class Ingress:
    """Launches Traefik once per cluster, and tells how it stands."""

    def __init__(
        self,
        links: Links,
        telemetry: Telemetry,
        outposts: Outposts,
        transmissions: Transmissions,
        launches: Launches,
        jobs: Jobs,
    ) -> None:
        self._links = links
        self._outposts = outposts
        self._transmissions = transmissions
        self._telemetry = telemetry
        self._launches = launches
        self._jobs = jobs
        jobs.register(LAUNCH, self._steps)

    def seen(self, cluster_id: ClusterId) -> IngressSeen | None:
        """What was last seen of it, None where the cluster was never read."""
        snapshot = self._telemetry.snapshot(cluster_id)
        return ingress_seen(snapshot) if snapshot else None

    def preview(self, cluster_id: ClusterId, settings: IngressSettings) -> Preview:
        """What its launch would change. Raises as `Launches.preview` does."""
        found = self._launches.preview(cluster_id, FLEET, flight_plan(settings), {})
        return replace(found, plan=once_prepared(found.plan))

    def pin(self, cluster_id: ClusterId, outpost: str, settings: IngressSettings) -> Node:
        """The node that Traefik would run on: `outpost`, else the labelled one, else the leader.

        Raises `NothingFound`, or `IngressSettingsUnusable` where it can't run there.
        """
        checked(settings)
        snapshot = self._telemetry.snapshot(cluster_id)
        nodes = snapshot.nodes if snapshot else ()
        managers = [node for node in nodes if node.role == "manager"]
        if outpost:
            chosen = next((node for node in nodes if outpost in (node.name, node.id)), None)
        else:
            pinned = [node for node in managers if node.labels.get(LABEL) == "true"]
            chosen = next(iter([*pinned, *(n for n in managers if n.leader), *managers]), None)
        if chosen is None:
            names = ", ".join(node.name for node in managers)
            raise NothingFound(
                detail=tr(
                    'There is no outpost "{name}". Managers: {names}.', name=outpost, names=names
                )
            )
        if chosen.role != "manager":
            raise IngressSettingsUnusable(
                detail=tr(
                    "{outpost} is a worker; Traefik reads the swarm from a manager.",
                    outpost=chosen.name,
                ),
                next_step=tr("Choose a manager, or promote it first."),
            )
        for node in nodes:
            if _inside(node.address, settings.subnet):
                raise IngressSettingsUnusable(
                    detail=tr(
                        "{outpost} has the address {address}, which lies in {subnet}.",
                        outpost=node.name,
                        address=node.address,
                        subnet=settings.subnet,
                    ),
                    next_step=tr("Choose another subnet."),
                )
        return chosen

    def launch(
        self,
        cluster_id: ClusterId,
        settings: IngressSettings,
        *,
        outpost: str = "",
        resolve_image: str = "always",
    ) -> JobId:
        """Start the job that launches it, or brings it to these settings.

        Raises `IngressSettingsUnusable`, `NothingFound`, or `IngressThere` where a Traefik that
        was not launched from here would be in its way.
        """
        node = self.pin(cluster_id, outpost, settings)
        seen = self.seen(cluster_id)
        if seen and seen.foreign:
            raise IngressThere(
                detail=tr("It is {services}.", services=", ".join(seen.foreign)),
                next_step=tr("Remove it first, or keep it and launch no other."),
            )
        arguments = {
            "cluster": cluster_id,
            "node": node.id,
            "email": settings.email,
            "ca": settings.ca,
            "ports": settings.ports,
            "encrypted": "yes" if settings.encrypted else "",
            "subnet": settings.subnet,
            "image": settings.image,
            "resolve_image": resolve_image,
        }
        return self._jobs.start(LAUNCH, tr("Launch the ingress"), cluster_id, arguments)

    def upgrade(self, cluster_id: ClusterId, image: str, *, resolve_image: str = "always") -> JobId:
        """Start the job that brings it to another Traefik, all else as it is.

        Raises as `launch` does, and `NothingFound` where there is no ingress.
        """
        seen = self.seen(cluster_id)
        if seen is None or seen.settings is None:
            raise NothingFound(detail=tr("This cluster has no ingress."))
        settings = replace(seen.settings, image=image)
        return self.launch(cluster_id, settings, resolve_image=resolve_image)

    async def shields(
        self, cluster_id: ClusterId, domains: Collection[str]
    ) -> Mapping[str, KnownError | None]:
        """Why certificates for domains could not be had, None where nothing is in the way.

        Looked at from here. A practice cluster is nowhere on the internet: it is asked nothing.
        """
        clusters = self._outposts.clusters()
        if any(c.simulated for c in clusters if c.id == cluster_id):
            return dict.fromkeys(domains)
        snapshot = self._telemetry.snapshot(cluster_id)
        hosts = {node.address for node in snapshot.nodes} if snapshot else set()
        hosts |= {outpost.login.host for outpost in self._outposts.outposts(cluster_id)}
        troubles = await together(*(shield_trouble(name, hosts) for name in domains))
        return dict(zip(domains, troubles, strict=True))

    async def backup(self, cluster_id: ClusterId) -> bytes:
        """Traefik's certificates and account (`acme.json`). They hold private keys.

        Raises `NothingFound` where Traefik does not run or its outpost can't be logged in to, and
        `IngressFailed` where there are none yet.
        """
        outpost, container = await self._running(cluster_id)
        command = file_in_container(container, STORAGE, sudo=outpost.sudo)
        done = await self._links.run(outpost, command)
        if not done.ok or not done.stdout.strip():
            said = shown(done.stderr, limit=2000).strip()
            raise CertificatesUnusable(detail=said or tr("Traefik has none yet."))
        return done.stdout

    async def restore(self, cluster_id: ClusterId, content: bytes) -> None:
        """Put certificates back and have Traefik read them, which takes it away for seconds.

        Raises as `backup` does, and `CertificatesUnusable` for what is no `acme.json`.
        """
        try:
            readable = isinstance(json.loads(content), dict)
        except ValueError:
            readable = False
        if not readable:
            raise CertificatesUnusable(detail=tr("It is no acme.json of Traefik."))
        outpost, container = await self._running(cluster_id)
        command = replace_in_container(container, STORAGE, content, sudo=outpost.sudo)
        done = await self._links.run(outpost, command)
        if not done.ok:
            raise CertificatesUnusable(detail=shown(done.stderr, limit=2000).strip())
        async with self._telemetry.manager(cluster_id) as (manager, _):
            restart = service_update(SERVICE, ("--force",), sudo=manager.sudo)
            done = await self._links.run(manager, restart)
        if not done.ok:
            raise IngressFailed(detail=shown(done.stderr, limit=2000).strip())

    async def troubles(self, cluster_id: ClusterId) -> tuple[KnownError, ...]:
        """Why certificates were refused lately, as Traefik's last lines say; each once."""
        snapshot = await self._telemetry.refresh(cluster_id)
        service = ingress_seen(snapshot).service
        found: dict[str, KnownError] = {}
        for task in snapshot.tasks_by_service[service.id] if service else ():
            if not is_running(snapshot, task):
                continue
            try:
                lines = await self._transmissions.last_lines(cluster_id, task.id, LOG_LINES)
            except TimeoutError:
                continue  # Docker's way with logs of an outpost that is out of reach
            for line in lines:
                if trouble := certificate_trouble(line.text):
                    found[trouble.text()] = trouble
        return tuple(found.values())

    async def _running(self, cluster_id: ClusterId) -> tuple[Outpost, str]:
        """The outpost that Traefik runs on, and its container there."""
        snapshot = await self._telemetry.refresh(cluster_id)
        service = ingress_seen(snapshot).service
        tasks = snapshot.tasks_by_service[service.id] if service else ()
        task = next((t for t in tasks if is_running(snapshot, t)), None)
        if task is None:
            raise NothingFound(detail=tr("No ingress runs on this cluster."))
        for outpost in self._outposts.outposts(cluster_id):
            if outpost.node_id == task.node_id:
                return outpost, task.container_id
        raise NothingFound(
            detail=tr(
                "Traefik runs on {outpost}, which can't be logged in to from here.",
                outpost=snapshot.node_name(task.node_id),
            ),
            next_step=tr("Add it as an outpost first."),
        )

    def _steps(self, job: Job) -> Sequence[JobStep]:
        tools = _Tools(self._links, self._telemetry, self._launches)
        return (_Network(tools), _Pin(tools), _Fly(tools))


class _Tools:
    """What the steps have in common: a look at the cluster, and a command to its manager."""

    def __init__(self, links: Links, telemetry: Telemetry, launches: Launches) -> None:
        self.links = links
        self.telemetry = telemetry
        self.launches = launches

    async def look(self, work: Work) -> Snapshot:
        return await self.telemetry.refresh(ClusterId(work.argument("cluster")))

    async def run(self, work: Work, command: Command) -> None:
        """Run a `docker` command on a manager. Raises `IngressFailed` with what it said."""
        async with self.telemetry.manager(ClusterId(work.argument("cluster"))) as (outpost, _):
            argv = ("sudo", "-n", *command.argv) if outpost.sudo else command.argv
            done = await self.links.run(outpost, replace(command, argv=argv))
        if not done.ok:
            raise IngressFailed(detail=shown(done.stderr, limit=2000).strip())


def _settings(arguments: Mapping[str, str]) -> IngressSettings:
    return IngressSettings(
        email=arguments["email"],
        ca=arguments["ca"],
        ports="ingress" if arguments["ports"] == "ingress" else "host",
        encrypted=bool(arguments["encrypted"]),
        subnet=arguments["subnet"],
        image=arguments["image"],
    )


class _Network(JobStep):
    name: ClassVar[str] = marked("Network")
    remains: ClassVar[str] = marked("The network traefik-public stays.")

    def __init__(self, tools: _Tools) -> None:
        self._tools = tools

    async def is_so(self, work: Work) -> str:
        seen = ingress_seen(await self._tools.look(work))
        return tr("{network} is there", network=NETWORK) if seen.network else ""

    async def do(self, work: Work) -> None:
        settings = _settings(work.job.arguments)
        command = network_create(NETWORK, settings.subnet, encrypted=settings.encrypted, sudo=False)
        await self._tools.run(work, command)


class _Pin(JobStep):
    name: ClassVar[str] = marked("Outpost")
    remains: ClassVar[str] = marked("The outpost keeps the label of the ingress.")

    def __init__(self, tools: _Tools) -> None:
        self._tools = tools

    async def is_so(self, work: Work) -> str:
        pinned = ingress_seen(await self._tools.look(work)).pinned
        if [node.id for node in pinned] != [work.argument("node")]:
            return ""
        return tr("Pinned to {outpost}", outpost=pinned[0].name)

    async def do(self, work: Work) -> None:
        for node in ingress_seen(await self._tools.look(work)).pinned:
            if node.id != work.argument("node"):
                flags = ("--label-rm", LABEL)
                await self._tools.run(work, node_update(node.id, flags, sudo=False))
        flags = ("--label-add", f"{LABEL}=true")
        await self._tools.run(work, node_update(work.argument("node"), flags, sudo=False))


class _Fly(JobStep):
    name: ClassVar[str] = marked("Launch Traefik")
    remains: ClassVar[str] = marked("Traefik goes on running.")
    patience: ClassVar[float] = 60.0

    def __init__(self, tools: _Tools) -> None:
        self._tools = tools

    async def is_so(self, work: Work) -> str:
        seen = ingress_seen(await self._tools.look(work))
        if seen.condition is None or seen.condition.health is not Health.HEALTHY:
            return ""
        cluster_id = ClusterId(work.argument("cluster"))
        text = flight_plan(_settings(work.job.arguments))
        if not self._tools.launches.preview(cluster_id, FLEET, text, {}).plan.nothing_to_do:
            return ""
        return tr("Traefik runs")

    async def do(self, work: Work) -> None:
        cluster_id, launches = ClusterId(work.argument("cluster")), self._tools.launches
        text = flight_plan(_settings(work.job.arguments))
        launches.save_draft(cluster_id, FLEET, text)
        resolve = work.argument("resolve_image")
        flying = [p for p in launches.under_way() if (p.cluster_id, p.fleet) == (cluster_id, FLEET)]
        # Cut off together with this job, it may have gone on before.
        launch_id = (
            flying[0].id
            if flying
            else await launches.launch(
                *(cluster_id, FLEET, text, {}),
                resolve_image="never" if resolve == "never" else "always",
            )
        )
        ended = await launches.wait(launch_id)
        cause = ended.cause
        if ended.state is LaunchState.UNKNOWN:
            raise OutcomeUnknown(detail=cause.sentence if cause else "")
        if ended.state is not LaunchState.CONVERGED:
            said = f"{cause.sentence} {cause.docker_said}".strip() if cause else ""
            raise IngressFailed(detail=said, next_step=cause.next_step if cause else "")


def _inside(address: str, subnet: str) -> bool:
    try:
        return ipaddress.ip_address(address) in ipaddress.ip_network(subnet)
    except ValueError:
        return False
