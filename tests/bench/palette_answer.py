"""How long the palette takes from a key to the list, over everything of ten large clusters."""

import os
import statistics
import time
from collections.abc import Iterator

from tests.bench.figure import Figure

OBJECTS, ROUNDS = 5_700, 15


def measure() -> Iterator[Figure]:
    """Type different words and take the time of each search, painting included."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from PySide6.QtWidgets import QApplication

    from otternauts_desktop.ui.finding import Target
    from otternauts_desktop.ui.palette import Palette
    from otternauts_desktop.ui.theme import theme

    app = QApplication.instance() or QApplication([])
    assert isinstance(app, QApplication)
    theme().apply(app)
    targets = [
        Target(str(n), f"fleet-{n // 5:04}/vessel-{n:04}", "Service", "vessel", f"acme-{n % 10}")
        for n in range(OBJECTS)
    ]
    palette = Palette(targets, ())
    palette.show()
    palette.field.setText("warm")
    times = []
    for number in range(ROUNDS):
        started = time.perf_counter()
        palette.field.setText(f"vessel {number * 37}")
        app.processEvents()
        times.append(time.perf_counter() - started)
    yield Figure(
        f"palette over {OBJECTS:,} targets, key to list",
        max(times) * 1000,
        50,
        "ms",
        f"worst of {ROUNDS}, median {statistics.median(times) * 1000:.0f} ms",
    )
