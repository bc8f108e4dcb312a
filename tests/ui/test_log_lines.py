"""The store of log lines: bounded, packed, filtered, searched, and its rows keep their numbers."""

import random

import pytest

from otternauts_desktop.core.comms.blocks import LINES
from otternauts_desktop.core.comms.levels import Level
from otternauts_desktop.core.comms.line import LogLine
from otternauts_desktop.ui.log_filter import Filter, Matcher
from otternauts_desktop.ui.log_lines import LogLines


def line(text: str, *, stderr: bool = False, slot: int = 1, second: int = 2) -> LogLine:
    time = f"2026-07-28T09:{second // 60:02}:{second % 60:02}.118Z"
    return LogLine(time, "web", slot, "t1", "n1", stderr, text)


def lines(first: int, count: int) -> list[LogLine]:
    return [
        line(f"line {n}", stderr=n % 3 == 0, slot=n % 2 + 1) for n in range(first, first + count)
    ]


def texts(store: LogLines) -> list[str]:
    return [entry.text for entry in store.rows(0, len(store))]


def finish(store: LogLines) -> None:
    while store.working:
        store.work(0)


def chosen(store: LogLines, wanted: Filter) -> list[str]:
    store.choose(wanted)
    finish(store)
    return texts(store)


def test_the_last_lines_are_kept() -> None:
    store = LogLines(limit=1_000)
    store.append(lines(0, 1_200))
    assert store.kept == len(store) == 1_200
    store.append(lines(1_200, 5_300))
    assert 1_000 <= store.kept < 1_000 + LINES
    assert texts(store) == [f"line {n}" for n in range(6_500 - store.kept, 6_500)]
    store.close()


def test_long_lines_are_forgotten_earlier_and_cut() -> None:
    chance = random.Random(7)
    store = LogLines(most_bytes=1_000_000)
    for _ in range(60):
        store.append([line(chance.randbytes(35_000).hex()) for _ in range(7)])
        store.settle()
    assert 20 < store.kept < 100
    for length in (5_000_000, 200_000):
        store.append([line("x" * length)])
        (last,) = store.rows(len(store) - 1, len(store))
        assert len(last.text) < 66_000
    store.close()


def test_what_is_packed_comes_out_as_it_went_in() -> None:
    store = LogLines()
    odd = ["", "\x1b[31mred", "日本 😀", "\ud800 half", "two\nlines", "\r\x00", " "]
    sent = [line(odd[n % len(odd)], slot=n % 9, stderr=n % 2 == 0) for n in range(LINES * 3 + 7)]
    store.append(sent)
    store.settle()
    assert store._blocks[0].packed
    got = list(store.rows(0, len(store)))
    assert len(got) == len(sent)
    for before, after in zip(sent, got, strict=True):
        assert after.text in (before.text, before.text.replace("\n", "\u240a"), "? half")
        assert (after.replica, after.stderr, after.time) == (
            before.replica,
            before.stderr,
            before.time,
        )
    assert store.line(5) == sent[5]
    assert store.line(len(sent)) is None
    store.close()


def test_rows_can_be_gone_through_later() -> None:
    store = LogLines(limit=500)
    store.append(lines(0, 700))
    store.settle()
    rows = store.rows(0, len(store))
    store.append(lines(700, 5_000))
    store.clear()
    assert [entry.text for entry in rows] == [f"line {n}" for n in range(700)]
    store.close()


def test_serial_numbers_stay() -> None:
    store = LogLines(limit=10)
    store.append(lines(0, 300))
    serial = store.shown.serial(7)
    store.append(lines(300, 50))
    entry = store.line(serial)
    assert entry is not None
    assert entry.text == "line 7"
    store.append(lines(350, 2_000))
    assert store.line(serial) is None
    assert store.shown.row(serial) == 0
    store.clear()
    store.append(lines(0, 1))
    assert store.shown.serial(0) > serial


def test_clearing() -> None:
    store = LogLines()
    store.append(lines(0, 10))
    chosen(store, Filter("line 1"))
    store.clear()
    assert (len(store), store.kept, store.replicas) == (0, 0, {})
    store.append([line("other"), line("line 1")])
    finish(store)
    assert texts(store) == ["line 1"]


def test_what_a_filter_lets_through() -> None:
    store = LogLines()
    store.append(
        [
            line("GET /health 200"),
            line("Timeout after 3000 ms", stderr=True, second=10),
            line("\x1b[31mti\x1b[0mmeout", slot=2, second=20),
            line("ERROR timeouts: [3]", slot=2, stderr=True, second=30),
        ]
    )
    one, two = frozenset({"web.1"}), frozenset({"web.2"})
    assert len(chosen(store, Filter("timeout"))) == 3
    assert chosen(store, Filter("/time.*ms$/")) == ["Timeout after 3000 ms"]
    assert chosen(store, Filter("/health")) == ["GET /health 200"]
    assert chosen(store, Filter("[3]")) == ["ERROR timeouts: [3]"]
    assert len(chosen(store, Filter("/^timeout/"))) == 2
    assert len(chosen(store, Filter(stderr_only=True))) == 2
    assert chosen(store, Filter("time", True, two)) == ["ERROR timeouts: [3]"]
    assert len(chosen(store, Filter(replicas=two))) == 2
    assert len(chosen(store, Filter(replicas=one | two))) == 4
    assert chosen(store, Filter(replicas=frozenset({"db.1"}))) == []
    assert chosen(store, Filter(levels=frozenset({Level.ERROR}))) == ["ERROR timeouts: [3]"]
    since, until = "2026-07-28T09:00:10", "2026-07-28T09:00:30"
    assert len(chosen(store, Filter(since=since))) == 3
    assert len(chosen(store, Filter(since=since, until=until))) == 2
    assert chosen(store, Filter("//")) == []
    assert len(chosen(store, Filter())) == 4
    assert store.replicas == {"web.1": "web", "web.2": "web"}


