"""A fleet as the swarm has it -> a flight plan of which a launch changes nothing.

For stacks that were made elsewhere. Values of the environment are in it as they are there: it is
for the one who asks, and for no record.
"""

from collections.abc import Collection, Iterable, Mapping
from typing import Any, Final

from otternauts_desktop.core.fleet.dump import dump
from otternauts_desktop.core.fleet.flight_plan import Prepared
from otternauts_desktop.core.flight.amounts import byte_count
from otternauts_desktop.core.flight.live import live
from otternauts_desktop.core.flight.wanted import Form, full_name, kept, wanted
from otternauts_desktop.core.secret import MASK
from otternauts_desktop.core.swarm.state import STACK_LABEL, Snapshot
from otternauts_desktop.core.words import tr

_MAY_BE_SECRET: Final = ("environment", "command", "entrypoint", "labels")
_MAY_BE_SECRET_IN: Final = {
    "healthcheck": ("test",),
    "logging": ("options",),
    "deploy": ("labels",),
}
_OF_VOLUMES: Final = ("labels", "driver", "driver_opts")


def export(snapshot: Snapshot, fleet: str, *, beside: str | None = None) -> str:
    """The Compose text of a fleet; "" where there is none of that name.

    What Compose has no word for stands in comments at the top. `beside` is a text next to which
    it is shown: values that may be secret and are not in that text are masked then.
    """
    services = snapshot.fleets.get(fleet, ())
    forms = {service.vessel: live(snapshot, service) for service in services}
    return _Export(snapshot, fleet).text(forms, beside) if forms else ""


def exported(prepared: Prepared, snapshot: Snapshot, beside: str) -> str:
    """What a flight plan wants, in the words of `export`, so that the two can be compared."""
    forms = {
        vessel: wanted(prepared.fleet, prepared.data, vessel)
        for vessel in sorted(prepared.data["services"])
    }
    made = {
        full_name(prepared.fleet, key, settings or {})
        for key, settings in (prepared.data.get("networks") or {}).items()
        if not (settings or {}).get("external")
    }
    default = f"{prepared.fleet}_default"
    return _Export(snapshot, prepared.fleet, {*made, default}).text(forms, beside)


def exported_services(snapshot: Snapshot, fleet: str) -> dict[str, Form]:
    """The services of a fleet as the exported text has them, by vessel."""
    services = snapshot.fleets.get(fleet, ())
    forms = {service.vessel: live(snapshot, service) for service in services}
    return _Export(snapshot, fleet).services(forms)


class _Export:
    def __init__(self, snapshot: Snapshot, fleet: str, made: Collection[str] = frozenset()) -> None:
        """`made` are networks that the fleet would have made for it."""
        self._fleet = fleet
        self._own = {n.name for n in snapshot.networks if n.labels.get(STACK_LABEL) == fleet}
        self._own |= {*made}
        self.around: dict[str, Form] = {"networks": {}, "volumes": {}, "configs": {}, "secrets": {}}
        self.left_out: list[str] = []

    def text(self, forms: Mapping[str, Form], beside: str | None) -> str:
        if beside is not None:
            forms = {vessel: _masked(form, beside) for vessel, form in forms.items()}
        data: Form = {"services": self.services(forms)}
        data |= {section: dict(sorted(found.items())) for section, found in self.around.items()}
        return "".join(f"# {line}\n" for line in self.left_out) + dump(kept(data))

    def services(self, forms: Mapping[str, Form]) -> dict[str, Form]:
        return {
            vessel: _with_dollars_doubled(self._service(vessel, form))
            for vessel, form in forms.items()
        }

    def _service(self, vessel: str, form: Form) -> Form:
        for name in form.pop("other", {}):
            words = tr(
                "{vessel}: Compose has no word for {name}; a launch removes it.",
                vessel=vessel,
                name=name,
            )
            self.left_out.append(words)
        form["networks"] = {
            self._network(name): options for name, options in form.get("networks", {}).items()
        }
        form["volumes"] = [self._volume(mount) for mount in form.get("volumes", ())]
        for section in ("configs", "secrets"):
            form[section] = [
                {**file, "source": self._outside(section, file["source"])}
                for file in form.get(section, ())
            ]
        if "config" in form.get("credential_spec", {}):
            name = form["credential_spec"]["config"]
            form["credential_spec"] = {"config": self._outside("configs", name)}
        if form.get("healthcheck", {}).get("test") == ["NONE"]:
            form["healthcheck"] = {"disable": True}
        form["deploy"] = _deploy(form["deploy"])
        return kept(form)

    def _network(self, name: str) -> str:
        key = name.removeprefix(f"{self._fleet}_")
        if name in self._own and key != name:
            self.around["networks"][key] = {}
            return key
        return self._outside("networks", name)

    def _outside(self, section: str, name: str) -> str:
        self.around[section][name] = {"external": True, "name": name}
        return name

    def _volume(self, mount: Form) -> Form:
        """Its long form; what is the volume's own goes to the top of the file."""
        kind, source = mount["type"], mount.get("source", "")
        form: Form = {k: mount[k] for k in ("type", "source", "target", "read_only") if k in mount}
        if kind == "volume" and source:
            key = source.removeprefix(f"{self._fleet}_")
            if mount.get("external"):
                key = self._outside("volumes", source)
            else:
                own = {name: mount[name] for name in _OF_VOLUMES if name in mount}
                named = {} if key != source else {"name": source}
                self.around["volumes"][key] = {**named, **own}
            form["source"] = key
            options = {name: mount.get(name) for name in ("nocopy", "subpath")}
            form["volume"] = kept(options)
        elif "propagation" in mount:
            form["bind"] = {"propagation": mount["propagation"]}
        elif "size" in mount:
            form["tmpfs"] = {"size": byte_count(mount["size"])}
        return kept(form)


def _deploy(form: Form) -> Form:
    placement = form.get("placement", {})
    if "preferences" in placement:
        spreads = [{"spread": name} for name in placement["preferences"]]
        form["placement"] = {**placement, "preferences": spreads}
    reserved = form.get("resources", {}).get("reservations", {})
    if "generic_resources" in reserved:
        pairs = [text.rpartition("=") for text in reserved["generic_resources"]]
        reserved["generic_resources"] = [
            {"discrete_resource_spec": {"kind": kind, "value": int(count)}}
            for kind, _, count in pairs
            if count.isdecimal()
        ]
    return form


def _masked(form: Form, beside: str) -> Form:
    """A service without values that may be secret, unless they are to be read beside it."""

    def mask(value: Any) -> Any:
        if isinstance(value, str):
            return value if value in beside else MASK
        if isinstance(value, Mapping):
            return {key: mask(item) for key, item in value.items()}
        return [mask(item) for item in value] if isinstance(value, list) else value

    def masked(part: Form, fields: Iterable[str]) -> Form:
        return {**part, **{field: mask(part[field]) for field in fields if field in part}}

    form = masked(form, _MAY_BE_SECRET)
    for name, fields in _MAY_BE_SECRET_IN.items():
        if name in form:
            form[name] = masked(form[name], fields)
    return form


def _with_dollars_doubled(value: Any) -> Any:
    if isinstance(value, str):
        return value.replace("$", "$$")
    if isinstance(value, Mapping):
        return {key: _with_dollars_doubled(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_with_dollars_doubled(item) for item in value]
    return value
