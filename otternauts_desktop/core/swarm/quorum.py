"""How many managers a swarm can still lose: more than half of them must be online."""

from collections.abc import Iterable
from dataclasses import dataclass

from otternauts_desktop.core.swarm.state import Node
from otternauts_desktop.core.words import tr


@dataclass(frozen=True, slots=True)
class Quorum:
    """The managers of a swarm, and those of them that its leader reaches."""

    managers: int
    reachable: int

    @property
    def spare(self) -> int:
        """So many more may be lost; below 0 nothing can be changed any more."""
        return self.reachable - (self.managers // 2 + 1)

    def after(self, managers: int, reachable: int) -> "Quorum":
        """How it would be with so many more (or, negative, fewer)."""
        return Quorum(self.managers + managers, self.reachable + reachable)

    @property
    def warning(self) -> str:
        """What a person should know before it is too late; "" for nothing.

        Not for a single manager: that is how a small swarm is meant to be, and plain to see.
        """
        if self.spare < 0:
            return tr(
                "The swarm has lost its quorum: {part} of {whole} managers are online. What runs "
                "goes on, but nothing can be changed. Bring the others back.",
                part=self.reachable,
                whole=self.managers,
            )
        if self.managers == 2:
            return tr(
                "The swarm has two managers: if either is lost, nothing can be changed any more. "
                "That is less safe than one alone. Promote a third "
                "(`otternauts outpost promote NAME`), or demote one "
                "(`otternauts outpost demote NAME`)."
            )
        if self.spare == 0 and self.managers > 1:
            return tr(
                "{part} of {whole} managers are online: if one more is lost, nothing can be "
                "changed any more. Bring the others back, or demote them for good.",
                part=self.reachable,
                whole=self.managers,
            )
        return ""


def quorum(nodes: Iterable[Node]) -> Quorum:
    """How the managers among `nodes` stand."""
    managers = [node for node in nodes if node.role == "manager"]
    return Quorum(len(managers), sum(node.online for node in managers))
