"""The sections beside `services:`: networks, volumes, configs and secrets."""

from collections.abc import Mapping
from typing import Any, Final, Literal

from otternauts_desktop.core.fleet.beside import Beside, file_key
from otternauts_desktop.core.fleet.compose import Map, Path, Seq, place
from otternauts_desktop.core.fleet.interpolation import Missing, Open
from otternauts_desktop.core.fleet.loading import Project
from otternauts_desktop.core.fleet.objects import MAX_BYTES, swarm_object
from otternauts_desktop.core.fleet.prepared import SwarmObject
from otternauts_desktop.core.fleet.scalars import boolean, text
from otternauts_desktop.core.secret import Secret
from otternauts_desktop.core.words import tr

_NETWORK_LOST: Final = frozenset({"enable_ipv4", "enable_ipv6"})


class Sections:
    """Lowers all sections of one flight plan."""

    def __init__(self, fleet: str, project: Project, beside: Beside) -> None:
        self.objects: list[SwarmObject] = []
        self._fleet = fleet
        self._project = project
        self._report = project.report
        self._beside = beside

    def networks(self) -> dict[str, Any]:
        """`networks:`, all of them of swarm scope."""
        return {name: self._network(path, s) for name, path, s in self._entries("networks")}

    def volumes(self) -> dict[str, Any]:
        """`volumes:`."""
        return {name: self._volume(path, s) for name, path, s in self._entries("volumes")}

    def files(self, kind: Literal["config", "secret"], used: set[str]) -> dict[str, Any]:
        """`configs:` or `secrets:`, as external objects; what has a content becomes `objects`."""
        found: dict[str, Any] = {}
        for name, path, settings in self._entries(f"{kind}s"):
            lowered = self._file(kind, name, path, settings, needed=name in used)
            if lowered is not None:
                found[name] = lowered
        return found

    def _wrong(self, path: Path, kind: str) -> None:
        words = tr("`{key}` has to be {kind}.", key=path[-1], kind=kind)
        self._report.error(path, "wrong-type", words)

    def _entries(self, section: str) -> list[tuple[str, Path, Mapping[str, Any]]]:
        entries = self._project.root.get(section)
        if entries is None:
            return []
        if not isinstance(entries, Map):
            self._wrong((section,), tr("a mapping"))
            return []
        found = []
        for name, settings in entries.items():
            path: Path = (section, name)
            if settings is not None and not isinstance(settings, Map):
                self._wrong(path, tr("a mapping"))
                settings = None
            found.append((name, path, settings or {}))
        return found

    def _external(
        self, name: str, path: Path, settings: Mapping[str, Any]
    ) -> dict[str, Any] | None:
        """The canonical form of what exists already; None where it does not."""
        external = settings.get("external")
        if isinstance(external, Mapping):
            return {
                "external": True,
                "name": text(external.get("name") or settings.get("name") or name),
            }
        if isinstance(external, Open):
            return {"external": True}
        if external is None or boolean(external) is False:
            return None
        ignored = [k for k in settings if k not in ("external", "name") and not k.startswith("x-")]
        for key in ignored:
            words = tr("It exists already: `{key}` changes nothing.", key=key)
            self._report.note((*path, key), "left-out", words)
        return {"external": True, "name": text(settings.get("name") or name)}

    def _named(self, path: Path, settings: Mapping[str, Any]) -> dict[str, Any]:
        found: dict[str, Any] = {}
        if settings.get("name"):
            found["name"] = text(settings["name"])
        labels = self._pairs(settings.get("labels"), (*path, "labels"))
        if labels:
            found["labels"] = labels
        return found

    def _pairs(self, value: Any, path: Path) -> dict[str, str]:
        if isinstance(value, Mapping):
            return {name: text(value[name]) for name in sorted(value)}
        if isinstance(value, list):
            split = [text(entry).partition("=") for entry in value]
            for index, (name, _, _) in enumerate(split):
                if not name:
                    words = tr("An entry without a name is left out.")
                    self._report.warning((*path, index), "bad-value", words)
            return dict(sorted((name, rest) for name, _, rest in split if name))
        return {}

    def _network(self, path: Path, settings: Mapping[str, Any]) -> dict[str, Any]:
        if external := self._external(str(path[1]), path, settings):
            return external
        found = self._named(path, settings)
        driver = settings.get("driver")
        if driver == "bridge":
            words = tr("Swarm needs a network of its own kind: `bridge` becomes `overlay`.")
            self._report.note((*path, "driver"), "lowered", words)
        elif driver:
            found["driver"] = text(driver)
            if driver != "overlay" and not isinstance(driver, Open):
                self._report.error(
                    (*path, "driver"),
                    "network-driver",
                    tr("Services can't use a network of the driver `{driver}`.", driver=driver),
                    tr("Use `overlay`, or create it beforehand and say `external: true`."),
                )
        for key in ("internal", "attachable"):
            flag = boolean(settings.get(key))
            if flag is not None:
                found[key] = flag
        for key in settings:
            if key in _NETWORK_LOST:
                words = tr("Swarm drops `{key}` of a network.", key=key)
                self._report.warning((*path, key), "no-effect", words)
            elif key not in (
                *("driver", "driver_opts", "external", "internal", "attachable", "ipam"),
                *("labels", "name"),
            ):
                self._unknown((*path, key), key)
        self._driver_opts(path, settings, found, bridge=driver == "bridge")
        self._ipam(path, settings.get("ipam"), found)
        return found

    def _driver_opts(
        self, path: Path, settings: Mapping[str, Any], found: dict[str, Any], *, bridge: bool
    ) -> None:
        options = settings.get("driver_opts")
        kept = {}
        for name, value in (options if isinstance(options, Mapping) else {}).items():
            if bridge and name.startswith("com.docker.network.bridge."):
                words = tr("It is an option of `bridge` and has no effect on `overlay`.")
                self._report.warning((*path, "driver_opts", name), "no-effect", words)
            else:
                kept[name] = text(value)
        if kept:
            found["driver_opts"] = kept

    def _ipam(self, path: Path, ipam: Any, found: dict[str, Any]) -> None:
        path = (*path, "ipam")
        if not isinstance(ipam, Mapping):
            if ipam is not None:
                self._wrong(path, tr("a mapping"))
            return
        lowered: dict[str, Any] = {}
        if ipam.get("driver"):
            lowered["driver"] = text(ipam["driver"])
        if ipam.get("options"):
            words = tr("Swarm drops `{key}` of a network.", key="ipam.options")
            self._report.warning((*path, "options"), "no-effect", words)
        subnets = []
        config = ipam.get("config")
        if not isinstance(config, Seq):
            if config is not None:
                self._wrong((*path, "config"), tr("a list"))
            config = Seq()
        for index, entry in enumerate(config):
            if not isinstance(entry, Mapping):
                self._wrong((*path, "config", index), tr("a mapping"))
                continue
            if entry.get("subnet"):
                subnets.append({"subnet": text(entry["subnet"])})
            for key in entry:
                if key != "subnet" and not key.startswith("x-"):
                    words = tr("Swarm drops `{key}` of a network.", key=f"ipam.config.{key}")
                    self._report.warning((*path, "config", index, key), "no-effect", words)
        if subnets:
            lowered["config"] = subnets
        if lowered:
            found["ipam"] = lowered

    def _volume(self, path: Path, settings: Mapping[str, Any]) -> dict[str, Any]:
        if external := self._external(str(path[1]), path, settings):
            return external
        found = self._named(path, settings)
        if settings.get("driver"):
            found["driver"] = text(settings["driver"])
        options = settings.get("driver_opts")
        if isinstance(options, Mapping) and options:
            found["driver_opts"] = {name: text(value) for name, value in options.items()}
            self._bound(path, found)
        for key in settings:
            if key not in ("driver", "driver_opts", "external", "labels", "name"):
                self._unknown((*path, key), key)
        return found

    def _bound(self, path: Path, found: dict[str, Any]) -> None:
        """`o: bind` makes a bind mount out of a volume."""
        options = found["driver_opts"]
        device = options.get("device", "")
        if "bind" not in options.get("o", "").split(",") or not device:
            return
        where = (*path, "driver_opts", "device")
        if device.startswith("/"):
            words = tr(
                '"{source}" has to exist on every outpost that may run this vessel; '
                "Swarm does not create it.",
                source=device,
            )
            self._report.warning(where, "bind-mount", words)
            return
        options["device"] = self._beside.absolute(device)
        words = tr('"{source}" is a path on your machine, not on the outposts.', source=device)
        self._report.error(where, "relative-bind", words)

    def _file(
        self,
        kind: Literal["config", "secret"],
        name: str,
        path: Path,
        settings: Mapping[str, Any],
        *,
        needed: bool,
    ) -> dict[str, Any] | None:
        if external := self._external(name, path, settings):
            return external
        for key in settings:
            if key not in (
                *("content", "driver", "driver_opts", "environment", "external", "file"),
                *("labels", "name", "template_driver"),
            ):
                self._unknown((*path, key), key)
        if settings.get("driver") and kind == "secret":
            found = self._named(path, settings) | {"driver": text(settings["driver"])}
            if isinstance(settings.get("driver_opts"), Mapping):
                found["driver_opts"] = {k: text(v) for k, v in settings["driver_opts"].items()}
            return found
        if not needed:
            words = tr("No service uses it.")
            self._report.note(path, "left-out", words)
            return None
        content = self._content(kind, name, path, settings)
        if content is None:
            # What has no content here is taken to be there already, so that the rest can be seen.
            return {"external": True, "name": text(settings.get("name") or f"{self._fleet}_{name}")}
        if not 0 < len(content) <= MAX_BYTES[kind]:
            most = f"{MAX_BYTES[kind]:,}"
            words = tr(
                'The content of "{name}" has {size} bytes; 1 to {most} can be sent.',
                name=name,
                size=f"{len(content):,}",
                most=most,
            )
            self._report.error(path, "too-large", words)
        made = swarm_object(
            kind,
            self._fleet,
            text(settings.get("name") or name),
            content,
            self._pairs(settings.get("labels"), (*path, "labels")),
            text(settings.get("template_driver")),
        )
        self.objects.append(made)
        words = tr('Its content is sent as the {kind} "{name}".', kind=kind, name=made.name)
        self._report.note(path, "lowered", words)
        return {"external": True, "name": made.name}

    def _content(
        self, kind: str, name: str, path: Path, settings: Mapping[str, Any]
    ) -> bytes | None:
        if settings.get("content") is not None:
            return text(settings["content"]).encode(errors="replace")
        if settings.get("environment"):
            variable, where = text(settings["environment"]), (*path, "environment")
            self._project.used.add(variable)
            secret = self._project.variables.get(variable)
            if secret is None:
                at = place(self._project.root, where)
                self._project.missing.append(Missing(variable, where, at, ""))
                return None
            return secret.reveal().encode()
        if settings.get("file") and not isinstance(settings["file"], Open):
            key = file_key("", text(settings["file"]))
            if key not in self._beside.files:
                self._project.wanted.add(key)
            content = self._beside.files.get(key)
            if content is None:
                words = tr('The file "{name}" can\'t be read.', name=key)
                self._report.error(
                    (*path, "file"),
                    "missing-file",
                    words,
                    tr("It is read on this machine, never on an outpost."),
                )
            return content
        if not isinstance(settings.get("file"), Open):
            words = tr('The {kind} "{name}" has no content.', kind=kind, name=name)
            fix = tr("Give it `file:` or `environment:`, or say `external: true`.")
            self._report.error(path, "no-content", words, fix)
        return None

    def _unknown(self, path: Path, key: str) -> None:
        if not key.startswith("x-"):
            words = tr("Compose knows no `{key}` here.", key=key)
            self._report.error(path, "unknown-key", words)


def secrets_of(project: Project, used: set[str]) -> list[Secret]:
    """The values that secrets take from variables: to be masked like all others."""
    entries = project.root.get("secrets")
    found = []
    for name, settings in (entries if isinstance(entries, Mapping) else {}).items():
        variable = settings.get("environment") if isinstance(settings, Mapping) else None
        if name in used and str(variable) in project.variables:
            found.append(project.variables[str(variable)])
    return found
