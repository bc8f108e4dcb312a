"""`otternauts variable` and `otternauts vault`: values that are kept, and the key to them."""

import getpass
import sys
from argparse import Namespace
from datetime import UTC, datetime

from otternauts_desktop.app import MissionControl
from otternauts_desktop.cli.clusters import CANCELLED, chosen_cluster
from otternauts_desktop.cli.inputs import asked, confirmed, read_text
from otternauts_desktop.cli.output import Output, table
from otternauts_desktop.core.fleet.env_files import read_env_file
from otternauts_desktop.core.kept_errors import RecoveryKeyWrong
from otternauts_desktop.core.names import ClusterId
from otternauts_desktop.core.secret import Secret
from otternauts_desktop.services.values import users

_ALL_FLEETS = "(all fleets)"


async def variable(control: MissionControl, arguments: Namespace, output: Output) -> int:
    """Do a `variable` action; gives the exit code. No value is an argument; `show` prints one."""
    cluster = chosen_cluster(control, arguments.cluster)
    fleet: str = getattr(arguments, "fleet", "")
    values = control.values
    if arguments.action == "list":
        return _list(control, cluster.id, output)
    if arguments.action == "show":
        value = await values.reveal(cluster.id, fleet, arguments.name)
        output.result({"name": arguments.name, "value": value.reveal()}, value.reveal())
        return 0
    if arguments.action == "set":
        given = (
            Secret(read_text(arguments.from_file)) if arguments.from_file else asked(arguments.name)
        )
        await values.keep(cluster.id, fleet, {arguments.name: given})
        return _done(output, "set", [arguments.name], fleet)
    if arguments.action == "import":
        found = read_env_file(read_text(arguments.file), {})
        await values.keep(cluster.id, fleet, found)
        return _done(output, "set", [*found], fleet)
    if arguments.action == "rename":
        await values.rename(cluster.id, fleet, arguments.name, arguments.new_name)
        return _done(output, "renamed", [arguments.new_name], fleet)
    if not arguments.yes and not confirmed(f"Forget the value of {arguments.name}?"):
        output.progress("Nothing was done; --yes does it without asking.")
        return CANCELLED
    values.remove(cluster.id, fleet, arguments.name)
    return _done(output, "removed", [arguments.name], fleet)


def _done(output: Output, deed: str, names: list[str], fleet: str) -> int:
    words = ", ".join(names) or "nothing"
    output.result({deed: names, "fleet": fleet}, f"{deed}: {words} {fleet or _ALL_FLEETS}")
    return 0


def _list(control: MissionControl, cluster_id: ClusterId, output: Output) -> int:
    kept_all, asked_for = control.values.all(cluster_id), control.value_uses.asked(cluster_id)
    document = [
        {
            "name": kept.name,
            "fleet": kept.fleet,
            "changed": datetime.fromtimestamp(kept.changed_at, UTC).isoformat(timespec="seconds"),
            "used_by": users(kept, kept_all, asked_for),
        }
        for kept in kept_all
    ]
    rows = [
        (
            str(row["name"]),
            str(row["fleet"] or _ALL_FLEETS),
            str(row["changed"]),
            ", ".join(row["used_by"]) or "-",
        )
        for row in document
    ]
    text = table(("NAME", "FLEET", "CHANGED", "USED BY"), rows) if rows else "No values are kept."
    output.result(document, text)
    return 0


async def vault(control: MissionControl, arguments: Namespace, output: Output) -> int:
    """Do a `vault` action; gives the exit code."""
    if arguments.action == "status":
        place = await control.keys.place()
        words = {
            "keyring": "Keys and secrets are in this system's keyring.",
            "file": "Keys and secrets are in the encrypted file vault.json. It is open.",
            "locked": "There is no keyring; the encrypted file is locked "
            "(OTTERNAUTS_SECRET_KEY opens it).",
        }
        output.result({"place": place}, words[place])
    elif arguments.action == "recovery-key":
        key = await control.values.recovery_key()
        if not output.as_json:
            output.progress(
                "Note it where only you find it. Who has it and this data directory reads all "
                "values that are kept here."
            )
        output.result({"recovery_key": key.reveal()}, key.reveal())
    else:
        noted = _noted()
        await control.values.recover(noted)
        output.result({"recovered": True}, "The values that are kept here can be read again.")
    return 0


def _noted() -> Secret:
    if sys.stdin.isatty():
        return Secret(getpass.getpass("Recovery key: "))
    line = sys.stdin.readline()
    if not line.strip():
        raise RecoveryKeyWrong
    return Secret(line)
