"""Modern Compose -> what every `docker stack deploy` accepts, each step noted.

Each key has one place that reads it, says what becomes of it, and writes the canonical form:
plain values that no version of Docker reads differently. Nothing stops at the first problem; what
can't be read is said and left out.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from otternauts_desktop.core.fleet import extension, ingress, order
from otternauts_desktop.core.fleet.attachments import (
    HOST,
    lower_dns,
    lower_files,
    lower_hosts,
    lower_links,
    lower_networks,
)
from otternauts_desktop.core.fleet.beside import Beside
from otternauts_desktop.core.fleet.compose import Map
from otternauts_desktop.core.fleet.container import (
    check_left_out,
    lower_container,
    split_words,
)
from otternauts_desktop.core.fleet.deploying import lower_deploy
from otternauts_desktop.core.fleet.environment import lower_environment
from otternauts_desktop.core.fleet.fixes import Fixes, rename_key
from otternauts_desktop.core.fleet.interpolation import Open
from otternauts_desktop.core.fleet.jobs import pre_deploy
from otternauts_desktop.core.fleet.loading import Project
from otternauts_desktop.core.fleet.mounts import lower_mounts
from otternauts_desktop.core.fleet.ports import lower_ports
from otternauts_desktop.core.fleet.prepared import PreDeploy, SwarmObject
from otternauts_desktop.core.fleet.scalars import text
from otternauts_desktop.core.fleet.sections import Sections, secrets_of
from otternauts_desktop.core.fleet.service_keys import TOP_LEVEL
from otternauts_desktop.core.fleet.vessel import Vessel
from otternauts_desktop.core.names import MAX_SERVICE_NAME
from otternauts_desktop.core.secret import Secret
from otternauts_desktop.core.words import tr

_SERVICE_NAME: Final = re.compile(r"[a-zA-Z0-9](?:[-_]*[a-zA-Z0-9]+)*")
"""swarmkit, manager/controlapi/common.go."""


@dataclass
class Lowered:
    """All that a flight plan amounts to. What was said is in the project's report."""

    data: dict[str, Any] = field(default_factory=lambda: {"services": {}})
    objects: list[SwarmObject] = field(default_factory=list)
    jobs: list[PreDeploy] = field(default_factory=list)
    waves: tuple[tuple[str, ...], ...] = ()
    secrets: list[Secret] = field(default_factory=list)


def lower(fleet: str, text_: str, project: Project, beside: Beside) -> Lowered:
    """Lower all of a flight plan. `text_` is its own text, for quick fixes."""
    return _Lowering(fleet, text_, project, beside).file()