def test_a_gap_is_told_whatever_the_filter() -> None:
    store = LogLines()
    gap = line("Nothing came from vega-1 for 9 s.", second=10)._replace(note=True)
    store.append([line("GET /health 200"), gap, line("ERROR no", second=20)])
    for wanted in (Filter("error"), Filter(levels=frozenset({Level.ERROR}))):
        assert chosen(store, wanted) == [gap.text, "ERROR no"]
    assert chosen(store, Filter(since="2026-07-28T09:00:15")) == ["ERROR no"]
    chosen(store, Filter("error"))
    store.find("no")
    finish(store)
    assert len(store.found) == 2
    assert store.line(1) == gap


@pytest.mark.parametrize("text", ["/(/", "/[/", "/*/", "/(?P<a>/"])
def test_an_expression_that_is_none(text: str) -> None:
    assert Matcher(Filter(text)).error
    assert Matcher(Filter(text)).marks(text) == []
    store = LogLines()
    store.append([line(text)])
    assert chosen(store, Filter(text)) == []


def test_an_expression_that_takes_too_long_is_given_up() -> None:
    store = LogLines()
    store.append([line("a" * 3_000 + "c")] * 2_000)
    assert chosen(store, Filter("/(a|aa)+$/")) == []
    assert store.shown.matcher.error == "This expression takes too long."
    assert store.shown.matcher.marks("a" * 3_000 + "c") == []
    assert len(chosen(store, Filter("/a+c/"))) == 2_000
    store.close()


def test_marks() -> None:
    assert Matcher(Filter("ab")).marks("AB cab") == [(0, 2), (4, 6)]
    assert Matcher(Filter(r"/\d*/")).marks("a12b3") == [(1, 3), (4, 5)]
    assert Matcher(Filter()).marks("a") == []


def test_the_newest_rows_are_found_first() -> None:
    store = LogLines()
    store.append(lines(0, LINES * 4))
    store.choose(Filter("7"))
    store.work(0)
    assert store.working
    first = texts(store)
    assert first[-1] == f"line {LINES * 4 - 3}"
    before = len(store)
    store.append(lines(LINES * 4, 10))
    store.work(0)
    assert len(store) == before + 1
    assert 0 < store.shown.progress < 1
    finish(store)
    assert len(store) == sum("7" in str(n) for n in range(LINES * 4 + 10))
    store.close()


def test_a_search_looks_in_the_rows_of_the_filter() -> None:
    store = LogLines()
    store.append(lines(0, 3_000))
    store.choose(Filter(stderr_only=True))
    store.find("/1\\d$/")
    finish(store)
    wanted = [n for n in range(3_000) if n % 3 == 0 and n >= 10 and n // 10 % 10 == 1]
    found = store.found
    assert [found.serial(row) for row in range(len(found))] == wanted
    assert found.row(wanted[5]) == 5
    assert wanted[5] in found
    assert wanted[5] + 1 not in found
    store.find("")
    assert not store.finding
    assert len(store.found) == 0
    store.close()


def test_any_order_of_things() -> None:
    chance = random.Random(7)
    filters = [
        Filter(),
        Filter("1"),
        Filter(stderr_only=True),
        Filter(replicas=frozenset({"web.2"})),
    ]
    for _ in range(12):
        store = LogLines(limit=chance.choice([1, 900, 4_000]))
        everything: list[LogLine] = []
        wanted, looked_for = Filter(), ""
        for _ in range(40):
            match chance.randrange(5):
                case 0 | 1:
                    fresh = lines(len(everything), chance.choice([1, 40, 700, 1_500]))
                    everything += fresh
                    store.append(fresh)
                case 2:
                    wanted = chance.choice(filters)
                    store.choose(wanted)
                case 3:
                    looked_for = chance.choice(["", "2", "/9$/"])
                    store.find(looked_for)
                case _:
                    store.work(0)
            if chance.randrange(4):
                continue
            finish(store)
            held = everything[len(everything) - store.kept :]
            assert len(held) >= min(store.limit, len(everything))
            expected = [entry.text for entry in held if _lets(wanted, entry)]
            assert texts(store) == expected
            if looked_for:
                end = looked_for.strip("/$")
                found = [
                    text
                    for text in expected
                    if (text.endswith(end) if "$" in looked_for else end in text)
                ]
                assert len(store.found) == len(found)
            for row in chance.sample(range(len(store)), min(len(store), 20)):
                assert store.shown.row(store.shown.serial(row)) == row
        store.close()


def _lets(wanted: Filter, entry: LogLine) -> bool:
    return (
        wanted.text in entry.text
        and (entry.stderr or not wanted.stderr_only)
        and (not wanted.replicas or entry.replica in wanted.replicas)
    )
