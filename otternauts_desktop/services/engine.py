"""The Docker Engine API of one outpost, over an SSH channel. The only door to httpcore.

Each HTTP connection is a channel that runs `docker system dial-stdio`, which pipes its standard
input and output to the daemon's socket: what Docker's own `ssh://` does. httpcore keeps a few
of them open, so a whole snapshot costs no more than its round trips.
"""

import asyncio
import json
import ssl
import sys
import time
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterable, Mapping
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from types import MappingProxyType
from typing import Any, Final
from urllib.parse import quote, unquote, urlencode

import httpcore

from otternauts_desktop.core.comms.frames import FrameReader
from otternauts_desktop.core.comms.line import LogLine, Speaker
from otternauts_desktop.core.errors import (
    DockerForbidden,
    DockerMissing,
    DockerNotRunning,
    DockerTooOld,
    EngineRefused,
    KnownError,
    LinkLost,
    NotASwarmManager,
    NothingFound,
    OutpostError,
    SwarmWithoutLeader,
    TooManyChannels,
)
from otternauts_desktop.core.flight.commands import dial_stdio
from otternauts_desktop.core.secret import Secret
from otternauts_desktop.core.swarm.state import Snapshot, read_snapshot
from otternauts_desktop.core.untrusted import shown
from otternauts_desktop.core.words import tr
from otternauts_desktop.services.raw_answer import ask
from otternauts_desktop.services.ssh import Channel, Completed, Socket, SshLink
from otternauts_desktop.services.together import together

OLDEST_API: Final = (1, 43)
"""Docker 24. Older engines lack parts of what is read here, and no longer get fixes."""
NEWEST_API: Final = (1, 51)
"""Newest version whose answers were read by people of this project."""
ANSWER_SECONDS: Final = 15.0
KEPT_CHANNELS: Final = 4
LOG_CHANNELS: Final = 4
DOCKER_SOCKET: Final = "/var/run/docker.sock"
LOG_WINDOW: Final = 256 * 1024

if find_spec("sniffio") is None:
    # WORKAROUND https://github.com/encode/httpcore: it imports sniffio at every step of a request.
    # Where that is not installed, Python looks for it in all folders each time: an eighth of what
    # the idle program took. None is Python's own way to say that there is no such module.
    sys.modules["sniffio"] = None  # type: ignore[assignment]

Headers = Mapping[str | bytes, str | bytes]
Params = Mapping[str, str | int | bool | Mapping[str, list[str]]]


@dataclass(frozen=True, slots=True)
class SwarmLists:
    """The lists a snapshot is made of, as the Engine gave them; configs without their contents."""

    nodes: list[dict[str, Any]]
    services: list[dict[str, Any]]
    tasks: list[dict[str, Any]]
    networks: list[dict[str, Any]]
    secrets: list[dict[str, Any]]
    configs: list[dict[str, Any]]

    def read(self, *, taken_at: float, via: str = "") -> Snapshot:
        """The snapshot they make."""
        return read_snapshot(
            nodes=self.nodes,
            services=self.services,
            tasks=self.tasks,
            networks=self.networks,
            secrets=self.secrets,
            configs=self.configs,
            taken_at=taken_at,
            via=via,
        )


