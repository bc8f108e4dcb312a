"""How a webhook is signed, so that whoever gets it knows who sent it, and when."""

import hashlib
import hmac
from collections.abc import Mapping
from typing import Final

from otternauts_desktop.core.secret import Secret

ID: Final = "Otternauts-Id"
TIMESTAMP: Final = "Otternauts-Timestamp"
SIGNATURE: Final = "Otternauts-Signature"


def headers(key: Secret, message_id: str, timestamp: int, body: bytes) -> Mapping[str, str]:
    """The headers of a message: `v1=` and HMAC-SHA256, in hex, over `TIMESTAMP.BODY`.

    `timestamp` is in seconds since 1970. A message that is tried again keeps its id.
    """
    signed = f"{timestamp}.".encode() + body
    digest = hmac.new(key.reveal().encode(), signed, hashlib.sha256).hexdigest()
    return {ID: message_id, TIMESTAMP: str(timestamp), SIGNATURE: f"v1={digest}"}
