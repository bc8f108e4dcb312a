"""`x-otternauts.domains` -> Traefik labels and network.

Labels as Traefik v3's swarm provider reads them. Names carry fleet and vessel, or two stacks
would merge their backends (traefik, pkg/config/dynamic: services of one name are merged).
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

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
        raise BadDomain(f'"{text}" is an address; a domain has no https:// and no path.')
    try:
        plain = low.encode("idna").decode() if not low.isascii() else low
    except UnicodeError:
        plain = ""
    if plain.startswith("*."):
        raise BadDomain(f'"{text}": a certificate for a wildcard can\'t be had over HTTP.')
    if _DOMAIN.fullmatch(plain) is None or len(plain) > 253:
        raise BadDomain(f'"{text}" is not a domain name.')
    return plain


def labels(fleet: str, vessel: str, domains: Sequence[str], port: int) -> Mapping[str, str]:
    """The `deploy.labels` that route `domains` to `port` of the vessel, with HTTPS."""
    name = f"{fleet}_{vessel}"
    router = f"traefik.http.routers.{name}"
    return {
        "traefik.enable": "true",
        "traefik.swarm.network": NETWORK,
        f"{router}.rule": " || ".join(f"Host(`{domain}`)" for domain in domains),
        f"{router}.entrypoints": "websecure",
        f"{router}.tls.certresolver": RESOLVER,
        f"{router}.service": name,
        f"traefik.http.services.{name}.loadbalancer.server.port": str(port),
    }


def container_port(service: Mapping[str, Any]) -> int | None:
    """The port that a vessel's web server listens on, as far as the file says it.

    `x-otternauts.port`, else the only published or exposed port; None where that is not clear.
    """
    extension = service.get("x-otternauts") or {}
    if isinstance(extension.get("port"), int):
        return int(extension["port"])
    targets = {_target(entry) for entry in (service.get("ports") or [])}
    targets |= {_target(entry) for entry in (service.get("expose") or [])}
    known = {target for target in targets if target}
    return known.pop() if len(known) == 1 else None


def _target(entry: Any) -> int | None:
    if isinstance(entry, dict):
        entry = entry.get("target", "")
    last = str(entry).rpartition(":")[2].partition("/")[0]
    return int(last) if last.isdecimal() else None
