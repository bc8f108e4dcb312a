"""How the practice cluster's containers talk: believable log lines for well-known images.

Each line is a pure function of its number and its time, so that no log has to be kept.
"""

import json
import time
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

Say = Callable[[int, float], tuple[bool, str]]
"""Number of the line and wall clock time -> whether it goes to stderr, and its text."""

_Item = TypeVar("_Item")


@dataclass(frozen=True, slots=True)
class Voice:
    """What is said at the start, and then every so many seconds."""

    opening: tuple[tuple[bool, str], ...]
    say: Say
    every: float


def voice_of(image: str, seed: str) -> Voice:
    """The voice of an image, chosen by the last part of its name."""
    name = image.partition("@")[0].rpartition("/")[2].partition(":")[0]
    for key, make in _VOICES.items():
        if key in name:
            return make(seed)
    return _plain(name, seed)


class _Dice:
    """Repeatable chance: the same number and seed always fall the same way."""

    def __init__(self, seed: str, number: int) -> None:
        self._state = zlib.crc32(f"{seed}/{number}".encode())

    def roll(self, sides: int) -> int:
        self._state = zlib.crc32(self._state.to_bytes(4, "big"))
        return (self._state >> 7) % sides

    def of(self, items: Sequence[_Item]) -> _Item:
        return items[self.roll(len(items))]


def _plain(name: str, seed: str) -> Voice:
    def say(number: int, at: float) -> tuple[bool, str]:
        dice = _Dice(seed, number)
        return False, f"{name}: heartbeat {number}, load {dice.roll(90) / 100:.2f}"

    return Voice(((False, f"{name}: ready"),), say, 15.0)


_PATHS = ("/", "/cart", "/checkout", "/api/kelp", "/api/urchins?page=2", "/static/otter.svg")


def _web(seed: str) -> Voice:
    def say(number: int, at: float) -> tuple[bool, str]:
        dice = _Dice(seed, number)
        path, client = dice.of(_PATHS), f"10.0.0.{2 + dice.roll(6)}"
        if dice.roll(40) == 0:
            stamp = time.strftime("%Y/%m/%d %H:%M:%S", time.gmtime(at))
            return True, (
                f"{stamp} [error] 29#29: *{number} upstream timed out (110: Operation timed out) "
                f'while reading response header from upstream, client: {client}, request: "GET '
                f'{path} HTTP/1.1", upstream: "http://10.0.2.7:3000{path}"'
            )
        status = dice.of((200, 200, 200, 200, 200, 304, 302, 404))
        stamp = time.strftime("%d/%b/%Y:%H:%M:%S +0000", time.gmtime(at))
        size = 200 + dice.roll(9000)
        return (
            False,
            f'{client} - - [{stamp}] "GET {path} HTTP/1.1" {status} {size} "-" "Mozilla/5.0"',
        )

    opening = (
        (False, "/docker-entrypoint.sh: Configuration complete; ready for start up"),
        (True, "[notice] 1#1: nginx/1.27.3"),
        (True, "[notice] 1#1: start worker processes"),
    )
    return Voice(opening, say, 1.7)


def _postgres(seed: str) -> Voice:
    def say(number: int, at: float) -> tuple[bool, str]:
        dice = _Dice(seed, number)
        stamp = time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(at)) + ".412 UTC"
        if dice.roll(9) == 0:
            detail = 'duplicate key value violates unique constraint "urchins_pkey"'
            return True, f"{stamp} [{70 + dice.roll(40)}] ERROR:  {detail}"
        if dice.roll(2):
            return True, f"{stamp} [27] LOG:  checkpoint starting: time"
        took = f"write={dice.roll(300) / 10} s, sync=0.00{dice.roll(9)} s"
        return (
            True,
            f"{stamp} [27] LOG:  checkpoint complete: wrote {dice.roll(200)} buffers; {took}",
        )

    opening = (
        (False, "PostgreSQL Database directory appears to contain a database; Skipping init"),
        (True, "LOG:  starting PostgreSQL 16.4 on x86_64-pc-linux-musl"),
        (True, 'LOG:  listening on IPv4 address "0.0.0.0", port 5432'),
        (True, "LOG:  database system is ready to accept connections"),
    )
    return Voice(opening, say, 11.0)


def _redis(seed: str) -> Voice:
    def say(number: int, at: float) -> tuple[bool, str]:
        stamp = time.strftime("%d %b %Y %H:%M:%S", time.gmtime(at)) + ".021"
        texts = (
            f"{100 + _Dice(seed, number).roll(900)} changes in 300 seconds. Saving...",
            f"Background saving started by pid {20 + number % 400}",
            "DB saved on disk",
            "Background saving terminated with success",
        )
        return False, f"1:M {stamp} * {texts[number % 4]}"

    opening = (
        (False, "1:C * oO0OoO0OoO0Oo Redis is starting oO0OoO0OoO0Oo"),
        (True, "1:M # Warning: Memory overcommit must be enabled! Without it, a save may fail."),
        (False, "1:M * Ready to accept connections tcp"),
    )
    return Voice(opening, say, 6.0)


def _worker(seed: str) -> Voice:
    """Coloured, as many frameworks write even where nobody reads."""

    def say(number: int, at: float) -> tuple[bool, str]:
        dice = _Dice(seed, number)
        job = dice.of(("ResizePicture", "SendReceipt", "CountUrchins", "SyncStock"))
        ident = f"{dice.roll(1 << 24):06x}"
        if dice.roll(25) == 0:
            return (
                True,
                f"\x1b[1;31mERROR\x1b[0m {job} {ident} failed: timeout after 30 s, retrying",
            )
        if dice.roll(12) == 0:
            return (
                False,
                f"\x1b[33mWARN\x1b[0m  {job} {ident} took {3 + dice.roll(9)}.{dice.roll(9)} s",
            )
        return False, f"\x1b[32mINFO\x1b[0m  {job} {ident} done in {10 + dice.roll(700)} ms"

    return Voice(((False, "\x1b[36mworker\x1b[0m listening on queue default"),), say, 2.3)


def _json(seed: str) -> Voice:
    """One JSON object a line, as services do that are read by machines."""

    def say(number: int, at: float) -> tuple[bool, str]:
        dice = _Dice(seed, number)
        failed = dice.roll(20) == 0
        entry = {
            "ts": round(at, 3),
            "level": "error" if failed else dice.of(("info", "info", "info", "debug", "warn")),
            "msg": "payment provider said 502" if failed else "request handled",
            "path": dice.of(_PATHS),
            "ms": 2 + dice.roll(180),
            "trace": f"{dice.roll(1 << 24):06x}",
        }
        return failed, json.dumps(entry, separators=(",", ":"))

    return Voice(((False, '{"level":"info","msg":"listening","port":3000}'),), say, 2.9)


def _agent(seed: str) -> Voice:
    def say(number: int, at: float) -> tuple[bool, str]:
        dice = _Dice(seed, number)
        stamp = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(at))
        took = f"{dice.roll(90)}ms"
        return False, f"ts={stamp} level=info collector=cpu,mem,disk duration={took} samples=214"

    return Voice(((False, "level=info msg=started version=1.8.2"),), say, 10.0)


_VOICES: dict[str, Callable[[str], Voice]] = {
    "nginx": _web,
    "postgres": _postgres,
    "redis": _redis,
    "worker": _worker,
    "api": _json,
    "agent": _agent,
}
