"""Registries: which digest an image's tag stands for now, as the manager gets to know it.

The manager's daemon is asked, because it is the one that asks when a launch pins images. Nobody
waits for it: an answer that takes too long is an answer, too.
"""

import asyncio
import contextlib
import time
from collections.abc import Iterable, Mapping
from typing import Final

from otternauts_desktop.core.errors import EngineRefused, KnownError, NothingFound
from otternauts_desktop.core.flight.images import ImageSeen, read_distribution, registry_of
from otternauts_desktop.core.flight.logins import DOCKER_HUB
from otternauts_desktop.core.names import ClusterId
from otternauts_desktop.core.secret import Secret
from otternauts_desktop.core.untrusted import shown
from otternauts_desktop.core.words import tr
from otternauts_desktop.services.engine import Engine
from otternauts_desktop.services.registry_logins import RegistryLogins
from otternauts_desktop.services.telemetry import Telemetry

ASK_SECONDS: Final = 6.0
"""For one answer; below what the engine's own door allows, which would drop the link."""
ALL_SECONDS: Final = 12.0
"""For all answers of one question; what comes later is not known."""
AT_ONCE: Final = 3
"""Questions on their way: each takes a channel of the connection to the manager."""
KNOWN_SECONDS: Final = 300.0
TROUBLE_SECONDS: Final = 60.0
"""So long an answer counts, and so long none is asked for again."""


class Registries:
    """Asks and remembers for a while."""

    def __init__(self, telemetry: Telemetry, logins: RegistryLogins) -> None:
        self._telemetry = telemetry
        self._logins = logins
        self._seen: dict[tuple[ClusterId, str], tuple[float, ImageSeen]] = {}

    def forget(self) -> None:
        """Ask anew: a login has changed what registries say."""
        self._seen.clear()

    def known(self, cluster_id: ClusterId) -> Mapping[str, ImageSeen]:
        """What is remembered of all images that were asked for."""
        now = time.monotonic()
        return {
            image: seen
            for (cluster, image), (until, seen) in self._seen.items()
            if cluster == cluster_id and until > now
        }

    async def ask(self, cluster_id: ClusterId, images: Iterable[str]) -> Mapping[str, ImageSeen]:
        """What registries say of these images; never raises for what they or the cluster do.

        Left out are images that name a digest themselves, because there is nothing to ask, and
        all that is not known yet where the cluster can't be reached, or the vault is locked that
        has the login of a registry.
        """
        wanted = [image for image in dict.fromkeys(images) if image and "@" not in image]
        known = self.known(cluster_id)
        if missing := [image for image in wanted if image not in known]:
            with contextlib.suppress(KnownError, TimeoutError):
                async with (
                    asyncio.timeout(ALL_SECONDS),
                    self._telemetry.manager(cluster_id) as (_, engine),
                ):
                    await self._ask_all(engine, cluster_id, missing)
            known = self.known(cluster_id)
        return {image: known[image] for image in wanted if image in known}

    async def _ask_all(self, engine: Engine, cluster_id: ClusterId, images: list[str]) -> None:
        turns = asyncio.Semaphore(AT_ONCE)
        silent: dict[str, ImageSeen] = {}
        access = await self._logins.access(cluster_id, images)
        headers = {of.registry: of.header() for of in access}

        async def ask(image: str) -> None:
            registry = registry_of(image)
            try:
                async with turns:
                    # One that did not answer for one image is not waited for again.
                    header = headers.get(registry or DOCKER_HUB)
                    seen = silent.get(registry) or await self._ask(engine, image, header)
            except KnownError:  # of the connection, not of the registry: it is asked another time
                return
            if seen.trouble and seen.silent:
                silent[registry] = seen
            lasts = TROUBLE_SECONDS if seen.trouble else KNOWN_SECONDS
            self._seen[cluster_id, image] = time.monotonic() + lasts, seen

        async with asyncio.TaskGroup() as group:
            for image in images:
                group.create_task(ask(image), name=f"ask for {image}")

    async def _ask(self, engine: Engine, image: str, header: Secret | None) -> ImageSeen:
        path = f"/distribution/{image}/json"
        try:
            async with asyncio.timeout(ASK_SECONDS):
                return read_distribution(await engine.get(path, registry_auth=header))
        except TimeoutError:
            return ImageSeen(trouble=tr("The registry does not answer."), silent=True)
        except NothingFound as error:
            return ImageSeen(trouble=_in_one_line(error.detail))
        except EngineRefused as error:
            return ImageSeen(trouble=_in_one_line(error.detail), silent=error.status >= 500)


def _in_one_line(words: str) -> str:
    return " ".join(shown(words, limit=300).split())
