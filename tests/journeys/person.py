"""A person before the screen: starts the program, reads, types, points. Nothing else is used."""

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from tests.journeys.accessible import PARTS, Item, Reader
from tests.journeys.screen import Screen

PATIENCE: Final = 60.0
"""So many seconds a person waits for what should come soon."""
_GLANCE: Final = 0.15


class Person:
    """Sees what a screen reader says and has a keyboard and a mouse."""

    def __init__(self, screen: Screen, reader: Reader, program: "subprocess.Popen[bytes]") -> None:
        self._screen = screen
        self._reader = reader
        self._program = program

    # -- seeing ------------------------------------------------------------------------------

    def sees(self, words: str, *, within: float = PATIENCE) -> Item:
        """Wait until something on the screen says `words`."""
        return self._finds(f'"{words}"', lambda item: words in item.words, within)

    def sees_no_more(self, words: str, *, within: float = PATIENCE) -> None:
        """Wait until nothing on the screen says `words`."""
        end = time.monotonic() + within
        while any(words in item.words for item in self._reader.items()):
            assert time.monotonic() < end, f'still on the screen after {within:g} s: "{words}"'
            time.sleep(_GLANCE)

    def reads(self) -> list[Item]:
        """All that is on the screen, the window in front first."""
        return self._reader.items()

    @property
    def focus(self) -> Item | None:
        """What the next key goes to."""
        front = self._reader.items()
        window = front[0].window if front else ""
        return next(
            (
                item
                for item in front
                if item.window == window and "focused" in item.states and item.role not in PARTS
            ),
            None,
        )

    def picture(self, file: Path) -> None:
        """Keep what the screen looks like."""
        self._screen.picture(file)

    # -- doing -------------------------------------------------------------------------------

    def presses(self, *keys: str) -> None:
        """Press keys one after another: `Tab`, `ctrl+n`."""
        self._hand("key", "--delay", "30", *keys)

    def presses_until(self, key: str, words: str) -> None:
        """Press a key again where it was lost: a window may be seen before it has the keyboard."""
        for _ in range(4):
            self.presses(key)
            try:
                self.sees(words, within=12)
            except AssertionError:
                continue
            return
        self.sees(words)

    def types(self, text: str) -> None:
        """Type text into whatever has the focus."""
        self._hand("type", "--delay", "8", text)

    def clicks(self, name: str, *, within: float = PATIENCE) -> None:
        """Point at the thing of that name, once it can be used, and click."""
        item = self._finds(
            f'"{name}" to click', lambda i: i.name == name and "enabled" in i.states, within
        )
        x, y = self._reader.middle(item)
        self._hand("mousemove", str(x), str(y), "click", "1")

    def tabs_to(self, name: str) -> None:
        """Go to the control of that name with Tab alone."""
        passed: list[str] = []
        while True:
            self.presses("Tab")
            here = self.focus
            if here is not None and here.name == name:
                return
            passed.append(here.name if here else "nothing")
            assert len(passed) < 60, f'Tab never came to "{name}", but to {passed}'

    def leaves(self) -> None:
        """Quit the program, and see it end."""
        self.presses("ctrl+q")
        assert self._program.wait(15) == 0

    # -- hands and eyes ----------------------------------------------------------------------

    def _hand(self, *words: str) -> None:
        subprocess.run(
            ["xdotool", *words],
            env=self._screen.environment,
            check=True,
            timeout=60,
            stdout=subprocess.DEVNULL,
        )

    def _finds(self, what: str, is_it: Callable[[Item], bool], within: float) -> Item:
        end = time.monotonic() + within
        while True:
            for item in self._reader.items():
                if is_it(item):
                    return item
            assert self._program.poll() is None, "the program has ended"
            assert time.monotonic() < end, f"not on the screen within {within:g} s: {what}"
            time.sleep(_GLANCE)


@contextmanager
def at_the_screen(screen: Screen, home: Path, *words: str) -> Iterator[Person]:
    """Start the program as a person does, with `words`, on the data directory `home`; it ends
    with this."""
    environment = screen.environment | {
        "HOME": str(home.parent),
        "QT_QPA_PLATFORM": "xcb",
        "QT_LINUX_ACCESSIBILITY_ALWAYS_ON": "1",
    }
    reader = Reader(environment["DBUS_SESSION_BUS_ADDRESS"])
    log = home.with_suffix(".log")
    with log.open("wb") as out:
        program = subprocess.Popen(
            [sys.executable, "-m", "otternauts_desktop", "--home", str(home), *words],
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
        )
    try:
        yield Person(screen, reader, program)
    finally:
        program.terminate()
        program.wait(10)
        reader.close()
    assert "Traceback" not in log.read_text(), log.read_text()
