"""`make screenshots`: a picture of every screen, in both palettes.

The same clock, data, fonts and size each time, so that a picture changes where the window does.
For looking closer: `make screenshots ARGS="--size 1024x700 --scale 2 --out /tmp/looks launch"`.
"""

import argparse
import asyncio
import os
import sys
import tempfile
from collections import Counter
from pathlib import Path

from PIL import Image
from PySide6.QtGui import QImage

from otternauts_desktop.ui.tokens import DARK as TOKENS

FOLDER = Path(__file__).parents[2] / "docs" / "screenshots"


def main() -> int:
    """Draw the chosen scenes, all of them by default."""
    parser = argparse.ArgumentParser(prog="make screenshots ARGS=...", description=__doc__)
    parser.add_argument("scenes", nargs="*", help="names of scenes, default: all")
    parser.add_argument("--size", default="1440x900", help="of the window, in logical pixels")
    parser.add_argument("--scale", default="1", help="device pixels for a logical one")
    parser.add_argument("--text", type=float, default=1.0, help="text scale, 0.9 to 1.5")
    parser.add_argument("--theme", choices=("dark", "light", "both"), default="both")
    parser.add_argument("--language", default="en", help="that the window speaks: en or de")
    parser.add_argument("--out", type=Path, default=FOLDER)
    wanted = parser.parse_args()
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    os.environ["QT_SCALE_FACTOR"] = wanted.scale
    from tests.screenshots.stage import stop_the_clock

    stop_the_clock()
    asyncio.run(asyncio.sleep(0))  # asyncio's own imports see the real clock no more than we do
    return _draw(wanted)


def _draw(wanted: argparse.Namespace) -> int:
    from PySide6.QtWidgets import QApplication

    from otternauts_desktop.ui.event_loop import OneTimerLoop
    from otternauts_desktop.ui.language import take_up
    from otternauts_desktop.ui.theme import Mode, theme

    app = QApplication([])
    app.setQuitOnLastWindowClosed(False)
    app.setCursorFlashTime(0)
    take_up(app, wanted.language)
    theme().apply(app)
    theme().set_scale(wanted.text)
    width, height = map(int, wanted.size.split("x"))
    modes = [Mode.DARK, Mode.LIGHT] if wanted.theme == "both" else [Mode(wanted.theme)]
    wanted.out.mkdir(parents=True, exist_ok=True)
    loop = OneTimerLoop(app)
    asyncio.set_event_loop(loop)
    with loop:
        for mode in modes:
            theme().set_mode(mode)
            loop.run_until_complete(_all(wanted.scenes, (width, height), mode, wanted.out))
    return 0


async def _all(names: list[str], size: tuple[int, int], mode: str, out: Path) -> None:
    from tests.screenshots.scenes import EMPTY, SCENES
    from tests.screenshots.stage import picture, stage

    for name, scene in {**EMPTY, **SCENES}.items():
        if names and name not in names:
            continue
        with tempfile.TemporaryDirectory() as home:
            async with stage(Path(home), empty=name in EMPTY) as set_up:
                set_up.window.resize(*size)
                await scene(set_up)
                await set_up.settle()
                file = out / f"{name}-{mode}.png"
                _save(picture(set_up.window), file)
                print(f"{file.name}  {file.stat().st_size // 1024} kB", flush=True)


def _save(image: QImage, file: Path) -> None:
    """As a PNG of 256 colours, those of the design first: a third of the size, and as good."""
    from otternauts_desktop.ui.theme import theme

    data = Image.frombytes(
        "RGB",
        (image.width(), image.height()),
        bytes(image.constBits()),
        "raw",
        "RGB",
        image.bytesPerLine(),
    )
    colours = [bytes.fromhex(theme().hex(token)[1:]) for token in TOKENS]
    pixels = data.tobytes()
    common = Counter(pixels[at : at + 3] for at in range(0, len(pixels), 3))
    rest = [colour for colour, _ in common.most_common(256 + len(colours)) if colour not in colours]
    colours = [*colours, *rest][:256]
    palette = Image.new("P", (1, 1))
    palette.putpalette(b"".join(colours))
    data.quantize(palette=palette, dither=Image.Dither.NONE).save(file, optimize=True)


if __name__ == "__main__":
    sys.exit(main())
