"""Tests of widgets: coroutines run on the program's own loop, under Qt."""

import asyncio
import inspect
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QLocale
from PySide6.QtWidgets import QApplication

from otternauts_desktop.services import vault
from otternauts_desktop.ui.event_loop import OneTimerLoop
from otternauts_desktop.ui.theme import Mode, theme
from tests.coroutines import bounded


@pytest.fixture(autouse=True)
def dressed(qapp: QApplication) -> Iterator[None]:
    """Every test starts in the same clothes, and counts in the same way."""
    QLocale.setDefault(QLocale("en_US"))
    theme().apply(qapp)
    theme().set_mode(Mode.DARK)
    theme().set_scale(1.0)
    qapp.setQuitOnLastWindowClosed(False)
    yield


@pytest.fixture
def without_keyring(monkeypatch: pytest.MonkeyPatch) -> None:
    """The system has no keyring, whatever this machine has."""
    monkeypatch.setattr(vault, "_trusted_backend", lambda: None)
    monkeypatch.delenv(vault.ENVIRONMENT, raising=False)


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> bool | None:
    """Run a coroutine test on Qt's loop, with a limit of 30 s or what `seconds` says."""
    if not inspect.iscoroutinefunction(pyfuncitem.obj):
        return None
    app = QApplication.instance()
    assert isinstance(app, QApplication)
    loop = OneTimerLoop(app)
    asyncio.set_event_loop(loop)
    try:
        with loop:
            loop.run_until_complete(bounded(pyfuncitem, 60))
    finally:
        asyncio.set_event_loop(None)
    return True
