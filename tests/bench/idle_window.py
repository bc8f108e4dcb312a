"""The program as a person leaves it: `python -m tests.bench.idle_window HOME shown|minimised`."""

import signal
import sys

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication

from otternauts_desktop import desktop


def _minimise() -> None:
    for window in QApplication.topLevelWidgets():
        window.showMinimized()


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    app = QApplication(sys.argv[:1])
    if sys.argv[2] == "minimised":
        QTimer.singleShot(10_000, _minimise)
    sys.exit(desktop.run(home=sys.argv[1], simulate=False))
