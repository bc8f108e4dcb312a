"""What everyone must be able to see and hear: contrast, names, both palettes, text scale."""

import pytest
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QApplication,
    QLineEdit,
    QPlainTextEdit,
    QTabBar,
    QWidget,
)

from otternauts_desktop.core.errors import PassphraseNeeded
from otternauts_desktop.core.fleet.flight_plan import Reading
from otternauts_desktop.ui.cluster_page import ClusterPage
from otternauts_desktop.ui.command_log_panel import CommandLogPanel
from otternauts_desktop.ui.dialogs.about import About, libraries
from otternauts_desktop.ui.dialogs.add_outpost import AddOutpost
from otternauts_desktop.ui.dialogs.confirm import Confirm
from otternauts_desktop.ui.dialogs.confirm_launch import ConfirmLaunch
from otternauts_desktop.ui.dialogs.key_passphrase import KeyPassphrase
from otternauts_desktop.ui.dialogs.new_fleet import NewFleet
from otternauts_desktop.ui.dialogs.open_vault import OpenVault
from otternauts_desktop.ui.dialogs.settings import SettingsDialog
from otternauts_desktop.ui.dialogs.ssh_hosts import SshHosts
from otternauts_desktop.ui.dialogs.variables import VariablesDialog
from otternauts_desktop.ui.fleet_page import FleetPage
from otternauts_desktop.ui.log_console import LogConsole
from otternauts_desktop.ui.main_window import MainWindow
from otternauts_desktop.ui.outpost_page import OutpostPage
from otternauts_desktop.ui.service_page import ServicePage
from otternauts_desktop.ui.theme import Mode, theme
from otternauts_desktop.ui.tokens import DARK, LIGHT

TEXTS = ("fg1", "fg2", "fg3", "accent", "ok", "warn", "bad", "idle", "key", "str", "num", "var")
SURFACES = ("chrome", "nav", "page", "panel", "raised", "well", "hover", "select")


def luminance(colour: str) -> float:
    """WCAG 2.1, relative luminance."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("tokens", [DARK, LIGHT], ids=["dark", "light"])
def test_text_can_be_read_on_every_surface(tokens: dict[str, str]) -> None:
    for text in (*TEXTS, "com", "r1", "r2", "r3", "r4", "r5", "r6"):
        for surface in SURFACES:
            assert contrast(tokens[text], tokens[surface]) >= 4.5, (text, surface)
    for text, tint in (
        ("ok", "okbg"),
        ("warn", "warnbg"),
        ("bad", "badbg"),
        ("accent", "accentbg"),
    ):
        assert contrast(tokens[text], tokens[tint]) >= 4.5, tint
    assert contrast(tokens["onaccent"], tokens["accent"]) >= 4.5


def everything() -> list[QWidget]:
    return [
        MainWindow(),
        ClusterPage(),
        OutpostPage(),
        ServicePage(),
        FleetPage(),
        LogConsole(),
        CommandLogPanel(lambda entry: entry.command),
        AddOutpost(),
        About("1.0"),
        SettingsDialog("/home/otto/.otternauts", ""),
        Confirm("Sure?", "It stops.", "Stop"),
        ConfirmLaunch("shop", "acme", Reading((), ("A",), ("A",)), {}),
        NewFleet(frozenset()),
        SshHosts(()),
        OpenVault(new=True),
        KeyPassphrase(PassphraseNeeded(detail="It is protected.", key="id_ed25519")),
        VariablesDialog(("A", "B"), ("A",), {}),
    ]


def test_every_control_has_a_name(qapp: QApplication) -> None:
    controls = (QAbstractButton, QAbstractItemView, QLineEdit, QPlainTextEdit, QTabBar)
    silent = []
    for widget in everything():
        for control in widget.findChildren(QWidget):
            if not isinstance(control, controls) or control.objectName().startswith("qt_"):
                continue
            text = control.text() if isinstance(control, QAbstractButton) else ""
            if not (control.accessibleName() or text):
                silent.append((type(widget).__name__, type(control).__name__))
    # Qt's own clear button of a line is named by Qt's accessibility itself.
    assert [entry for entry in silent if "QToolButton" not in entry] == []


@pytest.mark.parametrize("mode", [Mode.DARK, Mode.LIGHT])
@pytest.mark.parametrize("scale", [0.9, 1.5])
def test_everything_is_painted_in_both_palettes_and_sizes(
    qapp: QApplication, mode: Mode, scale: float
) -> None:
    theme().set_mode(mode)
    theme().set_scale(scale)
    for widget in everything():
        widget.resize(1024, 680)
        assert not widget.grab().isNull()
        widget.deleteLater()


def test_the_palette_is_switched_live(qapp: QApplication) -> None:
    window = MainWindow()
    window.resize(1024, 700)
    dark = window.grab().toImage().pixelColor(8, 300)
    theme().set_mode(Mode.LIGHT)
    light = window.grab().toImage().pixelColor(8, 300)
    assert dark.name().upper() == DARK["page"]
    assert light.name().upper() == LIGHT["page"]


def test_the_libraries_are_named_with_their_licences() -> None:
    known = {name: licence for name, _version, licence in libraries()}
    assert {"asyncssh", "PySide6_Essentials", "SQLAlchemy", "qasync", "Inter"} <= set(known)
    assert "pytest" not in known
    assert all(known.values()), known
