"""The Engine's log stream, in pieces of every size."""

import random
import struct

import pytest

from otternauts_desktop.core.comms.chunked import ChunkedBody
from otternauts_desktop.core.comms.frames import MAX_LINE, FrameReader
from otternauts_desktop.core.comms.line import LogLine, Speaker
from otternauts_desktop.core.comms.log_body import LogBody
from tests.core.log_bytes import PIECE, START, Entry, framed, survive, with_terminal
from tests.core.log_bytes import frame as framed_as

STAMP = "2026-01-02T03:04:05.678901234Z"
DETAILS = ",".join(
    f"{key}={value}"
    for key, value in (
        ("EV", "a%20b"),
        ("com.docker.swarm.node.id", "n1"),
        ("com.docker.swarm.service.id", "s1"),
        ("com.docker.swarm.task.id", "t1"),
    )
)


def name(task_id: str) -> tuple[str, int]:
    return ("web", 2) if task_id == "t1" else ("", 0)


def payload(text: bytes) -> bytes:
    return f"{STAMP} {DETAILS} ".encode() + text


def frame(stream: int, text: bytes) -> bytes:
    data = payload(text)
    return struct.pack(">BxxxI", stream, len(data)) + data


STREAM = frame(1, b"hello world\n") + frame(2, b"oh no\n") + frame(1, b"\n")


@pytest.mark.parametrize("size", [1, 2, 3, 7, 8, 9, 100, 10_000])
def test_pieces_of_any_size(size: int) -> None:
    reader = FrameReader(name)
    lines: list[LogLine] = []
    for at in range(0, len(STREAM), size):
        lines += reader.feed(STREAM[at : at + size])
    assert [(line.stderr, line.text) for line in lines] == [
        (False, "hello world"),
        (True, "oh no"),
        (False, ""),
    ]
    assert {(line.time, line.replica, line.node_id) for line in lines} == {(STAMP, "web.2", "n1")}


def test_a_long_line_comes_in_several_frames_as_one() -> None:
    reader = FrameReader(name)
    assert reader.feed(frame(1, b"a" * 16_384)) == []
    (line,) = reader.feed(frame(1, b"b\n"))
    assert line.text == "a" * 16_384 + "b"


def test_a_line_without_end_is_cut_and_says_so() -> None:
    reader = FrameReader(name)
    for _ in range(100):
        assert reader.feed(frame(1, b"a" * 16_384)) == []
    (line,) = reader.feed(frame(1, b"\n"))
    assert line.text.startswith("a" * MAX_LINE)
    assert line.text.endswith("more bytes cut]")


def test_a_terminal_has_no_frames() -> None:
    reader = FrameReader(name)
    lines = reader.feed(payload(b"\x1b[1mbold\x1b[0m\r\n") + payload(b"half"))
    assert [line.text for line in lines] == ["\x1b[1mbold\x1b[0m"]


def test_bytes_that_are_no_utf8_do_no_harm() -> None:
    (line,) = FrameReader(name).feed(frame(1, b"\xff\xfe ok\n"))
    assert line.text == "�� ok"


SPEAKER = Speaker("web", 2, "t1", "n1")
ENTRIES = (
    Entry(START, False, b"hello world"),
    Entry(START, False, b"the same moment"),
    Entry(START, True, b"a" * 40_000),
    Entry(START + 1, False, "Ü".encode() * PIECE),
    Entry(START + 2, False, b""),
)


def read(data: bytes, size: int) -> list[LogLine]:
    reader = FrameReader(SPEAKER)
    return [line for at in range(0, len(data), size) for line in reader.feed(data[at : at + size])]


@pytest.mark.parametrize("size", [1, 7, 1_000, 16_384, 1_000_000])
def test_a_containers_log_in_pieces_of_any_size(size: int) -> None:
    lines = read(framed(ENTRIES), size)
    assert [(line.time, line.stderr, line.text.encode()) for line in lines] == [
        (entry.stamp, entry.stderr, entry.text) for entry in ENTRIES
    ]
    assert {line.replica for line in lines} == {"web.2"}


@pytest.mark.parametrize("size", [1, 7, 1_000, 1_000_000])
def test_a_long_line_of_a_terminal_has_the_stamp_of_each_piece_taken_out(size: int) -> None:
    lines = read(with_terminal(ENTRIES), size)
    assert [(line.time, line.text.encode()) for line in lines] == [
        (entry.stamp, entry.text) for entry in ENTRIES
    ]


def test_the_daemons_own_words_are_a_note() -> None:
    words = b"Error grabbing logs: node is not available\n"
    (line,) = read(b"\x03\0\0\0" + struct.pack(">I", len(words)) + words, 10_000)
    assert (line.note, line.text) == (True, "Error grabbing logs: node is not available")


def test_a_length_that_lies_takes_no_memory_and_the_next_frame_is_found() -> None:
    lie = b"\x01\0\0\0" + struct.pack(">I", 2**32 - 1) + b"x" * 100
    lines = read(framed(ENTRIES[:1]) + lie + framed(ENTRIES[1:2]), 50)
    assert [line.text for line in lines] == [
        "hello world",
        "108 damaged bytes here.",
        "the same moment",
    ]
    assert [line.note for line in lines] == [False, True, False]


def test_a_stamp_of_another_form_is_understood_and_none_is_made_up() -> None:
    texts = (b"2026-01-02T03:04:05Z a\n", b"2026-01-02T05:04:05.5+02:00 b\n", b"nonsense c\n")
    lines = read(b"".join(framed_as(False, text) for text in texts), 10_000)
    assert [(line.time, line.text) for line in lines] == [
        ("2026-01-02T03:04:05.000000000Z", "a"),
        ("2026-01-02T03:04:05.500000000Z", "b"),
        ("2026-01-02T03:04:05.500000000Z", "nonsense c"),
    ]


ODD = (
    b"\x03\0\0\0\0\0\0\x03oh\n",
    framed(ENTRIES[:2]),
    framed(ENTRIES[2:3]),
    b"nonsense",
    b"\x01\0\0\0",
    framed(ENTRIES[:1])[:50],
)


def test_the_fast_way_reads_a_body_as_the_slow_one_does() -> None:
    dice = random.Random(3)
    for number in range(300):
        bodies = [framed([dice.choice(ENTRIES[:2] + ENTRIES[4:])]) for _ in range(8)]
        bodies += dice.choices(ODD, k=dice.randrange(3))
        dice.shuffle(bodies)
        sent = b"".join(b"%x\r\n%s\r\n" % (len(body), body) for body in bodies) + b"0\r\n\r\n"
        slow, chunks = FrameReader(SPEAKER), ChunkedBody()
        reader = FrameReader(SPEAKER)
        fast = LogBody(reader, SPEAKER)
        heard, wanted = list[LogLine](), list[LogLine]()
        size = dice.choice((60, 1_000, 1_000_000))
        for at in range(0, len(sent), size):
            chunk = sent[at : at + size]
            heard += fast.feed(chunk)
            wanted += slow.feed(chunks.feed(chunk))
        assert fast.ended
        # Of a note only about when is known.
        blank = [[x._replace(time="") if x.note else x for x in xs] for xs in (heard, wanted)]
        assert blank[0] == blank[1], (number, size, bodies)
        assert reader.unfinished() == slow.unfinished()


def test_hostile_chunks_do_no_harm() -> None:
    assert survive(random.Random(7), 20_000) > 5_000
