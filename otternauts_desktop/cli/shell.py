"""`otternauts shell`: a shell on an outpost or in a task's container, over our own connection."""

import asyncio
import contextlib
import os
import sys
import threading
from argparse import Namespace
from collections.abc import Iterator
from typing import Final

from otternauts_desktop.app import MissionControl
from otternauts_desktop.cli.clusters import chosen_cluster
from otternauts_desktop.cli.output import Output
from otternauts_desktop.core.swarm.targets import read_target
from otternauts_desktop.services.ssh import Screen, Terminal

_LOOK_SECONDS: Final = 0.3
"""So often the window's size is looked at: that works wherever there are terminals."""
_READ_SIZE: Final = 65_536
_SIGNALLED: Final = 128 + 15
"""What a shell says of a program that a signal has ended; which one is not told."""


async def shell(control: MissionControl, arguments: Namespace, output: Output) -> int:
    """Be at the other end until it ends; gives its exit code."""
    cluster_id = chosen_cluster(control, arguments.cluster).id
    snapshot = await control.telemetry.refresh(cluster_id)
    names = [outpost.name for outpost in control.outposts.outposts(cluster_id)]
    target = read_target(arguments.target, snapshot, names)
    screen = None
    if sys.stdin.isatty():
        size = _size()
        screen = Screen(os.environ.get("TERM") or "xterm-256color", size.columns, size.lines)
    terminal = await control.shells.open(cluster_id, target, screen)
    try:
        with raw_console() if screen else contextlib.nullcontext():
            return await _attended(terminal, screen)
    finally:
        terminal.close()


async def _attended(terminal: Terminal, screen: Screen | None) -> int:
    """Carry what is typed there and what is shown back; gives the exit code."""
    _type(terminal)
    sizes = asyncio.create_task(_follow_size(terminal, screen)) if screen else None
    try:
        while data := await terminal.read():
            sys.stdout.buffer.write(data)
            sys.stdout.buffer.flush()
        status = await terminal.ended()
    finally:
        if sizes is not None:
            sizes.cancel()
    return status if status >= 0 else _SIGNALLED


def _type(terminal: Terminal) -> None:
    """Send what is typed, from a thread that ends with the program: a read can't be called off."""
    loop, fd = asyncio.get_running_loop(), sys.stdin.fileno()

    def read() -> None:
        while True:
            try:
                data = os.read(fd, _READ_SIZE)
            except OSError:  # the terminal has gone
                data = b""
            with contextlib.suppress(RuntimeError):  # the loop has ended meanwhile
                loop.call_soon_threadsafe(terminal.write, data)
            if not data:
                return

    threading.Thread(target=read, name="typed", daemon=True).start()


async def _follow_size(terminal: Terminal, screen: Screen) -> None:
    known = (screen.columns, screen.rows)
    while True:
        await asyncio.sleep(_LOOK_SECONDS)
        size = _size()
        if (size.columns, size.lines) != known:
            known = (size.columns, size.lines)
            terminal.resize(*known)


def _size() -> os.terminal_size:
    """Of the terminal itself: COLUMNS and LINES may be those of another one."""
    try:
        return os.get_terminal_size(sys.stdin.fileno())
    except OSError:
        return os.terminal_size((80, 24))


@contextlib.contextmanager
def raw_console() -> Iterator[None]:
    """Every key goes over there as it is pressed, Ctrl+C too; the console is as before after."""
    if sys.platform == "win32":
        import ctypes

        # Input: virtual terminal sequences alone. Output: they are understood.
        kernel = ctypes.windll.kernel32
        kept = []
        for number, mode in ((-10, 0x0200), (-11, 0x0001 | 0x0004)):
            handle, before = kernel.GetStdHandle(number), ctypes.c_ulong()
            kernel.GetConsoleMode(handle, ctypes.byref(before))
            kept.append((handle, before.value))
            kernel.SetConsoleMode(handle, mode)
        try:
            yield
        finally:
            for handle, mode in kept:
                kernel.SetConsoleMode(handle, mode)
    else:
        import termios
        import tty

        fd = sys.stdin.fileno()
        before = termios.tcgetattr(fd)
        tty.setraw(fd)
        try:
            yield
        finally:
            termios.tcsetattr(fd, termios.TCSADRAIN, before)