class Engine:
    """Requests to one outpost's daemon. Use `open_engine` to make one."""

    def __init__(
        self,
        pool: httpcore.AsyncConnectionPool,
        api: str,
        on_call: Callable[[str, int | None, float], None],
        link: SshLink,
        *,
        sudo: bool,
    ) -> None:
        self._pool = pool
        self._api = api
        self._on_call = on_call
        self._link = link
        self._sudo = sudo
        self._by_socket: bool | None = False if sudo else None
        """Whether logs come over the daemon's socket; None while that was not tried."""
        self._trying_socket = asyncio.Lock()
        self._log_channels = asyncio.Semaphore(LOG_CHANNELS)

    @property
    def api(self) -> str:
        """Negotiated version, like `1.45`."""
        return self._api

    async def get(
        self,
        path: str,
        params: Params | None = None,
        *,
        registry_auth: Secret | None = None,
        seconds: float = ANSWER_SECONDS,
    ) -> Any:
        """The JSON that `GET path` answers. `registry_auth` is for questions to a registry.

        Raises `OutpostError` where the daemon or the link fails, `NothingFound` for 404 and
        `EngineRefused` for any other error answer.
        """
        headers: Headers = {"X-Registry-Auth": registry_auth.reveal()} if registry_auth else {}
        async with self._request(path, params, seconds, headers=headers) as response:
            body = await _reading(response.aread())
        return json.loads(body)

    async def post(
        self,
        path: str,
        document: Mapping[str, Any],
        params: Params | None = None,
        *,
        seconds: float = ANSWER_SECONDS,
    ) -> Any:
        """The JSON that `POST path` answers, None for none. What is in `document` reaches no log.

        Raises as `get` does; after a `LinkLost` it may have had its effect.
        """
        body = json.dumps(document).encode()
        async with self._request(path, params, seconds, body) as response:
            answer = await _reading(response.aread())
        return json.loads(answer) if answer.strip() else None

    async def delete(self, path: str, *, seconds: float = ANSWER_SECONDS) -> None:
        """Have `DELETE path` done. Raises as `post` does."""
        async with self._request(path, None, seconds, method="DELETE") as response:
            await _reading(response.aread())

    async def swarm_lists(self) -> SwarmLists:
        """What makes a snapshot, asked for side by side."""
        nodes, services, tasks, networks, secrets, configs = await together(
            self.get("/nodes"),
            self.get("/services", {"status": True}),
            self.get("/tasks"),
            self.get("/networks", {"filters": {"scope": ["swarm"]}}),
            self.get("/secrets"),
            self.get("/configs"),
        )
        for config in configs:
            config.get("Spec", {}).pop("Data", None)
        return SwarmLists(nodes, services, tasks, networks, secrets, configs)

    async def stream(self, path: str, params: Params | None = None) -> AsyncIterator[bytes]:
        """The body of an answer that does not end by itself, in the chunks it comes in."""
        async with self._request(path, params, None) as response:
            chunks = response.aiter_stream()
            async for chunk in _reading_all(chunks):
                yield chunk

    async def events(self) -> AsyncIterator[dict[str, Any]]:
        """Swarm events as they happen. There are none for tasks: poll those."""
        rest = b""
        async for chunk in self.stream("/events", {"filters": {"scope": ["swarm"]}}):
            *lines, rest = (rest + chunk).split(b"\n")
            for line in lines:
                if line.strip():
                    yield json.loads(line)

    async def log(
        self,
        path: str,
        params: Params,
        reader: FrameReader,
        speaker: Speaker,
        *,
        tick: float | None = None,
        window: int = LOG_WINDOW,
    ) -> AsyncGenerator[list[LogLine], None]:
        """The lines of a task's log, read by `reader`; none after `tick` seconds without a byte.

        It ends where the log's end was read. Over the daemon's socket, where we may: that takes
        none of the few channels for programs. Else over dial-stdio, of which only some at a time
        may be logs. Up to `window` bytes wait for whoever reads it. Raises as `get` does,
        `LinkLost` where it was cut off, and `TooManyChannels`.
        """
        target = _target(self._api, path, params)
        started = time.monotonic()
        status: int | None = None
        async with self._log_channel(window) as channel:
            try:
                answer = await ask(channel, target)
                status = answer.status
            finally:
                self._on_call(f"GET {unquote(target)}", status, time.monotonic() - started)
            if status >= 400:
                raise _refusal(status, await answer.body())
            async with aclosing(answer.lines(reader, speaker, tick)) as chunks:
                async for lines in chunks:
                    yield lines

    @asynccontextmanager
    async def _log_channel(self, window: int) -> AsyncIterator[Socket | Channel]:
        """A connection to the daemon for one log."""
        async with self._trying_socket:
            if self._by_socket is None:
                self._by_socket = await self._is_behind_socket()
        socket = await self._link.open_socket(DOCKER_SOCKET, window) if self._by_socket else None
        if socket is not None:
            try:
                yield socket
            finally:
                socket.close()
            return
        if self._log_channels.locked():
            raise TooManyChannels(
                detail=tr(
                    "Docker is reached through a program there: {count} logs at a time.",
                    count=LOG_CHANNELS,
                )
            )
        async with (
            self._log_channels,
            self._link.channel(dial_stdio(sudo=self._sudo)) as channel,
        ):
            yield channel

    async def _is_behind_socket(self) -> bool:
        """Whether the usual socket leads to this daemon: the login may be set up for another."""
        socket = await self._link.open_socket(DOCKER_SOCKET, LOG_WINDOW)
        if socket is None:
            return False
        try:
            answer = await ask(socket, _target(self._api, "/info", None))
            body = await answer.body()
        finally:
            socket.close()
        ours = await self.get("/info")
        return answer.status == 200 and bool(ours["ID"]) and json.loads(body)["ID"] == ours["ID"]

    async def close(self) -> None:
        """Close all channels."""
        await self._pool.aclose()

    @asynccontextmanager
    async def _request(
        self,
        path: str,
        params: Params | None,
        seconds: float | None,
        body: bytes | None = None,
        method: str = "",
        headers: Headers = MappingProxyType({}),
    ) -> AsyncIterator[httpcore.Response]:
        target = _target(self._api, path, params)
        method = method or ("GET" if body is None else "POST")
        call = f"{method} {unquote(target)}"
        started = time.monotonic()
        status: int | None = None
        try:
            async with self._pool.stream(
                method,
                f"http://docker{target}",
                headers={"Host": "docker", "Content-Type": "application/json", **headers},
                content=body,
                extensions={
                    "timeout": {
                        "connect": ANSWER_SECONDS,
                        "pool": ANSWER_SECONDS,
                        "write": ANSWER_SECONDS,
                        "read": seconds,
                    }
                },
            ) as response:
                status = response.status
                self._on_call(call, status, time.monotonic() - started)
                if status >= 400:
                    raise _refusal(status, await _reading(response.aread()))
                yield response
        except _TRANSPORT_ERRORS as error:
            raise LinkLost(detail=shown(str(error)) or type(error).__name__) from error
        finally:
            if status is None:
                self._on_call(call, None, time.monotonic() - started)


