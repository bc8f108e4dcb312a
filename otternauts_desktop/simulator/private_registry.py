"""The one private registry of the simulated world, and who may read it."""

import base64
import binascii
import json
from typing import Any, Final

from otternauts_desktop.simulator.queries import EngineError
from otternauts_desktop.simulator.records import Json

REGISTRY: Final = "registry.private.example"
USER: Final = "otter"
PASSWORD: Final = "lift-off"  # noqa: S105 - of a registry that is nowhere


def private(image: str) -> bool:
    """Whether an image takes a login to be pulled."""
    return image.startswith(f"{REGISTRY}/")


def log_in(document: Json) -> Json:
    """The answer to `POST /auth`. Raises `EngineError`."""
    address = document.get("serveraddress")
    if address != REGISTRY:
        raise EngineError(
            500, f'Get "https://{address}/v2/": dial tcp: lookup {address}: no such host'
        )
    if not _knows(document.get("username"), document.get("password")):
        raise EngineError(
            500, f"login attempt to https://{REGISTRY}/v2/ failed with status: 401 Unauthorized"
        )
    return {"IdentityToken": "", "Status": "Login Succeeded"}


def opened_by_header(header: str) -> bool:
    """Whether an `X-Registry-Auth` lets its sender read."""
    document = _read(header.replace("-", "+").replace("_", "/"))
    return _knows(document.get("username"), document.get("password"))


def opened_by_config(config: bytes) -> bool:
    """Whether the logins of a config.json let their owner read."""
    try:
        auth = json.loads(config)["auths"][REGISTRY]["auth"]
    except (ValueError, KeyError):
        return False
    user, _, password = base64.b64decode(auth).decode().partition(":")
    return _knows(user, password)


def _knows(user: Any, password: Any) -> bool:
    return (user, password) == (USER, PASSWORD)


def _read(text: str) -> Json:
    try:
        document = json.loads(base64.b64decode(text))
    except (binascii.Error, ValueError):
        return {}
    return document if isinstance(document, dict) else {}
