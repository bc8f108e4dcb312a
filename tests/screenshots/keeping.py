"""Pictures of what is kept: backups and their copies."""

import os
from collections.abc import Awaitable, Callable
from typing import Final

from PySide6.QtWidgets import QDialog

from otternauts_desktop.core.secret import Secret
from otternauts_desktop.ui.dialogs.back_up import BackUp
from otternauts_desktop.ui.dialogs.kept_values import KeptValuesDialog
from otternauts_desktop.ui.dialogs.recovery_key import RecoveryKey
from otternauts_desktop.ui.dialogs.restore import Restore
from otternauts_desktop.ui.places import fleet_place
from tests.screenshots.stage import PROD, Stage
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


async def values(stage: Stage) -> None:
    """What is kept for a cluster, one of them chosen and shown."""
    os.environ["OTTERNAUTS_SECRET_KEY"] = "a passphrase"
    keep, control = stage.control.values.keep, stage.control
    control.launches.save_draft(PROD, "shop", PLAN)
    await keep(PROD, "", {"REGION": Secret("eu-central"), "SENTRY_DSN": Secret("https://e")})
    await keep(PROD, "shop", {"API_KEY": Secret("k3y"), "DB_PASSWORD": Secret("otter-and-sea")})
    stage.desk.go(fleet_place(PROD, "shop"))
    stage.window.actions_.run("cluster.values")
    dialog = await stage.dialog(KeptValuesDialog)
    dialog.table.setCurrentIndex(dialog.model.index(3, 0))
    dialog.reveal.click()


async def recovery_key(stage: Stage) -> None:
    """What is to be noted; not a real one."""
    await ask_only(stage, RecoveryKey(Secret("-".join(["OTTE", "RNAU"] * 7)), stage.window))


async def ask_only(stage: Stage, dialog: QDialog) -> None:
    """Have a dialog in front."""
    dialog.open()
    await stage.dialog(type(dialog))


PLAN: Final = """\
services:
  web:
    image: ghcr.io/acme/shop:1.5.0
    environment: {API_KEY: "${API_KEY}", REGION: "${REGION}"}
  db:
    image: postgres:16
    environment: {POSTGRES_PASSWORD: "${DB_PASSWORD}"}
"""

KEEPING: Final[dict[str, Callable[[Stage], Awaitable[None]]]] = {
    "back-up": back_up,
    "restore": restore,
    "kept-values": values,
    "recovery-key": recovery_key,
}
