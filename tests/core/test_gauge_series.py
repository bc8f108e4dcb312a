"""Series of samples: small, true to a thousandth, and open where nothing is known."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from otternauts_desktop.core.gauges.rates import Use
from otternauts_desktop.core.gauges.series import (
    COARSE,
    FIELDS,
    FINE,
    Block,
    figures_of,
    slots_of,
    unpacked,
)

HOUR = 3600


def block(*figures: tuple[float, float], start: int = 0) -> Block:
    """A fine block with figures of memory at moments."""
    made = Block(FINE, start)
    for at, memory in figures:
        made.add(at, figures_of(Use(memory=memory)))
    return made


@given(
    st.floats(0, 1e15, allow_nan=False),
    st.floats(0.01, 10_000, allow_nan=False),
)
def test_a_figure_comes_back_as_it_went_in_but_for_a_thousandth(memory: float, cpu: float) -> None:
    made = Block(FINE, 0)
    made.add(5, figures_of(Use(cpu=cpu, memory=memory)))
    (came,) = (figure for figure in made.values("memory") if figure is not None)
    assert came == pytest.approx(memory, rel=0.001, abs=1)
    (came,) = (figure for figure in made.values("cpu") if figure is not None)
    assert came == pytest.approx(cpu, rel=0.001, abs=0.0001)


def test_nothing_used_is_nothing_and_not_a_gap() -> None:
    assert block((0, 0.0)).values("memory")[0] == 0.0
    assert block((0, 0.0)).values("cpu")[0] is None


def test_a_slot_has_the_mean_of_its_samples() -> None:
    made = block((31, 100.0), (35, 200.0), (59, 600.0), (60, 50.0))
    assert made.values("memory")[0] is None
    assert made.values("memory")[1] == pytest.approx(300, rel=0.001)
    assert made.values("memory")[2] == pytest.approx(50, rel=0.01)


@given(st.lists(st.tuples(st.integers(0, HOUR - 1), st.floats(0, 1e12)), max_size=40))
def test_a_block_is_packed_and_unpacked(figures: list[tuple[int, float]]) -> None:
    made = block(*sorted(figures))
    again = unpacked(FINE, 0, made.packed())
    assert all(again.values(name) == made.values(name) for name in FIELDS)


@pytest.mark.parametrize("data", [b"", b"x", block().packed()[:-3], Block(COARSE, 0).packed()])
def test_a_damaged_block_is_refused(data: bytes) -> None:
    with pytest.raises(ValueError):
        unpacked(FINE, 0, data)


def test_slots_go_over_blocks_and_leave_gaps_open() -> None:
    blocks = [block((HOUR - 1, 10.0)), block((HOUR, 20.0), (HOUR + 95, 40.0), start=HOUR)]
    slots = slots_of(blocks, "memory", FINE, HOUR - 60, HOUR + 120)
    rounded = [None if figure is None else round(figure) for figure in slots]
    assert rounded == [None, 10, 20, None, None, 40, None]


def test_several_subjects_are_added_up() -> None:
    slots = slots_of([block((0, 10.0), (30, 5.0)), block((0, 7.0))], "memory", FINE, 0, 59)
    assert [None if figure is None else round(figure) for figure in slots] == [17, 5]


def test_blocks_begin_at_fixed_moments() -> None:
    assert FINE.start(2 * HOUR + 17.5) == 2 * HOUR
    assert COARSE.start(3 * 86_400 + 5) == 3 * 86_400
