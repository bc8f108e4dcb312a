"""`otternauts://` links: they name a place in the window, and can name nothing else.

A link comes from a web page, a chat, a ticket: from anybody. So there is no word in it that does
something, every part is checked against what such a part may be, and what is not understood is
refused as a whole.
"""

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Final
from urllib.parse import quote, unquote_to_bytes

from otternauts_desktop.core.errors import KnownError
from otternauts_desktop.core.untrusted import shown
from otternauts_desktop.core.words import marked, tr

SCHEME: Final = "otternauts:"
LONGEST: Final = 1_000
"""Characters. The longest that is ever made here has three names of 63."""
_SHOWN: Final = 80


class LinkUnusable(KnownError):
    title = marked("That link can't be used.")
    next_step_default = marked("Nothing was done. Ask whoever gave it to you for another one.")
    anchor = "link-unusable"


class LinkLeadsNowhere(KnownError):
    title = marked("That link leads to nothing that is known here.")
    next_step_default = marked("Add the cluster that it names, or look whether it still exists.")
    anchor = "link-leads-nowhere"


class LinkKind(StrEnum):
    """What a link names."""

    CLUSTER = "cluster"
    OUTPOST = "outpost"
    FLEET = "fleet"
    SERVICE = "service"
    DOCTOR = "doctor"
    STORAGE = "storage"


@dataclass(frozen=True, slots=True)
class DeepLink:
    """A place in the window by names that mean the same to everyone who works on the cluster."""

    kind: LinkKind
    cluster: str
    """The swarm's own id, or the cluster's name here."""
    name: str = ""
    """Of an outpost, a fleet, or a service's fleet; "" for the others."""
    vessel: str = ""
    """Of a service, in its fleet."""

    def __str__(self) -> str:
        names = [name for name in (self.name, self.vessel) if name]
        parts = [self.cluster, *([] if self.kind is LinkKind.CLUSTER else [self.kind]), *names]
        return f"{SCHEME}//cluster/" + "/".join(quote(part, safe="") for part in parts)


_NAMES: Final = {
    LinkKind.OUTPOST: 1,
    LinkKind.FLEET: 1,
    LinkKind.SERVICE: 2,
    LinkKind.DOCTOR: 0,
    LinkKind.STORAGE: 0,
}
"""How many names follow the kind."""
_PART: Final = re.compile(r"[\w(][\w .()@:+-]{0,127}")
"""What names of clusters, hosts and fleets are made of. None begins like `..` or `--option`."""
_WRITTEN: Final = re.compile(r"[A-Za-z0-9._~()@:+/%-]*")
"""What may stand in the path of a link before its `%` are read (RFC 3986, without the rest)."""


def read_link(text: str) -> DeepLink:
    """The place that a link names. Raises `LinkUnusable`; nothing else in it is ever looked at.

    `otternauts://cluster/SWARM[/outpost/NAME|/fleet/NAME|/service/FLEET/VESSEL|/doctor|/storage]`
    """
    head = f"{SCHEME}//cluster/"
    if len(text) > LONGEST or text[: len(head)].lower() != head:
        raise _unusable(text)
    path = text[len(head) :].removesuffix("/")
    if _WRITTEN.fullmatch(path) is None:
        raise _unusable(text)
    cluster, *rest = (_part(part, text) for part in path.split("/"))
    if not rest:
        return DeepLink(LinkKind.CLUSTER, cluster)
    kind, *names = rest
    if kind not in _NAMES or len(names) != _NAMES[LinkKind(kind)]:
        raise _unusable(text)
    return DeepLink(LinkKind(kind), cluster, *names)


def _part(written: str, link: str) -> str:
    """One name of the path, its `%` read once."""
    try:
        part = unquote_to_bytes(written).decode("utf-8", errors="strict")
    except UnicodeDecodeError:
        raise _unusable(link) from None
    if "%" in part or _PART.fullmatch(part) is None or not part.isprintable():
        raise _unusable(link)
    return part


def _unusable(link: str) -> LinkUnusable:
    begins = " ".join(shown(link[:_SHOWN]).split())
    return LinkUnusable(detail=tr('"{link}" names no place.', link=begins))
