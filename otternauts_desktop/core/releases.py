"""What is told of the newest version, and whether that is newer than this one."""

import json
import re
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from otternauts_desktop.core.errors import KnownError
from otternauts_desktop.core.words import marked

FEED: Final = "https://otternauts.dev/desktop/release.json"
"""The one address that is asked, by whoever has chosen to be told: a small JSON document such as
`{"version": "0.2.0", "page": "https://otternauts.dev/desktop/0.2.0"}`."""
LARGEST: Final = 16_384
"""Bytes of that document."""
_VERSION: Final = re.compile(r"(\d{1,6})\.(\d{1,6})\.(\d{1,6})", re.ASCII)
_PAGE: Final = re.compile(r"https://[A-Za-z0-9._~:/?#&=%+-]{1,300}", re.ASCII)


class FeedUnusable(KnownError):
    """Nobody is bothered with it: it is written into the log, and asked again the next day."""

    title = marked("What the newest version is could not be learned.")
    next_step_default = marked("It is asked again tomorrow.")
    anchor = "feed-unusable"


@dataclass(frozen=True, slots=True)
class Release:
    """A version that can be had, and the page that tells about it."""

    version: str
    page: str


def release(document: bytes, feed: str = FEED) -> Release:
    """What the feed says. Raises `FeedUnusable`.

    Its page has to be on the feed's own host, by HTTPS: whoever could change the document could
    otherwise send people anywhere.
    """
    try:
        told = json.loads(document)
        version, page = told["version"], told["page"]
    except (ValueError, TypeError, KeyError, RecursionError):
        raise FeedUnusable(detail="It is no such document as it should be.") from None
    if not isinstance(version, str) or _VERSION.fullmatch(version) is None:
        raise FeedUnusable(detail="It names no version.")
    if not isinstance(page, str) or _PAGE.fullmatch(page) is None:
        raise FeedUnusable(detail="It names no page.")
    if urlsplit(page).netloc != urlsplit(feed).netloc:
        raise FeedUnusable(detail="Its page is on another host.")
    return Release(version, page)


def newer(version: str, than: str) -> bool:
    """Whether a version comes after another one; one that is no version never does."""
    later, earlier = _VERSION.fullmatch(version), _VERSION.fullmatch(than)
    if later is None or earlier is None:
        return False
    return tuple(map(int, later.groups())) > tuple(map(int, earlier.groups()))
