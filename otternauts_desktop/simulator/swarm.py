"""The simulated swarm: what the Engine's write endpoints do to it, and its passing of time."""

import time
from collections.abc import Callable
from math import inf
from typing import Final

from otternauts_desktop.simulator.orchestrator import orchestrate
from otternauts_desktop.simulator.records import (
    STACK_LABEL,
    Json,
    Network,
    Node,
    Service,
    SwarmFile,
    Task,
    new_id,
)
from otternauts_desktop.simulator.state import Pace, SwarmState

FIRST_FREE_PORT: Final = 30000
MOST_STEPS: Final = 1000


class Refused(Exception):
    """The swarm's answer to a write that it does not take, in Docker's words."""


class Swarm(SwarmState):
    """A swarm that flies on by the clock. Call `catch_up` before looking at it."""

    def __init__(self, pace: Pace | None = None, clock: Callable[[], float] = time.time) -> None:
        super().__init__(pace or Pace(), clock)
        self.contents: dict[tuple[str, str], bytes] = {}
        """What was written into files, by service and path, as if each had a volume for it."""

    def catch_up(self) -> None:
        """Let everything happen that was due up to now, in its order."""
        until = self.clock()
        steps = 0
        while (due := self.next_due()) <= until:
            steps += 1
            # Nobody looked for very long: a crash loop's rounds are not made up for to the last.
            self.now = max(self.now, due if steps < MOST_STEPS else until)
            self._step()
        self.now = max(self.now, until)

    def _step(self) -> None:
        self.move_due()
        if self.led:
            orchestrate(self)
        # What came to its end in this round may be what others waited for.
        self.move_due()
        for network in [n for n in self.networks.values() if n.leaving]:
            if not self._users(network):
                self._drop(network)

    # -- nodes -------------------------------------------------------------------------------

    def add_node(self, name: str, role: str, address: str, *, leader: bool = False) -> Node:
        """A machine joins."""
        now = self.now
        node = Node(new_id(), name, role, address, now, now, self.bump(), leader=leader)
        self.nodes[node.id] = node
        return node

    def set_role(self, node: Node, role: str) -> None:
        """Make a worker a manager, or the other way round."""
        node.role = role
        self.elect()
        orchestrate(self)

    def remove_node(self, node: Node) -> None:
        """Forget a machine; its tasks are started elsewhere."""
        del self.nodes[node.id]
        for task in self.tasks.values():
            if task.node_id == node.id and not task.terminal:
                task.state, task.changed, task.due = "orphaned", self.now, inf
                task.message = "Task belonged to a node that has been deleted"
        self.publish("node", "remove", node.id, name=node.name)
        orchestrate(self)

    def set_availability(self, node: Node, availability: str) -> None:
        """Whether it takes tasks; a drained one loses those that it has."""
        node.availability = availability
        if availability == "drain":
            for task in list(self.tasks.values()):
                if task.node_id == node.id and task.wanted and not task.terminal:
                    self.stop_task(task)
        orchestrate(self)

    # -- networks ----------------------------------------------------------------------------

    def network_named(self, name: str) -> Network | None:
        """A network by its name."""
        return next((n for n in self.networks.values() if n.name == name), None)

    def create_network(
        self,
        name: str,
        labels: dict[str, str] | None = None,
        *,
        ingress: bool = False,
        attachable: bool = False,
        subnet: str = "",
        encrypted: bool = False,
    ) -> Network:
        """Make a network; its subnet is chosen where none is given."""
        network = Network(
            new_id(),
            name,
            self.now,
            labels or {},
            ingress,
            attachable,
            subnet=subnet,
            encrypted=encrypted,
        )
        self.networks[network.id] = network
        self.publish("network", "create", network.id, name=name, type="overlay")
        return network

    def remove_network(self, network: Network) -> None:
        """Remove it, at the latest when its last task has stopped."""
        network.leaving = True
        if not self._users(network):
            self._drop(network)

    def _drop(self, network: Network) -> None:
        del self.networks[network.id]
        self.publish("network", "remove", network.id, name=network.name)

    def _users(self, network: Network) -> list[Task]:
        def attached(template: Json) -> bool:
            return any(n["Target"] == network.id for n in template.get("Networks") or [])

        return [t for t in self.tasks.values() if not t.terminal and attached(t.spec)]

    # -- configs and secrets -----------------------------------------------------------------

    def file_named(self, kind: str, name: str) -> SwarmFile | None:
        """A config or secret by its name."""
        return next((f for f in self.files.values() if (f.kind, f.name) == (kind, name)), None)

    def create_file(self, kind: str, spec: Json) -> SwarmFile:
        """Make a config or secret. Raises `Refused` where the name is taken."""
        if self.file_named(kind, spec["Name"]):
            words = f"{kind} {spec['Name']} already exists"
            raise Refused(f"rpc error: code = AlreadyExists desc = {words}")
        file = SwarmFile(new_id(), kind, spec, self.now, self.bump())
        self.files[file.id] = file
        self.publish(kind, "create", file.id, name=file.name)
        return file

    def file_in_use(self, file: SwarmFile) -> str:
        """Why a config or secret can't be removed, "" where it can."""
        having = sorted(s.name for s in self.services.values() if s.mounts_file(file.id))
        services = "service" if len(having) == 1 else "services"
        words = f"is in use by the following {services}: {', '.join(having)}"
        refusal = f"rpc error: code = InvalidArgument desc = {file.kind} '{file.name}' {words}"
        return refusal if having else ""

    def remove_file(self, file: SwarmFile) -> None:
        """Remove a config or secret; whether it is in use is the caller's to ask."""
        del self.files[file.id]
        self.publish(file.kind, "remove", file.id, name=file.name)

    # -- services ----------------------------------------------------------------------------

    def service_named(self, name: str) -> Service | None:
        """A service by its name."""
        return next((s for s in self.services.values() if s.name == name), None)

    def find_service(self, reference: str) -> Service | None:
        """By id, name or the beginning of an id."""
        found = self.services.get(reference) or self.service_named(reference)
        if found is None and reference:
            found = next((s for s in self.services.values() if s.id.startswith(reference)), None)
        return found

    def stack_services(self, stack: str) -> list[Service]:
        """The services of a stack."""
        return sorted((s for s in self.services.values() if s.stack == stack), key=lambda s: s.name)

    def stack_networks(self, stack: str) -> list[Network]:
        """The networks of a stack."""
        return [n for n in self.networks.values() if n.labels.get(STACK_LABEL) == stack]

    def create_service(self, spec: Json) -> Service:
        """Raises `Refused`."""
        self._check(spec, None)
        service = Service(new_id(), spec, self.now, self.now, self.bump())
        service.ports = self._ports(spec, service)
        self.services[service.id] = service
        self.publish("service", "create", service.id, name=service.name)
        orchestrate(self)
        return service

    def update_service(self, service: Service, spec: Json) -> None:
        """Take over a new spec; tasks whose template stays the same go on. Raises `Refused`."""
        self._check(spec, service)
        if service.is_job:  # whether anything differs or not
            service.iteration += 1
        before = service.replicas
        service.previous, service.spec = service.spec, spec
        service.update, service.check_at = None, inf
        service.version, service.updated = self.bump(), self.now
        service.ports = self._ports(spec, service)
        service.given_up.clear()
        service.restarts.clear()
        service.rolled.clear()
        changes = {}
        if service.replicas != before:
            changes = {"replicas__new": str(service.replicas), "replicas__old": str(before)}
        self.publish("service", "update", service.id, name=service.name, **changes)
        orchestrate(self)

    def remove_service(self, service: Service) -> None:
        """Forget the service at once; its tasks go as they stop."""
        del self.services[service.id]
        for task in self.tasks_of(service):
            self.stop_task(task, "remove")
        self.publish("service", "remove", service.id, name=service.name)

    def _check(self, spec: Json, service: Service | None) -> None:
        """What the Engine refuses in a spec. Raises `Refused`."""
        if not spec["TaskTemplate"]["ContainerSpec"].get("Image"):
            raise Refused(_invalid("ContainerSpec: image reference must be provided"))
        for network in spec["TaskTemplate"].get("Networks") or []:
            known = self.networks.get(network["Target"])
            if known is None or known.leaving:
                name = known.name if known else network["Target"]
                raise Refused(f"network {name} not found")
        for constraint in (spec["TaskTemplate"].get("Placement") or {}).get("Constraints") or []:
            if "==" not in constraint and "!=" not in constraint:
                raise Refused(
                    "rpc error: code = Unknown desc = constraint expected one operator from ==, !="
                )
        for port in (spec.get("EndpointSpec") or {}).get("Ports") or []:
            self._check_port(port, service)

    def _check_port(self, port: Json, service: Service | None) -> None:
        published = port.get("PublishedPort", 0)
        for other in self.services.values():
            if not published or other is service:
                continue
            for taken in other.ports:
                if (taken["PublishedPort"], taken["Protocol"]) == (published, port["Protocol"]):
                    host = "host" in (taken["PublishMode"], port["PublishMode"])
                    raise Refused(
                        _invalid(
                            f"port '{published}' is already in use by service '{other.name}' "
                            f"({other.id}) as "
                            f"{'a host-published' if host else 'an ingress'} port"
                        )
                    )

    def _ports(self, spec: Json, service: Service) -> list[Json]:
        """The published ports, with numbers for those that were left to swarm."""
        taken = {p["PublishedPort"] for s in self.services.values() for p in s.ports}
        before = {p["TargetPort"]: p["PublishedPort"] for p in service.ports}
        ports = []
        for port in (spec.get("EndpointSpec") or {}).get("Ports") or []:
            published = port.get("PublishedPort") or before.get(port["TargetPort"])
            if not published:
                published = next(n for n in range(FIRST_FREE_PORT, 32768) if n not in taken)
            taken.add(published)
            ports.append({**port, "PublishedPort": published})
        return ports


def _invalid(words: str) -> str:
    return f"rpc error: code = InvalidArgument desc = {words}"
