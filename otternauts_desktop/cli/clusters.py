"""`otternauts cluster` and `otternauts outpost`."""

from argparse import Namespace
from collections.abc import Sequence
from contextlib import aclosing
from functools import partial

from otternauts_desktop.app import MissionControl
from otternauts_desktop.cli.checks import told
from otternauts_desktop.cli.choosing import only_cluster
from otternauts_desktop.cli.doctor import doctor
from otternauts_desktop.cli.evacuations import bring_back, evacuate, rebalance
from otternauts_desktop.cli.inputs import confirmed as says_yes
from otternauts_desktop.cli.jobs import followed
from otternauts_desktop.cli.logins import keyed_login, with_passphrases
from otternauts_desktop.cli.membership import change_membership, label
from otternauts_desktop.cli.output import Output, table
from otternauts_desktop.cli.stats import outpost_stats
from otternauts_desktop.core.errors import (
    BadName,
    HostKeyChanged,
    HostKeyUnknown,
    KnownError,
    NothingFound,
)
from otternauts_desktop.core.flight.commands import show_host_key
from otternauts_desktop.core.names import ClusterId
from otternauts_desktop.core.swarm.cluster import Cluster, Login, Outpost
from otternauts_desktop.core.swarm.health import fleet_condition, node_health
from otternauts_desktop.core.swarm.jumps import confirmed, to_confirm
from otternauts_desktop.core.swarm.quorum import quorum
from otternauts_desktop.services.preflight import Report
from otternauts_desktop.services.ssh import ScannedKey

CANCELLED = 2
_OF_NODES = {
    "evacuate": evacuate,
    "return": bring_back,
    "activate": bring_back,
    "promote": change_membership,
    "demote": change_membership,
    "drain": change_membership,
    "remove": change_membership,
    "label": label,
}
"""What is done with an outpost as a node of its swarm, logged in to or not."""


def chosen_cluster(control: MissionControl, name: str | None) -> Cluster:
    """The cluster of that name, or the only one. Raises `NothingFound`."""
    if name:
        return control.outposts.cluster_named(name)
    return only_cluster(control.outposts.clusters())


async def cluster(control: MissionControl, arguments: Namespace, output: Output) -> int:
    """Do a `cluster` action; gives the exit code."""
    if arguments.action == "list":
        clusters = control.outposts.clusters()
        rows = [
            (c.name, str(len(control.outposts.outposts(c.id))), "simulated" if c.simulated else "")
            for c in clusters
        ]
        document = [{"id": c.id, "name": c.name, "simulated": c.simulated} for c in clusters]
        text = table(("CLUSTER", "OUTPOSTS", ""), rows) if rows else "No clusters yet."
        output.result(document, text)
        return 0
    chosen = chosen_cluster(control, arguments.cluster)
    if arguments.action == "doctor":
        return await doctor(control, chosen, output)
    if arguments.action == "rebalance":
        return await rebalance(control, chosen.id, arguments, output)
    if arguments.action == "remove":
        if not arguments.yes and not says_yes(f"Forget the cluster {chosen.name}?"):
            output.progress("Nothing was done; --yes does it without asking.")
            return CANCELLED
        await control.outposts.remove_cluster(chosen.id)
        output.result({"removed": chosen.name}, f"{chosen.name} is forgotten.")
        return 0
    snapshot = await control.telemetry.refresh(chosen.id)
    nodes = [
        {
            "name": node.name,
            "id": node.id,
            "role": "leader" if node.leader else node.role,
            "state": node.state,
            "availability": node.availability,
            "address": node.address,
            "engine": node.engine,
            "health": node_health(node).value,
        }
        for node in snapshot.nodes
    ]
    fleets = [
        {"name": name, "health": condition.health.value, "tasks": condition.count}
        for name, services in snapshot.fleets.items()
        for condition in [fleet_condition(snapshot, services)]
    ]
    columns = ("name", "role", "state", "availability", "address", "engine")
    text = table(
        tuple(column.upper() for column in columns),
        [tuple(str(node[column]) for column in columns) for node in nodes],
    )
    if fleets:
        text += "\n\n" + table(
            ("FLEET", "TASKS", "STATE"), [(f["name"], f["tasks"], f["health"]) for f in fleets]
        )
    warning = quorum(snapshot.nodes).warning
    if warning:
        text += f"\n\n{warning}"
    output.result(
        {
            "cluster": chosen.name,
            "as_of": snapshot.taken_at,
            "via": snapshot.via,
            "nodes": nodes,
            "fleets": fleets,
            "warning": warning,
        },
        text,
    )
    return 0


