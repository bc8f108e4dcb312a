"""A process that restores a backup, and may be killed meanwhile."""

import asyncio
import os
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Final

from otternauts_desktop.core.secret import Secret
from otternauts_desktop.services.backups import checked, read_backup, restore
from otternauts_desktop.services.vault import Vault

PASSPHRASE: Final = "four words of no meaning"


def run(home: Path, file: Path, ready: Connection) -> None:
    """Restore `file` into `home`; `ready` hears when that begins, and when it is done."""
    os.environ["OTTERNAUTS_SECRET_KEY"] = "a passphrase"
    contents, _ = checked(read_backup(str(file)), Secret(PASSPHRASE))
    vault = Vault(home, use_keyring=False)
    asyncio.run(vault.unlock(Secret("a passphrase")))
    ready.send("begins")
    asyncio.run(restore(home, vault, contents))
    ready.send("done")
