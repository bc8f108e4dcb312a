"""Contents of configs and secrets -> Swarm's own objects, read on this machine, never there.

Swarm can't change what is in a config or secret, so the name carries a sum of the content. That
of a secret is slow to compute on purpose: who may list names must not be able to guess short
secrets by it.
"""

import base64
import hashlib
from typing import Final, Literal

from otternauts_desktop.core.fleet.prepared import SwarmObject
from otternauts_desktop.core.secret import Secret

MAX_BYTES: Final = {"config": 1_023_999, "secret": 511_999}
"""swarmkit, manager/controlapi: a config has less than 1,024,000 bytes, a secret 512,000."""
MAX_NAME: Final = 64
_SUM: Final = 12


def swarm_object(
    kind: Literal["config", "secret"],
    fleet: str,
    key: str,
    content: bytes,
    labels: dict[str, str],
    template_driver: str,
) -> SwarmObject:
    """The object that holds `content`, named by fleet, key and sum; it goes with the fleet."""
    salt = f"{fleet}\0{key}\0{template_driver}".encode()
    if kind == "secret":
        digest = hashlib.scrypt(content, salt=salt, n=2**12, r=8, p=1, dklen=_SUM).hex()
    else:
        digest = hashlib.sha256(salt + b"\0" + content).hexdigest()
    stem = f"{fleet}_{key}"[: MAX_NAME - _SUM - 1]
    return SwarmObject(
        kind,
        key,
        f"{stem}_{digest[:_SUM]}",
        Secret(base64.b64encode(content).decode()),
        {"com.docker.stack.namespace": fleet, "otternauts.content": key, **labels},
        template_driver,
    )
