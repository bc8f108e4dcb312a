"""What a change of an outpost's part in its swarm would mean, told before anything is done.

The managers decide by more than half of them: a swarm that has lost these can't be changed any
more. No change that leads there is made (moby, docs of Swarm's administration guide).
"""

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from otternauts_desktop.core.errors import (
    CannotLeave,
    KnownError,
    LastManager,
    OnlyWayIn,
    OutpostOffline,
    QuorumEndangered,
    StillRunning,
)
from otternauts_desktop.core.flight.evacuation import Departure, evacuation, local_data
from otternauts_desktop.core.swarm.quorum import Quorum, quorum
from otternauts_desktop.core.swarm.state import Node, Snapshot
from otternauts_desktop.core.words import tr

MOST_MANAGERS: Final = 7
"""Docker's own advice: more make each change slower, and a swarm no safer."""


class Change(StrEnum):
    """What can be done with an outpost's part in its swarm."""

    PROMOTE = "promote"
    DEMOTE = "demote"
    DRAIN = "drain"
    REMOVE = "remove"
    REMOVE_DEAD = "remove-dead"
    """Without the server's own doing, as it is gone for good."""


@dataclass(frozen=True, slots=True)
class Outlook:
    """What a change would mean."""

    node: Node
    change: Change
    words: str
    """What happens, in a sentence or two."""
    warnings: tuple[str, ...] = ()
    """Sentences on what is lost or at risk."""
    departures: tuple[Departure, ...] = ()
    """What becomes of the services that run there."""
    refusal: KnownError | None = None
    """Why it is not done."""
    is_so: bool = False
    """Nothing is to be done."""

    @property
    def is_harmless(self) -> bool:
        """Whether it may be done without asking a person."""
        removes = self.change in (Change.REMOVE, Change.REMOVE_DEAD)
        return not (removes or self.warnings or self.departures)


def outlook(
    snapshot: Snapshot, node: Node, change: Change, reached: Collection[str] = ()
) -> Outlook:
    """What `change` would mean for `node`. `reached`: ids of the nodes that can be logged in to."""
    if change is Change.PROMOTE:
        return _promoting(snapshot, node)
    if change is Change.DEMOTE:
        return _demoting(snapshot, node, reached)
    if change is Change.DRAIN:
        return _draining(snapshot, node)
    if change is Change.REMOVE:
        return _removing(snapshot, node, reached)
    return _removing_dead(snapshot, node, reached)


def _promoting(snapshot: Snapshot, node: Node) -> Outlook:
    if node.role == "manager":
        words = tr("{outpost} is a manager already.", outpost=node.name)
        return Outlook(node, Change.PROMOTE, words, is_so=True)
    refusal = None if node.online or node.unheard else OutpostOffline()
    after = quorum(snapshot.nodes).after(1, 1)
    warnings = list(_afterwards(after))
    if after.managers > MOST_MANAGERS:
        warnings.append(
            tr(
                "More than {number} managers make every change slower, and the swarm no safer.",
                number=MOST_MANAGERS,
            )
        )
    words = tr("{outpost} becomes a manager. What runs on it goes on.", outpost=node.name)
    return Outlook(node, Change.PROMOTE, words, tuple(warnings), refusal=refusal)


def _demoting(snapshot: Snapshot, node: Node, reached: Collection[str]) -> Outlook:
    if node.role != "manager":
        words = tr("{outpost} is a worker already.", outpost=node.name)
        return Outlook(node, Change.DEMOTE, words, is_so=True)
    words = tr("{outpost} becomes a worker. What runs on it goes on.", outpost=node.name)
    refusal = _guard(snapshot, node, reached)
    warnings = () if refusal else _without(snapshot, node)
    return Outlook(node, Change.DEMOTE, words, warnings, refusal=refusal)


def _draining(snapshot: Snapshot, node: Node) -> Outlook:
    departures = evacuation(snapshot, node).departures
    if node.availability == "drain" and not departures:
        words = tr("{outpost} is drained already.", outpost=node.name)
        return Outlook(node, Change.DRAIN, words, is_so=True)
    words = tr(
        "What runs on {outpost} is stopped at once, and started elsewhere afterwards. "
        "An evacuation does the same without a gap.",
        outpost=node.name,
    )
    return Outlook(node, Change.DRAIN, words, departures=departures)


