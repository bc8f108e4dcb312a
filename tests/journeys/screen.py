"""A screen of its own for a program under test: an X server without a monitor, a window manager,
and the bus on which assistive tools read windows."""

import os
import shutil
import struct
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from PySide6.QtGui import QImage

TOOLS: Final = ("Xvfb", "xdotool", "openbox", "dbus-daemon")
SIZE: Final = (1440, 900)
_A11Y_SERVICE: Final = Path("/usr/share/dbus-1/services/org.a11y.Bus.service")


def why_not() -> str:
    """Why no window can be driven here, in one sentence; "" where it can."""
    if sys.platform != "linux":
        return "the windowed journeys need Linux"
    for tool in TOOLS:
        if not shutil.which(tool):
            return f"the windowed journeys need the command {tool}"
    if not _A11Y_SERVICE.exists():
        return "the windowed journeys need the package at-spi2-core"
    return ""


@dataclass(frozen=True)
class Screen:
    """What a program needs in its environment to appear on it, and a look at its pixels."""

    environment: dict[str, str]
    _pixels: Path

    def picture(self, file: Path) -> None:
        """Save what is on the screen, as PNG."""
        raw = self._pixels.read_bytes()
        # An XWD file (X11/XWDFile.h): big-endian words, then a colour map of 12 bytes an entry.
        words = struct.unpack(">25I", raw[:100])
        header, width, height, line, colours = words[0], words[4], words[5], words[12], words[19]
        pixels = raw[header + 12 * colours :]
        QImage(pixels, width, height, line, QImage.Format.Format_RGB32).save(str(file))


@contextmanager
def open_screen(folder: Path) -> Iterator[Screen]:
    """A screen for as long as it is needed; `folder` holds its sockets and pixels."""
    runtime = folder / "runtime"
    runtime.mkdir(mode=0o700)
    log = folder / "screen.log"
    with ExitStack() as stack, log.open("wb") as out:

        def start(*argv: str, env: dict[str, str], reports: bool = False) -> str:
            """Start a part of the screen; the line it reports on its file descriptor 1."""
            process = subprocess.Popen(
                argv, env=env, stdout=subprocess.PIPE if reports else out, stderr=out
            )
            stack.callback(process.wait, 10)
            stack.callback(process.terminate)
            if process.stdout is None:
                return ""
            stack.callback(process.stdout.close)
            return process.stdout.readline().decode().strip()

        env = {**os.environ, "XDG_RUNTIME_DIR": str(runtime), "LANG": "C.UTF-8"}
        for name in ("SSH_AUTH_SOCK", "LANGUAGE", "LC_ALL", "WAYLAND_DISPLAY"):
            env.pop(name, None)
        size = f"{SIZE[0]}x{SIZE[1]}x24"
        options = ("-screen", "0", size, "-nolisten", "tcp", "-fbdir", str(folder))
        number = start("Xvfb", "-displayfd", "1", *options, env=env, reports=True)
        env["DISPLAY"] = f":{number}"
        env["DBUS_SESSION_BUS_ADDRESS"] = start(
            *("dbus-daemon", "--session", "--nofork", "--print-address"), env=env, reports=True
        )
        start("openbox", env=env)
        yield Screen(env, folder / "Xvfb_screen0")
