"""Sends what there is to tell of alerts to the channels: grouped, not too often, and again.

What is to be sent is in the database, with the alert. It is taken out when it was sent: after a
crash in between a message may come twice, and its id tells that.
"""

import asyncio
import contextlib
import json
import logging
import secrets
import time
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from otternauts_desktop.core.alerts.alert import News, Severity
from otternauts_desktop.core.alerts.channel import LEAST_GAP, Channel, ChannelKind, retry_after
from otternauts_desktop.core.alerts.signing import headers
from otternauts_desktop.core.alerts.telling import document, lines, summary
from otternauts_desktop.core.errors import BadName, KnownError, NothingFound
from otternauts_desktop.core.events import AlertsMoved, ChannelsMoved, Event
from otternauts_desktop.core.names import ClusterId
from otternauts_desktop.core.secret import Secret
from otternauts_desktop.core.words import tr
from otternauts_desktop.services.bus import Bus
from otternauts_desktop.services.messenger import Message, send
from otternauts_desktop.services.store.channels import ChannelRecords
from otternauts_desktop.services.store.clusters import ClusterRecords
from otternauts_desktop.services.store.notices import Notice, NoticeRecords
from otternauts_desktop.services.vault import Vault
from otternauts_desktop.services.webhook import parts_of, post

_log = logging.getLogger(__name__)

LOCKED_SECONDS: Final = 60.0
"""So soon it is tried again where the vault was locked: that is no try."""
LONGEST_WAIT: Final = 600.0
_KINDS: Final = {Severity.NOTE: "info", Severity.WARNING: "warning", Severity.CRITICAL: "failure"}


