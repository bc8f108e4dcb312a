"""A service's form as single settings, and what differs between two of them.

What restarts tasks (swarmkit, manager/orchestrator/task.go, IsTaskDirty; every row of it is tried
in the lab): any change of the task's spec or of its ports and endpoint mode. A change of the
placement alone restarts only tasks whose outpost no longer fits. Replicas, labels of the service
and the policies of updates restart nothing.
"""

from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from otternauts_desktop.core.flight.wanted import Form
from otternauts_desktop.core.secret import MASK, Secret, masked

Place = tuple[str, str]
"""Field and key: `("environment", "API_KEY")`, `("deploy.replicas", "")`."""
Settings = dict[Place, Any]

_KEYED: Final = frozenset(
    """
    environment labels sysctls ulimits networks ports volumes secrets configs logging.options
    deploy.labels other
    """.split()
)
"""Fields whose entries come and go one by one."""

KEEPS_TASKS: Final = (
    "deploy.replicas",
    "deploy.labels",
    "deploy.update_config",
    "deploy.rollback_config",
)
_PLACEMENT: Final = "deploy.placement"

_UNSAID: Final = frozenset(
    """
    environment command entrypoint healthcheck.test labels deploy.labels logging.options other
    """.split()
)
"""Where resolved secrets stand, those of an earlier launch among them: values are never said."""

VALUED: Final = ("environment", "command", "entrypoint")
"""What a service that was kept on disk has lost: values and commands."""


class FieldKind(StrEnum):
    """What became of a setting."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"


SIGNS: Final = {FieldKind.ADDED: "+", FieldKind.REMOVED: "-", FieldKind.CHANGED: "~"}


@dataclass(frozen=True, slots=True)
class FieldChange:
    """What differs in one setting of a service."""

    field: str
    """As in Compose: `image`, `environment`, `deploy.replicas`."""
    key: str
    """Which entry of it: a variable's name, a port, a mount's target; "" for a whole setting."""
    kind: FieldKind
    old: str = ""
    """For people, secrets masked; "" where there was none or it is not said."""
    new: str = ""
    restarts: bool = True
    """Whether this alone would restart tasks; for a placement, those that no longer fit."""
    drifted: bool = False
    """Whether the old value was set since the last launch from here, by hand or elsewhere."""

    @property
    def words(self) -> str:
        """`image nginx:1.26 -> nginx:1.27`, `environment + API_KEY`, `command`."""
        name = f"{self.field} {SIGNS[self.kind]} {self.key}" if self.key else self.field
        if self.old and self.new:
            return f"{name} {self.old} -> {self.new}"
        if self.new and not (self.key and self.new == self.key):
            return f"{name} {self.new}" if self.key else f"{name} + {self.new}"
        return f"{name} - {self.old}" if self.old and not self.key else name


def differences(
    old: Form, new: Form, secrets: list[Secret], drifted: Container[Place] = ()
) -> tuple[FieldChange, ...]:
    """What differs, in the order of Compose's reference; values of secrets are masked.

    `drifted` are settings that were changed since the last launch from here.
    """
    before, after = settings(old), settings(new)
    found = []
    for place in {**after, **before}:
        was, becomes = before.get(place), after.get(place)
        if was == becomes:
            continue
        field, key = place
        kind = FieldKind.CHANGED
        if was is None:
            kind = FieldKind.ADDED
        elif becomes is None:
            kind = FieldKind.REMOVED
        said = field not in _UNSAID
        found.append(
            FieldChange(
                field,
                masked(key, secrets),
                kind,
                _words(was, secrets) if said else "",
                _words(becomes, secrets) if said else "",
                restarts=not field.startswith(KEEPS_TASKS),
                drifted=place in drifted,
            )
        )
    names = {change.field for change in found}
    return tuple(c for c in found if c.field != "volumes order" or "volumes" not in names)


def without_values(form: Form) -> Form:
    """A form as far as it can be compared with a service that was kept on disk."""
    kept = {name: value for name, value in form.items() if name not in ("command", "entrypoint")}
    if "environment" in kept:
        kept["environment"] = dict.fromkeys(kept["environment"])
    return kept


def settings(form: Form) -> Settings:
    """A form as single settings."""
    return dict(_flat(form, ""))


def _flat(form: Mapping[str, Any], prefix: str) -> Iterator[tuple[Place, Any]]:
    for name, value in form.items():
        field = f"{prefix}{name}"
        if field == "networks":
            for network, options in value.items():
                yield (field, network), ""
                yield from _flat(options, f"{field}.{network}.")
        elif field == "ports":
            for port in value:
                yield (field, _port(port)), port["mode"]
        elif field == "volumes":
            yield ("volumes order", ""), [mount.get("target") for mount in value]
            for mount in value:
                yield (field, str(mount.get("target"))), mount
        elif field in ("secrets", "configs"):
            for file in value:
                yield (field, file["target"]), file
        elif field in _KEYED:
            for key, entry in value.items():
                yield (field, str(key)), "" if entry is None else entry
        elif isinstance(value, Mapping):
            yield from _flat(value, f"{field}.")
        else:
            yield (field, ""), value


def _port(port: Mapping[str, Any]) -> str:
    published = f"{port['published']}:" if port.get("published") else ""
    return f"{published}{port['target']}/{port['protocol']}"


def only_placement(changes: tuple[FieldChange, ...]) -> bool:
    """Whether what the tasks are made of stays, and only where they may run changes.

    Ports don't count then: swarmkit looks no further.
    """
    made_of = [
        c for c in changes if c.restarts and c.field not in ("ports", "deploy.endpoint_mode")
    ]
    return bool(made_of) and all(c.field.startswith(_PLACEMENT) for c in made_of)


def _words(value: Any, secrets: list[Secret]) -> str:
    return masked(_plain_words(value), secrets)


def _plain_words(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(map(str, value))
    if isinstance(value, Mapping):
        return _file_words(value) if "uid" in value else _mapping_words(value)
    return str(value)


def _file_words(file: Mapping[str, Any]) -> str:
    owner = f" {file['uid']}:{file['gid']}" if (file["uid"], file["gid"]) != ("0", "0") else ""
    mode = f" {file['mode']:04o}" if file["mode"] != 0o444 else ""
    return f"{file['source']}{owner}{mode}"


def _mapping_words(entry: Mapping[str, Any]) -> str:
    """`volume shop_data read_only`; options of drivers may hold passwords and are masked."""
    parts = []
    for name, value in entry.items():
        if name in ("type", "source"):
            parts.append(str(value))
        elif name == "target":
            continue
        elif value is True:
            parts.append(name)
        elif isinstance(value, Mapping):
            parts.append(f"{name} " + ", ".join(f"{key}={MASK}" for key in value))
        else:
            parts.append(f"{name} {value}")
    return " ".join(parts)
