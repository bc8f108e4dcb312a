"""The Engine's log stream, in pieces of every size."""

import struct

import pytest

from otternauts_desktop.core.comms.frames import MAX_LINE, FrameReader
from otternauts_desktop.core.comms.line import LogLine

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
