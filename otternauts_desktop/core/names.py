"""Identifiers of our own records, and what a legal name is."""

import re
from typing import NewType

from otternauts_desktop.core.errors import BadName
from otternauts_desktop.core.words import tr

ClusterId = NewType("ClusterId", str)
OutpostId = NewType("OutpostId", str)
LaunchId = NewType("LaunchId", str)
JobId = NewType("JobId", str)

# Stricter than the daemon on purpose: `<fleet>_<service>` must be a DNS name component of at
# most 63 characters, and upper case is legal there but collides in host names.
_FLEET_NAME = re.compile(r"[a-z0-9](?:[a-z0-9_-]{0,38}[a-z0-9])?")
MAX_SERVICE_NAME = 63
"""Longest `<fleet>_<service>` that the daemon takes (swarmkit, manager/controlapi/common.go)."""


def fleet_name(text: str) -> str:
    """Give back `text` where it is a legal name of a fleet, else raise `BadName`."""
    if _FLEET_NAME.fullmatch(text) is None:
        raise BadName(
            detail=tr('"{text}" is not a legal fleet name.', text=text),
            next_step=tr(
                "Use 1 to 40 small letters, digits, - and _, "
                "starting and ending with a letter or digit."
            ),
        )
    return text
