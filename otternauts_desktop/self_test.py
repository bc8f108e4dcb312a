"""`otternauts self-test`: whether this installation can do on this machine what it is for.

Each part is tried for real, in a temporary data directory: neither the person's own data nor the
network is touched, and the one entry that is written into the system's keyring is removed again.
"""

import asyncio
import json
import os
import platform
import secrets
import subprocess
import sys
import tempfile
import time
from argparse import Namespace
from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass
from gettext import GNUTranslations
from pathlib import Path
from typing import Final
from xml.etree import ElementTree

from otternauts_desktop import __version__, assets
from otternauts_desktop.app import MissionControl, open_mission_control
from otternauts_desktop.cli.main import KNOWN_ERROR, bug_report
from otternauts_desktop.cli.output import Output
from otternauts_desktop.cli.parser import SELF_TESTS
from otternauts_desktop.core.errors import KnownError
from otternauts_desktop.core.fleet.compose import parse
from otternauts_desktop.core.flight.progress import LaunchState
from otternauts_desktop.core.secret import Secret
from otternauts_desktop.services.messenger import Message, send
from otternauts_desktop.services.store.database import open_database
from otternauts_desktop.services.store.home import DATABASE
from otternauts_desktop.services.store.migrations import MIGRATIONS
from otternauts_desktop.services.vault import Vault

WINDOW: Final = "window"
_LAUNCH_SECONDS: Final = 60.0
_WINDOW_SECONDS: Final = 60.0
_FEWEST_COLOURS: Final = 8
"""In the picture of a window that was painted; one that was not has a single one."""


class Failed(Exception):
    """A part does not do what it should; the message says what was seen instead."""


@dataclass(frozen=True, slots=True)
class Checked:
    """The outcome of one part."""

    name: str
    ok: bool
    detail: str
    """What was done, or why it failed."""
    seconds: float


Check = Callable[[Path], Awaitable[str]]
"""Tries a part in a directory of its own and tells what was done. Raises where it fails."""


def run(arguments: Namespace) -> int:
    """Try all parts, or `arguments.only` one; gives the exit code: 1 where a part fails."""
    output = Output(as_json=arguments.json)
    checks = {arguments.only: _CHECKS[arguments.only]} if arguments.only else _CHECKS
    here = bool(arguments.only)  # else Qt, which ends the process where it finds no screen
    done: list[Checked] = []
    with tempfile.TemporaryDirectory(prefix="otternauts-self-test-") as folder:
        for name, check in checks.items():
            if name == WINDOW and not here:
                check = _window_by_itself
            home = Path(folder) / name
            home.mkdir(mode=0o700)
            done.append(_checked(name, check, home))
            if not output.as_json:
                output.line(_words(done[-1]))
    ok = all(checked.ok for checked in done)
    if output.as_json:
        system = f"{platform.platform()}, Python {platform.python_version()}"
        checked = [asdict(one) for one in done]
        document = {"version": __version__, "system": system, "ok": ok, "checks": checked}
        output.result(document, "")
    return 0 if ok else KNOWN_ERROR


def _checked(name: str, check: Check, home: Path) -> Checked:
    """Whatever a check raises is its finding."""
    began = time.monotonic()
    ok = False
    try:
        detail = asyncio.run(_awaited(check, home))
        ok = True
    except Failed as failure:
        detail = str(failure)
    except KnownError as error:
        detail = error.text()
    except Exception as error:
        detail = bug_report(error)
    return Checked(name, ok, detail, round(time.monotonic() - began, 2))


async def _awaited(check: Check, home: Path) -> str:
    return await check(home)


def _words(checked: Checked) -> str:
    verdict = "ok    " if checked.ok else "FAILED"
    return f"{verdict}  {checked.name:<9}  {checked.detail} ({checked.seconds:.1f} s)"


# -- the parts --------------------------------------------------------------------------------


async def _keyring(home: Path) -> str:
    """The place where secrets are kept takes one, gives it back, and forgets it."""
    vault = Vault(home)
    place = await vault.place()
    if place == "locked":
        await vault.unlock(Secret(secrets.token_hex(16)))
    name, value = f"self-test-{secrets.token_hex(8)}", secrets.token_hex(16)
    await vault.put(name, Secret(value))
    try:
        if (await vault.get(name)).reveal() != value:
            raise Failed("What was kept came back changed.")
    finally:
        await vault.remove(name)
    if place == "keyring":
        return "a secret was kept in the system's keyring and removed"
    return "no keyring here: a secret was kept in an encrypted file"


async def _database(home: Path) -> str:
    """A database of the first version is migrated to the newest and is whole."""
    path = home / DATABASE
    open_database(path, migrations=MIGRATIONS[:1]).close()
    database = open_database(path)
    try:
        with database.reading() as connection:
            (verdict,) = connection.exec_driver_sql("PRAGMA integrity_check").one()
    finally:
        database.close()
    if verdict != "ok":
        raise Failed(f"SQLite says: {verdict}")
    return f"migrated from version 1 to {len(MIGRATIONS)}, integrity checked"


