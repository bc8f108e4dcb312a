"""The theme: palette, fonts, icons and the style sheet. Nothing else knows a colour.

Delegates and widgets ask `theme()` when they paint, and repaint on `changed`. Sizes are logical
pixels at 100 % and are multiplied by the person's text scale here.
"""

from collections.abc import Mapping
from enum import StrEnum
from functools import lru_cache
from typing import Final

from PySide6.QtCore import QCoreApplication, QObject, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontDatabase,
    QGuiApplication,
    QIcon,
    QPalette,
    QPixmap,
)
from PySide6.QtWidgets import QApplication, QWidget

from otternauts_desktop import assets
from otternauts_desktop.ui.artwork import TintedIcon, draw
from otternauts_desktop.ui.status_marks import Mark
from otternauts_desktop.ui.stylesheet import style_sheet
from otternauts_desktop.ui.tokens import DARK, LIGHT

SMALLEST_SCALE: Final = 0.9
LARGEST_SCALE: Final = 1.5
_FONT_FILES: Final = (
    "Inter-Regular.ttf",
    "Inter-Medium.ttf",
    "Inter-SemiBold.ttf",
    "JetBrainsMono-Regular.ttf",
    "JetBrainsMono-SemiBold.ttf",
)
_ROLES: Final = (
    (QPalette.ColorRole.Window, "chrome"),
    (QPalette.ColorRole.Base, "well"),
    (QPalette.ColorRole.AlternateBase, "panel"),
    (QPalette.ColorRole.WindowText, "fg1"),
    (QPalette.ColorRole.Text, "fg1"),
    (QPalette.ColorRole.PlaceholderText, "fg3"),
    (QPalette.ColorRole.Button, "panel"),
    (QPalette.ColorRole.ButtonText, "fg1"),
    (QPalette.ColorRole.Highlight, "select"),
    (QPalette.ColorRole.HighlightedText, "fg1"),
    (QPalette.ColorRole.Link, "accent"),
    (QPalette.ColorRole.LinkVisited, "accent"),
    (QPalette.ColorRole.Accent, "accent"),
    (QPalette.ColorRole.BrightText, "bad"),
    (QPalette.ColorRole.ToolTipBase, "raised"),
    (QPalette.ColorRole.ToolTipText, "fg1"),
    (QPalette.ColorRole.Light, "raised"),
    (QPalette.ColorRole.Midlight, "raised"),
    (QPalette.ColorRole.Mid, "line"),
    (QPalette.ColorRole.Dark, "line"),
    (QPalette.ColorRole.Shadow, "chrome"),
)
_DISABLED_TEXT: Final = (
    QPalette.ColorRole.WindowText,
    QPalette.ColorRole.Text,
    QPalette.ColorRole.ButtonText,
    QPalette.ColorRole.HighlightedText,
)


class Mode(StrEnum):
    """Which palette: the system's choice, or a fixed one."""

    AUTO = "auto"
    LIGHT = "light"
    DARK = "dark"


