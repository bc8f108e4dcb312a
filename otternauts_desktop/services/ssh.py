"""One SSH connection to one outpost, many channels on it. The only door to asyncssh.

Rules kept here (each was seen to go wrong elsewhere): bytes only, because one byte that is not
UTF-8 closes the whole connection; an exit status of None is an unknown outcome, because
asyncssh returns normally when the link dies; the host key is pinned, and another is refused
before anything is sent; no user configuration is loaded, because a ProxyCommand in it runs.
"""

import asyncio
import base64
import hashlib
import os
import re
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Final

import asyncssh
from asyncssh.saslprep import SASLPrepError

from otternauts_desktop.core.errors import (
    AuthenticationFailed,
    ConnectionRefused,
    ForwardingForbidden,
    HostKeyChanged,
    LinkLost,
    OutcomeUnknown,
    OutpostError,
    OutpostUnreachable,
    PortUnreachable,
    TooManyChannels,
    UnknownHost,
)
from otternauts_desktop.core.flight.commands import Command, key_kind
from otternauts_desktop.core.swarm.cluster import DEFAULT_SSH_PORT, Login
from otternauts_desktop.core.untrusted import shown
from otternauts_desktop.core.words import tr
from otternauts_desktop.services.ssh_keys import NONE, Credentials, client_keys

CONNECT_SECONDS: Final = 8.0
KEEPALIVE_SECONDS: Final = 4
KEEPALIVE_MISSES: Final = 2  # a dead link is noticed after 4 x (2 + 1) = 12 s
PROBE_SECONDS: Final = 0.6  # and one that is doubted after 0.6 x (2 + 1) = 1.8 s
MAX_CHANNELS: Final = 9  # sshd's MaxSessions is 10 unless changed
ROOM_SECONDS: Final = 5.0
OPEN_PAUSES: Final = (0.1, 0.2, 0.4, 0.8)
"""Between attempts to open a channel that sshd has no room for."""
MAX_OUTPUT: Final = 16 * 1024 * 1024
READ_SIZE: Final = 65_536

# AES-GCM first: half the CPU of chacha20 here. No SHA-1, no CBC, no MAC-then-encrypt.
_CIPHERS: Final = (
    "aes128-gcm@openssh.com",
    "aes256-gcm@openssh.com",
    "chacha20-poly1305@openssh.com",
    "aes256-ctr",
    "aes128-ctr",
)
_MACS: Final = ("hmac-sha2-256-etm@openssh.com", "hmac-sha2-512-etm@openssh.com")
# Asked in this order on first contact: asyncssh's own first pick was ssh-rsa beside an ed25519.
_HOST_KEY_ALGORITHMS: Final = (
    "ssh-ed25519",
    "ecdsa-sha2-nistp256",
    "ecdsa-sha2-nistp384",
    "ecdsa-sha2-nistp521",
    "rsa-sha2-512",
    "rsa-sha2-256",
)


@dataclass(frozen=True, slots=True)
class ScannedKey:
    """What a server showed as its identity; nothing is trusted yet."""

    fingerprint: str
    """`SHA256:...` as `ssh-keygen -l` prints it."""
    host_key: str
    """Public key in OpenSSH format, without a comment."""
    randomart: str


@dataclass(frozen=True, slots=True)
class Completed:
    """A command that ran to its end: its exit status is known."""

    exit_status: int
    """0 to 255; -1 where a signal ended it."""
    stdout: bytes
    stderr: bytes

    @property
    def ok(self) -> bool:
        """Whether it is known to have ended well: exit status 0."""
        return self.exit_status == 0


async def scan_host_key(
    host: str, port: int = DEFAULT_SSH_PORT, *, through: "SshLink | None" = None
) -> ScannedKey:
    """Ask a server for its host key, without logging in; `through` is a link to a jump host.

    Raises `OutpostError` where the server can't be reached.
    """
    where = f"{host}:{port}"
    try:
        async with asyncio.timeout(CONNECT_SECONDS):
            key = await asyncssh.get_server_host_key(
                host,
                port,
                config=None,
                tunnel=through.tunnel if through else (),
                server_host_key_algs=_HOST_KEY_ALGORITHMS,
            )
    except (OSError, asyncssh.Error, ValueError) as error:
        raise _known(error, where) from error
    if key is None:
        raise OutpostUnreachable(detail=tr("{where} showed no host key.", where=where))
    host_key = " ".join(key.export_public_key("openssh").decode().split()[:2])
    return ScannedKey(key.get_fingerprint("sha256"), host_key, randomart_of(host_key))


