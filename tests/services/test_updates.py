"""New versions are asked for by those who want it, once a day, and nothing is told by that."""

import asyncio
import datetime
import json
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from otternauts_desktop.core.releases import FeedUnusable, Release
from otternauts_desktop.services.store.database import open_database
from otternauts_desktop.services.store.settings import SettingRecords
from otternauts_desktop.services.updates import DAY, Updates


class Feed:
    """A server with the feed; keeps what it was asked, word for word."""

    def __init__(self) -> None:
        self.asked: list[bytes] = []
        self.status = "200 OK"
        self.body = b""
        self.address = ""
        self.trusting = ssl.create_default_context()

    def tells(self, version: str) -> None:
        page = f"{self.address.removesuffix('/release.json')}/{version}"
        self.body = json.dumps({"version": version, "page": page}).encode()

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.asked.append(await reader.readuntil(b"\r\n\r\n"))
        head = f"HTTP/1.1 {self.status}\r\nContent-Length: {len(self.body)}\r\n"
        writer.write(f"{head}Location: https://localhost:1/\r\n\r\n".encode() + self.body)
        writer.close()


@asynccontextmanager
async def feed(folder: Path) -> AsyncIterator[Feed]:
    """A server on loopback with a certificate of its own."""
    certificate, key = folder / "certificate.pem", folder / "key.pem"
    _certify(certificate, key)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    told = Feed()
    server = await asyncio.start_server(told.answer, "127.0.0.1", 0, ssl=context)
    told.address = f"https://localhost:{server.sockets[0].getsockname()[1]}/release.json"
    told.trusting = ssl.create_default_context(cafile=certificate)
    told.tells("1.0.0")
    try:
        yield told
    finally:
        server.close()
        await server.wait_closed()


def _certify(certificate: Path, key: Path) -> None:
    private = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    now = datetime.datetime.now(datetime.UTC)
    signed = (
        x509.CertificateBuilder(name, name, private.public_key(), x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(private, hashes.SHA256())
    )
    certificate.write_bytes(signed.public_bytes(serialization.Encoding.PEM))
    key.write_bytes(
        private.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )


@pytest.fixture
def settings(tmp_path: Path) -> SettingRecords:
    return SettingRecords(open_database(tmp_path / "settings.db"))


async def test_nobody_is_asked_until_somebody_wants_to_know(
    tmp_path: Path, settings: SettingRecords
) -> None:
    async with feed(tmp_path) as told:
        updates = Updates(settings, current="0.9.0", feed=told.address, trusting=told.trusting)
        assert await updates.look() is None
        assert not told.asked
        updates.want(True)
        page = told.address.replace("release.json", "1.0.0")
        assert await updates.look() == Release("1.0.0", page)
        updates.want(False)
        assert await updates.look() is None
        assert len(told.asked) == 1


async def test_the_question_says_nothing_of_who_asks(
    tmp_path: Path, settings: SettingRecords
) -> None:
    async with feed(tmp_path) as told:
        updates = Updates(settings, current="0.9.0", feed=told.address, trusting=told.trusting)
        updates.want(True)
        await updates.look()
        host = updates.host.encode()
        assert told.asked == [
            b"GET /release.json HTTP/1.1\r\nHost: "
            + host
            + b"\r\nAccept-Encoding: identity\r\n\r\n"
        ]


async def test_it_is_asked_once_a_day_and_a_version_is_told_once(
    tmp_path: Path, settings: SettingRecords
) -> None:
    now = 1_000_000.0
    async with feed(tmp_path) as told:
        updates = Updates(
            settings,
            current="0.9.0",
            feed=told.address,
            trusting=told.trusting,
            clock=lambda: now,
        )
        updates.want(True)
        assert await updates.look() is not None
        now += DAY - 1
        assert await updates.look() is None
        assert len(told.asked) == 1
        now += 2
        assert await updates.look() is None  # it was told yesterday
        assert len(told.asked) == 2
        now += DAY
        told.tells("1.0.1")
        assert await updates.look() is not None
        now += DAY
        told.tells("0.9.0")  # no newer than this one
        assert await updates.look() is None
        now -= 30 * DAY  # the clock was wrong before
        await updates.look()
        assert len(told.asked) == 5


@pytest.mark.parametrize(
    "fault", ["status", "redirected", "large", "nonsense", "untrusted", "gone"]
)
async def test_what_goes_wrong_is_known_and_not_tried_again_the_same_day(
    tmp_path: Path, settings: SettingRecords, fault: str
) -> None:
    async with feed(tmp_path) as told:
        trusting, address = told.trusting, told.address
        if fault == "status":
            told.status = "500 Broken"
        elif fault == "redirected":
            told.status = "302 Elsewhere"
        elif fault == "large":
            told.body += b" " * 20_000
        elif fault == "nonsense":
            told.body = b"<html>"
        elif fault == "untrusted":
            trusting = ssl.create_default_context()
        else:
            address = "https://localhost:1/release.json"
        updates = Updates(settings, current="0.9.0", feed=address, trusting=trusting)
        updates.want(True)
        with pytest.raises(FeedUnusable):
            await updates.look()
        assert await updates.look() is None
        assert len(told.asked) <= 1
