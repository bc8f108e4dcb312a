"""The body of an HTTP/1.1 answer that comes in chunks (RFC 9112, 7.1) -> its bytes.

Docker makes a chunk of every log line, so this is done by the hundred thousand a second.
"""

from typing import Final

MAX_SIZE_LINE: Final = 256


class BrokenBody(ValueError):
    """These bytes are no chunked body."""


class ChunkedBody:
    """Reads one body. Holds no more than a chunk's head."""

    def __init__(self) -> None:
        self.ended = False
        """Whether its last chunk has come: nothing was cut off."""
        self._buffer = b""
        self._left = 0
        """Bytes of the current chunk that are still to come, with the two of its line break."""

    @property
    def between(self) -> bool:
        """Whether all was read up to the end of a chunk."""
        return not self._left and not self._buffer

    def feed(self, data: bytes) -> bytes:
        """The bytes of the body in `data`. Raises `BrokenBody`."""
        buffer = self._buffer + data
        at, end, left = 0, len(buffer), self._left
        pieces: list[bytes] = []
        while at < end and not self.ended:
            if left:
                taken = min(left, end - at)
                pieces.append(buffer[at : at + min(taken, max(left - 2, 0))])
                at += taken
                left -= taken
                continue
            line = buffer.find(b"\r\n", at, at + MAX_SIZE_LINE)
            if line < 0:
                if end - at >= MAX_SIZE_LINE:
                    raise BrokenBody
                break
            left = _size(buffer[at:line]) + 2
            self.ended = left == 2  # trailers, of which Docker sends none, are not wanted
            at = line + 2
        self._buffer, self._left = buffer[at:], left
        return b"".join(pieces)


def _size(text: bytes) -> int:
    try:
        size = int(text.partition(b";")[0], 16)
    except ValueError:
        raise BrokenBody from None
    if size < 0:
        raise BrokenBody
    return size