async def _ssh(home: Path) -> str:
    """The servers of the flight simulator are reached by SSH, their swarm is read."""
    async with open_mission_control(home) as control:
        cluster = await control.practice()
        snapshot = await control.telemetry.refresh(cluster.id)
        outposts = control.outposts.outposts(cluster.id)
        if len(snapshot.nodes) != len(outposts):
            raise Failed(f"{len(outposts)} servers have {len(snapshot.nodes)} nodes.")
        return f"{len(outposts)} simulated servers reached, {len(snapshot.services)} services read"


async def _launch(home: Path) -> str:
    """The sample fleet is launched in the flight simulator and flies."""
    async with open_mission_control(home) as control:
        return await _launched(control)


async def _launched(control: MissionControl) -> str:
    cluster = await control.practice()
    text = assets.path("samples", "hello.yml").read_text(encoding="utf-8")
    launch = await control.launches.launch(cluster.id, "hello", text, {}, timeout=_LAUNCH_SECONDS)
    ended = await control.launches.wait(launch)
    if ended.state is not LaunchState.CONVERGED:
        raise Failed(f"The launch ended as {ended.state.value}.")
    return f"{len(ended.vessels)} vessels launched in the flight simulator"


async def _messages(home: Path) -> str:
    """The process that sends alerts starts, and knows services. Nothing is sent."""
    known = []
    for url in ("slack://aaaaaaaaa/bbbbbbbbb/cccccccccccccccccccccccc", "ntfys://example.com/a"):
        known.append(await send(Secret(url), Message(), allow_local=False))
    return f"services are known: {', '.join(known)}"


async def _window(home: Path) -> str:
    """The window is built and painted, with its own fonts, in each language.

    On a machine without a screen it is painted into memory.
    """
    if sys.platform == "linux" and not os.environ.keys() & {"DISPLAY", "WAYLAND_DISPLAY"}:
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from PySide6.QtGui import QFontDatabase
    from PySide6.QtWidgets import QApplication

    from otternauts_desktop.ui.language import LANGUAGES, take_up
    from otternauts_desktop.ui.main_window import MainWindow
    from otternauts_desktop.ui.theme import theme

    app = QApplication(sys.argv[:1])
    theme().apply(app)
    for family in ("Inter", "JetBrains Mono"):
        if family not in QFontDatabase.families():
            raise Failed(f"The font {family} could not be loaded.")
    for language in LANGUAGES:
        take_up(app, language)
        window = MainWindow()
        window.show()
        app.processEvents()
        picture = window.grab().toImage()
        window.hide()
        window.deleteLater()
        across, down = range(0, picture.width(), 4), range(0, picture.height(), 4)
        colours = {picture.pixel(x, y) for x in across for y in down}
        if len(colours) < _FEWEST_COLOURS:
            raise Failed("The window stays empty.")
    size = f"{picture.width()}x{picture.height()}"
    return f"painted at {size} on Qt's platform {app.platformName()}, {len(LANGUAGES)} languages"


async def _window_by_itself(home: Path) -> str:
    """`_window` in a process of its own."""
    frozen = hasattr(sys, "frozen")
    program = [sys.executable] if frozen else [sys.executable, "-m", "otternauts_desktop"]
    try:
        done = await asyncio.to_thread(
            subprocess.run,
            [*program, "--json", "self-test", "--only", WINDOW],
            capture_output=True,
            text=True,
            timeout=_WINDOW_SECONDS,
            # Where Qt ends it at once, what it leaves is removed with our own folder.
            env={**os.environ, **dict.fromkeys(("TMPDIR", "TEMP", "TMP"), str(home))},
        )
    except subprocess.TimeoutExpired:
        raise Failed(f"It was not painted within {_WINDOW_SECONDS:.0f} s.") from None
    if done.returncode not in (0, KNOWN_ERROR) or not done.stdout:
        said = done.stderr.strip() or "nothing more is known"
        raise Failed(f"Qt ended the process (exit {done.returncode}): {said}")
    (checked,) = json.loads(done.stdout)["checks"]
    if not checked["ok"]:
        raise Failed(checked["detail"])
    return str(checked["detail"])


async def _resources(home: Path) -> str:
    """The files that come with the program are all there and can be read."""
    drawings = sorted(assets.root().glob("art/**/*.svg"))
    fonts = sorted(assets.root().glob("fonts/*.ttf"))
    texts = sorted(assets.root().glob("locale/*/LC_MESSAGES/otternauts.mo"))
    fleets = sorted([*assets.root().glob("samples/*.yml"), *assets.root().glob("examples/*.yml")])
    guide = [name for name, text in assets.guide().items() if text.startswith("# ")]
    for kind, found in zip(
        ("drawings", "fonts", "translations", "sample fleets", "pages of the guide"),
        (drawings, fonts, texts, fleets, guide),
        strict=True,
    ):
        if not found:
            raise Failed(f"There are no {kind} in {assets.root()}.")
    for drawing in drawings:
        ElementTree.parse(drawing)  # noqa: S314 - our own file
    for text in texts:
        with text.open("rb") as file:
            GNUTranslations(file)
    for fleet in fleets:
        parse(fleet.read_text(encoding="utf-8"))
    return (
        f"{len(drawings)} drawings, {len(fonts)} fonts, {len(texts)} translation, "
        f"{len(fleets)} sample fleets, {len(guide)} pages of the guide"
    )


_CHECKS: Final = dict(
    zip(
        SELF_TESTS,
        (_resources, _keyring, _database, _ssh, _launch, _messages, _window),
        strict=True,
    )
)
