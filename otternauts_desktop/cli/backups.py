"""`otternauts backup`: everything in one file, and the copies of the last days."""

import asyncio
import getpass
import sys
from argparse import Namespace
from datetime import UTC, datetime
from pathlib import Path

from otternauts_desktop.app import MissionControl
from otternauts_desktop.cli.clusters import CANCELLED
from otternauts_desktop.cli.inputs import confirmed
from otternauts_desktop.cli.output import Output, table
from otternauts_desktop.core.kept_errors import PassphraseTooShort
from otternauts_desktop.core.secret import Secret
from otternauts_desktop.services.backup_files import is_sealed
from otternauts_desktop.services.backups import checked, copies, read_backup
from otternauts_desktop.services.backups import restore as put_back
from otternauts_desktop.services.store.home import default_home
from otternauts_desktop.services.store.lock import HomeLock
from otternauts_desktop.services.vault import Vault


async def create(control: MissionControl, arguments: Namespace, output: Output) -> int:
    """Write a backup; gives the exit code."""
    made = await control.backups.create(arguments.file, _new_passphrase(output))
    for name in made.missing:
        output.progress(f"Not in it, because the vault does not have it any more: {name}")
    for name in made.outside:
        output.progress(f"Not in it, because it is a file of your own: {name}")
    document = {"file": made.path, "missing": made.missing, "outside": made.outside}
    output.result(document, f"Everything that is kept here is in {made.path} now.")
    return 0


def listed(arguments: Namespace, output: Output) -> int:
    """Show the copies in the data directory; gives the exit code."""
    found = [
        {
            "file": str(copy.path),
            "kind": copy.kind,
            "made_at": _time(copy.made_at),
            "bytes": copy.size,
        }
        for copy in copies(_home(arguments))
    ]
    rows = [
        (Path(str(row["file"])).name, str(row["kind"]), str(row["made_at"]), str(row["bytes"]))
        for row in found
    ]
    text = table(("NAME", "KIND", "MADE", "BYTES"), rows) if rows else "There are no copies yet."
    output.result(found, text)
    return 0


def restore(arguments: Namespace, output: Output) -> int:
    """Replace what is kept by what a backup or copy holds; gives the exit code."""
    home = _home(arguments)
    copy = home / "backups" / arguments.file
    data = read_backup(str(copy) if copy.is_file() else arguments.file)
    passphrase = _asked("Passphrase of the backup: ") if is_sealed(data) else None
    contents, clusters = checked(data, passphrase)
    made_at, names = _time(contents.made_at), ", ".join(clusters) or "none"
    output.progress(f"Made {made_at}. Clusters in it: {names}.")
    if not arguments.yes and not confirmed(f"Replace what is kept in {home} by it?"):
        output.progress("Nothing was done; --yes does it without asking.")
        return CANCELLED
    with HomeLock(home):
        asyncio.run(put_back(home, Vault(home), contents))
    document = {"restored": arguments.file, "made_at": made_at, "clusters": clusters}
    output.result(document, "Restored. What was there is kept: otternauts backup list.")
    return 0


def _home(arguments: Namespace) -> Path:
    return Path(arguments.home).expanduser() if arguments.home else default_home()


def _time(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="seconds")


def _new_passphrase(output: Output) -> Secret:
    """Asked for until it was typed twice the same."""
    while True:
        passphrase = _asked("Passphrase for the backup: ")
        if not sys.stdin.isatty() or passphrase.same_as(_asked("The same again: ")):
            return passphrase
        output.progress("The two differ.")


def _asked(question: str) -> Secret:
    """A passphrase, typed unseen, or a line of standard input."""
    if sys.stdin.isatty():
        return Secret(getpass.getpass(question))
    line = sys.stdin.readline()
    if not line:
        raise PassphraseTooShort(detail="There is none on standard input.")
    return Secret(line.rstrip("\n"))
