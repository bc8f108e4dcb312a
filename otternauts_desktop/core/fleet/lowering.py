"""Modern Compose -> what every `docker stack deploy` accepts, each step noted.

Takes values whose variables are resolved and whose keys `lint` has passed; gives plain values
in one canonical form, so that versions of Docker can't read them differently.
"""

import re
import shlex
from collections.abc import Mapping
from typing import Any, Final, NoReturn

from otternauts_desktop.core.errors import FlightPlanInvalid
from otternauts_desktop.core.fleet import extension, ingress
from otternauts_desktop.core.fleet import service_keys as keys
from otternauts_desktop.core.fleet.compose import Document, Path
from otternauts_desktop.core.fleet.findings import Finding, Severity
from otternauts_desktop.core.fleet.report import Report
from otternauts_desktop.core.fleet.rest import REST_LABEL, rest_sum
from otternauts_desktop.core.names import MAX_SERVICE_NAME

_PORT: Final = re.compile(
    r"(?:(?P<ip>\[[^\]]*\]|\d+(?:\.\d+){3}|localhost):)?"
    r"(?:(?P<first>\d*)(?:-(?P<last>\d+))?:)?"
    r"(?P<target>\d+)(?:-(?P<target_last>\d+))?"
    r"(?:/(?P<protocol>tcp|udp|sctp))?"
)
_RESTART: Final = re.compile(r"on-failure(?::(?P<attempts>\d+))?")


def lower(
    fleet: str, document: Document, data: Mapping[str, Any], environment: Mapping[str, str]
) -> tuple[dict[str, Any], tuple[Finding, ...], list[tuple[str, int, extension.Job]]]:
    """The canonical file, the steps taken, and jobs as service, number and wish.

    `environment` gives the values of variables that are named without one
    (`environment: [NAME]`). Raises `FlightPlanInvalid` with the line.
    """
    lowering = _Lowering(fleet, document, environment)
    return lowering.file(data), (*lowering.notes, *lowering.report.findings), lowering.jobs


