"""Icons, status marks and Otto: SVG from resources/art, tinted by the palette in force.

The drawings name colours by token (`var(--accent)`) or leave them open (`currentColor`). What is
rendered is kept per drawing, colours, size and pixel ratio, so painting costs a look-up.
"""

import re
from collections.abc import Callable, Mapping
from functools import lru_cache

from PySide6.QtCore import QByteArray, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QIcon, QIconEngine, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from otternauts_desktop import assets

_OWN_NAME = re.compile(r"--(\w+):var\(--(\w+)\)")
_NAMED = re.compile(r"var\(--(\w+)\)")


def tinted(svg: str, colours: Mapping[str, str], current: str) -> str:
    """`svg` with every colour name replaced: tokens from `colours`, the open one by `current`."""
    own = dict(_OWN_NAME.findall(svg))
    named = _NAMED.sub(lambda m: colours[str(own.get(m[1], m[1]))], svg)
    return named.replace("currentColor", current)


@lru_cache(maxsize=128)
def _source(name: str) -> str:
    return assets.path(f"art/{name}.svg").read_text(encoding="utf-8")


def draw(
    name: str, size: QSize, *, ratio: float, colours: Mapping[str, str], current: str
) -> QPixmap:
    """Render `art/<name>.svg` into `size` logical pixels at a device pixel `ratio`."""
    renderer = QSvgRenderer(QByteArray(tinted(_source(name), colours, current).encode()))
    pixmap = QPixmap(size * ratio)
    pixmap.fill(Qt.GlobalColor.transparent)
    fitted = QRectF(0, 0, pixmap.width(), pixmap.height())
    natural = renderer.defaultSize()
    if natural.width() * size.height() != natural.height() * size.width():
        shrunk = natural.scaled(pixmap.size(), Qt.AspectRatioMode.KeepAspectRatio)
        fitted = QRectF(
            (pixmap.width() - shrunk.width()) / 2,
            (pixmap.height() - shrunk.height()) / 2,
            shrunk.width(),
            shrunk.height(),
        )
    painter = QPainter(pixmap)
    renderer.render(painter, fitted)
    painter.end()
    pixmap.setDevicePixelRatio(ratio)
    return pixmap


class TintedIcon(QIconEngine):
    """An icon that asks for its picture when it is painted, so a new palette shows at once."""

    Picture = Callable[[str, QSize, str, float], QPixmap]

    def __init__(self, picture: Picture, name: str, token: str) -> None:
        super().__init__()
        self._picture = picture
        self._name = name
        self._token = token

    def _token_for(self, mode: QIcon.Mode, state: QIcon.State) -> str:
        if mode is QIcon.Mode.Disabled:
            return "disabled"
        return "accent" if state is QIcon.State.On else self._token

    def paint(self, painter: QPainter, rect: QRect, mode: QIcon.Mode, state: QIcon.State) -> None:
        ratio = painter.device().devicePixelRatio()
        painter.drawPixmap(
            rect, self._picture(self._name, rect.size(), self._token_for(mode, state), ratio)
        )

    def pixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State) -> QPixmap:
        return self._picture(self._name, size, self._token_for(mode, state), 1.0)

    def scaledPixmap(
        self, size: QSize, mode: QIcon.Mode, state: QIcon.State, scale: float
    ) -> QPixmap:
        # `size` is in device pixels here.
        logical = QSize(round(size.width() / scale), round(size.height() / scale))
        return self._picture(self._name, logical, self._token_for(mode, state), scale)

    def clone(self) -> QIconEngine:
        return TintedIcon(self._picture, self._name, self._token)