def _removing(snapshot: Snapshot, node: Node, reached: Collection[str]) -> Outlook:
    words = tr(
        "{outpost} is emptied without a gap where that can be done, leaves the swarm, and is "
        "forgotten here. Docker and all volumes stay on the server.",
        outpost=node.name,
    )
    refusal: KnownError | None = None
    if not (node.online or node.unheard):
        refusal = CannotLeave(
            detail=tr("{outpost} does not answer the swarm.", outpost=node.name),
            next_step=tr(
                "Bring it back; or, if it is gone for good, remove it by force "
                "(`otternauts outpost remove NAME --force`)."
            ),
        )
    elif node.id not in reached:
        refusal = CannotLeave(
            detail=tr("Otternauts does not log in to {outpost}.", outpost=node.name),
            next_step=tr(
                "Log in to it first (`otternauts outpost add`); or switch it off, and then remove "
                "it by force."
            ),
        )
    elif node.role == "manager":
        refusal = _guard(snapshot, node, reached)
    warnings = [] if refusal else [*_without(snapshot, node), *_labels_lost(node)]
    departures = evacuation(snapshot, node).departures
    return Outlook(node, Change.REMOVE, words, tuple(warnings), departures, refusal)


def _removing_dead(snapshot: Snapshot, node: Node, reached: Collection[str]) -> Outlook:
    words = tr(
        "{outpost} is struck off the swarm, and forgotten here. If the server ever comes back it "
        "has to leave by `docker swarm leave --force`.",
        outpost=node.name,
    )
    refusal: KnownError | None = None
    if node.online:
        refusal = StillRunning(detail=tr("The swarm hears of {outpost}.", outpost=node.name))
    elif node.unheard:
        refusal = StillRunning(
            detail=tr(
                "It may run: the swarm has a new leader, which has yet to hear of {outpost}.",
                outpost=node.name,
            ),
            next_step=tr("Try it again in half a minute."),
        )
    elif node.role == "manager":
        refusal = _guard(snapshot, node, reached)
    warnings = [] if refusal else [*_without(snapshot, node), *_labels_lost(node)]
    warnings += _data_lost(snapshot, node)
    return Outlook(node, Change.REMOVE_DEAD, words, tuple(warnings), refusal=refusal)


def _guard(snapshot: Snapshot, node: Node, reached: Collection[str]) -> KnownError | None:
    """Why a manager can't stop being one; None where it can."""
    now = quorum(snapshot.nodes)
    if now.managers == 1:
        return LastManager(detail=tr("{outpost} is the only one.", outpost=node.name))
    if now.spare < 0:
        return QuorumEndangered(detail=now.warning)
    after = _quorum_without(snapshot, node)
    others = [n for n in snapshot.nodes if n.role == "manager" and n.id != node.id]
    if after.spare < 0:
        offline = ", ".join(other.name for other in others if not other.online)
        return QuorumEndangered(
            detail=tr(
                "Of the {whole} managers that would be left, {part} would be online.",
                whole=after.managers,
                part=after.reachable,
            ),
            next_step=tr("Bring these back first, or remove them: {names}.", names=offline),
        )
    if not any(other.online and other.id in reached for other in others):
        names = ", ".join(other.name for other in others)
        return OnlyWayIn(detail=tr("The other managers: {names}.", names=names))
    return None


def _quorum_without(snapshot: Snapshot, node: Node) -> Quorum:
    return quorum(snapshot.nodes).after(-1, -1 if node.online else 0)


def _without(snapshot: Snapshot, node: Node) -> tuple[str, ...]:
    """What is to be known before a manager stops being one; nothing for a worker."""
    if node.role != "manager":
        return ()
    warnings = _afterwards(_quorum_without(snapshot, node))
    if node.leader:
        warnings += (tr("It leads the swarm: another takes over, within a few seconds."),)
    return warnings


def _afterwards(after: Quorum) -> tuple[str, ...]:
    """What so many managers can't bear."""
    if after.managers == 1:
        return (
            tr(
                "Then the swarm has one manager: if that is lost, nothing can be changed any more. "
                "What runs goes on."
            ),
        )
    if after.managers == 2:
        return (
            tr(
                "Then the swarm has two managers: if either is lost, nothing can be changed any "
                "more. One alone is safer, and so are three."
            ),
        )
    if after.spare <= 0:
        return (
            tr(
                "Then {part} of {whole} managers are online: if one more is lost, nothing can be "
                "changed any more.",
                part=after.reachable,
                whole=after.managers,
            ),
        )
    if after.managers % 2 == 0:
        return (
            tr(
                "Then the swarm has {number} managers, which can lose no more of them than "
                "{fewer} can.",
                number=after.managers,
                fewer=after.managers - 1,
            ),
        )
    return ()


def _labels_lost(node: Node) -> tuple[str, ...]:
    if not node.labels:
        return ()
    labels = ", ".join(f"{name}={value}" for name, value in sorted(node.labels.items()))
    return (tr("Its labels are lost: {labels}.", labels=labels),)


def _data_lost(snapshot: Snapshot, node: Node) -> list[str]:
    """What lay on the disk of a server that is gone, as far as its last tasks tell."""
    was_here = {task.service_id for task in snapshot.tasks if task.node_id == node.id}
    return [
        tr(
            "The data of {service} in {places} lay on this server.",
            service=service.name,
            places=", ".join(places),
        )
        for service in snapshot.services
        if service.id in was_here and (places := local_data(service))
    ]
