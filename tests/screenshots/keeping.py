"""Pictures of what is kept: backups and their copies."""

import os
from collections.abc import Awaitable, Callable
from typing import Final

from otternauts_desktop.ui.dialogs.back_up import BackUp
from otternauts_desktop.ui.dialogs.restore import Restore
from tests.screenshots.stage import Stage
from tests.ui.acme import NOW


async def back_up(stage: Stage) -> None:
    """A passphrase for everything."""
    stage.window.actions_.run("backup.create")
    dialog = await stage.dialog(BackUp)
    dialog.fields.phrase.setText("four words of no meaning")
    dialog.fields.again.setText("fourwords")


async def restore(stage: Stage) -> None:
    """Copies of the last days, one of them looked over."""
    for number, kind in enumerate(("daily", "daily", "before-restore", "daily")):
        await stage.control.backups.copy(kind)
        newest = stage.control.backups.copies()[0].path
        os.utime(newest, (NOW - (4 - number) * 80_000,) * 2)
        newest.rename(newest.with_name(f"{number}{newest.suffix}"))
    stage.window.actions_.run("backup.restore")
    dialog = await stage.dialog(Restore)
    dialog.confirm()


KEEPING: Final[dict[str, Callable[[Stage], Awaitable[None]]]] = {
    "back-up": back_up,
    "restore": restore,
}
