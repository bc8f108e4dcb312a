"""The window's way in. The frame is shown before the heavy libraries are imported."""

import asyncio
import faulthandler
import logging
import platform
import sys
import traceback
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from types import ModuleType, TracebackType
from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import QObject, SignalInstance, qVersion
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication

from otternauts_desktop import __version__
from otternauts_desktop.core.errors import KnownError
from otternauts_desktop.core.kept_errors import HomeInUse
from otternauts_desktop.core.words import tr
from otternauts_desktop.services.store.home import default_home, keep_language, kept_language
from otternauts_desktop.ui.language import meant, take_up
from otternauts_desktop.ui.main_window import MainWindow
from otternauts_desktop.ui.theme import theme

if TYPE_CHECKING:
    from otternauts_desktop.app import MissionControl
    from otternauts_desktop.services.backup_files import Contents
    from otternauts_desktop.services.backups import Backups
    from otternauts_desktop.ui.crew import Crew

_log = logging.getLogger(__name__)

SWITCH_SECONDS: Final = 0.0002
"""So long the window waits at most, each time, for a thread that computes."""


def run(*, home: str | None, simulate: bool, link: str = "") -> int:
    """Open the window and stay until it is closed; gives the exit code.

    `link` is what was given as an `otternauts://` link: it may come from anybody.
    """
    faulthandler.enable()
    sys.setswitchinterval(SWITCH_SECONDS)
    logging.basicConfig(level=logging.WARNING)
    app = QApplication.instance() or QApplication(sys.argv[:1])
    assert isinstance(app, QApplication)
    app.setApplicationName("otternauts")
    app.setApplicationDisplayName("Otternauts")
    QGuiApplication.setDesktopFileName("otternauts")
    # Or the loop would stop under coroutines that still wait.
    app.setQuitOnLastWindowClosed(False)
    where = Path(home).expanduser() if home else default_home()
    if link and _other_came_forward(where, link):
        return 0
    take_up(app, meant(kept_language(where)))
    theme().apply(app)
    window = MainWindow()
    sys.excepthook = _Excepthook(window)
    window.show()
    app.processEvents()  # the first picture, before what it does not need is imported
    from otternauts_desktop.ui.event_loop import OneTimerLoop

    loop = OneTimerLoop(app)
    asyncio.set_event_loop(loop)
    loop.set_exception_handler(_unheard)
    # qasync would start ten threads of its own at once.
    loop.set_default_executor(ThreadPoolExecutor(4))
    with loop:
        end = loop.run_until_complete(main(window, where, simulate=simulate, link=link))
        while isinstance(end, Restored):
            window = MainWindow()
            sys.excepthook = _Excepthook(window)
            window.show()
            end = loop.run_until_complete(main(window, where, simulate=False, after=end))
    return end


@dataclass(frozen=True)
class Restored:
    """The person left for a backup to be restored: the window opens again."""

    error: KnownError | None
    """Why it was not."""


async def main(
    window: MainWindow,
    home: Path,
    *,
    simulate: bool,
    link: str = "",
    after: Restored | None = None,
) -> "int | Restored":
    """Open the services, seat the crew, and wait until the person leaves."""
    left = asyncio.Event()
    window.closing.connect(left.set)
    opened = False
    early = _Early(window)
    try:
        # In a thread: a second of imports must not freeze the window that is already there.
        app_module = await asyncio.to_thread(_import_app)
        from otternauts_desktop.services.store.lock import HomeLock

        with HomeLock(home):
            async with app_module.open_mission_control(home) as control:
                from otternauts_desktop.ui.desk import Desk
                from otternauts_desktop.ui.single_instance import FirstInstance

                opened = True
                window.closing.disconnect(left.set)
                desk = Desk(window, crew_of(control), left.set)
                first = FirstInstance(home, window.come_to_front, desk.help.links.open, window)
                control.gauges.start()
                control.gauge_history.start()
                app_module.settle()
                early.hand_over()
                if simulate:
                    desk.tasks.start(desk.simulate(), key="sim")
                if link:
                    desk.help.links.open(link)
                if after is not None:
                    _tell(window, after)
                await left.wait()
                first.close()
                await desk.close()
            if desk.backups.wanted is not None:
                return await _restored(control.backups, desk.backups.wanted)
    except KnownError as error:
        if opened:
            raise
        if isinstance(error, HomeInUse) and _other_came_forward(home):
            return 0
        # Nothing was opened, so nothing can be lost: say it, and stay until it was read.
        window.notice.show_error(error)
        await left.wait()
        return 1
    finally:
        window.leave()
    return 0


