"""Shields (HTTPS): why a certificate for a domain can't be had."""

import re
from collections.abc import Collection
from typing import Final

from otternauts_desktop.core.errors import (
    CertificateLimit,
    CertificateRefused,
    ChallengeFailed,
    DomainElsewhere,
    KnownError,
)
from otternauts_desktop.core.untrusted import shown
from otternauts_desktop.core.words import tr

_DOMAIN: Final = re.compile(
    r"(?:domain|\[)[ =\"\[]*((?:[a-z0-9-]+\.)+[a-z0-9-]{2,63})", re.IGNORECASE
)
_SAID: Final = re.compile(r"acme:error:\w+ :: ([^\"]{1,500}?)(?:, url|\"|\\n|$)", re.IGNORECASE)
_RETRY: Final = re.compile(r"retry after ([0-9T:Z .+-]+(?: ?UTC)?)", re.IGNORECASE)


def elsewhere(domain: str, found: Collection[str], own: Collection[str]) -> DomainElsewhere | None:
    """What is wrong with where DNS sends a domain: `found`, while `own` are the outposts'.

    One that leads to an outpost and elsewhere as well is wrong too: the authority takes any.
    """
    if not found:
        return DomainElsewhere(detail=tr("{domain} has no address.", domain=domain))
    foreign = sorted(set(found) - set(own))
    if not foreign:
        return None
    return DomainElsewhere(
        detail=tr(
            "{domain} leads to {found}; the outposts have {own}.",
            domain=domain,
            found=", ".join(foreign),
            own=", ".join(sorted(own)),
        )
    )


def silent(domain: str, reason: str) -> ChallengeFailed:
    """That nothing answers on a domain's port 80."""
    return ChallengeFailed(
        detail=tr("{domain} does not answer on port 80: {reason}.", domain=domain, reason=reason)
    )


def certificate_trouble(line: str) -> KnownError | None:
    """What a line of Traefik's log says of a certificate that was not issued; None for nothing.

    The texts are those of the ACME protocol's error types (RFC 8555, 6.7).
    """
    low = line.lower()
    if "acme:error" not in low and "acme: error" not in low:
        return None
    match = _DOMAIN.search(line)
    domain = match[1] if match else ""
    if "ratelimited" in low:
        if until := _RETRY.search(line):
            when = until[1].strip(" .:")
            return CertificateLimit(
                detail=tr("{domain}: try again after {when}.", domain=domain, when=when)
            )
        wait = tr("Wait, or use its staging authority for testing.")
        return CertificateLimit(detail=domain, next_step=wait)
    if "acme:error:dns" in low:
        return DomainElsewhere(detail=tr("{domain} has no address.", domain=domain))
    if any(f"acme:error:{kind}" in low for kind in ("connection", "unauthorized", "tls")):
        return ChallengeFailed(detail=domain)
    said = _SAID.search(line)
    return CertificateRefused(
        detail=": ".join(filter(None, (domain, shown(said[1]) if said else "")))
    )
