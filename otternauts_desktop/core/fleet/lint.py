"""What Swarm refuses or drops, as findings with line, reason and fix.

Works on the file as it is written, variables unresolved: a text that holds `${...}` is taken to
be of the right type.
"""

import difflib
import re
from collections.abc import Iterable
from typing import Any, Final

from otternauts_desktop.core.fleet import service_keys as keys
from otternauts_desktop.core.fleet.compose import Document, Path
from otternauts_desktop.core.fleet.findings import Finding, Severity

_SERVICE_NAME: Final = re.compile(r"[a-zA-Z0-9](?:[-_]*[a-zA-Z0-9]+)*")
"""swarmkit, manager/controlapi/common.go."""
_LOOPBACK: Final = ("127.", "localhost:", "[::1]:")

_SHAPES: Final[dict[str, tuple[tuple[type, ...], str]]] = {
    "image": ((str,), "text"),
    "environment": ((dict, list), "a mapping or a list"),
    "ports": ((list,), "a list"),
    "volumes": ((list,), "a list"),
    "labels": ((dict, list), "a mapping or a list"),
    "deploy": ((dict,), "a mapping"),
    "healthcheck": ((dict,), "a mapping"),
    "networks": ((dict, list), "a mapping or a list"),
    "secrets": ((list,), "a list"),
    "configs": ((list,), "a list"),
    "depends_on": ((dict, list), "a mapping or a list"),
    "x-otternauts": ((dict,), "a mapping"),
}


def lint(document: Document) -> tuple[Finding, ...]:
    """All findings, by line. No errors among them means: it can be lowered."""
    inspection = _Inspection(document)
    inspection.file()
    return tuple(sorted(inspection.findings, key=lambda f: (f.line, f.column)))


