"""The far end of `docker system dial-stdio`: HTTP/1.1 over a pair of byte streams."""

from collections.abc import AsyncIterator, Callable
from contextlib import aclosing
from dataclasses import dataclass, field, replace
from typing import Protocol

import h11

READ_SIZE = 65_536


@dataclass(frozen=True, slots=True)
class Answer:
    """A response: a body at once, or one that comes in pieces."""

    status: int = 200
    body: bytes = b""
    stream: AsyncIterator[bytes] | None = None
    """Pieces as they come; an empty one is a look at whether somebody still listens."""
    content_type: str = "application/json"
    headers: dict[str, str] = field(default_factory=dict)


Answering = Callable[[str, str, bytes, str], Answer]
"""Method, target (path and query), body and `X-Registry-Auth` -> answer."""


class Pipe(Protocol):
    """The program's side of its standard streams."""

    async def read(self) -> bytes:
        """The next bytes, none at the end."""

    async def write(self, data: bytes) -> None:
        """Send bytes."""

    @property
    def hung_up(self) -> bool:
        """Whether the other side has gone."""


async def serve(pipe: Pipe, answering: Answering) -> None:
    """Answer requests one after the other until the other side hangs up."""
    connection = h11.Connection(h11.SERVER)
    while True:
        try:
            request, body = await _request(connection, pipe)
        except h11.RemoteProtocolError as error:
            if connection.our_state is h11.IDLE:
                await _send(connection, pipe, Answer(400, str(error).encode(), None, "text/plain"))
            return
        if request is None:
            return
        method = request.method.decode()
        login = dict(request.headers).get(b"x-registry-auth", b"").decode("latin-1")
        answer = answering(method, request.target.decode("latin-1"), body, login)
        if method == "HEAD":
            answer = replace(answer, body=b"", stream=None)
        if not await _send(connection, pipe, answer):
            return
        if connection.our_state is not h11.DONE or connection.their_state is not h11.DONE:
            return
        connection.start_next_cycle()


async def _request(connection: h11.Connection, pipe: Pipe) -> tuple[h11.Request | None, bytes]:
    """The next request and its body; None at the end."""
    request: h11.Request | None = None
    body = b""
    while True:
        event = connection.next_event()
        if event is h11.NEED_DATA:
            connection.receive_data(await pipe.read())
        elif isinstance(event, h11.Request):
            request = event
        elif isinstance(event, h11.Data):
            body += event.data
        elif isinstance(event, h11.EndOfMessage):
            return request, body
        elif isinstance(event, h11.ConnectionClosed):
            return None, b""


async def _send(connection: h11.Connection, pipe: Pipe, answer: Answer) -> bool:
    """Send an answer; gives back whether it went out to its end."""
    headers = {"Server": "Docker/26.1.5 (linux)", "Content-Type": answer.content_type}
    headers |= answer.headers
    if answer.stream is None:
        headers["Content-Length"] = str(len(answer.body))
    data = connection.send(h11.Response(status_code=answer.status, headers=list(headers.items())))
    await pipe.write(data)
    if answer.stream is None:
        await pipe.write(connection.send(h11.Data(answer.body)) or b"")
    else:
        async with aclosing(answer.stream) as pieces:  # type: ignore[type-var]
            async for piece in pieces:
                if pipe.hung_up:
                    return False
                if piece:
                    await pipe.write(connection.send(h11.Data(piece)) or b"")
    await pipe.write(connection.send(h11.EndOfMessage()) or b"")
    return True
