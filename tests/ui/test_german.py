"""The window in German: all is said, and can be read to its end, in a small window, too."""

from collections.abc import Iterator
from gettext import NullTranslations
from pathlib import Path

import pytest
from PySide6.QtCore import QLocale, QTranslator
from PySide6.QtWidgets import QApplication

from otternauts_desktop.core.fleet.flight_plan import Reading
from otternauts_desktop.core.swarm.cluster import Login
from otternauts_desktop.core.words import speak, tr
from otternauts_desktop.ui.dialogs.compare_fingerprints import CompareFingerprints
from otternauts_desktop.ui.dialogs.confirm_launch import ConfirmLaunch
from otternauts_desktop.ui.dialogs.ssh_hosts import SshHosts
from otternauts_desktop.ui.dialogs.variables import VariablesDialog
from otternauts_desktop.ui.labels import Label
from otternauts_desktop.ui.language import take_up
from tests.screenshots.scenes import EMPTY, SCENES
from tests.screenshots.stage import stage
from tests.ui.clipping import clipped, windows


@pytest.fixture(autouse=True)
def german(qapp: QApplication, dressed: None) -> Iterator[None]:
    take_up(qapp, "de")
    yield
    speak(NullTranslations())
    QLocale.setDefault(QLocale("en_US"))
    for translator in qapp.findChildren(QTranslator):
        qapp.removeTranslator(translator)
        translator.deleteLater()


@pytest.mark.parametrize("scene", [*EMPTY, *SCENES])
async def test_nothing_is_cut_off(scene: str, tmp_path: Path) -> None:
    async with stage(tmp_path, empty=scene in EMPTY) as set_up:
        set_up.window.resize(1024, 700)
        await {**EMPTY, **SCENES}[scene](set_up)
        await set_up.settle()
        assert [text for window in windows() for text in clipped(window)] == []
        set_up.window.resize(1440, 900)
        await set_up.settle(0.1)
        assert [text for window in windows() for text in clipped(window)] == []


def test_nothing_is_cut_off_in_other_dialogs(qapp: QApplication) -> None:
    for dialog in (
        CompareFingerprints("vega-1", "SHA256:" + 43 * "a"),
        ConfirmLaunch("shop", "acme", Reading((), ("A",), ("A",)), {}),
        SshHosts(()),
        SshHosts((Login("203.0.113.1", "deploy"),)),
        VariablesDialog(("API_KEY", "DB_PASSWORD"), ("API_KEY",), {}),
    ):
        dialog.show()
        qapp.processEvents()
        assert clipped(dialog) == []
        dialog.deleteLater()


def test_a_text_with_too_little_room_is_found(qapp: QApplication) -> None:
    words = Label(tr("Nothing moves unless its state changes."))
    words.setFixedWidth(words.sizeHint().width() - 4)
    words.show()
    assert clipped(words) == ["NoneType/Label: " + words.text()]
    words.setFixedWidth(words.sizeHint().width())
    assert clipped(words) == []
    words.deleteLater()