class Courier:
    """Knows the channels. It sends between `begin` and `close`; a test is sent at once."""

    def __init__(
        self,
        bus: Bus,
        vault: Vault,
        clusters: ClusterRecords,
        channels: ChannelRecords,
        notices: NoticeRecords,
    ) -> None:
        self._bus = bus
        self._vault = vault
        self._clusters = clusters
        self._channels = channels
        self._notices = notices
        self._wake = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    # -- channels ----------------------------------------------------------------------------

    def all(self) -> tuple[Channel, ...]:
        """Every channel, without its address."""
        return self._channels.all()

    def named(self, name: str) -> Channel:
        """The channel of that name. Raises `NothingFound`."""
        for channel in self.all():
            if channel.name == name:
                return channel
        raise NothingFound(detail=tr('There is no channel "{name}".', name=name))

    async def add(
        self,
        name: str,
        url: Secret,
        *,
        cluster_id: ClusterId | None = None,
        least: Severity = Severity.WARNING,
        tells_cleared: bool = True,
        allows_local: bool = False,
        test: bool = True,
    ) -> tuple[Channel, Secret | None]:
        """Keep a channel, after a test message has reached it; gives the key of a webhook, too.

        Raises `BadName`, `ChannelUnusable`, `TargetRefused`, `NotDelivered`, `VaultLocked`; then
        nothing is kept.
        """
        if not name.strip() or any(channel.name == name.strip() for channel in self.all()):
            raise BadName(detail=tr('"{name}" is taken, or no name.', name=name))
        key = None
        if url.reveal().strip().startswith(("http://", "https://")):
            kind, target = ChannelKind.WEBHOOK, parts_of(url).hostname or ""
            key = Secret(secrets.token_urlsafe(32))
        else:
            kind, target = ChannelKind.SERVICE, await send(url, Message(), allow_local=True)
        channel = Channel(
            id=uuid.uuid4().hex,
            name=name.strip(),
            kind=kind,
            target=target,
            cluster_id=cluster_id,
            least=least,
            tells_cleared=tells_cleared,
            allows_local=allows_local,
        )
        if test:
            await self._send(channel, url, key, _test())
        kept = {"url": url.reveal().strip(), "key": key.reveal() if key else ""}
        # The address is there before the row that speaks of it.
        await self._vault.put(channel_entry(channel), Secret(json.dumps(kept)))
        await asyncio.to_thread(self._channels.add, channel)
        self._bus.publish(ChannelsMoved())
        return channel, key

    async def remove(self, name: str) -> None:
        """Forget a channel and its address. Raises `NothingFound`, `VaultLocked`."""
        channel = self.named(name)
        await self._vault.remove(channel_entry(channel))
        await asyncio.to_thread(self._channels.remove, channel.id)
        self._bus.publish(ChannelsMoved())

    async def test(self, name: str) -> None:
        """Send a test message now. Raises as `add` does."""
        channel = self.named(name)
        url, key = await self._address(channel)
        await self._send(channel, url, key, _test())

    # -- sending -----------------------------------------------------------------------------

    def begin(self) -> None:
        """Send what is due from now on. One program on a data directory does."""
        if self._task is None:
            self._task = asyncio.create_task(self._carry_on(), name="courier")

    async def close(self) -> None:
        """End sending; what is due stays."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
            self._task = None

    async def _carry_on(self) -> None:
        unsubscribe = self._bus.subscribe(self._hear)
        try:
            while True:
                self._wake.clear()
                try:
                    wait = await self._round()
                except Exception:
                    # A bug in one message must not end all others without a word.
                    _log.exception("sending failed")
                    wait = LOCKED_SECONDS
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(wait):
                        await self._wake.wait()
        finally:
            unsubscribe()

    def _hear(self, event: Event) -> None:
        if isinstance(event, AlertsMoved) and event.news:
            self._wake.set()

    async def _round(self) -> float:
        """Send what is due to each channel; gives the seconds until something may be due."""
        waits = [LONGEST_WAIT]
        for channel in await asyncio.to_thread(self.all):
            notices = await asyncio.to_thread(self._notices.due, channel.id)
            if not notices:
                continue
            now = time.time()
            due_at = max(min(n.due_at for n in notices), channel.sent_at + LEAST_GAP)
            if due_at > now:
                waits.append(due_at - now)
                continue
            # What is new goes with what is due, instead of soon after it.
            await self._tell(channel, [n for n in notices if n.due_at <= now or not n.tries])
            waits.append(LEAST_GAP)
        return min(waits)

    async def _tell(self, channel: Channel, notices: Sequence[Notice]) -> None:
        """One message for each cluster that there is something to tell of."""
        for cluster_id in dict.fromkeys(n.alert.cluster_id for n in notices):
            of_it = [n for n in notices if n.alert.cluster_id == cluster_id]
            try:
                url, key = await self._address(channel)
            except KnownError as error:
                said = error.text()
                later = [replace(n, due_at=time.time() + LOCKED_SECONDS) for n in of_it]
                await asyncio.to_thread(self._notices.put_off, channel.id, later, (), said)
                # Said once: it waits, and nobody may know that the vault is locked.
                news = channel.name if said != channel.trouble else ""
                self._bus.publish(ChannelsMoved(news, said))
                continue
            try:
                await self._send(channel, url, key, self._letter(cluster_id, of_it))
            except KnownError as error:
                await self._in_vain(channel, of_it, error)
            else:
                numbers = [n.number for n in of_it]
                await asyncio.to_thread(self._notices.sent, channel.id, numbers, time.time())
                self._bus.publish(ChannelsMoved())

    async def _in_vain(
        self, channel: Channel, notices: Sequence[Notice], error: KnownError
    ) -> None:
        later, given_up = [], []
        for notice in notices:
            wait = retry_after(notice.tries + 1)
            if wait is None:
                given_up.append(notice.number)
            else:
                due_at = time.time() + wait
                later.append(replace(notice, tries=notice.tries + 1, due_at=due_at))
        await asyncio.to_thread(self._notices.put_off, channel.id, later, given_up, error.text())
        self._bus.publish(ChannelsMoved(channel.name if given_up else "", error.text()))

    def _letter(self, cluster_id: ClusterId, notices: Sequence[Notice]) -> "_Letter":
        names = {cluster.id: cluster.name for cluster in self._clusters.all()}
        cluster = names.get(cluster_id, "")
        news = [(n.alert, n.news) for n in notices]
        still = [a.sign.severity for a, kind in news if kind is not News.CLEARED]
        worst = max(still, key=list(Severity).index, default=None)
        return _Letter(
            # The same for each try: whoever gets it twice can tell.
            str(uuid.uuid5(uuid.NAMESPACE_OID, " ".join(f"{n.number}" for n in notices))),
            summary(news, cluster),
            lines(news),
            _KINDS[worst] if worst else "success",
            {
                "cluster": cluster,
                "alerts": [{"news": kind.value, **document(a, cluster)} for a, kind in news],
            },
        )

    async def _send(
        self, channel: Channel, url: Secret, key: Secret | None, letter: "_Letter"
    ) -> None:
        if channel.kind is ChannelKind.SERVICE:
            message = Message(letter.title, letter.body, letter.kind)
            await send(url, message, allow_local=channel.allows_local)
            return
        assert key is not None
        body = json.dumps(
            {"id": letter.id, "summary": letter.title, "text": letter.body, **letter.facts}
        ).encode()
        signed = headers(key, letter.id, int(time.time()), body)
        await post(url, signed, body, allow_local=channel.allows_local)

    async def _address(self, channel: Channel) -> tuple[Secret, Secret | None]:
        kept = json.loads((await self._vault.get(channel_entry(channel))).reveal())
        return Secret(kept["url"]), Secret(kept["key"]) if kept["key"] else None


@dataclass(frozen=True, slots=True)
class _Letter:
    """A message before it is known how it is sent."""

    id: str
    title: str
    body: str
    kind: str
    """As apprise has it."""
    facts: dict[str, Any]


def _test() -> _Letter:
    return _Letter(
        str(uuid.uuid4()),
        tr("Otternauts: a test"),
        tr("This channel works. Alerts come here from now on."),
        "info",
        {"cluster": "", "alerts": []},
    )


def channel_entry(channel: Channel) -> str:
    """The name that the address of a channel has in the vault."""
    return f"channel/{channel.id}"
