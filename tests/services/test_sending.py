"""Messages on real sockets: what is sent, where it may not lead, and that no token is shown."""

import asyncio
import json
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from otternauts_desktop.core.channel_errors import ChannelUnusable, NotDelivered, TargetRefused
from otternauts_desktop.core.errors import KnownError
from otternauts_desktop.core.secret import Secret
from otternauts_desktop.services import messenger, webhook
from otternauts_desktop.services.messenger import Message, secrets_in, send
from otternauts_desktop.services.webhook import post
from tests.services.test_alerts import certificate

TOKEN = "a-very-secret-token"


class Received:
    """An HTTP server that notes what it gets and answers as it is told."""

    def __init__(self) -> None:
        self.port = 0
        self.answer = "204 No Content"
        self.more = ""
        self.heads: list[str] = []
        self.bodies: list[bytes] = []

    async def hear(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        length = next(
            int(line.partition(":")[2])
            for line in head.lower().splitlines()
            if line.startswith("content-length:")
        )
        self.bodies.append(await reader.readexactly(length))
        self.heads.append(head)
        if self.answer:
            writer.write(
                f"HTTP/1.1 {self.answer}\r\n{self.more}Content-Length: 0\r\n"
                "Connection: close\r\n\r\n".encode()
            )
        await writer.drain()
        writer.close()

    def header(self, name: str) -> str:
        lines = self.heads[-1].splitlines()
        return next(line.partition(": ")[2] for line in lines if line.lower().startswith(name))


@asynccontextmanager
async def receiving(tls: ssl.SSLContext | None = None) -> AsyncIterator[Received]:
    received = Received()
    server = await asyncio.start_server(received.hear, "127.0.0.1", 0, ssl=tls)
    received.port = server.sockets[0].getsockname()[1]
    try:
        yield received
    finally:
        server.close()
        await server.wait_closed()


async def test_a_webhook_gets_the_body_and_the_headers() -> None:
    async with receiving() as received:
        url = Secret(f"http://127.0.0.1:{received.port}/hook?token={TOKEN}")
        await post(url, {"Otternauts-Id": "x"}, b'{"a": 1}', allow_local=True)
        assert received.heads[0].startswith(f"POST /hook?token={TOKEN} HTTP/1.1\r\n")
        assert received.header("otternauts-id") == "x"
        assert received.header("content-type") == "application/json"
        assert received.bodies == [b'{"a": 1}']


async def test_a_webhook_over_tls_must_show_a_certificate_that_is_trusted(tmp_path: Path) -> None:
    serving, trusting = await asyncio.to_thread(certificate, tmp_path, 5)
    async with receiving(serving) as received:
        url = Secret(f"https://localhost:{received.port}/")
        await post(url, {}, b"{}", allow_local=True, trusting=trusting)
        assert len(received.bodies) == 1
        with pytest.raises(NotDelivered):
            await post(url, {}, b"{}", allow_local=True)
        assert len(received.bodies) == 1


@pytest.mark.parametrize(
    "host",
    [
        *("127.0.0.1", "localhost", "2130706433", "0x7f000001", "0177.0.0.1", "127.1", "0.0.0.0"),
        *("[::1]", "[::ffff:127.0.0.1]", "169.254.169.254"),
    ],
)
async def test_this_machine_is_refused_however_it_is_written(host: str) -> None:
    async with receiving() as received:
        url = f"http://{host}:{received.port}/{TOKEN}"
        with pytest.raises(TargetRefused) as caught:
            await post(Secret(url), {}, b"{}", allow_local=False)
        assert TOKEN not in caught.value.text()
        assert received.heads == []


async def test_a_redirect_is_not_followed() -> None:
    async with receiving() as first, receiving() as second:
        first.answer, first.more = "302 Found", f"Location: http://127.0.0.1:{second.port}/\r\n"
        with pytest.raises(NotDelivered, match="302"):
            await post(Secret(f"http://127.0.0.1:{first.port}/"), {}, b"{}", allow_local=True)
        assert second.heads == []


async def test_what_goes_wrong_is_said_without_the_address(monkeypatch: pytest.MonkeyPatch) -> None:
    async def trouble(url: str) -> KnownError:
        with pytest.raises(KnownError) as caught:
            await post(Secret(url), {}, b"{}", allow_local=True)
        assert TOKEN not in caught.value.text()
        return caught.value

    async with receiving() as received:
        here = f"http://127.0.0.1:{received.port}/{TOKEN}"
        received.answer = "500 No"
        assert "500" in (await trouble(here)).text()
        received.answer = ""
        assert isinstance(await trouble(here), NotDelivered)
    assert isinstance(await trouble(here), NotDelivered)  # nobody listens any more
    assert "no host" in (await trouble(f"http://nosuch.invalid/{TOKEN}")).text()
    for unusable in (f"ftp://x/{TOKEN}", TOKEN, f"http://[::1/{TOKEN}", f"http://a:b/{TOKEN}"):
        assert isinstance(await trouble(unusable), ChannelUnusable)
    monkeypatch.setattr(webhook, "SECONDS", 0.2)

    async def say_nothing(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while await reader.read(4096):
            pass
        writer.close()

    silent = await asyncio.start_server(say_nothing, "127.0.0.1", 0)
    port = silent.sockets[0].getsockname()[1]
    assert "within" in (await trouble(f"http://127.0.0.1:{port}/{TOKEN}")).text()
    silent.close()
    await silent.wait_closed()
    await asyncio.sleep(0.05)


# -- by apprise, in a process of its own ------------------------------------------------------


async def test_a_service_gets_a_message() -> None:
    async with receiving() as received:
        url = Secret(f"json://127.0.0.1:{received.port}/{TOKEN}/")
        assert await send(url, Message(), allow_local=False) == "JSON"  # looked at, not sent
        assert received.bodies == []
        await send(url, Message("2 alerts in alpha", "one\ntwo"), allow_local=True)
        told = json.loads(received.bodies[0])
        assert (told["title"], told["message"]) == ("2 alerts in alpha", "one\ntwo")


async def test_a_service_on_this_machine_is_refused_also_behind_a_name_or_number() -> None:
    async with receiving() as received:
        for host in ("127.0.0.1", "localhost", "2130706433"):
            url = Secret(f"json://{host}:{received.port}/{TOKEN}/")
            with pytest.raises(TargetRefused):
                await send(url, Message("t", "b"), allow_local=False)
        assert received.heads == []


async def test_what_a_service_answers_is_said_without_the_token() -> None:
    async with receiving() as received:
        received.answer = "403 Forbidden"
        url = Secret(f"json://user:{TOKEN}@127.0.0.1:{received.port}/{TOKEN}/?+X={TOKEN}")
        with pytest.raises(NotDelivered) as caught:
            await send(url, Message("t", "b"), allow_local=True)
        assert "403" in caught.value.text()
        assert TOKEN not in caught.value.text()


@pytest.mark.parametrize("url", ["nonsense", "nosuch://x", "dbus://", "syslog://", "slack://"])
async def test_what_apprise_does_not_know_and_what_acts_here_is_unusable(url: str) -> None:
    with pytest.raises(ChannelUnusable):
        await send(Secret(url), Message(), allow_local=True)


async def test_a_service_that_never_answers_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(messenger, "SECONDS", 0.1)
    with pytest.raises(NotDelivered):
        await send(Secret("json://192.0.2.1/"), Message("t", "b"), allow_local=True)


def test_whatever_may_be_a_token_counts_as_one() -> None:
    hidden = {s.reveal() for s in secrets_in(Secret("slack://bot@T1234/B5678%2F9/xyzabc?to=chan"))}
    assert {"B5678/9", "xyzabc", "chan"} <= hidden