def fingerprint_of(host_key: str) -> str:
    """`SHA256:...` of a public key in OpenSSH format, as `ssh-keygen -l` prints it."""
    return asyncssh.import_public_key(host_key).get_fingerprint("sha256")


def randomart_of(host_key: str) -> str:
    """The drunken bishop's walk, drawn as OpenSSH draws it (sshkey.c, fingerprint_randomart)."""
    blob = base64.b64decode(host_key.split()[1])
    field = [[0] * 17 for _ in range(9)]
    x, y = 8, 4
    for byte in hashlib.sha256(blob).digest():
        for shift in (0, 2, 4, 6):
            move = byte >> shift & 3
            x = min(max(x + (1 if move & 1 else -1), 0), 16)
            y = min(max(y + (1 if move & 2 else -1), 0), 8)
            field[y][x] += 1
    marks = " .o+=*BOX@%&#/^"
    art = [[marks[min(count, len(marks) - 1)] for count in row] for row in field]
    art[4][8], art[y][x] = "S", "E"
    title = f"[{key_kind(host_key).upper()} {_bits(blob)}]"
    top, bottom = (f"+{_framed(words)}+" for words in (title, "[SHA256]"))
    return "\n".join([top, *(f"|{''.join(row)}|" for row in art), bottom])


class Channel:
    """A program running on the outpost: a pipe of bytes in both directions."""

    def __init__(self, process: "asyncssh.SSHClientProcess[bytes]") -> None:
        self._process = process

    async def read(self, size: int = READ_SIZE) -> bytes:
        """The next bytes of its output, b"" at the end. Raises `LinkLost`."""
        try:
            return await self._process.stdout.read(size)
        except (asyncssh.Error, OSError) as error:
            raise LinkLost(detail=shown(str(error))) from error

    async def write(self, data: bytes) -> None:
        """Send bytes to its input. Raises `LinkLost`."""
        try:
            self._process.stdin.write(data)
            await self._process.stdin.drain()
        except (asyncssh.Error, OSError) as error:
            raise LinkLost(detail=str(error)) from error

    @property
    def at_end(self) -> bool:
        """Whether the program has closed its output, or the channel is gone."""
        return self._process.stdout.at_eof() or self._process.is_closing()

    async def ending(self) -> Completed:
        """Why it ended: exit status and what it said on stderr. Waits 5 s at most."""
        try:
            async with asyncio.timeout(5):
                stderr = await self._process.stderr.read(READ_SIZE)
                await self._process.wait_closed()
        except (asyncssh.Error, OSError) as error:
            raise LinkLost(detail=str(error)) from error
        status = self._process.returncode
        if status is None:
            raise LinkLost(detail=tr("The channel was closed without an exit status."))
        return Completed(status, b"", stderr)

    def close(self) -> None:
        """End the channel; the program on the other side gets EOF and a hang-up."""
        self._process.close()


@dataclass(frozen=True, slots=True)
class Screen:
    """The terminal that somebody sits at."""

    kind: str
    """What `TERM` says, such as `xterm-256color`."""
    columns: int
    rows: int


class Terminal:
    """An interactive program on the outpost, for somebody at a terminal or at none."""

    def __init__(self, process: "asyncssh.SSHClientProcess[bytes]") -> None:
        self._process = process

    async def read(self) -> bytes:
        """What it shows next, b"" at the end. Raises `LinkLost`."""
        try:
            return await self._process.stdout.read(READ_SIZE)
        except (asyncssh.Error, OSError) as error:
            raise LinkLost(detail=shown(str(error))) from error

    def write(self, data: bytes) -> None:
        """What was typed; b"" says that there is no more."""
        if self._process.is_closing():
            return  # it has ended: nobody reads what was typed meanwhile
        if data:
            self._process.stdin.write(data)
        else:
            self._process.stdin.write_eof()

    def resize(self, columns: int, rows: int) -> None:
        """The window has another size now."""
        self._process.change_terminal_size(columns, rows)

    async def ended(self) -> int:
        """Its exit status, -1 where a signal ended it. Raises `LinkLost` where nobody knows."""
        await self._process.wait_closed()
        if self._process.returncode is None:
            raise LinkLost(detail=tr("The channel was closed without an exit status."))
        return self._process.returncode

    def close(self) -> None:
        """Hang up."""
        self._process.close()


