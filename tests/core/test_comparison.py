"""Two texts beside each other."""

import random

from otternauts_desktop.core.flight.comparison import Pair, changes, compare
from otternauts_desktop.core.flight.diff import LineKind

OLD = """\
services:
  web:
    image: ghcr.io/acme/shop:1.4.2
    deploy:
      replicas: 2
    depends_on: [db]
  worker-old:
    image: x
  db:
    image: postgres
"""
NEW = """\
services:
  web:
    image: ghcr.io/acme/shop:1.5.0
    deploy:
      replicas: 3
    depends_on: [db, cache]
  cache:
    image: redis
  db:
    image: postgres
"""


def row(pair: Pair) -> tuple[str, int, int]:
    return (
        pair.kind.value,
        pair.old.number if pair.old else 0,
        pair.new.number if pair.new else 0,
    )


def test_lines_that_are_alike_stand_beside_each_other() -> None:
    rows = compare(OLD, NEW, context=1)
    assert [row(pair) for pair in rows] == [
        ("same", 1, 1),
        ("same", 2, 2),
        ("changed", 3, 3),
        ("same", 4, 4),
        ("changed", 5, 5),
        ("changed", 6, 6),
        ("removed", 7, 0),
        ("added", 0, 7),
        ("changed", 8, 8),
        ("same", 9, 9),
        ("same", 10, 10),
    ]
    image, depends = rows[2], rows[5]
    assert image.old and image.new and depends.old and depends.new
    assert [image.old.text[slice(*r)] for r in image.old.changed] == ["1.4.2"]
    assert [image.new.text[slice(*r)] for r in image.new.changed] == ["1.5.0"]
    assert depends.old.changed == ()
    assert [depends.new.text[slice(*r)] for r in depends.new.changed] == [", cache"]
    assert changes(rows) == [2, 4]


def test_equal_lines_are_left_out_or_kept() -> None:
    old = "".join(f"line {n}\n" for n in range(40))
    new = old.replace("line 20\n", "line twenty\n")
    rows = compare(old, new, context=2)
    assert [row(pair)[0] for pair in rows] == [
        "skipped", "same", "same", "changed", "same", "same", "skipped",
    ]  # fmt: skip
    assert (rows[0].skipped, rows[-1].skipped) == (18, 17)
    assert len(compare(old, new, context=None)) == 40
    assert compare(old, old) == ()
    assert len(compare(old, old, context=None)) == 40


def test_colours_go_on_over_lines_and_control_characters_are_shown() -> None:
    rows = compare("a: |\n  b: 1\n", "a: |\n  b: 2\x1b[m\n", context=None)
    assert rows[1].new is not None
    assert rows[1].new.text == "  b: 2␛[m"
    assert {kind for _, _, kind in rows[1].new.colours} == {"str"}


def test_nothing_is_lost_in_any_comparison() -> None:
    for seed in range(400):
        chance = random.Random(seed)
        words = ["a: 1", "a: 2", "  b: x", "  b: y", "", "c"]
        old = [chance.choice(words) for _ in range(chance.randrange(12))]
        new = [chance.choice(words) for _ in range(chance.randrange(12))]
        rows = compare("\n".join(old), "\n".join(new), context=None)
        before = [pair.old for pair in rows if pair.old]
        after = [pair.new for pair in rows if pair.new]
        assert [s.text for s in before] == "\n".join(old).splitlines()
        assert [s.text for s in after] == "\n".join(new).splitlines()
        assert [s.number for s in before] == list(range(1, len(before) + 1))
        for pair in rows:
            if pair.kind is LineKind.SAME:
                assert pair.old and pair.new and pair.old.text == pair.new.text
