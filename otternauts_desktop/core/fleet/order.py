"""The order of launch that `depends_on` asks for: waves of vessels, and cycles."""

from collections.abc import Mapping, Sequence


def waves(needs: Mapping[str, Sequence[str]]) -> tuple[tuple[str, ...], ...]:
    """Vessels in waves, each after all that it needs; what is no vessel is not waited for.

    Vessels that need each other in a circle are left out: see `cycle`.
    """
    left = dict(needs)
    found: list[tuple[str, ...]] = []
    done: set[str] = set()
    while left:
        ready = tuple(
            name
            for name, wanted in left.items()
            if all(other in done or other not in needs for other in wanted)
        )
        if not ready:
            break
        found.append(ready)
        done |= set(ready)
        for name in ready:
            del left[name]
    return tuple(found)


def cycle(needs: Mapping[str, Sequence[str]]) -> tuple[str, ...]:
    """Vessels that need each other in a circle, () where there is none."""
    flown = {name for wave in waves(needs) for name in wave}
    left = [name for name in needs if name not in flown]
    if not left:
        return ()
    path = [left[0]]
    while path.count(path[-1]) < 2:
        path.append(next(n for n in needs[path[-1]] if n in needs and n not in flown))
    return tuple(path[path.index(path[-1]) :])
