"""Await a dialog. `exec()` in a coroutine stops other tasks for good; `open()` does not."""

import asyncio

from PySide6.QtWidgets import QDialog


async def ask(dialog: QDialog) -> bool:
    """Show `dialog` and wait; gives whether it was accepted. It is gone afterwards."""
    answer: asyncio.Future[bool] = asyncio.get_running_loop().create_future()

    def finished(result: int) -> None:
        if not answer.done():
            answer.set_result(result == QDialog.DialogCode.Accepted)

    dialog.finished.connect(finished)
    dialog.open()
    try:
        return await answer
    finally:
        dialog.close()
        dialog.deleteLater()