async def open_engine(
    link: SshLink, *, sudo: bool, on_call: Callable[[str, int | None, float], None]
) -> Engine:
    """Reach the daemon behind `link` and agree on an API version.

    Raises `DockerMissing`, `DockerForbidden`, `DockerNotRunning`, `DockerTooOld` or `LinkLost`.
    """
    pool = httpcore.AsyncConnectionPool(
        max_connections=None,  # the link itself counts channels
        max_keepalive_connections=KEPT_CHANNELS,
        network_backend=_SshBackend(link, sudo=sudo),
    )
    try:
        async with asyncio.timeout(ANSWER_SECONDS):
            answer = await pool.request("GET", "http://docker/_ping", headers={"Host": "docker"})
        headers = {name.lower(): value for name, value in answer.headers}
        theirs = _version(headers.get(b"api-version", b"1.0").decode("ascii", "replace"))
        if theirs < OLDEST_API:
            raise DockerTooOld(
                detail=tr("It speaks API {version}.", version=f"{theirs[0]}.{theirs[1]}")
            )
    except (*_TRANSPORT_ERRORS, TimeoutError) as error:
        await pool.aclose()
        raise LinkLost(
            detail=tr("Docker gave no answer ({error}).", error=type(error).__name__)
        ) from error
    except OutpostError:
        await pool.aclose()
        raise
    agreed = min(theirs, NEWEST_API)
    return Engine(pool, f"{agreed[0]}.{agreed[1]}", on_call, link, sudo=sudo)


class _SshBackend(httpcore.AsyncNetworkBackend):
    """Where httpcore would open a TCP connection, a channel with dial-stdio is opened."""

    def __init__(self, link: SshLink, *, sudo: bool) -> None:
        self._link = link
        self._command = dial_stdio(sudo=sudo)

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - httpcore's interface
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        return _ChannelStream(await self._link.open_channel(self._command))

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


