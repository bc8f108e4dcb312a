"""Backups by command line: each command a process, nobody at the terminal."""

import json
from pathlib import Path

import pytest

from otternauts_desktop.services.store.lock import HomeLock
from tests.cli.test_cli import otternauts

pytestmark = pytest.mark.seconds(60)

WORDS = "four words of no meaning\n"


def test_a_backup_is_made_and_restored_into_another_data_directory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OTTERNAUTS_SECRET_KEY", "a passphrase")
    here, there, file = tmp_path / "here", tmp_path / "there", str(tmp_path / "backup")
    short = otternauts(here, "--json", "backup", "create", file, stdin="otter\n")
    assert short.returncode == 1
    assert json.loads(short.stdout)["error"]["anchor"] == "passphrase-too-short"
    made = otternauts(here, "--json", "backup", "create", file, stdin=WORDS)
    assert made.returncode == 0, made.stderr
    assert json.loads(made.stdout) == {"file": file, "missing": [], "outside": []}

    asked = otternauts(there, "backup", "restore", file, stdin=WORDS)
    assert asked.returncode == 2
    assert "--yes" in asked.stderr
    assert not there.exists()
    wrong = otternauts(there, "--json", "backup", "restore", file, "--yes", stdin="not these\n")
    assert json.loads(wrong.stdout)["error"]["anchor"] == "backup-passphrase-wrong"
    with HomeLock(there):
        taken = otternauts(there, "--json", "backup", "restore", file, "--yes", stdin=WORDS)
        assert json.loads(taken.stdout)["error"]["anchor"] == "home-in-use"
    done = otternauts(there, "--json", "backup", "restore", file, "--yes", stdin=WORDS)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["clusters"] == []
    (kept,) = json.loads(otternauts(there, "--json", "backup", "list").stdout)
    assert kept["kind"] == "before-restore"
    again = otternauts(there, "backup", "restore", Path(kept["file"]).name, "--yes")
    assert again.returncode == 0, again.stderr