class Socket:
    """A connection from the outpost on, to a Unix socket of it or to a TCP port that it reaches.

    It takes none of the channels for programs.
    """

    def __init__(
        self, reader: "asyncssh.SSHReader[bytes]", writer: "asyncssh.SSHWriter[bytes]"
    ) -> None:
        self._reader = reader
        self._writer = writer

    async def read(self) -> bytes:
        """The next bytes, b"" at the end. Raises `LinkLost`."""
        try:
            return await self._reader.read(READ_SIZE)
        except (asyncssh.Error, OSError) as error:
            raise LinkLost(detail=shown(str(error))) from error
        except AssertionError as error:
            # WORKAROUND asyncssh 2.24 (channel.py, _flush_recv_buf): a channel that was closed
            # while nobody read from it fails an assertion of its own when it is read again.
            raise LinkLost(detail=tr("The connection was closed.")) from error

    async def write(self, data: bytes) -> None:
        """Send bytes; b"" says that there are no more. Raises `LinkLost`."""
        try:
            if data:
                self._writer.write(data)
                await self._writer.drain()
            else:
                self._writer.write_eof()
        except (asyncssh.Error, OSError) as error:
            raise LinkLost(detail=shown(str(error))) from error

    def close(self) -> None:
        """End it."""
        self._writer.channel.abort()


class SshLink:
    """A logged-in connection. Made by `connect`, ended by `close`."""

    def __init__(
        self,
        connection: asyncssh.SSHClientConnection,
        name: str,
        through: "SshLink | None" = None,
    ) -> None:
        self._connection = connection
        self._name = name
        self._through = through
        self._room = asyncio.Semaphore(MAX_CHANNELS)

    @property
    def alive(self) -> bool:
        """Whether the connection is open, as far as is known."""
        return not self._connection.is_closed()

    @property
    def tunnel(self) -> asyncssh.SSHClientConnection:
        """For what goes on from here to another server."""
        return self._connection

    @asynccontextmanager
    async def channel(self, command: Command) -> AsyncIterator[Channel]:
        """Run a program and talk to it. Raises `LinkLost` or `TooManyChannels`."""
        channel = await self.open_channel(command)
        try:
            yield channel
        finally:
            channel.close()

    async def open_channel(self, command: Command) -> Channel:
        """As `channel`, for an owner that closes it itself."""
        return Channel(await self._start(command))

    async def open_socket(self, path: str, window: int) -> Socket | None:
        """Connect to a Unix socket of the outpost; None where it or its sshd does not let us.

        So many bytes may come before any is read. Raises `LinkLost`.
        """
        try:
            async with asyncio.timeout(CONNECT_SECONDS):
                reader, writer = await self._connection.open_unix_connection(
                    path, encoding=None, window=window
                )
        except asyncssh.ChannelOpenError as error:
            if not self.alive:
                raise LinkLost(detail=shown(str(error))) from error
            return None
        except (asyncssh.Error, OSError) as error:
            raise LinkLost(detail=shown(str(error)) or tr("No answer.")) from error
        return Socket(reader, writer)

    async def open_wire(self, host: str, port: int) -> Socket:
        """Have the outpost connect to a TCP port that it can reach; its owner closes it.

        Raises `PortUnreachable`, `ForwardingForbidden` or `LinkLost`.
        """
        try:
            async with asyncio.timeout(CONNECT_SECONDS):
                reader, writer = await self._connection.open_connection(host, port, encoding=None)
        except asyncssh.ChannelOpenError as error:
            if not self.alive:
                raise LinkLost(detail=shown(str(error))) from error
            if error.code == asyncssh.OPEN_ADMINISTRATIVELY_PROHIBITED:
                raise ForwardingForbidden(detail=shown(str(error))) from error
            raise PortUnreachable(detail=f"{host}:{port}: {shown(str(error))}.") from error
        except TimeoutError as error:
            raise PortUnreachable(detail=tr("No answer.")) from error
        except (asyncssh.Error, OSError) as error:
            raise LinkLost(detail=shown(str(error))) from error
        return Socket(reader, writer)

    async def open_terminal(self, command: Command | None, screen: Screen | None) -> Terminal:
        """Run `command`, or the login shell, at a terminal; its owner closes it.

        Without a screen what it says on stderr comes with the rest. Raises as `channel` does.
        """
        if screen is None:
            options: dict[str, Any] = {"stderr": asyncssh.STDOUT}
        else:
            size = (screen.columns, screen.rows)
            options = {"request_pty": "force", "term_type": screen.kind, "term_size": size}
        return Terminal(await self._start(command, **options))

    async def run(self, command: Command, *, seconds: float = 60.0) -> Completed:
        """Run a command to its end, feeding it its stdin.

        Raises `LinkLost` where it was certainly not started, and `OutcomeUnknown` where the
        link died or time ran out while it ran: then only a look at the cluster tells.
        """
        process = await self._start(command)
        try:
            async with asyncio.timeout(seconds):
                stdout, stderr = await _communicate(process, command.stdin)
                await process.wait_closed()
        except TimeoutError as error:
            raise OutcomeUnknown(
                detail=tr("No answer within {seconds} s.", seconds=f"{seconds:g}")
            ) from error
        except (asyncssh.Error, OSError) as error:
            raise OutcomeUnknown(detail=shown(str(error))) from error
        finally:
            process.close()
        if process.returncode is None:
            raise OutcomeUnknown(detail=tr("The connection was lost while the command ran."))
        return Completed(process.returncode, stdout, stderr)

    async def answers(self) -> bool:
        """Whether the other side still answers; where not, that is known after 2 s.

        By asking more often for that long: the asking itself is asyncssh's own keepalive.
        """
        self._connection.set_keepalive(PROBE_SECONDS, KEEPALIVE_MISSES)
        try:
            async with asyncio.timeout(PROBE_SECONDS * (KEEPALIVE_MISSES + 1) + 0.2):
                await self._connection.wait_closed()
        except TimeoutError:
            self._connection.set_keepalive(KEEPALIVE_SECONDS, KEEPALIVE_MISSES)
        return self.alive

    async def ended(self) -> None:
        """Wait until the connection has ended, by whomever, or was found to be dead."""
        await self._connection.wait_closed()

    def abort(self) -> None:
        """End the connection without a word to the other side, which would not hear it."""
        self._connection.abort()
        if self._through is not None:
            self._through.abort()

    async def close(self) -> None:
        """End the connection and everything on it."""
        self._connection.close()
        try:
            async with asyncio.timeout(3):
                await self._connection.wait_closed()
        except TimeoutError:
            self._connection.abort()
        if self._through is not None:
            await self._through.close()

    async def _start(
        self, command: Command | None, **options: Any
    ) -> "asyncssh.SSHClientProcess[bytes]":
        """Begin a program, waiting a while for room: others end meanwhile."""
        try:
            async with asyncio.timeout(ROOM_SECONDS):
                await self._room.acquire()
        except TimeoutError as error:
            raise TooManyChannels(
                detail=tr(
                    "{outpost} allows about {number} at once.",
                    outpost=self._name,
                    number=MAX_CHANNELS,
                )
            ) from error
        try:
            process = await self._opened(command, **options)
        except BaseException:
            self._room.release()
            raise
        asyncio.ensure_future(process.wait_closed()).add_done_callback(self._channel_closed)
        return process

    async def _opened(
        self, command: Command | None, **options: Any
    ) -> "asyncssh.SSHClientProcess[bytes]":
        """Sshd counts a channel a moment longer than we do: its refusal is not final at once."""
        pauses = iter(OPEN_PAUSES)
        while True:
            try:
                async with asyncio.timeout(CONNECT_SECONDS):
                    return await self._connection.create_process(
                        command.line() if command else None, encoding=None, **options
                    )
            except asyncssh.ChannelOpenError as error:
                if not self.alive:
                    raise LinkLost(detail=shown(str(error))) from error
                pause = next(pauses, None)
                if pause is None:
                    raise TooManyChannels(detail=f"{self._name}: {shown(str(error))}.") from error
                await asyncio.sleep(pause)
            except (asyncssh.Error, OSError) as error:
                raise LinkLost(detail=shown(str(error)) or tr("No answer.")) from error

    def _channel_closed(self, closing: "asyncio.Future[None]") -> None:
        if not closing.cancelled():
            closing.exception()  # retrieved: how a channel ended is told by whoever used it
        self._room.release()


