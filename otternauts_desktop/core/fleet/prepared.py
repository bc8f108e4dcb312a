"""What a flight plan amounts to, ready to be compared and sent: the result of `flight_plan`."""

import json
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from otternauts_desktop.core.fleet.dump import dump
from otternauts_desktop.core.fleet.findings import Finding, Severity
from otternauts_desktop.core.secret import MASK, Secret, masked


@dataclass(frozen=True, slots=True)
class SwarmObject:
    """A config or secret that has to be there before the fleet is deployed.

    Swarm can't change what is in one, so its name carries a sum of its content: another content
    is another object. The canonical file names it as external.
    """

    kind: Literal["config", "secret"]
    key: str
    """What the flight plan calls it."""
    name: str
    """What the swarm calls it: fleet, key and sum."""
    content: Secret = field(repr=False)
    """The bytes in base64, as the Engine takes them for `Data`."""
    labels: Mapping[str, str] = field(default_factory=dict)
    template_driver: str = ""
    """`golang` where the Engine is to fill in a template, "" where not."""


@dataclass(frozen=True, slots=True)
class PreDeploy:
    """A one-off job that has to complete before the launch goes on (`x-otternauts.pre_deploy`)."""

    vessel: str
    """The service whose image, environment, networks and secrets it uses."""
    name: str
    """Its service in the fleet: `web-pre-deploy`, `web-pre-deploy-2`."""
    settings: Mapping[str, Any] = field(repr=False)
    """Canonical settings of a service in mode `replicated-job` that is not restarted."""
    timeout: float
    """Seconds until it is given up."""


@dataclass(frozen=True)
class Prepared:
    """A flight plan ready to be compared and sent."""

    fleet: str
    findings: tuple[Finding, ...]
    """Errors and warnings, by line. With an error among them it must not be launched."""
    notes: tuple[Finding, ...]
    """What was changed on the way to Docker, step by step."""
    data: dict[str, Any] = field(repr=False)
    """The canonical file as plain values. Holds resolved secrets."""
    secrets: tuple[Secret, ...] = field(repr=False)
    """The values of the variables used, to be masked wherever text comes back."""
    objects: tuple[SwarmObject, ...] = ()
    """Configs and secrets to create before anything else, where they are not there yet."""
    pre_deploy: tuple[PreDeploy, ...] = ()
    """Jobs in the order in which they run, after `objects` and before the first wave."""
    waves: tuple[tuple[str, ...], ...] = ()
    """All services, in the order of launch: each wave flies before the next one starts."""

    @property
    def errors(self) -> tuple[Finding, ...]:
        """The findings that stand in the way of a launch."""
        return tuple(f for f in self.findings if f.severity is Severity.ERROR)

    def body(self, vessels: Collection[str] | None = None) -> str:
        """What `docker stack deploy -c -` reads: all services, or those named in `vessels`.

        Holds resolved secrets. Docker interpolates once more, so every `$` is doubled.
        Characters that JSON allows bare and YAML does not (or folds away) are escaped.
        """
        services = self.data.get("services", {})
        chosen = {k: v for k, v in services.items() if vessels is None or k in vessels}
        return _json({**self.data, "services": chosen})

    def job_body(self, job: PreDeploy) -> str:
        """What `docker stack deploy -c -` reads to run one job of `pre_deploy`."""
        return _json({**self.data, "services": {job.name: job.settings}})

    def shown(self) -> str:
        """What is sent, as YAML for people, with the values of variables masked."""
        return dump(_with_dollars_doubled(_masked(self.data, self.secrets)))

    def revealed(self) -> str:
        """The same as YAML with the values in it: only where the user asked for it."""
        return dump(_with_dollars_doubled(self.data))


# DEL and C1, line separators and byte order marks: go-yaml refuses or folds them.
_NOT_IN_YAML: Final = re.compile("[\x7f-\xa0\u2028\u2029\ufeff\ufffe\uffff]")


def _json(data: Mapping[str, Any]) -> str:
    return _NOT_IN_YAML.sub(
        lambda match: f"\\u{ord(match[0]):04x}",
        json.dumps(_with_dollars_doubled(data), ensure_ascii=False),
    )


def _masked(data: Any, secrets: tuple[Secret, ...]) -> Any:
    values = {s.reveal() for s in secrets} - {""}

    def mask(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: mask(item) for key, item in value.items()}
        if isinstance(value, list):
            return [mask(item) for item in value]
        if isinstance(value, str):
            return MASK if value in values else masked(value, list(secrets))
        return value

    return mask(data)


def _with_dollars_doubled(value: Any) -> Any:
    if isinstance(value, str):
        return value.replace("$", "$$")
    if isinstance(value, Mapping):
        return {key: _with_dollars_doubled(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_with_dollars_doubled(item) for item in value]
    return value
