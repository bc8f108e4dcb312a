"""Every command and API call that went to an outpost, bounded, and who asked for each."""

import time
from collections import deque
from contextvars import ContextVar
from typing import Final

from otternauts_desktop.core.events import CommandRan
from otternauts_desktop.services.bus import Bus

KEPT: Final = 2_000
_ASKED: ContextVar[str] = ContextVar("asked", default="")


def asks(words: str) -> None:
    """From here on, what the running task and those that it starts send is asked for by that.

    Where nobody says so, it is the person.
    """
    _ASKED.set(words)


class CommandLog:
    """Keeps the last `KEPT` entries and tells the bus of each."""

    def __init__(self, bus: Bus) -> None:
        self._bus = bus
        self._entries: deque[CommandRan] = deque(maxlen=KEPT)

    def entries(self) -> tuple[CommandRan, ...]:
        """What is kept, oldest first."""
        return tuple(self._entries)

    def record(self, outpost: str, command: str, exit_status: int | None, seconds: float) -> None:
        """Note one command that just ended. It must hold no secret: those go through stdin."""
        entry = CommandRan(
            time.time() - seconds, outpost, command, exit_status, seconds, _ASKED.get()
        )
        self._entries.append(entry)
        self._bus.publish(entry)
