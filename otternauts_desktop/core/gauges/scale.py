"""Figures as people read them: their unit, and the steps and marks of a chart's axes."""

import math
from collections.abc import Callable, Iterator, Sequence
from typing import Final

_PREFIXES: Final = ("", "k", "M", "G", "T", "P", "E")


def scaled(amount: float) -> tuple[float, str]:
    """An amount between 1 and 1000, and the prefix that makes it so: (1.5, "M")."""
    power = 0
    while abs(amount) >= 999.5 and power < len(_PREFIXES) - 1:
        amount, power = amount / 1000, power + 1
    return amount, _PREFIXES[power]


def decimals(amount: float) -> int:
    """How many decimals three digits leave: 1.23 has two, 12.3 one, 123 none."""
    return 0 if amount == 0 else min(max(2 - math.floor(math.log10(abs(amount) + 1e-9)), 0), 2)


def ticks(top: float, most: int) -> list[float]:
    """At most so many round values from 0 up; the last is `top` or above it."""
    if top <= 0 or most < 2:
        return [0.0, 1.0]
    least = top / (most - 1)
    size = 10.0 ** math.floor(math.log10(least))
    step = next(size * nice for nice in (1, 2, 2.5, 5, 10) if size * nice >= least * (1 - 1e-9))
    return [number * step for number in range(math.ceil(top / step - 1e-9) + 1)]


_STEPS: Final = (
    *(60, 300, 600, 900, 1800, 3600, 2 * 3600, 3 * 3600, 6 * 3600, 12 * 3600),
    *(86_400, 2 * 86_400, 7 * 86_400),
)


def moments(
    since: float, until: float, most: int, offset: Callable[[float], float]
) -> Iterator[float]:
    """At most so many moments between two, at round times of the clock on the wall.

    `offset` gives its seconds ahead of UTC at a moment.
    """
    span = until - since
    step = next((step for step in _STEPS if span / step <= most), _STEPS[-1])
    at = (since + offset(since)) // step * step - offset(since)
    while at <= until:
        # Where the clocks change in between, the round times move with them.
        moved = at + offset(since) - offset(at)
        if since <= moved <= until:
            yield moved
        at += step


def runs(figures: Sequence[float | None]) -> list[tuple[int, list[float]]]:
    """The stretches between gaps, each with the slot that it begins at."""
    found: list[tuple[int, list[float]]] = []
    before: float | None = None
    for slot, figure in enumerate(figures):
        if figure is not None:
            if before is None:
                found.append((slot, []))
            found[-1][1].append(figure)
        before = figure
    return found


def thinned(figures: Sequence[float | None], width: int) -> list[tuple[float, float | None]]:
    """Figures with their slots, no more than two for each of `width` columns; None is a gap.

    Each column has its lowest and its highest, in their order: no peak is lost.
    """
    if len(figures) <= 2 * width:
        return list(enumerate(figures))
    points: list[tuple[float, float | None]] = []
    for column in range(width):
        first, end = column * len(figures) // width, (column + 1) * len(figures) // width
        part = figures[first:end]
        known = [figure for figure in part if figure is not None]
        if not known:
            points.append((first, None))
            continue
        ends = {part.index(figure): figure for figure in (min(known), max(known))}
        points += [(first + slot, ends[slot]) for slot in sorted(ends)]
    return points
