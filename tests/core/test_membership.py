"""What a change of an outpost's part in its swarm would mean, and what is refused."""

from collections.abc import Mapping

import pytest

from otternauts_desktop.core import errors
from otternauts_desktop.core.flight.membership import Change, Outlook, outlook
from otternauts_desktop.core.swarm.state import Node, Service, Snapshot, Task

VOLUME = {
    "TaskTemplate": {
        "ContainerSpec": {"Mounts": [{"Type": "volume", "Source": "data", "Target": "/data"}]}
    }
}


def node(
    name: str,
    role: str = "manager",
    state: str = "ready",
    *,
    availability: str = "active",
    reachable: bool = True,
    leader: bool = False,
    labels: Mapping[str, str] | None = None,
) -> Node:
    return Node(
        *(f"id-{name}", name, role, availability, state, "10.0.0.1"),
        reachable=reachable,
        leader=leader,
        labels=labels or {},
        votes=role == "manager",
    )


def swarm(*nodes: Node) -> Snapshot:
    return Snapshot(nodes, (), (), (), 0.0)


def seen(snapshot: Snapshot, name: str, change: Change, *reached: str) -> Outlook:
    found = next(n for n in snapshot.nodes if n.name == name)
    ids = [f"id-{r}" for r in reached] or [n.id for n in snapshot.nodes]
    return outlook(snapshot, found, change, ids)


def managers(online: int, offline: int = 0) -> Snapshot:
    well = [node(f"m{n}", leader=n == 0) for n in range(online)]
    gone = [node(f"off{n}", reachable=False, state="down") for n in range(offline)]
    return swarm(*well, *gone, node("w", "worker"))


@pytest.mark.parametrize(
    ("before", "said"),
    [
        (1, "two managers: if either is lost"),
        (2, ""),
        (3, "4 managers, which can lose no more of them than 3"),
        (4, ""),
        (7, "More than 7 managers"),
    ],
)
def test_promoting_says_what_the_swarm_could_lose_then(before: int, said: str) -> None:
    told = seen(managers(before), "w", Change.PROMOTE)
    assert told.refusal is None
    assert told.is_harmless is not bool(said)
    assert said in " ".join(told.warnings)


def test_what_a_new_leader_has_not_heard_of_yet_is_not_taken_for_offline() -> None:
    new = swarm(node("m0", state="unknown"), node("m1"), node("w", "worker", "unknown"))
    for change in (Change.PROMOTE, Change.REMOVE):
        assert seen(new, "w", change).refusal is None
    assert seen(new, "m1", Change.DEMOTE).refusal is None
    refused = seen(new, "w", Change.REMOVE_DEAD).refusal
    assert isinstance(refused, errors.StillRunning)
    assert "half a minute" in refused.next_step


def test_one_that_is_offline_is_not_promoted() -> None:
    told = seen(swarm(node("m0"), node("w", "worker", state="down")), "w", Change.PROMOTE)
    assert isinstance(told.refusal, errors.OutpostOffline)


@pytest.mark.parametrize(
    ("online", "offline", "said"),
    [
        (2, 0, "one manager: if that is lost"),
        (3, 0, "two managers: if either is lost"),
        (4, 0, ""),
        (5, 0, "4 managers, which can lose no more"),
        (3, 1, "Then 2 of 3 managers are online"),
    ],
)
def test_demoting_says_what_is_left(online: int, offline: int, said: str) -> None:
    told = seen(managers(online, offline), f"m{online - 1}", Change.DEMOTE)
    assert told.refusal is None
    assert told.is_harmless is not bool(said)
    assert said in " ".join(told.warnings)


def test_the_last_manager_stays_one() -> None:
    assert isinstance(seen(managers(1), "m0", Change.DEMOTE).refusal, errors.LastManager)
    assert isinstance(seen(managers(1), "m0", Change.REMOVE).refusal, errors.LastManager)


def test_no_change_leads_to_a_lost_quorum_and_the_way_on_is_named() -> None:
    for change in (Change.DEMOTE, Change.REMOVE):
        refusal = seen(managers(2, 1), "m1", change).refusal
        assert isinstance(refusal, errors.QuorumEndangered)
        assert "Of the 2 managers that would be left, 1 would be online." in refusal.detail
        assert "off0" in refusal.next_step


def test_a_dead_manager_can_be_taken_out_while_the_others_are_enough() -> None:
    told = seen(managers(2, 1), "off0", Change.REMOVE_DEAD)
    assert told.refusal is None
    assert "two managers" in told.warnings[0]
    lost = seen(managers(1, 1), "off0", Change.REMOVE_DEAD).refusal
    assert isinstance(lost, errors.QuorumEndangered)
    assert "--force-new-cluster" in lost.next_step


def test_the_only_manager_that_is_logged_in_to_stays_one() -> None:
    for change in (Change.DEMOTE, Change.REMOVE):
        told = seen(managers(3), "m0", change, "m0", "w")
        assert isinstance(told.refusal, errors.OnlyWayIn)
        assert seen(managers(3), "m0", change, "m0", "m1").refusal is None


def test_the_leader_hands_over() -> None:
    assert "another takes over" in seen(managers(4), "m0", Change.DEMOTE).warnings[-1]


def test_a_server_that_can_leave_is_not_removed_by_force_and_one_that_cannot_only_so() -> None:
    snapshot = swarm(node("m0"), node("w", "worker"), node("off", "worker", state="down"))
    running = seen(snapshot, "w", Change.REMOVE_DEAD).refusal
    assert isinstance(running, errors.StillRunning)
    dead = seen(snapshot, "off", Change.REMOVE).refusal
    assert isinstance(dead, errors.CannotLeave)
    assert "--force" in dead.next_step
    unknown = seen(snapshot, "w", Change.REMOVE, "m0").refusal
    assert isinstance(unknown, errors.CannotLeave)
    assert "does not log in" in unknown.detail
    assert seen(snapshot, "w", Change.REMOVE).refusal is None
    assert not seen(snapshot, "w", Change.REMOVE).is_harmless


def test_a_manager_that_left_by_itself_is_taken_for_gone() -> None:
    """It shows as ready, and as unreachable, after `docker swarm leave --force`."""
    snapshot = swarm(node("m0"), node("m1"), node("m2", reachable=False))
    assert seen(snapshot, "m2", Change.REMOVE_DEAD).refusal is None


def test_what_is_lost_with_a_server_is_told() -> None:
    service = Service(
        *("s1", "shop_db", "shop", "postgres:16", "replicated", 1),
        labels={},
        version=1,
        created_at="",
        updated_at="",
        update_state="",
        update_message="",
        spec=VOLUME,
    )
    task = Task("t1", "s1", "id-off", 1, "running", "shutdown", "", "", None, "", "", "")
    off = node("off", "worker", state="down", labels={"disk": "ssd"})
    snapshot = Snapshot((node("m0"), off), (service,), (task,), (), 0.0)
    told = seen(snapshot, "off", Change.REMOVE_DEAD)
    assert told.refusal is None
    assert told.warnings == (
        "Its labels are lost: disk=ssd.",
        "The data of shop_db in /data lay on this server.",
    )


def test_what_is_so_already_is_said() -> None:
    snapshot = swarm(node("m0"), node("w", "worker", availability="drain"))
    assert seen(snapshot, "m0", Change.PROMOTE).is_so
    assert seen(snapshot, "w", Change.DEMOTE).is_so
    assert seen(snapshot, "w", Change.DRAIN).is_so
