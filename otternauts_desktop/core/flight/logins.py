"""Logins of registries, in the forms that Docker takes."""

import base64
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from otternauts_desktop.core.errors import BadName
from otternauts_desktop.core.flight.images import registry_of
from otternauts_desktop.core.secret import Secret
from otternauts_desktop.core.words import tr

DOCKER_HUB: Final = "docker.io"
_HUB_NAMES: Final = (DOCKER_HUB, "index.docker.io", "registry-1.docker.io", "hub.docker.com")
_HUB_ADDRESS: Final = "https://index.docker.io/v1/"
"""What `docker login` calls Docker Hub in config.json (docker/cli, registry.IndexServer)."""
_HOST: Final = re.compile(
    r"[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?(?::[0-9]{1,5})?|\[[0-9a-f:]+\](?::\d+)?"
)


@dataclass(frozen=True, slots=True)
class Access:
    """A user of a registry, with his password or token."""

    registry: str
    user: str
    password: Secret

    def document(self) -> Mapping[str, str]:
        """What the Engine's `POST /auth` takes. Holds the password."""
        return {
            "username": self.user,
            "password": self.password.reveal(),
            "serveraddress": _address(self.registry),
        }

    def header(self) -> Secret:
        """The value of `X-Registry-Auth`: the document as base64url (Engine API reference)."""
        return Secret(base64.urlsafe_b64encode(json.dumps(self.document()).encode()).decode())


def docker_config(accesses: Iterable[Access]) -> Secret:
    """A config.json in one line with these logins, as `docker login` would leave it."""
    auths = {
        _address(access.registry): {
            "auth": base64.b64encode(f"{access.user}:{access.password.reveal()}".encode()).decode()
        }
        for access in accesses
    }
    return Secret(json.dumps({"auths": auths}))


def registry_named(text: str) -> str:
    """The host that a person means by `text`, such as `https://ghcr.io/`. Raises `BadName`."""
    host = text.strip().lower().removeprefix("https://").removeprefix("http://")
    host = host.partition("/")[0]
    if host in _HUB_NAMES:
        return DOCKER_HUB
    if _HOST.fullmatch(host) is None:
        raise BadName(
            detail=tr('"{text}" is no address of a registry.', text=text),
            next_step=tr("Use its host, such as ghcr.io or registry.example.com:5000."),
        )
    return host


def registries_of(images: Iterable[str]) -> tuple[str, ...]:
    """The registries that images come from, each once."""
    return tuple(dict.fromkeys(registry_of(image) or DOCKER_HUB for image in images))


def _address(registry: str) -> str:
    return _HUB_ADDRESS if registry == DOCKER_HUB else registry