async def connect(login: Login, host_key: str, credentials: Credentials = NONE) -> SshLink:
    """Log in to an outpost that shows the confirmed `host_key` (OpenSSH format).

    A jump host is logged in to first; its link ends with this one. Raises one of the
    `OutpostError` family.
    """
    pinned = asyncssh.import_public_key(host_key)
    keys = await asyncio.to_thread(client_keys, login, credentials)
    through = None
    if login.jump is not None:
        through = await connect(login.jump.login, login.jump.host_key, credentials.jump or NONE)
    try:
        async with asyncio.timeout(CONNECT_SECONDS):
            connection = await asyncssh.connect(
                login.host,
                login.port,
                username=login.user,
                config=None,
                tunnel=through.tunnel if through else (),
                known_hosts=([pinned], [], []),
                server_host_key_algs=_algorithms_of(pinned),
                encryption_algs=_CIPHERS,
                mac_algs=_MACS,
                client_keys=keys,
                agent_path=None if keys else os.environ.get("SSH_AUTH_SOCK", ""),
                agent_forwarding=False,
                preferred_auth="publickey",
                password=None,
                keepalive_interval=KEEPALIVE_SECONDS,
                keepalive_count_max=KEEPALIVE_MISSES,
                compression_algs=None,
            )
    except BaseException as error:
        if through is not None:
            through.abort()
        if isinstance(error, (OSError, asyncssh.Error, ValueError)):
            raise _known(error, str(login), pinned.get_fingerprint("sha256"), login) from error
        raise
    return SshLink(connection, str(login), through)