async def outpost(control: MissionControl, arguments: Namespace, output: Output) -> int:
    """Do an `outpost` action; gives the exit code."""
    if arguments.action == "add":
        return await _add(control, arguments, output)
    if arguments.action in _OF_NODES:
        act = _OF_NODES[arguments.action]
        return await act(control, chosen_cluster(control, arguments.cluster).id, arguments, output)
    if arguments.action == "stats":
        chosen = chosen_cluster(control, arguments.cluster)
        return await outpost_stats(control, chosen, arguments, output)
    everyone = [
        (cluster, outpost)
        for cluster in control.outposts.clusters()
        if not arguments.cluster or arguments.cluster in (cluster.name, cluster.id)
        for outpost in control.outposts.outposts(cluster.id)
    ]
    if arguments.action == "list":
        document = [
            {"name": o.name, "cluster": c.name, "login": str(o.login), "sudo": o.sudo}
            for c, o in everyone
        ]
        rows = [(o.name, c.name, str(o.login)) for c, o in everyone]
        text = table(("OUTPOST", "CLUSTER", "LOGIN"), rows) if rows else "No outposts yet."
        output.result(document, text)
        return 0
    found = _named(arguments.name, [o for _, o in everyone])
    if arguments.action == "check":
        peers = [o for o in control.outposts.outposts(found.cluster_id) if o.id != found.id]
        look = partial(_looked_over, control, found, peers, output)
        return told(await with_passphrases(control, look), output)
    if arguments.action == "login":
        return await _change_login(control, found, arguments, output)
    if arguments.action == "trust":
        return await _trust(control, found, arguments, output)
    if arguments.action == "rename":
        control.outposts.rename(found, arguments.new_name)
        output.result(
            {"outpost": arguments.new_name},
            f"{found.name} is called {arguments.new_name} here. "
            "For Docker its name is its host name, as before.",
        )
        return 0
    await control.outposts.remove_outpost(found)
    output.result({"forgotten": found.name}, f"{found.name} is forgotten; nothing changed on it.")
    return 0


async def _looked_over(
    control: MissionControl, found: Outpost, peers: Sequence[Outpost], output: Output
) -> Report:
    """Look an outpost over, telling what is being looked at."""
    steps = control.preflight.look_over(found.login, found.host_key, name=found.name, peers=peers)
    async with aclosing(steps):
        async for report in steps:
            if report.doing:
                output.progress(f"Looking at {report.doing}…")
    return report


def _named(name: str, outposts: list[Outpost]) -> Outpost:
    for outpost in outposts:
        if name in (outpost.name, outpost.id):
            return outpost
    names = ", ".join(o.name for o in outposts) or "none yet"
    raise NothingFound(detail=f'There is no outpost "{name}". There are: {names}.')


async def _add(control: MissionControl, arguments: Namespace, output: Output) -> int:
    name = arguments.name
    if arguments.host in control.outposts.practice_logins:
        name = name or arguments.host
    cluster_name = _swarm_to_enter(control, arguments) if arguments.set_up else ""
    login = await keyed_login(control, arguments, output)
    if login is None:
        return CANCELLED
    kept_here = login.key_name if arguments.key_paste else None
    login, scanned = await _confirmed(control, login, arguments, output)
    if scanned is None:
        if kept_here:
            await control.keys.forget(kept_here)
        return CANCELLED
    if arguments.set_up:
        log_in = partial(control.outposts.try_login, login, scanned.host_key)
        await with_passphrases(control, log_in)  # the job can't ask for them
        job_id = control.onboarding.start(
            login,
            scanned.host_key,
            name=name,
            cluster_name=cluster_name,
            role=arguments.role,
            address=arguments.address,
        )
        return await followed(control, job_id, output)
    add = partial(control.outposts.add, login, host_key=scanned.host_key, name=name)
    added = await with_passphrases(control, partial(add, cluster_name=arguments.cluster or ""))
    return await _tell_added(control, added, scanned.fingerprint, output)


async def _change_login(
    control: MissionControl, found: Outpost, arguments: Namespace, output: Output
) -> int:
    login = await keyed_login(control, arguments, output, found.login)
    if login is None:
        return CANCELLED
    login, scanned = await _confirmed(control, login, arguments, output, found.host_key)
    if scanned is None:
        return CANCELLED
    change = partial(control.outposts.change_login, found.id, login, scanned.host_key)
    await with_passphrases(control, change)
    output.result(
        {"outpost": found.name, "login": str(login), "fingerprint": scanned.fingerprint},
        f"{found.name} is logged in to as {login}.",
    )
    return 0


