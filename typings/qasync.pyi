"""The part of qasync that is used, typed: the library itself carries no types."""

import asyncio

from PySide6.QtWidgets import QApplication

class QEventLoop(asyncio.BaseEventLoop):
    def __init__(
        self, app: QApplication | None = None, *, already_running: bool = False
    ) -> None: ...
    def __enter__(self) -> None: ...
    def __exit__(self, *args: object) -> None: ...
