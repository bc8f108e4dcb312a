"""A shell by command line: at a real terminal, and where standard input is none."""

import contextlib
import fcntl
import os
import pty
import select
import struct
import subprocess
import sys
import termios
import time
from pathlib import Path

import pytest

pytestmark = pytest.mark.seconds(60)


class Pty:
    """`otternauts` at a pseudo-terminal of its own."""

    def __init__(self, *words: str, columns: int = 80, rows: int = 24) -> None:
        self._main, other = pty.openpty()
        self.resize(columns, rows)
        self._process = subprocess.Popen(
            [sys.executable, "-m", "otternauts_desktop", *words],
            stdin=other,
            stdout=other,
            stderr=other,
            start_new_session=True,
            env=os.environ | {"TERM": "xterm-256color"},
        )
        os.close(other)
        self.seen = ""

    def resize(self, columns: int, rows: int) -> None:
        fcntl.ioctl(self._main, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def type(self, text: str) -> None:
        os.write(self._main, text.encode())

    def until(self, words: str, seconds: float = 40.0) -> None:
        """Read until it shows something new; what came before is forgotten."""
        end = time.monotonic() + seconds
        while words not in self.seen:
            if not select.select([self._main], [], [], max(end - time.monotonic(), 0))[0]:
                raise AssertionError(f"not seen: {words!r} in {self.seen!r}")
            try:
                self.seen += os.read(self._main, 65_536).decode(errors="replace")
            except OSError:  # the other side is gone: Linux says EIO
                raise AssertionError(f"ended without {words!r}: {self.seen!r}") from None
        self.seen = self.seen.partition(words)[2]

    def ended(self) -> int:
        """Its exit code; fails where it does not end soon."""
        end = time.monotonic() + 20
        with contextlib.suppress(OSError):  # the other side is gone: Linux says EIO
            while select.select([self._main], [], [], max(end - time.monotonic(), 0))[0]:
                self.seen += os.read(self._main, 65_536).decode(errors="replace")
        return self._process.wait(20)

    def close(self) -> None:
        self._process.kill()
        self._process.wait()
        os.close(self._main)


def test_a_person_is_at_the_other_end_with_keys_size_and_exit_code(tmp_path: Path) -> None:
    person = Pty("--home", str(tmp_path), "--simulate", "shell", "vega-1", columns=91, rows=33)
    try:
        person.until("otter@vega-1:~$ ")
        person.type("stty size\r")
        person.until("33 91")
        person.resize(120, 40)
        time.sleep(1)
        person.type("stty size\r")
        person.until("40 120")
        person.type("exit 7\r")
        assert person.ended() == 7
    finally:
        person.close()


@pytest.mark.parametrize(("target", "name"), [("vega-1", "vega-1"), ("shop/web", "")])
def test_it_works_without_a_terminal(tmp_path: Path, target: str, name: str) -> None:
    words = ("--home", str(tmp_path), "--simulate", "shell", target)
    done = subprocess.run(
        [sys.executable, "-m", "otternauts_desktop", *words],
        input="hostname\nexit 3\n",
        capture_output=True,
        text=True,
        timeout=50,
        check=False,
    )
    assert done.returncode == 3, done.stderr
    assert done.stdout == (f"{name}\n" if name else done.stdout)
    assert len(done.stdout) > 5
