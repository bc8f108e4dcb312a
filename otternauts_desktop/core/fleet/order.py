"""The order of launch that `depends_on` asks for: waves of vessels, and cycles."""

from collections.abc import Mapping, Sequence
from graphlib import CycleError, TopologicalSorter


def waves(needs: Mapping[str, Sequence[str]]) -> tuple[tuple[str, ...], ...]:
    """Vessels in waves, each after all that it needs; what is no vessel is not waited for.

    Raises `graphlib.CycleError` where there is a `cycle`.
    """
    sorter = _sorter(needs)
    sorter.prepare()
    places = {name: place for place, name in enumerate(needs)}
    found: list[tuple[str, ...]] = []
    while sorter.is_active():
        ready = sorter.get_ready()
        found.append(tuple(sorted(ready, key=places.__getitem__)))
        sorter.done(*ready)
    return tuple(found)


def cycle(needs: Mapping[str, Sequence[str]]) -> tuple[str, ...]:
    """Vessels each of which needs the next, the first one again at the end; () for none."""
    try:
        _sorter(needs).prepare()
    except CycleError as error:
        return tuple(reversed(error.args[1]))
    return ()


def _sorter(needs: Mapping[str, Sequence[str]]) -> "TopologicalSorter[str]":
    return TopologicalSorter(
        {name: [other for other in wanted if other in needs] for name, wanted in needs.items()}
    )