class _Lowering:
    def __init__(self, fleet: str, document: Document, environment: Mapping[str, str]) -> None:
        self.notes: list[Finding] = []
        self.report = Report(document.data)
        self.jobs: list[tuple[str, int, extension.Job]] = []
        self._fleet = fleet
        self._document = document
        self._environment = environment
        self._ingress = False

    def file(self, data: Mapping[str, Any]) -> dict[str, Any]:
        lowered: dict[str, Any] = {
            "services": {
                name: self._service(name, service) for name, service in data["services"].items()
            }
        }
        for section in ("networks", "volumes", "secrets", "configs"):
            entries = data.get(section) or {}
            lowered[section] = {
                name: _without_extensions(settings) for name, settings in entries.items()
            }
        if self._ingress:
            lowered["networks"][ingress.NETWORK] = {"external": True, "name": ingress.NETWORK}
        for key, words in (
            ("version", "A version freezes an old schema; it is left out."),
            ("name", f"The fleet is called {self._fleet}; the file's name is left out."),
        ):
            if key in data:
                self._note((key,), "left-out", words)
        return {key: value for key, value in lowered.items() if value}

    def _service(self, name: str, service: Mapping[str, Any]) -> dict[str, Any]:
        path: Path = ("services", name)
        if len(self._fleet) + 1 + len(name) > MAX_SERVICE_NAME:
            words = f"is longer than {MAX_SERVICE_NAME} characters."
            self._fail(path, f'"{self._fleet}_{name}" {words}')
        out = {
            key: value
            for key, value in service.items()
            if key in keys.TAKEN and value is not None and value != []
        }
        deploy = dict(out.pop("deploy", None) or {})
        for key in ("command", "entrypoint"):
            if isinstance(out.get(key), str):
                out[key] = self._split((*path, key), out[key])
            elif key in out:
                out[key] = [_text(word) for word in out[key]]
        for key in ("environment", "labels"):
            if key in out:
                out[key] = self._mapping((*path, key), out[key], environment=key == "environment")
        if "labels" in deploy:
            deploy["labels"] = self._mapping((*path, "deploy", "labels"), deploy["labels"] or {})
        if "ports" in out:
            out["ports"] = self._ports((*path, "ports"), out["ports"])
        if "user" in out:
            out["user"] = _text(out["user"])
        if isinstance(out.get("stop_grace_period"), (int, float)):
            out["stop_grace_period"] = f"{out['stop_grace_period']}s"
        if "tmpfs" in service:
            out["volumes"] = [*out.get("volumes", []), *self._tmpfs(path, service["tmpfs"])]
        if "depends_on" in service:
            words = "Swarm starts all vessels at once; each has to wait for what it needs."
            self._note((*path, "depends_on"), "no-order", words)
        self._resources(path, service, deploy)
        self._restart(path, service, deploy)
        self._extension(path, name, service, out, deploy)
        if rest := rest_sum({**out, "deploy": deploy}):
            deploy["labels"] = {**(deploy.get("labels") or {}), REST_LABEL: rest}
        if deploy:
            out["deploy"] = deploy
        return dict(sorted(out.items()))

    def _split(self, path: Path, text: str) -> list[str]:
        try:
            return shlex.split(text)
        except ValueError as error:
            self._fail(path, f"it can't be split into words ({error}); write it as a list.")

    def _mapping(self, path: Path, value: Any, *, environment: bool = False) -> dict[str, str]:
        """`A=b` lists and mappings alike as a mapping of text to text, in order of names."""
        pairs: dict[str, Any] = {}
        if isinstance(value, dict):
            pairs = dict(value)
        else:
            for entry in value:
                name, equals, text = str(entry).partition("=")
                pairs[name] = text if equals else None
        if environment:
            missing = [k for k, v in pairs.items() if v is None and k not in self._environment]
            if missing:
                self._fail(path, f"{', '.join(missing)}: named without a value, and none is given.")
            pairs = {k: self._environment[k] if v is None else v for k, v in pairs.items()}
        return {name: _text(pairs[name]) for name in sorted(pairs)}

    def _ports(self, path: Path, ports: list[Any]) -> list[dict[str, Any]]:
        """Short and long forms alike as long ones, ranges written out."""
        out: list[dict[str, Any]] = []
        for index, port in enumerate(ports):
            where = (*path, index)
            if isinstance(port, dict):
                out += self._long_port(where, port)
            else:
                out += self._short_port(where, str(port))
        return out

    def _long_port(self, path: Path, port: Mapping[str, Any]) -> list[dict[str, Any]]:
        short = f"{port['published']}:" if port.get("published") is not None else ""
        if not isinstance(port.get("target"), int):
            self._fail(path, "a port needs a number as its `target`.")
        mode = port.get("mode", "ingress")
        if mode not in ("ingress", "host"):
            self._fail(path, f'the mode of a port is "ingress" or "host", not "{mode}".')
        lowered = self._short_port(path, f"{short}{port['target']}/{port.get('protocol', 'tcp')}")
        return [{**entry, "mode": mode} for entry in lowered]

    def _short_port(self, path: Path, text: str) -> list[dict[str, Any]]:
        match = _PORT.fullmatch(text)
        if match is None:
            self._fail(path, f'"{text}" is not a port. Write "8080:80" or "8080:80/udp".')
        first = int(match["target"])
        targets = range(first, int(match["target_last"] or first) + 1)
        published: list[int] = []
        if match["first"]:
            start = int(match["first"])
            published = list(range(start, int(match["last"] or start) + 1))
        if len(targets) == 1 and len(published) > 1:
            targets = range(first, first + 1)
        elif published and len(published) != len(targets):
            self._fail(path, f'the two ranges of "{text}" are not of one length.')
        if not targets or max([*targets, *published]) > 65535 or min([*targets, *published]) < 1:
            self._fail(path, f'"{text}": ports go from 1 to 65535.')
        common = {"protocol": match["protocol"] or "tcp", "mode": "ingress"}
        if len(published) > len(targets):
            return [{"target": first, "published": port, **common} for port in published]
        return [
            {"target": target, **({"published": published[i]} if published else {}), **common}
            for i, target in enumerate(targets)
        ]

    def _tmpfs(self, path: Path, value: Any) -> list[dict[str, Any]]:
        self._note((*path, "tmpfs"), "lowered", "`tmpfs` becomes a volume of type tmpfs.")
        targets = [value] if isinstance(value, str) else value
        return [{"type": "tmpfs", "target": str(t).partition(":")[0]} for t in targets]

    def _resources(self, path: Path, service: Mapping[str, Any], deploy: dict[str, Any]) -> None:
        resources = {k: dict(v or {}) for k, v in (deploy.get("resources") or {}).items()}
        for key, part, name in (
            ("mem_limit", "limits", "memory"),
            ("cpus", "limits", "cpus"),
            ("pids_limit", "limits", "pids"),
            ("mem_reservation", "reservations", "memory"),
        ):
            if service.get(key) is not None and name not in resources.get(part, {}):
                resources.setdefault(part, {})[name] = service[key]
                where = f"deploy.resources.{part}.{name}"
                self._note((*path, key), "lowered", f"`{key}` becomes {where}.")
        for settings in resources.values():
            for name in ("cpus", "memory"):
                if name in settings:
                    settings[name] = _text(settings[name])
        if resources:
            deploy["resources"] = resources

    def _restart(self, path: Path, service: Mapping[str, Any], deploy: dict[str, Any]) -> None:
        if "restart" not in service or "restart_policy" in deploy:
            return
        restart = service["restart"]
        # Docker's own reading of `no` is "any": it would restart for ever.
        if restart in (False, "no"):
            policy: dict[str, Any] = {"condition": "none"}
        elif restart in ("always", "unless-stopped"):
            policy = {"condition": "any"}
        elif match := _RESTART.fullmatch(str(restart)):
            policy = {"condition": "on-failure"}
            if match["attempts"]:
                policy["max_attempts"] = int(match["attempts"])
        else:
            self._fail((*path, "restart"), f'"{restart}" is no restart policy.')
        deploy["restart_policy"] = policy
        words = f"`restart` becomes deploy.restart_policy ({policy['condition']})."
        self._note((*path, "restart"), "lowered", words)

    def _extension(
        self,
        path: Path,
        name: str,
        service: Mapping[str, Any],
        out: dict[str, Any],
        deploy: dict[str, Any],
    ) -> None:
        wishes = extension.of_service(service.get(extension.KEY), path, self.report)
        where = (*path, extension.KEY, "domains")
        labels = deploy.get("labels") or {}
        port = wishes.port or ingress.container_port(service)
        if wishes.domains and any(label.startswith("traefik.docker.") for label in labels):
            words = "labels of `traefik.docker.` and domains exclude each other."
            self.report.error(where, "bad-domain", words)
        elif wishes.domains and not port and not all(r.port for r in wishes.domains):
            words = "which port of the container serves them? Write `port:` beside it."
            self.report.error(where, "bad-domain", words)
        elif wishes.domains:
            routing = ingress.labels(self._fleet, name, wishes.domains, port or 0)
            deploy["labels"] = {**routing, **labels}
            networks = out.get("networks") or ["default"]
            if isinstance(networks, dict):
                out["networks"] = {**networks, ingress.NETWORK: {}}
            else:
                out["networks"] = [*networks, ingress.NETWORK]
            self._ingress = True
            hosts = ", ".join(route.host + route.path for route in wishes.domains)
            self._note(where, "ingress", f"{hosts} -> port {port}, with HTTPS.")
        for number, job in enumerate(wishes.jobs, 1):
            self.jobs.append((name, number, job))

    def _note(self, path: Path, code: str, message: str) -> None:
        line, column = self._document.position(path)
        self.notes.append(Finding(line, column, Severity.NOTE, code, message))

    def _fail(self, path: Path, message: str) -> NoReturn:
        line, column = self._document.position(path)
        where = ".".join(map(str, path))
        raise FlightPlanInvalid(detail=f"Line {line}, {where}: {message}", line=line, column=column)


def _text(value: Any) -> str:
    """A scalar as Compose turns it into text."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e16:
        return str(int(value))
    return str(value)


def _without_extensions(settings: Any) -> dict[str, Any]:
    return {k: v for k, v in (settings or {}).items() if not str(k).startswith("x-")}
