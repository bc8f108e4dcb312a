"""`otternauts registry`: logins of private registries."""

import getpass
import sys
from argparse import Namespace
from datetime import UTC, datetime

from otternauts_desktop.app import MissionControl
from otternauts_desktop.cli.clusters import chosen_cluster
from otternauts_desktop.cli.output import Output, table
from otternauts_desktop.core.errors import VariablesMissing
from otternauts_desktop.core.secret import Secret

_ALL_CLUSTERS = "(all clusters)"


async def registry(control: MissionControl, arguments: Namespace, output: Output) -> int:
    """Do a `registry` action; gives the exit code. No password is ever an argument or printed."""
    logins = control.registry_logins
    if arguments.action == "list":
        return _list(control, output)
    only = chosen_cluster(control, arguments.cluster).id if arguments.cluster else None
    if arguments.action == "remove":
        await logins.remove(arguments.registry, only)
        output.result({"removed": arguments.registry}, f"removed: {arguments.registry}")
        return 0
    password = _password(arguments.user)
    clusters = control.outposts.clusters()
    ask = only or (clusters[0].id if clusters else None)
    login = await logins.add(
        arguments.registry,
        arguments.user,
        password,
        only,
        ask=None if arguments.no_check else ask,
    )
    output.progress(
        "Every outpost that runs an image of it keeps this login, readable by its root: "
        "use a token that can only read."
    )
    checked = "the registry took it" if login.checked else "kept unchecked"
    output.result(
        {"registry": login.registry, "user": login.user, "checked": login.checked},
        f"{login.user} at {login.registry}: {checked}",
    )
    return 0


def _list(control: MissionControl, output: Output) -> int:
    names = {cluster.id: cluster.name for cluster in control.outposts.clusters()}
    document = [
        {
            "registry": login.registry,
            "user": login.user,
            "cluster": names[login.cluster_id] if login.cluster_id else None,
            "checked": login.checked,
            "changed": datetime.fromtimestamp(login.changed_at, UTC).isoformat(timespec="seconds"),
        }
        for login in control.registry_logins.all()
    ]
    rows = [
        (
            str(row["registry"]),
            str(row["user"]),
            str(row["cluster"] or _ALL_CLUSTERS),
            "yes" if row["checked"] else "no",
            str(row["changed"]),
        )
        for row in document
    ]
    head = ("REGISTRY", "USER", "CLUSTER", "CHECKED", "CHANGED")
    output.result(document, table(head, rows) if rows else "No logins are kept.")
    return 0


def _password(user: str) -> Secret:
    """Typed unseen, or a line of standard input."""
    if sys.stdin.isatty():
        return Secret(getpass.getpass(f"Password or token of {user}: "))
    line = sys.stdin.readline().rstrip("\r\n")
    if not line:
        raise VariablesMissing(detail=f"The password of {user} is not on standard input.")
    return Secret(line)