class _Inspection:
    def __init__(self, document: Document) -> None:
        self.findings: list[Finding] = []
        self._document = document
        self._accepted: frozenset[str] = frozenset()

    def file(self) -> None:
        data = self._document.data
        if not isinstance(data, dict):
            self._error((), "not-compose", "A flight plan is a mapping with `services:` in it.")
            return
        for key in data:
            if key in ("include", "models"):
                self._error((key,), "unsupported-key", f"`{key}` is not supported.")
            elif key not in keys.TOP_LEVEL | {"version", "name"} and not key.startswith("x-"):
                self._unknown((key,), key, keys.TOP_LEVEL)
        services = data.get("services")
        if not isinstance(services, dict) or not services:
            self._error(("services",), "no-services", "There is no vessel under `services:`.")
            return
        for name, service in services.items():
            self._service(name, service)
        for section in ("secrets", "configs"):
            self._objects(section)

    def _service(self, name: str, service: Any) -> None:
        path: Path = ("services", name)
        if _SERVICE_NAME.fullmatch(name) is None:
            self._error(
                path,
                "bad-service-name",
                f'"{name}" is no legal service name.',
                "Use letters, digits, - and _, starting and ending with a letter or digit.",
            )
        if not isinstance(service, dict):
            self._error(path, "not-a-mapping", f'Service "{name}" has no settings.')
            return
        extension = service.get("x-otternauts")
        accepted = extension.get("accept", []) if isinstance(extension, dict) else []
        self._accepted = frozenset(map(str, accepted if isinstance(accepted, list) else []))
        for key, value in service.items():
            self._key((*path, key), key, value)
        if not service.get("image"):
            fix = "Build the image, push it to a registry and name it here."
            self._error(path, "no-image", f'Service "{name}" names no image.', fix)
        self._references(path, service)
        for part, known in (("deploy", keys.DEPLOY), ("healthcheck", keys.HEALTHCHECK)):
            settings = service.get(part)
            for key in settings if isinstance(settings, dict) else ():
                if key not in known:
                    self._unknown((*path, part, key), key, known)
        self._extension(path, extension)
        for index, port in enumerate(_listed(service.get("ports"))):
            self._port((*path, "ports", index), port)
        for index, volume in enumerate(_listed(service.get("volumes"))):
            self._volume((*path, "volumes", index), volume)
        self._accepted = frozenset()

    def _key(self, path: Path, key: str, value: Any) -> None:
        if key.startswith("x-") and key != "x-otternauts":
            return
        if key in keys.HARMLESS:
            self._add(path, Severity.NOTE, "left-out", f"`{key}` is left out.", keys.HARMLESS[key])
        elif key in keys.LOST:
            message = f"`{key}` has no effect in Swarm."
            self._add(path, Severity.WARNING, "no-effect", message, keys.LOST[key])
        elif key in keys.UNSAFE:
            self._error(
                path,
                "unsafe-drop",
                f"Swarm drops `{key}`: {keys.UNSAFE[key]}.",
                "Remove it, or put `accept: [unsafe-drop]` under the service's `x-otternauts:`.",
            )
        elif key in keys.IMPOSSIBLE:
            message = f"`{key}` can't be launched on a swarm."
            self._error(path, "unsupported-key", message, keys.IMPOSSIBLE[key])
        elif key in _SHAPES:
            shapes, words = _SHAPES[key]
            if not isinstance(value, shapes) and not _is_variable(value):
                self._error(path, "wrong-type", f"`{key}` has to be {words}.")
        elif key not in keys.TAKEN | keys.LOWERED:
            self._unknown(path, key, keys.TAKEN | keys.LOWERED)

    def _references(self, path: Path, service: dict[str, Any]) -> None:
        """Names of networks, secrets and configs that the file never defines."""
        for section in ("networks", "secrets", "configs"):
            defined = self._document.data.get(section)
            names = set(defined) if isinstance(defined, dict) else set()
            used = service.get(section)
            entries = list(used.items()) if isinstance(used, dict) else list(enumerate(used or ()))
            for key, entry in entries:
                name = key if isinstance(used, dict) else _source(entry)
                if name in names or (section == "networks" and name == "default"):
                    continue
                if isinstance(name, str) and "$" not in name:
                    self._error(
                        (*path, section, key),
                        "undefined",
                        f'"{name}" is not defined under `{section}:` of the file.',
                        "Add it there, with `external: true` where it exists already.",
                    )

    def _port(self, path: Path, port: Any) -> None:
        host_ip = port.get("host_ip") if isinstance(port, dict) else None
        bound = isinstance(port, str) and port.startswith(_LOOPBACK)
        if bound or (host_ip and host_ip not in ("0.0.0.0", "::")):  # noqa: S104 - compared
            self._error(
                path,
                "port-opens-to-world",
                "Swarm drops the address of a port: this one would be open to the whole world, "
                "past the firewall.",
                "Leave the port out (vessels reach each other without), or forward it when needed; "
                "`accept: [port-opens-to-world]` under `x-otternauts:` launches it as it is.",
            )
        if isinstance(port, (str, int)) and ":" not in str(port) and "$" not in str(port):
            self._add(
                path,
                Severity.WARNING,
                "random-port",
                "Without a published port Swarm picks one at random, from 30000 up.",
                f'Write "{port}:{port}", or leave it out.',
            )

    def _volume(self, path: Path, volume: Any) -> None:
        if isinstance(volume, str):
            source, colon, _ = volume.partition(":")
            source = source if colon else ""
        else:
            source = str(volume.get("source") or "") if isinstance(volume, dict) else ""
        if source.startswith((".", "~")):
            self._error(
                path,
                "relative-bind",
                f'"{source}" is a path on your machine, not on the outposts.',
                "Use a named volume, or an absolute path that exists on the outpost.",
            )
            return
        if source.startswith("/"):
            self._add(
                path,
                Severity.WARNING,
                "bind-mount",
                f'"{source}" has to exist on every outpost that may run this vessel; '
                "Swarm does not create it.",
                "Pin the vessel by deploy.placement.constraints, or use a named volume.",
            )
            return
        defined = self._document.data.get("volumes")
        if source and "$" not in source and source not in (defined or {}):
            self._error(
                path,
                "undefined",
                f'"{source}" is not defined under `volumes:` of the file.',
                f"Add `{source}:` there.",
            )

    def _extension(self, path: Path, extension: Any) -> None:
        if not isinstance(extension, dict):
            return
        known = ("domains", "port", "accept", "pre_deploy")
        for key in extension:
            if key not in known:
                self._unknown((*path, "x-otternauts", key), key, known)
        domains = extension.get("domains")
        if domains is not None and not isinstance(domains, list):
            self._error(
                (*path, "x-otternauts", "domains"), "wrong-type", "`domains` has to be a list."
            )

    def _objects(self, section: str) -> None:
        objects = self._document.data.get(section)
        for name, settings in (objects if isinstance(objects, dict) else {}).items():
            if not (isinstance(settings, dict) and settings.get("external")):
                self._error(
                    (section, name),
                    "needs-external",
                    f'The content of {section[:-1]} "{name}" is not on the outpost.',
                    f"Create it with `docker {section[:-1]} create` and say `external: true`.",
                )

    def _unknown(self, path: Path, key: str, known: Iterable[str]) -> None:
        close = difflib.get_close_matches(key, list(known), n=1)
        fix = f"Is `{close[0]}` meant?" if close else "Remove it; own keys start with x-."
        self._error(path, "unknown-key", f"Compose knows no `{key}` here.", fix)

    def _error(self, path: Path, code: str, message: str, fix: str = "") -> None:
        accepted = code in self._accepted and code in ("unsafe-drop", "port-opens-to-world")
        self._add(path, Severity.WARNING if accepted else Severity.ERROR, code, message, fix)

    def _add(self, path: Path, severity: Severity, code: str, message: str, fix: str = "") -> None:
        line, column = self._document.position(path)
        self.findings.append(Finding(line, column, severity, code, message, fix))


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _source(entry: Any) -> Any:
    return entry.get("source") if isinstance(entry, dict) else entry


def _is_variable(value: Any) -> bool:
    return isinstance(value, str) and "$" in value
