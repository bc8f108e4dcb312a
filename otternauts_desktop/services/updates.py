"""Asks once a day whether there is a newer version, for those who have chosen that.

A plain GET of one address, without cookies, identifiers or even a name of the program; no
redirection is followed, and nothing is ever fetched but the small document.
"""

import asyncio
import http.client
import ssl
import time
from collections.abc import Callable
from typing import Final
from urllib.parse import urlsplit

from otternauts_desktop import __version__
from otternauts_desktop.core.releases import FEED, LARGEST, FeedUnusable, Release, newer, release
from otternauts_desktop.services.store.settings import SettingRecords

DAY: Final = 24 * 3600.0
SECONDS: Final = 10.0
_WANTED: Final = "updates.wanted"
_ASKED_AT: Final = "updates.asked_at"
_TOLD: Final = "updates.told"


class Updates:
    """Whether a person wants to know of new versions, and what there is to know."""

    def __init__(
        self,
        settings: SettingRecords,
        *,
        current: str = __version__,
        feed: str = FEED,
        trusting: ssl.SSLContext | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._settings = settings
        self._current = current
        self._feed = feed
        self._trusting = trusting
        self._clock = clock

    @property
    def host(self) -> str:
        """Who is asked."""
        return urlsplit(self._feed).netloc

    @property
    def wanted(self) -> bool:
        """Whether it is asked at all: no, until somebody says so."""
        return self._settings.get(_WANTED) is True

    def want(self, wanted: bool) -> None:
        """Ask from now on, or never again."""
        self._settings.put(_WANTED, wanted)

    async def look(self) -> Release | None:
        """A newer version that was not told before; None where there is none, where nobody wants
        to know, and where it was asked within the last day.

        Raises `FeedUnusable`; then, too, it is not asked again before the next day.
        """
        if not self.wanted or not self._due():
            return None
        self._settings.put(_ASKED_AT, self._clock())
        found = release(await asyncio.to_thread(self._document), self._feed)
        if not newer(found.version, self._current) or self._settings.get(_TOLD) == found.version:
            return None
        self._settings.put(_TOLD, found.version)
        return found

    def _due(self) -> bool:
        asked_at = self._settings.get(_ASKED_AT)
        if not isinstance(asked_at, int | float):
            return True
        return not 0 <= self._clock() - asked_at < DAY  # a clock set back is no reason to wait

    def _document(self) -> bytes:
        parts = urlsplit(self._feed)
        context = self._trusting or ssl.create_default_context()
        connection = http.client.HTTPSConnection(parts.netloc, timeout=SECONDS, context=context)
        try:
            connection.request("GET", parts.path)
            answer = connection.getresponse()
            body = answer.read(LARGEST + 1)
        except (OSError, http.client.HTTPException) as error:
            raise FeedUnusable(detail=f"{self.host}: {type(error).__name__}.") from error
        finally:
            connection.close()
        if answer.status != http.client.OK:
            raise FeedUnusable(detail=f"{self.host}: HTTP {answer.status}.")
        if len(body) > LARGEST:
            raise FeedUnusable(detail=f"{self.host}: more than {LARGEST} bytes.")
        return body
