"""However logs come in pieces and are cut off: nothing is lost, doubled or out of order."""

from collections.abc import Sequence

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from otternauts_desktop.core.comms.chunked import BrokenBody, ChunkedBody
from otternauts_desktop.core.comms.frames import FrameReader
from otternauts_desktop.core.comms.line import LogLine, Speaker
from otternauts_desktop.core.comms.merge import HOLD_SECONDS, Merge
from otternauts_desktop.core.comms.stamps import later, nanoseconds, stamp_at, stamp_of
from otternauts_desktop.core.comms.told import OVERLAP, Told
from tests.core.log_bytes import PIECE, START, Entry, framed

SPEAKER = Speaker("web", 1, "t1", "n1")


@st.composite
def logs(draw: st.DrawFn) -> list[Entry]:
    """A log file: several lines of one moment, some a little out of order, some long."""
    entries = []
    at = START
    for number in range(draw(st.integers(1, 25))):
        at += draw(st.sampled_from((0, 0, 1, 1_000, OVERLAP // 2, OVERLAP * 3)))
        back = draw(st.sampled_from((0, 0, 0, 1, OVERLAP - 1)))
        length = draw(st.sampled_from((0, 0, 0, PIECE, 3 * PIECE)))
        text = f"{number} ".encode() + b"x" * length
        entries.append(Entry(at - back, draw(st.booleans()), text))
    return entries


@settings(max_examples=300, deadline=None)
@given(log=logs(), data=st.data())
def test_a_log_that_is_cut_off_anywhere_is_told_once(log: list[Entry], data: st.DataObject) -> None:
    told, heard = Told(), list[LogLine]()
    for cut in [*sorted(data.draw(st.lists(st.integers(0, len(log)), max_size=4))), len(log)]:
        start = told.reopen()
        written = [entry for entry in log[:cut] if entry.stamp >= start]
        stream = framed(written)
        if cut < len(log):  # the connection dies in the middle of what follows
            stream += framed(log[cut : cut + 2])
            stream = stream[: data.draw(st.integers(0, len(stream)))]
        reader = FrameReader(SPEAKER)
        size = data.draw(st.sampled_from((50, 1_000, 1_000_000)))
        for at in range(0, len(stream), size):
            lines = told.new(reader.feed(stream[at : at + size]))
            assert not told.missed(lines)
            told.add(lines, reader.oldest_unfinished)
            heard += lines
    assert sorted(line.text.encode() for line in heard) == sorted(entry.text for entry in log)


def test_lines_that_were_rotated_away_meanwhile_are_missed() -> None:
    told = Told()
    told.add(FrameReader(SPEAKER).feed(framed([Entry(START, False, b"1")])))
    told.reopen()
    lines = told.new(FrameReader(SPEAKER).feed(framed([Entry(START + 10, False, b"9")])))
    assert [line.text for line in lines] == ["9"]
    assert told.missed(lines)
    assert not told.missed(lines)


def line(log: int, nanos: int, number: int) -> LogLine:
    return LogLine(stamp_at(nanos), "web", log, f"t{log}", "n", False, str(number))


@st.composite
def chatter(draw: st.DrawFn) -> list[list[list[LogLine]]]:
    """Several logs, each in order, in chunks."""
    made = []
    for log in range(draw(st.integers(1, 4))):
        steps = draw(st.lists(st.integers(0, 3 * OVERLAP), max_size=20))
        at, lines = START, []
        for number, step in enumerate(steps):
            at += step
            lines.append(line(log, at, number))
        size = draw(st.integers(1, 5))
        made.append([lines[i : i + size] for i in range(0, len(lines), size)])
    return made


@settings(max_examples=300, deadline=None)
@given(made=chatter(), data=st.data(), budget=st.sampled_from((1, 1_000, 10**9)))
def test_pasts_that_come_in_any_turn_are_merged_in_order(
    made: list[list[list[LogLine]]], data: st.DataObject, budget: int
) -> None:
    merge, heard = Merge(budget), list[LogLine]()
    left = [list(chunks) for chunks in made]
    for log in range(len(left)):
        merge.hold(log, 1e9)
    open_logs = set(range(len(left)))
    while open_logs:
        # A log of which too much waits is not read on; there is always one that may be.
        able = sorted(log for log in open_logs if not merge.full(log))
        assert able
        log = data.draw(st.sampled_from(able))
        if left[log]:
            merge.feed(log, left[log].pop(0), 0.0)
        else:
            merge.end(log)
            open_logs.remove(log)
        while taken := merge.take(0.0):
            heard += taken
    assert merge.take(0.0) == []
    everything = [said for chunks in made for chunk in chunks for said in chunk]
    assert sorted(heard) == sorted(everything)
    if budget > 10**6:
        assert [said.time for said in heard] == sorted(said.time for said in everything)


def test_what_is_said_now_waits_a_moment_for_what_was_said_before() -> None:
    merge = Merge()
    for log in (1, 2):
        merge.free(log)
    merge.feed(1, [line(1, START + 5, 1)], now=10.0)
    assert merge.take(10.1) == []
    merge.feed(2, [line(2, START, 2)], now=10.2)
    assert [said.text for said in merge.take(10.0 + HOLD_SECONDS)] == ["2", "1"]


def test_a_past_that_is_read_holds_up_the_present_for_so_long_and_no_longer() -> None:
    merge = Merge()
    merge.free(1)
    merge.hold(2, until=12.0)
    merge.feed(1, [line(1, START + 5, 1)], now=10.0)
    assert merge.take(11.9) == []
    assert [said.text for said in merge.take(12.0)] == ["1"]


def test_a_stamp_from_the_future_does_not_end_the_order() -> None:
    merge = Merge()
    merge.free(1)
    merge.feed(1, [line(1, START + 10**18, 1)], now=10.0)
    assert len(merge.take(11.0)) == 1
    merge.feed(1, [line(1, START + 5, 2)], now=11.0)
    assert merge.take(11.1) == []
    merge.feed(1, [line(1, START, 3)], now=11.2)
    assert [said.text for said in merge.take(11.0 + HOLD_SECONDS)] == ["3", "2"]


@settings(max_examples=300, deadline=None)
@given(
    chunks=st.lists(st.binary(min_size=1, max_size=300), max_size=8),
    size=st.integers(1, 400),
    tail=st.binary(max_size=5),
)
def test_a_body_in_chunks_in_pieces_of_any_size(
    chunks: Sequence[bytes], size: int, tail: bytes
) -> None:
    sent = b"".join(b"%x\r\n%s\r\n" % (len(chunk), chunk) for chunk in chunks)
    body, heard = ChunkedBody(), b""
    for at in range(0, len(sent), size):
        heard += body.feed(sent[at : at + size])
    assert heard == b"".join(chunks)
    assert not body.ended
    body.feed(b"0\r\n\r\n" + tail)
    assert body.ended


@settings(max_examples=300, deadline=None)
@given(st.lists(st.binary(max_size=200) | st.just(b"ffffffffffff\r\n"), max_size=20))
@example([b"-1\r\n"])
@example([b"1" * 300])
def test_a_body_that_is_none_is_refused_or_read_and_takes_no_memory(pieces: list[bytes]) -> None:
    body = ChunkedBody()
    try:
        for piece in pieces:
            assert len(body.feed(piece)) <= len(piece) + 256
    except BrokenBody:
        pass
    with pytest.raises(BrokenBody):
        ChunkedBody().feed(b"no size\r\n")


@given(st.integers(10**12, 10**10 * 10**9), st.integers(-(10**12), 10**12))
def test_stamps_sort_as_time_does(nanos: int, step: int) -> None:
    stamp = stamp_at(nanos)
    assert stamp_of(stamp) == stamp
    assert nanoseconds(stamp) == nanos
    assert (later(stamp, step) > stamp) == (step > 0) or nanos + step < 0


@given(st.text(max_size=60))
def test_no_text_as_a_stamp_is_an_error(text: str) -> None:
    stamp = stamp_of(text)
    assert stamp == "" or len(stamp) == 30
    nanoseconds(stamp)
    later(stamp, 10**18)
