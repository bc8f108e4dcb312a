"""Under which names a fleet is reached, read from the labels that Traefik reads."""

import re
from collections.abc import Iterable, Mapping
from typing import Final

from otternauts_desktop.core.swarm.state import Service

_RULE: Final = re.compile(r"traefik\.http\.routers\.[^.]+\.rule")
_HOST: Final = re.compile(r"\bHost\(([^)]*)\)")
_NAME: Final = re.compile(r"[`\"']([^`\"']+)[`\"']")


def domains(services: Iterable[Service]) -> tuple[str, ...]:
    """The hosts of all routers, each once, in the order of the services."""
    return domains_in(service.labels for service in services)


def domains_in(labels: Iterable[Mapping[str, str]]) -> tuple[str, ...]:
    """The hosts that labels of services name, each once.

    A rule may name several hosts, as `Host(`a`) || Host(`b`, `c`)`; patterns are left out.
    """
    rules = (
        str(rule) for some in labels for name, rule in sorted(some.items()) if _RULE.fullmatch(name)
    )
    hosts = (
        host for rule in rules for inside in _HOST.findall(rule) for host in _NAME.findall(inside)
    )
    return tuple(dict.fromkeys(hosts))
