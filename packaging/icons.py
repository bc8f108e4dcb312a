"""Draws the program's icon in every size and format that a package needs, into a folder.

Usage: python packaging/icons.py FOLDER
"""

import os
import sys
from pathlib import Path

from PIL import Image

os.environ["QT_QPA_PLATFORM"] = "offscreen"

from PySide6.QtCore import QSize
from PySide6.QtGui import QGuiApplication

from otternauts_desktop import assets
from otternauts_desktop.ui.artwork import draw, tinted
from otternauts_desktop.ui.tokens import DARK

DRAWING = "otto-face"
SIZES = (16, 22, 24, 32, 48, 64, 128, 256, 512)


def main(folder: Path) -> None:
    """Write `<size>.png`, `otternauts.svg`, `.ico` (Windows) and `.icns` (macOS)."""
    app = QGuiApplication([])
    folder.mkdir(parents=True, exist_ok=True)
    source = assets.path("art", f"{DRAWING}.svg").read_text("utf-8")
    (folder / "otternauts.svg").write_text(tinted(source, DARK, ""), "utf-8")
    for size in SIZES:
        picture = draw(DRAWING, QSize(size, size), ratio=1, colours=DARK, current="")
        if not picture.save(str(folder / f"{size}.png")):
            raise SystemExit(f"{folder / f'{size}.png'} can't be written.")
    del app
    pictures = {size: Image.open(folder / f"{size}.png") for size in SIZES}
    others = [picture for size, picture in pictures.items() if size <= 256]
    pictures[256].save(folder / "otternauts.ico", append_images=others)
    pictures[512].save(folder / "otternauts.icns", append_images=list(pictures.values()))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
