"""The ingress: Traefik's own flight plan, launched once per cluster like any other fleet.

Flags as Traefik v3 reads them. It runs on one outpost that a label names, because its
certificates lie on a volume there: elsewhere it would start with none and ask for all anew.
"""

import ipaddress
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

from otternauts_desktop.core.errors import IngressSettingsUnusable
from otternauts_desktop.core.fleet.dump import dump
from otternauts_desktop.core.fleet.ingress import NETWORK, RESOLVER
from otternauts_desktop.core.words import tr

FLEET: Final = "ingress"
VESSEL: Final = "traefik"
SERVICE: Final = f"{FLEET}_{VESSEL}"
IMAGE: Final = "traefik:v3.7"
"""The oldest that talks to every Docker from 24 on is 3.6.1 (traefik#12253)."""
OLDEST: Final = (3, 6, 1)
LABEL: Final = "otternauts.ingress"
"""Of the one outpost that Traefik runs on; its value is `true`."""
VOLUME: Final = "traefik-acme"
STORAGE: Final = "/acme/acme.json"
STAGING: Final = "https://acme-staging-v02.api.letsencrypt.org/directory"
SUBNET: Final = "10.240.0.0/20"
SUBNET_BITS: Final = 20
"""So many addresses that 4,000 tasks can be served: a /24 is full at 250."""

PortMode = Literal["host", "ingress"]

_EMAIL: Final = re.compile(r"[^@\s]+@[^@\s.]+(?:\.[^@\s.]+)+")
_TAG: Final = re.compile(r"(?:.*/)?traefik:v?(\d+)(?:\.(\d+))?(?:\.(\d+))?(?:[-@].*)?")


@dataclass(frozen=True, slots=True)
class IngressSettings:
    """What a person decides about the ingress of a cluster."""

    email: str
    """Where the certificate authority writes to before a certificate runs out."""
    ca: str = ""
    """Directory address of an ACME authority; "" for Let's Encrypt."""
    ports: PortMode = "host"
    """`host`: clients' addresses are seen, only the pinned outpost answers. `ingress`: every
    outpost answers, and clients' addresses are lost (moby#25526)."""
    encrypted: bool = False
    """Whether what Traefik says to the tasks is encrypted between outposts."""
    subnet: str = SUBNET
    """Of the network that Traefik shares with fleets, /20 or larger."""
    image: str = IMAGE


def checked(settings: IngressSettings) -> IngressSettings:
    """Give back settings that can be used, else raise `IngressSettingsUnusable`."""
    if _EMAIL.fullmatch(settings.email) is None:
        raise IngressSettingsUnusable(
            detail=tr('"{text}" is no e-mail address.', text=settings.email)
        )
    if settings.ca and re.fullmatch(r"https://[^\s]+", settings.ca) is None:
        raise IngressSettingsUnusable(
            detail=tr('"{text}" is no https:// address of an authority.', text=settings.ca)
        )
    if not _is_private(settings.subnet):
        raise IngressSettingsUnusable(
            detail=tr(
                "{subnet} is not a private network of /{bits} or larger.",
                subnet=settings.subnet,
                bits=SUBNET_BITS,
            )
        )
    if too_old(settings.image):
        raise IngressSettingsUnusable(
            detail=tr(
                "{image} is too old: Docker 29 refuses it, and its flags are others.",
                image=settings.image,
            ),
            next_step=tr("Use {image}.", image=IMAGE),
        )
    return settings


def flight_plan(settings: IngressSettings) -> str:
    """The Compose text of the ingress. Raises `IngressSettingsUnusable`."""
    settings = checked(settings)
    acme = f"--certificatesresolvers.{RESOLVER}.acme"
    redirect = "--entrypoints.web.http.redirections.entrypoint"
    command = [
        "--providers.swarm.endpoint=unix:///var/run/docker.sock",
        "--providers.swarm.exposedbydefault=false",
        f"--providers.swarm.network={NETWORK}",
        "--providers.swarm.refreshseconds=5",
        "--entrypoints.web.address=:80",
        "--entrypoints.websecure.address=:443",
        f"{redirect}.to=websecure",
        f"{redirect}.scheme=https",
        # Below every rule of a fleet: one that answers plain HTTP on purpose comes first.
        f"{redirect}.priority=1",
        f"{acme}.email={settings.email}",
        f"{acme}.storage={STORAGE}",
        f"{acme}.httpchallenge.entrypoint=web",
        *([f"{acme}.caserver={settings.ca}"] if settings.ca else []),
        "--api.dashboard=false",
        "--ping=true",
        "--log.level=INFO",
    ]
    service: dict[str, Any] = {
        "image": settings.image,
        "command": command,
        "ports": [
            {"target": port, "published": port, "protocol": "tcp", "mode": settings.ports}
            for port in (80, 443)
        ],
        "volumes": [
            {
                "type": "bind",
                "source": "/var/run/docker.sock",
                "target": "/var/run/docker.sock",
                "read_only": True,
            },
            {"type": "volume", "source": VOLUME, "target": "/acme"},
        ],
        "networks": [NETWORK],
        "healthcheck": {
            "test": ["CMD", "traefik", "healthcheck", "--ping"],
            "interval": "10s",
            "timeout": "5s",
            "retries": 3,
        },
        "x-otternauts": {"accept": ["bind-mount"]},
        "deploy": {
            "replicas": 1,
            # Two can't hold the same ports, nor write the same certificates.
            "update_config": {"order": "stop-first", "failure_action": "rollback"},
            "placement": {
                "constraints": ["node.role == manager", f"node.labels.{LABEL} == true"],
            },
        },
    }
    return dump(
        {
            "services": {VESSEL: service},
            "volumes": {VOLUME: {"name": VOLUME}},
            "networks": {NETWORK: {"external": True, "name": NETWORK}},
        }
    )


def settings_of(image: str, arguments: Sequence[str], ports: PortMode) -> IngressSettings:
    """The settings that a running Traefik was launched with, its network's apart."""
    flags = dict(argument.partition("=")[::2] for argument in arguments)
    acme = f"--certificatesresolvers.{RESOLVER}.acme"
    return IngressSettings(
        email=flags.get(f"{acme}.email", ""),
        ca=flags.get(f"{acme}.caserver", ""),
        ports=ports,
        image=image.partition("@")[0],
    )


def too_old(image: str) -> bool:
    """Whether an image is a Traefik that can't serve every Docker of today."""
    match = _TAG.fullmatch(image)
    if match is None:
        return False
    # `traefik:v3.6` moves on with its patches: only what is said counts.
    said = [int(part) for part in match.groups() if part is not None]
    return tuple(said) < OLDEST[: len(said)]


def is_traefik(image: str) -> bool:
    """Whether a service's image is Traefik's, of whatever version and registry."""
    name = image.partition("@")[0].rpartition("/")[2].partition(":")[0]
    return name == "traefik"


def _is_private(subnet: str) -> bool:
    try:
        network = ipaddress.IPv4Network(subnet)
    except ValueError:
        return False
    return network.is_private and network.prefixlen <= SUBNET_BITS