async def _confirmed(
    control: MissionControl, login: Login, arguments: Namespace, output: Output, known: str = ""
) -> tuple[Login, ScannedKey | None]:
    """The login once every server on the way was confirmed, and what it shows itself.

    That is None where the person says no. They are not asked about the host key `known`.
    """
    while True:
        hop = to_confirm(login)
        scan = partial(control.outposts.scan_host_key, hop)
        scanned = await with_passphrases(control, scan)
        trusted = arguments.accept_new or (hop is login and scanned.host_key == known)
        if not trusted and not _is_its_own(scanned, hop.host, arguments, output):
            return login, None
        if hop is login:
            return login, scanned
        login = confirmed(login, scanned.host_key)


def _swarm_to_enter(control: MissionControl, arguments: Namespace) -> str:
    """The name of the cluster to join, or of the new one. A wrong name makes no new swarm."""
    clusters = control.outposts.clusters()
    if not arguments.new_swarm:
        try:
            return chosen_cluster(control, arguments.cluster).name
        except NothingFound as error:
            raise NothingFound(
                detail=error.detail,
                next_step="Say which: --cluster NAME, or --new-swarm NAME to make a new one.",
            ) from None
    if any(arguments.new_swarm in (c.name, c.id) for c in clusters):
        raise BadName(
            detail=f"There is a cluster {arguments.new_swarm} already.",
            next_step=f"Join it with --cluster {arguments.new_swarm}, or choose another name.",
        )
    return str(arguments.new_swarm)


async def _trust(
    control: MissionControl, found: Outpost, arguments: Namespace, output: Output
) -> int:
    scanned = await control.outposts.scan_host_key(found.login)
    if scanned.host_key != found.host_key:
        confirmed_one = control.outposts.fingerprint_of(found.host_key)
        output.progress(f"You confirmed the fingerprint {confirmed_one} for {found.name}.")
        if not _is_its_own(scanned, found.name, arguments, output):
            return CANCELLED
        await control.outposts.trust(found.id, scanned.host_key)
    output.result(
        {"outpost": found.name, "fingerprint": scanned.fingerprint},
        f"{found.name} is trusted with the fingerprint {scanned.fingerprint}.",
    )
    return 0


def _is_its_own(scanned: ScannedKey, host: str, arguments: Namespace, output: Output) -> bool:
    """Whether the person knows the fingerprint that a server shows.

    Raises `HostKeyChanged` where they gave another, `HostKeyUnknown` where nobody can be asked.
    """
    check = show_host_key(scanned.host_key).line()
    if arguments.fingerprint:
        given = [f"SHA256:{words.removeprefix('SHA256:')}" for words in arguments.fingerprint]
        if scanned.fingerprint not in given:
            raise HostKeyChanged(
                detail=f"{host} shows {scanned.fingerprint}, not {' or '.join(given)}.",
                next_step=f"Compare with `{check}` on the server.",
            )
        return True
    output.progress(
        f"{host} shows the fingerprint {scanned.fingerprint}\n{scanned.randomart}\n"
        f"Its own console shows the same by: {check}"
    )
    answer = says_yes("Is it the server's own?")
    if answer is None:
        raise HostKeyUnknown(
            fingerprint=scanned.fingerprint,
            host_key=scanned.host_key,
            detail=f"It is {scanned.fingerprint}. Give --fingerprint {scanned.fingerprint}.",
            next_step=f"Compare it with `{check}` on the server, then confirm it.",
        )
    if not answer:
        output.progress("Nothing was done.")
    return answer


async def _tell_added(
    control: MissionControl, added: Outpost, fingerprint: str, output: Output
) -> int:
    name = _cluster_name(control, added.cluster_id)
    lines = [f"{added.name} is an outpost of {name}."]
    try:
        snapshot = await control.telemetry.refresh(added.cluster_id)
        known = {o.node_id for o in control.outposts.outposts(added.cluster_id)}
        others = [node.name for node in snapshot.nodes if node.id not in known]
        if others:
            lines.append(f"Not logged in to yet: {', '.join(others)}.")
    except KnownError as error:
        lines.append(error.text())
    output.result(
        {"outpost": added.name, "cluster": name, "fingerprint": fingerprint},
        "\n".join(lines),
    )
    return 0


def _cluster_name(control: MissionControl, cluster_id: ClusterId) -> str:
    return next(c.name for c in control.outposts.clusters() if c.id == cluster_id)