class _Lowering:
    def __init__(self, fleet: str, text_: str, project: Project, beside: Beside) -> None:
        self._fleet = fleet
        self._project = project
        self._report = project.report
        self._beside = beside
        self._fixes = Fixes(text_)
        self._result = Lowered()
        self._routed = False

    def file(self) -> Lowered:
        root, result = self._project.root, self._result
        self._top_level(root)
        by_order = extension.of_file(root.get(extension.KEY), self._report)
        services = self._project.services()
        self._left_out_by_profile(services)
        for name, settings in services.items():
            if isinstance(settings, Map):
                self._accept(name, settings)
                self._service(name, settings)
        self._sections()
        self._published_twice()
        self._order(services, by_order=by_order)
        return result

    # -- the file ----------------------------------------------------------------------------

    def _top_level(self, root: Map) -> None:
        known = TOP_LEVEL | {"version", "name", "include"}
        for key in root:
            if key == "models":
                words = tr("`{key}` can't be launched on a swarm.", key=key)
                self._report.error((key,), "unsupported-key", words)
            elif key not in known and not key.startswith("x-"):
                self._unknown(root, key)
        if "version" in root:
            words = tr("A version freezes an old schema; it is left out.")
            self._report.note(("version",), "left-out", words, "", *self._drop("version"))
        if "name" in root:
            words = tr("The fleet is called {name}; the file's name is left out.", name=self._fleet)
            self._report.note(("name",), "left-out", words)
        services = root.get("services")
        if not isinstance(services, Map) or not services:
            words = tr("There is no vessel under `services:`.")
            self._report.error(("services",), "no-services", words)
            return
        for name, settings in services.items():
            path = ("services", name)
            if _SERVICE_NAME.fullmatch(name) is None:
                self._report.error(
                    path,
                    "bad-service-name",
                    tr('"{name}" is no legal service name.', name=name),
                    tr("Use letters, digits, - and _, starting and ending with a letter or digit."),
                )
            elif len(self._fleet) + 1 + len(name) > MAX_SERVICE_NAME:
                full, most = f"{self._fleet}_{name}", MAX_SERVICE_NAME
                words = tr('"{name}" is longer than {most} characters.', name=full, most=most)
                self._report.error(path, "bad-service-name", words)
            if not isinstance(settings, Map):
                words = tr('Service "{name}" has no settings.', name=name)
                self._report.error(path, "not-a-mapping", words)

    def _unknown(self, root: Map, key: str) -> None:
        singular = f"{key}s"
        words = tr("Compose knows no `{key}` here.", key=key)
        if singular in TOP_LEVEL and singular not in root:
            fix = rename_key(self._report.place((key,)), key, singular)
            hint = tr("Is `{key}` meant?", key=singular)
            self._report.error((key,), "unknown-key", words, hint, fix)
        else:
            hint = tr("Remove it; own keys start with x-.")
            self._report.error((key,), "unknown-key", words, hint, *self._drop(key))

    def _drop(self, key: str) -> tuple[Any, ...]:
        fix = self._fixes.drop(self._report.place((key,)), tr("Leave out `{key}`", key=key))
        return (fix,) if fix else ()

    def _left_out_by_profile(self, active: Mapping[str, Any]) -> None:
        services = self._project.root.get("services")
        for name, settings in (services if isinstance(services, Map) else {}).items():
            if name not in active and isinstance(settings, Map):
                words = tr("None of its profiles is active: the vessel is left out.")
                self._report.note(
                    ("services", name), "left-out", words, tr("Name one in COMPOSE_PROFILES.")
                )

    def _sections(self) -> None:
        data, sections = self._result.data, Sections(self._fleet, self._project, self._beside)
        used: dict[str, set[str]] = {"configs": set(), "secrets": set()}
        for service in data["services"].values():
            for section, names in used.items():
                names |= {mount["source"] for mount in service.get(section, ())}
        networks, volumes = sections.networks(), sections.volumes()
        if self._routed:
            networks[ingress.NETWORK] = {"external": True, "name": ingress.NETWORK}
        if any(HOST in (s.get("networks") or ()) for s in data["services"].values()):
            networks.setdefault(HOST, {"external": True, "name": HOST})
        found = {
            "networks": networks,
            "volumes": volumes,
            "secrets": sections.files("secret", used["secrets"]),
            "configs": sections.files("config", used["configs"]),
        }
        data.update({section: entries for section, entries in found.items() if entries})
        self._result.objects = sections.objects
        self._result.secrets += secrets_of(self._project, used["secrets"])

    def _published_twice(self) -> None:
        """One ingress port can lead to one service only."""
        taken: dict[tuple[int, str], str] = {}
        for name, service in self._result.data["services"].items():
            for port in service.get("ports", ()):
                if port["mode"] != "ingress" or "published" not in port:
                    continue
                key = (port["published"], port["protocol"])
                other = taken.setdefault(key, name)
                if other != name:
                    words = tr(
                        "Port {port} is published by {other} already.",
                        port=port["published"],
                        other=other,
                    )
                    self._report.error(("services", name, "ports"), "port-conflict", words)

    def _order(self, services: Mapping[str, Any], *, by_order: bool) -> None:
        names = tuple(self._result.data["services"])
        needs = {name: self._needs(name, services[name], by_order=by_order) for name in names}
        if not by_order:
            self._result.waves = (names,) if names else ()
            return
        if circle := order.cycle(needs):
            words = tr("They wait for each other: {circle}.", circle=" -> ".join(circle))
            self._report.error(("services", circle[0], "depends_on"), "circular", words)
            self._result.waves = (names,)
            return
        self._result.waves = order.waves(needs)

    def _needs(self, name: str, settings: Map, *, by_order: bool) -> tuple[str, ...]:
        path, given = ("services", name, "depends_on"), settings.get("depends_on")
        if given is None:
            return ()
        if not isinstance(given, (dict, list)):
            words = tr("`{key}` has to be a mapping or a list.", key="depends_on")
            self._report.error(path, "wrong-type", words)
            return ()
        wanted = tuple(str(other) for other in given)
        known = self._project.root.get("services") or {}
        for index, other in enumerate(wanted):
            optional = (
                isinstance(given, dict)
                and isinstance(given[other], dict)
                and (given[other].get("required") is False)
            )
            if other not in known and not optional and not isinstance(other, Open):
                where = (*path, other) if isinstance(given, dict) else (*path, index)
                words = tr('There is no service "{name}".', name=other)
                self._report.error(where, "undefined", words)
        if by_order:
            words = tr("The launch waits for them: {names}.", names=", ".join(wanted))
            self._report.note(path, "lowered", words)
        else:
            self._report.note(
                path,
                "no-order",
                tr("Swarm starts all vessels at once; each has to wait for what it needs."),
                tr(
                    "At the top of the file, `launch_order: depends_on` under `x-otternauts:` "
                    "orders the launch."
                ),
            )
        return wanted

    # -- one service -------------------------------------------------------------------------

    def _accept(self, name: str, settings: Map) -> None:
        codes = extension.accepted(settings.get(extension.KEY))
        codes |= extension.accepted(self._project.root.get(extension.KEY))
        self._report.accept(name, codes)

    def _service(self, name: str, settings: Map) -> None:
        vessel = Vessel(name, settings, self._project, self._beside, self._fixes)
        check_left_out(vessel)
        self._image(vessel)
        lower_container(vessel)
        lower_environment(vessel)
        lower_ports(vessel)
        lower_mounts(vessel)
        lower_networks(vessel)
        lower_links(vessel)
        lower_hosts(vessel)
        lower_dns(vessel)
        for section in ("configs", "secrets"):
            lower_files(vessel, section)
        lower_deploy(vessel)
        jobs = self._wishes(vessel)
        if vessel.deploy:
            vessel.out["deploy"] = vessel.deploy
        service = dict(sorted(vessel.out.items()))
        self._result.data["services"][name] = service
        self._result.secrets += vessel.secrets
        for number, (job, words) in enumerate(jobs, 1):
            self._job(vessel, pre_deploy(name, number, words, job.timeout, service))

    def _image(self, vessel: Vessel) -> None:
        image = vessel.settings.get("image")
        if image:
            vessel.out["image"] = text(image)
            return
        vessel.out["image"] = f"{self._fleet}-{vessel.name}".lower()
        self._report.error(
            vessel.path,
            "no-image",
            tr('Service "{name}" names no image.', name=vessel.name),
            tr("Build the image, push it to a registry and name it here."),
        )

    def _wishes(self, vessel: Vessel) -> list[tuple[extension.Job, list[str]]]:
        given = vessel.settings.get(extension.KEY)
        wishes = extension.of_service(given, vessel.path, self._report)
        if wishes.domains:
            self._route(vessel, wishes)
        jobs = []
        for job in wishes.jobs:
            where = vessel.at(extension.KEY, "pre_deploy")
            if isinstance(job.command, str):
                words = split_words(vessel, where, job.command)
            else:
                words = [text(word) for word in job.command]
            jobs.append((job, words))
        return jobs

    def _route(self, vessel: Vessel, wishes: extension.Wishes) -> None:
        path = vessel.at(extension.KEY, "domains")
        labels = vessel.deploy.get("labels") or {}
        port = wishes.port or ingress.container_port(vessel.settings)
        if any(label.startswith("traefik.docker.") for label in labels):
            words = tr("Labels of `traefik.docker.` and domains exclude each other.")
            self._report.error(path, "bad-domain", words)
            return
        if not port and not all(route.port for route in wishes.domains):
            words = tr("Which port of the container serves them?")
            self._report.error(path, "no-port", words, tr("Write `port:` beside `domains:`."))
            return
        routing = ingress.labels(self._fleet, vessel.name, wishes.domains, port or 0)
        vessel.deploy["labels"] = {**routing, **labels}
        networks = vessel.out.get("networks") or ["default"]
        if isinstance(networks, dict):
            vessel.out["networks"] = {**networks, ingress.NETWORK: {}}
        else:
            vessel.out["networks"] = [*networks, ingress.NETWORK]
        self._routed = True
        for route in wishes.domains:
            address = route.host + route.path
            words = tr(
                "{address} leads to port {port}, with HTTPS.",
                address=address,
                port=route.port or port,
            )
            self._report.note(path, "ingress", words)

    def _job(self, vessel: Vessel, job: PreDeploy) -> None:
        path = vessel.at(extension.KEY, "pre_deploy")
        full = f"{self._fleet}_{job.name}"
        if len(full) > MAX_SERVICE_NAME:
            words = tr(
                '"{name}" is longer than {most} characters.', name=full, most=MAX_SERVICE_NAME
            )
            self._report.error(path, "bad-service-name", words)
        words = tr("{name} runs to its end before the launch goes on.", name=job.name)
        self._report.note(path, "pre-deploy", words)
        self._result.jobs.append(job)