async def _communicate(
    process: "asyncssh.SSHClientProcess[bytes]", stdin: bytes
) -> tuple[bytes, bytes]:
    """Feed `stdin` and read both outputs to their end, at most `MAX_OUTPUT` bytes each."""

    async def feed() -> None:
        try:
            if stdin:
                process.stdin.write(stdin)
                await process.stdin.drain()
            process.stdin.write_eof()
        except (BrokenPipeError, ConnectionError, asyncssh.Error):
            return  # it ended without reading everything: its exit status tells why

    async def collect(reader: "asyncssh.SSHReader[bytes]") -> bytes:
        kept = bytearray()
        while data := await reader.read(READ_SIZE):
            kept += data[: MAX_OUTPUT - len(kept)]
        return bytes(kept)

    work = [
        asyncio.ensure_future(part)
        for part in (collect(process.stdout), collect(process.stderr), feed())
    ]
    try:
        stdout, stderr, _ = await asyncio.gather(*work)
    finally:
        for part in work:
            part.cancel()
    assert stdout is not None
    assert stderr is not None
    return stdout, stderr


def _algorithms_of(key: asyncssh.SSHKey) -> tuple[str, ...]:
    algorithm = key.get_algorithm()
    return ("rsa-sha2-512", "rsa-sha2-256") if algorithm == "ssh-rsa" else (algorithm,)


def _framed(title: str) -> str:
    left = "-" * ((17 - len(title)) // 2)
    return f"{left}{title}".ljust(17, "-")


def _bits(blob: bytes) -> int:
    """The size of a public key in its SSH form: of RSA's modulus, or as its curve says."""
    parts, at = [], 0
    while at < len(blob):
        size = int.from_bytes(blob[at : at + 4], "big")
        parts.append(blob[at + 4 : at + 4 + size])
        at += 4 + size
    if parts[0] == b"ssh-rsa":
        return int.from_bytes(parts[2], "big").bit_length()
    return int(re.sub(rb"\D", b"", parts[1])) if parts[0].startswith(b"ecdsa") else 256


def _known(
    error: Exception, where: str, pinned: str = "", login: Login | None = None
) -> OutpostError:
    """Our own error for one of asyncssh's or the system's, met while connecting to `where`."""
    words, where = shown(str(error)), shown(where)
    if isinstance(error, SASLPrepError):
        return AuthenticationFailed(
            detail=tr("{where}: no user can have that name.", where=where),
        )
    if isinstance(error, ValueError):  # no name that can be looked up, like one with an empty part
        return UnknownHost(detail=tr("{where}: no server can have that name.", where=where))
    if isinstance(error, asyncssh.HostKeyNotVerifiable):
        return HostKeyChanged(
            detail=tr(
                "We did not connect to {where}. Confirmed was {pinned}.", where=where, pinned=pinned
            )
        )
    if isinstance(error, asyncssh.KeyExchangeFailed) and pinned and "host key" in words:
        return HostKeyChanged(
            detail=tr(
                "We did not connect to {where}: it no longer shows a key of the kind that was "
                "confirmed ({pinned}).",
                where=where,
                pinned=pinned,
            )
        )
    if isinstance(error, (asyncssh.PermissionDenied, asyncssh.IllegalUserName)):
        if login is not None and login.key_name is not None:
            detail = tr("{where} did not accept the key that is kept for it.", where=where)
        elif login is not None and login.key_file is not None:
            detail = tr("{where} did not accept the key {path}.", where=where, path=login.key_file)
        else:
            detail = tr("{where} did not accept the keys of the ssh-agent.", where=where)
        return AuthenticationFailed(detail=detail)
    if isinstance(error, socket.gaierror):
        return UnknownHost(
            detail=tr("{where} does not resolve ({error}).", where=where, error=error.strerror)
        )
    if isinstance(error, ConnectionRefusedError):
        return ConnectionRefused(detail=tr("{where} refused the connection.", where=where))
    if isinstance(error, TimeoutError):
        return OutpostUnreachable(
            detail=tr(
                "{where} did not answer within {seconds} s.",
                where=where,
                seconds=f"{CONNECT_SECONDS:g}",
            )
        )
    return OutpostUnreachable(detail=f"{where}: {words or type(error).__name__}.")
