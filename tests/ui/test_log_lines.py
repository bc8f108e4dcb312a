"""The store of log lines: bounded, filtered, and its rows keep their numbers."""

import random

import pytest

from otternauts_desktop.core.comms.line import LogLine
from otternauts_desktop.ui.log_lines import Change, Filter, LogLines, Matcher


def line(text: str, *, stderr: bool = False, slot: int = 1) -> LogLine:
    return LogLine("2026-07-28T09:41:02.118Z", "web", slot, "t1", "n1", stderr, text)


def lines(first: int, count: int) -> list[LogLine]:
    return [
        line(f"line {n}", stderr=n % 3 == 0, slot=n % 2 + 1) for n in range(first, first + count)
    ]


def texts(store: LogLines) -> list[str]:
    return [entry.text for entry in store.rows(0, len(store))]


def chosen(store: LogLines, wanted: Filter) -> list[str]:
    store.choose(wanted)
    while store.working:
        store.work(7)
    return texts(store)


def test_the_last_lines_are_kept() -> None:
    store = LogLines(limit=100)
    assert store.append(lines(0, 90)) == Change(dropped=0, added=90)
    assert store.append(lines(90, 30)) == Change(dropped=20, added=30)
    assert store.kept == len(store) == 100
    assert texts(store) == [f"line {n}" for n in range(20, 120)]
    assert store.append(lines(120, 250)) == Change(dropped=250, added=250)
    assert texts(store) == [f"line {n}" for n in range(270, 370)]
    assert len(store._lines) <= 105


def test_serial_numbers_stay() -> None:
    store = LogLines(limit=10)
    store.append(lines(0, 10))
    serial = store.serial(7)
    store.append(lines(10, 5))
    (entry,) = store.rows(store.row(serial), store.row(serial) + 1)
    assert entry.text == "line 7"
    store.append(lines(15, 50))
    assert store.row(serial) == 0
    store.clear()
    store.append(lines(0, 1))
    assert store.serial(0) > serial


def test_clearing() -> None:
    store = LogLines()
    store.append(lines(0, 10))
    chosen(store, Filter("line 1"))
    assert store.clear() == Change(anew=True)
    assert (len(store), store.kept, store.replicas) == (0, 0, ())
    store.append([line("other"), line("line 1")])
    assert texts(store) == ["line 1"]


def test_what_a_filter_lets_through() -> None:
    store = LogLines()
    store.append(
        [
            line("GET /health 200"),
            line("Timeout after 3000 ms", stderr=True),
            line("\x1b[31mti\x1b[0mmeout", slot=2),
            line("timeouts: [3]", slot=2, stderr=True),
        ]
    )
    assert len(chosen(store, Filter("timeout"))) == 3
    assert chosen(store, Filter("/time.*ms$/")) == ["Timeout after 3000 ms"]
    assert chosen(store, Filter("/health")) == ["GET /health 200"]
    assert chosen(store, Filter("[3]")) == ["timeouts: [3]"]
    assert len(chosen(store, Filter(stderr_only=True))) == 2
    assert chosen(store, Filter("time", stderr_only=True, replica="web.2")) == ["timeouts: [3]"]
    assert len(chosen(store, Filter(replica="web.2"))) == 2
    assert chosen(store, Filter("//")) == []
    assert len(chosen(store, Filter())) == 4
    assert store.replicas == ("web.1", "web.2")


@pytest.mark.parametrize("text", ["/(/", "/[/", "/a{99999999999}/", "/*/"])
def test_an_expression_that_is_none(text: str) -> None:
    matcher = Matcher(Filter(text))
    assert matcher.error
    assert not matcher.lets(line(text))
    assert matcher.marks(text) == []


def test_marks() -> None:
    assert Matcher(Filter("ab")).marks("AB cab") == [(0, 2), (4, 6)]
    assert Matcher(Filter(r"/\d*/")).marks("a12b3") == [(1, 3), (4, 5)]
    assert Matcher(Filter()).marks("a") == []


def test_the_old_rows_stay_until_the_new_ones_are_known() -> None:
    store = LogLines()
    store.append(lines(0, 100))
    store.choose(Filter("9"))
    assert store.work(50) is None
    assert store.working
    assert len(store) == 100
    store.append(lines(100, 10))
    assert len(store) == 110
    assert store.work(50) is None
    assert store.work(50) == Change(anew=True)
    assert len(texts(store)) == 20
    assert store.work() is None


def test_any_order_of_things() -> None:
    chance = random.Random(7)
    for _ in range(60):
        store = LogLines(limit=chance.choice([1, 5, 40]))
        wanted = shown = Filter()
        everything: list[LogLine] = []
        for _ in range(60):
            match chance.randrange(4):
                case 0 | 1:
                    before = len(store)
                    fresh = lines(len(everything), chance.randrange(15))
                    everything += fresh
                    change = store.append(fresh)
                    assert len(store) == before - change.dropped + change.added
                case 2:
                    wanted = chance.choice(
                        [Filter(), Filter("1"), Filter(stderr_only=True), Filter(replica="web.2")]
                    )
                    store.choose(wanted)
                case _:
                    if store.work(chance.randrange(1, 30)) is not None:
                        shown = wanted
            matcher = Matcher(shown)
            held = everything[-store.limit :]
            assert store.kept == len(held)
            assert texts(store) == [entry.text for entry in held if matcher.lets(entry)]
            for row in range(len(store)):
                assert store.row(store.serial(row)) == row