class _ChannelStream(httpcore.AsyncNetworkStream):
    """A channel as httpcore wants to see a connection."""

    def __init__(self, channel: Channel) -> None:
        self._channel = channel
        self._answered = False

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ASYNC109
        try:
            async with asyncio.timeout(timeout):
                data = await self._channel.read(max_bytes)
        except TimeoutError as error:
            raise httpcore.ReadTimeout(
                tr("no answer within {seconds} s", seconds=f"{timeout:g}")
            ) from error
        if not data and not self._answered:
            # dial-stdio ended without a word of HTTP: stderr says why.
            raise _unreachable_daemon(await self._channel.ending())
        self._answered = True
        return data

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ASYNC109
        if not buffer:
            return
        try:
            async with asyncio.timeout(timeout):
                await self._channel.write(buffer)
        except TimeoutError as error:
            raise httpcore.WriteTimeout(
                tr("not taken within {seconds} s", seconds=f"{timeout:g}")
            ) from error
        except LinkLost as error:
            # Where dial-stdio ended at once, the reason is worth more than the broken pipe.
            if self._answered:
                raise
            raise _unreachable_daemon(await self._channel.ending()) from error

    async def aclose(self) -> None:
        self._channel.close()

    async def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ASYNC109
    ) -> httpcore.AsyncNetworkStream:
        raise httpcore.ConnectError("SSH is the encryption here")

    def get_extra_info(self, info: str) -> Any:
        # httpcore asks this of an idle connection: readable means that it was closed.
        return self._channel.at_end if info == "is_readable" else None


_TRANSPORT_ERRORS: Final = (
    httpcore.NetworkError,
    httpcore.TimeoutException,
    httpcore.ProtocolError,
    httpcore.UnsupportedProtocol,
)


async def _reading(body: Any) -> bytes:
    try:
        data: bytes = await body
    except _TRANSPORT_ERRORS as error:
        raise LinkLost(detail=shown(str(error)) or type(error).__name__) from error
    return data


async def _reading_all(chunks: Any) -> AsyncIterator[bytes]:
    try:
        async for chunk in chunks:
            yield chunk
    except _TRANSPORT_ERRORS as error:
        raise LinkLost(detail=shown(str(error)) or type(error).__name__) from error


def _target(api: str, path: str, params: Params | None) -> str:
    """Path and query; mappings become the JSON that the Engine wants in `filters`."""
    target = f"/v{api}{quote(path)}"
    if not params:
        return target
    texts = {
        key: json.dumps(value, separators=(",", ":"))
        if isinstance(value, (Mapping, bool))
        else str(value)
        for key, value in params.items()
    }
    return f"{target}?{urlencode(texts)}"


def _version(text: str) -> tuple[int, int]:
    major, _, minor = text.partition(".")
    return (int(major), int(minor)) if major.isdecimal() and minor.isdecimal() else (1, 0)


def _refusal(status: int, body: bytes) -> KnownError:
    """The error for an answer of 400 and above; the Engine wraps its words in JSON."""
    try:
        words = shown(str(json.loads(body)["message"]))
    except (ValueError, KeyError, TypeError):
        words = shown(body, limit=500)
    return refusal(words, status)


_LEADERLESS: Final = (
    "does not have a leader",
    "DeadlineExceeded",
    "lost leader status",
    "code = Unavailable",  # it can't reach the leader, which may have just stepped down
)


def refusal(words: str, status: int = 0) -> KnownError:
    """The error for what Docker says, over its API (with its status) or on a command line."""
    if any(sign in words for sign in _LEADERLESS):
        return SwarmWithoutLeader(detail=words)
    if "not a swarm manager" in words:
        return not_a_manager(words)
    if status == 404:
        return NothingFound(detail=words)
    return EngineRefused(status=status, detail=words)


def not_a_manager(words: str) -> NotASwarmManager:
    """The two ways of not being a manager have different ways on."""
    if "docker swarm init" in words or not words:
        return NotASwarmManager(
            detail=tr("It is not part of any swarm."),
            next_step=tr("Make it one: docker swarm init --advertise-addr ADDRESS"),
        )
    return NotASwarmManager(
        detail=tr("It is a worker of its swarm."),
        next_step=tr("Add a manager of that swarm, or promote this node: docker node promote NAME"),
    )


def _unreachable_daemon(ended: Completed) -> OutpostError:
    """Why `docker system dial-stdio` ended without an answer, from its exit and stderr."""
    words = shown(ended.stderr, limit=1000).strip()
    low = words.lower()
    if ended.exit_status == 127 or "command not found" in low or "docker: not found" in low:
        return DockerMissing(detail=words)
    if "a password is required" in low or "permission denied" in low or "not in the sudoers" in low:
        return DockerForbidden(detail=words)
    if (
        "no such file" in low
        or "connection refused" in low
        or "is the docker daemon running" in low
    ):
        return DockerNotRunning(detail=words)
    return LinkLost(
        detail=words or tr("docker system dial-stdio ended with {code}.", code=ended.exit_status)
    )