class Theme(QObject):
    """Colours by token, fonts by role, icons by name. `changed` says: ask again and repaint."""

    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._mode = Mode.AUTO
        self._scale = 1.0
        self._app: QApplication | None = None
        self._system_dark = False
        self._tokens: Mapping[str, str] = LIGHT
        self._colours: dict[str, QColor] = {}
        self._pictures: dict[tuple[str, int, int, str, float], QPixmap] = {}
        self._fonts: dict[tuple[str, int, int, bool], QFont] = {}

    # -- choosing ----------------------------------------------------------------------------

    @property
    def mode(self) -> Mode:
        """What the person chose."""
        return self._mode

    @property
    def dark(self) -> bool:
        """Whether the dark palette is in force."""
        return self._tokens is DARK

    @property
    def scale(self) -> float:
        """The person's text scale, 0.9 to 1.5."""
        return self._scale

    def apply(self, app: QApplication) -> None:
        """Dress the whole application; from then on it follows the system where that is chosen."""
        hints = app.styleHints()
        self._system_dark = hints.colorScheme() is Qt.ColorScheme.Dark
        if self._app is None:
            hints.colorSchemeChanged.connect(self._follow_system)
        self._app = app
        _load_fonts()
        app.setStyle("Fusion")
        app.setFont(self.ui_font())
        self._dress()

    def set_mode(self, mode: Mode) -> None:
        """Switch to a palette, at once and everywhere."""
        if mode is not self._mode:
            self._mode = mode
            self._dress()

    def set_scale(self, scale: float) -> None:
        """Make all text larger or smaller; `scale` is kept within 0.9 and 1.5."""
        scale = min(max(scale, SMALLEST_SCALE), LARGEST_SCALE)
        if scale != self._scale:
            self._scale = scale
            self._fonts.clear()
            if self._app is not None:
                self._app.setFont(self.ui_font())
            self._dress()

    # -- asking ------------------------------------------------------------------------------

    def hex(self, token: str) -> str:
        """A colour as `#RRGGBB`."""
        return self._tokens[token]

    def color(self, token: str) -> QColor:
        """A colour by its token."""
        colour = self._colours.get(token)
        if colour is None:
            colour = self._colours[token] = QColor(self._tokens[token])
        return colour

    def px(self, pixels: float) -> int:
        """A height that holds text, at the text scale."""
        return round(pixels * self._scale)

    def ui_font(self, size: int = 13, weight: QFont.Weight = QFont.Weight.Normal) -> QFont:
        """The font of the interface, `size` in pixels.

        Without tabular figures: Inter's widen the hyphen with them, and names are full of it.
        """
        return self._font("Inter", size, weight, italic=False)

    def mono(
        self,
        size: int = 13,
        weight: QFont.Weight = QFont.Weight.Normal,
        *,
        italic: bool = False,
    ) -> QFont:
        """The font of code and logs, without ligatures: `!=` reads as typed."""
        return self._font("JetBrains Mono", size, weight, italic=italic)

    def icon(self, name: str, token: str = "fg2") -> QIcon:
        """An icon of art/icons. Disabled and checked states are tinted by themselves."""
        return QIcon(TintedIcon(self._picture, f"icons/{name}", token))

    def pixmap(
        self, name: str, size: int = 16, token: str = "fg2", *, ratio: float | None = None
    ) -> QPixmap:
        """A picture of an icon, `size` logical pixels square."""
        return self._picture(f"icons/{name}", QSize(size, size), token, ratio or _screen_ratio())

    def mark(self, mark: Mark, size: int = 12, *, ratio: float | None = None) -> QPixmap:
        """A picture of a status mark."""
        return self.pixmap(mark.icon, size, mark.tone, ratio=ratio)

    def otto(self, name: str, height: int, *, ratio: float | None = None) -> QPixmap:
        """Otto: `face` or `wave`, `height` logical pixels high."""
        width = round(height * {"face": 1.0, "wave": 360 / 290}[name])
        return self._picture(f"otto-{name}", QSize(width, height), "fg1", ratio or _screen_ratio())

    # -- doing -------------------------------------------------------------------------------

    def _font(self, family: str, size: int, weight: QFont.Weight, *, italic: bool) -> QFont:
        key = (family, size, int(weight), italic)
        font = self._fonts.get(key)
        if font is None:
            font = QFont(family)
            font.setPixelSize(self.px(size))
            font.setWeight(weight)
            font.setItalic(italic)
            if family != "Inter":
                font.setStyleHint(QFont.StyleHint.Monospace)
                font.setFeature(QFont.Tag.fromString("calt"), 0)
            self._fonts[key] = font
        return font

    def _picture(self, name: str, size: QSize, token: str, ratio: float) -> QPixmap:
        key = (name, size.width(), size.height(), token, ratio)
        picture = self._pictures.get(key)
        if picture is None:
            picture = self._pictures[key] = draw(
                name, size, ratio=ratio, colours=self._tokens, current=self._tokens[token]
            )
        return picture

    def _follow_system(self, scheme: Qt.ColorScheme) -> None:
        self._system_dark = scheme is Qt.ColorScheme.Dark
        self._dress()

    def _dress(self) -> None:
        dark = self._mode is Mode.DARK or (self._mode is Mode.AUTO and self._system_dark)
        self._tokens = DARK if dark else LIGHT
        self._colours.clear()
        self._pictures.clear()
        if self._app is not None:
            self._app.setPalette(self._palette())
            self._app.setStyleSheet(style_sheet(self._tokens, self._scale))
        self.changed.emit()

    def _palette(self) -> QPalette:
        palette = QPalette()
        for role, token in _ROLES:
            palette.setColor(role, self.color(token))
        for role in _DISABLED_TEXT:
            palette.setColor(QPalette.ColorGroup.Disabled, role, self.color("disabled"))
        palette.setColor(
            QPalette.ColorGroup.Inactive, QPalette.ColorRole.Highlight, self.color("selectin")
        )
        return palette


_the_theme: Theme | None = None


def theme() -> Theme:
    """The one theme of the program. A QApplication must exist."""
    global _the_theme
    if _the_theme is None:
        app = QCoreApplication.instance()
        assert app is not None, "the theme needs an application"
        _the_theme = Theme()
    return _the_theme


def restyle(widget: QWidget) -> None:
    """Let the style sheet look at a widget anew after one of its properties changed."""
    style = widget.style()
    style.unpolish(widget)
    style.polish(widget)


@lru_cache(maxsize=1)
def _load_fonts() -> None:
    # One that can't be loaded leaves the system's own font: nothing is lost but looks.
    for name in _FONT_FILES:
        QFontDatabase.addApplicationFont(str(assets.path(f"fonts/{name}")))


def _screen_ratio() -> float:
    screen = QGuiApplication.primaryScreen()
    return screen.devicePixelRatio() if screen else 1.0
