"""Logs in files: whole, or as before."""

from pathlib import Path

import pytest

from otternauts_desktop.core.errors import FileUnwritable
from otternauts_desktop.services.log_files import write_log


def test_a_log_is_written(tmp_path: Path) -> None:
    target = tmp_path / "log"
    assert write_log(str(target), (f"line {n}" for n in range(5_000)), lambda: False) == 5_000
    assert target.read_text().splitlines()[4_999] == "line 4999"
    assert target.stat().st_mode & 0o077 == 0
    assert write_log(str(target), ["日本", "\ud800"], lambda: False) == 2
    assert target.read_text("utf-8") == "日本\n?\n"
    assert [file.name for file in tmp_path.iterdir()] == ["log"]


def test_what_is_given_up_leaves_what_was_there(tmp_path: Path) -> None:
    target = tmp_path / "log"
    target.write_text("before")
    told = iter([False, True, True])
    write_log(str(target), map(str, range(9_000)), lambda: next(told))
    assert target.read_text() == "before"
    assert [file.name for file in tmp_path.iterdir()] == ["log"]


def test_a_place_that_is_none(tmp_path: Path) -> None:
    with pytest.raises(FileUnwritable, match="No such file"):
        write_log(str(tmp_path / "none" / "log"), ["x"], lambda: False)
