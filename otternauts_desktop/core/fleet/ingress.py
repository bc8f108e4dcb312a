"""`x-otternauts.domains` -> Traefik labels and network.

Labels as Traefik v3's swarm provider reads them. Names carry fleet and vessel, or two stacks
would merge their backends (traefik, pkg/config/dynamic: services of one name are merged).
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from otternauts_desktop.core.words import tr

NETWORK: Final = "traefik-public"
"""Name of the overlay network that Traefik shares with what it serves."""
RESOLVER: Final = "letsencrypt"

_DOMAIN: Final = re.compile(r"(?:\*\.)?(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9-]{2,63}")


class BadDomain(ValueError):
    """A domain that can't be routed; its text says why."""


def domain_name(text: str) -> str:
    """A domain as it goes into a rule: small letters, non-ASCII as punycode.

    Raises `BadDomain`.
    """
    low = text.strip().lower().rstrip(".")
    if "://" in low or "/" in low:
        raise BadDomain(
            tr('"{text}" is an address; a domain has no https:// and no path.', text=text)
        )
    try:
        plain = low.encode("idna").decode() if not low.isascii() else low
    except UnicodeError:
        plain = ""
    if plain.startswith("*."):
        raise BadDomain(
            tr('"{text}": a certificate for a wildcard can\'t be had over HTTP.', text=text)
        )
    if _DOMAIN.fullmatch(plain) is None or len(plain) > 253:
        raise BadDomain(tr('"{text}" is not a domain name.', text=text))
    return plain


@dataclass(frozen=True, slots=True)
class Route:
    """One domain that a vessel answers for."""

    host: str
    path: str = ""
    """Only addresses below it, "" for all."""
    port: int = 0
    """Of the container; 0: the vessel's own."""
    redirect: bool = True
    """Whether plain HTTP is sent on to HTTPS, or answered as well."""


def labels(fleet: str, vessel: str, routes: Sequence[Route], port: int) -> Mapping[str, str]:
    """The `deploy.labels` that route to the vessel, with HTTPS; `port` where a route has none.

    Domains that differ in nothing else share a router, and with it one certificate. The rules of
    a router with a path are longer, so Traefik tries it first.
    """
    base = f"{fleet}_{vessel}"
    found = {"traefik.enable": "true", "traefik.swarm.network": NETWORK}
    groups: dict[tuple[str, int, bool], list[str]] = {}
    for route in routes:
        groups.setdefault((route.path, route.port or port, route.redirect), []).append(route.host)
    first_port = next(iter(groups))[1]
    for number, ((path, target, redirect), hosts) in enumerate(groups.items(), 1):
        name = base if number == 1 else f"{base}-{number}"
        service = base if target == first_port else f"{base}-{target}"
        rule = " || ".join(f"Host(`{host}`)" for host in dict.fromkeys(hosts))
        if path:
            rule = (
                f"({rule}) && PathPrefix(`{path}`)"
                if len(hosts) > 1
                else (f"{rule} && PathPrefix(`{path}`)")
            )
        router, plain = f"traefik.http.routers.{name}", f"traefik.http.routers.{name}-http"
        found |= {
            f"{router}.rule": rule,
            f"{router}.entrypoints": "websecure",
            f"{router}.tls.certresolver": RESOLVER,
            f"{router}.service": service,
            f"{plain}.rule": rule,
            f"{plain}.entrypoints": "web",
            f"{plain}.service": service,
            f"traefik.http.services.{service}.loadbalancer.server.port": str(target),
        }
        if redirect:
            scheme = f"traefik.http.middlewares.{base}-https.redirectscheme"
            found |= {
                f"{plain}.middlewares": f"{base}-https",
                f"{scheme}.scheme": "https",
                f"{scheme}.permanent": "true",
            }
    return found


def container_port(service: Mapping[str, Any]) -> int | None:
    """The port that a vessel's web server listens on, as far as the file says it.

    The only published or exposed TCP port; None where that is not clear.
    """
    targets = {_target(entry) for entry in (service.get("ports") or [])}
    targets |= {_target(entry) for entry in (service.get("expose") or [])}
    known = {target for target in targets if target}
    return known.pop() if len(known) == 1 else None


def _target(entry: Any) -> int | None:
    if isinstance(entry, dict):
        entry = f"{entry.get('target', '')}/{entry.get('protocol', 'tcp')}"
    number, _, protocol = str(entry).rpartition(":")[2].partition("/")
    return int(number) if number.isdecimal() and protocol in ("", "tcp") else None
