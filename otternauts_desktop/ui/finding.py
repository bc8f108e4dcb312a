"""Fuzzy search over actions and objects: what the palette shows for what is typed."""

from collections.abc import Sequence
from dataclasses import dataclass

WORST_SCORE = 60.0


@dataclass(frozen=True, slots=True)
class Target:
    """Something to go to or to do."""

    id: str
    title: str
    """`shop/web`, `Launch…`."""
    kind: str
    """`Service`, `Fleet`, a menu's name."""
    icon: str = ""
    where: str = ""
    """The cluster it belongs to."""
    keys: str = ""

    @property
    def text(self) -> str:
        """What is searched."""
        return f"{self.title} {self.kind} {self.where}"


def find(typed: str, targets: Sequence[Target], recent: Sequence[str], limit: int) -> list[Target]:
    """The best matches, best first; for nothing typed the recent ones, then the others.

    Of equal matches the one used more recently comes first, then the shorter title.
    """
    from rapidfuzz import fuzz, process, utils  # not before somebody searches

    rank = {target_id: place for place, target_id in enumerate(recent)}
    if not typed.strip():
        ordered = sorted(targets, key=lambda t: rank.get(t.id, len(rank)))
        return ordered[:limit]
    found = process.extract(
        typed,
        [target.text for target in targets],
        scorer=fuzz.partial_ratio,
        processor=utils.default_process,
        limit=limit * 8,
        score_cutoff=WORST_SCORE,
    )
    wanted = utils.default_process(typed)

    def order(match: tuple[str, float, int]) -> tuple[bool, float, int, int]:
        target = targets[match[2]]
        starts = utils.default_process(target.title).startswith(wanted)
        return (not starts, -match[1], rank.get(target.id, len(rank)), len(target.title))

    return [targets[match[2]] for match in sorted(found, key=order)[:limit]]