async def _restored(backups: "Backups", contents: "Contents") -> Restored:
    try:
        await backups.restore(contents)
    except KnownError as error:
        return Restored(error)
    return Restored(None)


def _tell(window: MainWindow, after: Restored) -> None:
    if after.error is not None:
        window.notice.show_error(after.error)
    else:
        window.toast.say(tr("The backup is restored. What was there before is kept as a copy."))


class _Early:
    """Keeps what is asked for while nobody is there yet to do it: the second of the imports."""

    def __init__(self, window: MainWindow) -> None:
        self._asked: SignalInstance | None = None
        self._connections = [
            signal.connect(partial(self._keep, signal))
            for signal in (
                window.add_outpost_requested,
                window.import_requested,
                window.simulator_requested,
            )
        ]

    def hand_over(self) -> None:
        """Now there is: ask again for the last of it."""
        for connection in self._connections:
            QObject.disconnect(connection)
        if self._asked is not None:
            self._asked.emit()

    def _keep(self, signal: SignalInstance) -> None:
        self._asked = signal


def _other_came_forward(home: Path, link: str = "") -> bool:
    from otternauts_desktop.ui.single_instance import bring_to_front

    return bring_to_front(home, link)


def crew_of(control: "MissionControl") -> "Crew":
    """What of mission control the window talks to."""
    from otternauts_desktop.ui.crew import Crew

    return Crew(
        facts=control.bus,
        alerts=control.alerts,
        courier=control.courier,
        outposts=control.outposts,
        keys=control.keys,
        telemetry=control.telemetry,
        gauges=control.gauges,
        gauge_history=control.gauge_history,
        launches=control.launches,
        jobs=control.jobs,
        membership=control.membership,
        onboarding=control.onboarding,
        preflight=control.preflight,
        doctor=control.doctor,
        ingress=control.ingress,
        evacuations=control.evacuations,
        rebalancing=control.rebalancing,
        cleaning=control.cleaning,
        forwards=control.forwards,
        shells=control.shells,
        rollbacks=control.rollbacks,
        registries=control.registries,
        registry_logins=control.registry_logins,
        transmissions=control.transmissions,
        backups=control.backups,
        values=control.values,
        value_uses=control.value_uses,
        command_log=control.command_log,
        settings=control.settings,
        updates=control.updates,
        practice=control.practice,
        home=str(control.home),
        kept_language=partial(kept_language, control.home),
        keep_language=partial(keep_language, control.home),
        version=__version__,
    )


def _import_app() -> ModuleType:
    from otternauts_desktop import app

    return app


class _Excepthook:
    """What no one caught is a bug: it is said in the window, without values, and logged."""

    def __init__(self, window: MainWindow) -> None:
        self._window = window

    def __call__(
        self, kind: type[BaseException], error: BaseException, trace: TracebackType | None
    ) -> None:
        if issubclass(kind, KeyboardInterrupt):
            self._window.closing.emit()
            return
        report = bug_report(kind, trace)
        _log.error("%s", report)
        self._window.notice.show_notice(
            "bad",
            tr("This is a bug in Otternauts."),
            report.splitlines()[-1].strip(),
            tr("What you did before is kept. The report holds no values: only where it happened."),
            action=tr("Copy report"),
            do=lambda: QGuiApplication.clipboard().setText(report),
        )


def bug_report(kind: type[BaseException], trace: TracebackType | None) -> str:
    """What is wrong and where, without the values at hand: those may be secret."""
    frames = traceback.extract_tb(trace)
    places = [f"  {Path(f.filename).name}:{f.lineno} in {f.name}" for f in frames]
    system = f"{platform.platform()}, Python {platform.python_version()}, Qt {qVersion()}"
    head = f"Otternauts {__version__} on {system}"
    return "\n".join([head, kind.__name__, *places])


def _unheard(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """An error in a callback or a task that nobody awaited."""
    error = context.get("exception")
    if isinstance(error, BaseException):
        sys.excepthook(type(error), error, error.__traceback__)
    else:
        _log.error("%s", context.get("message"))
