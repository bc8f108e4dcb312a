"""A full disk: it is said, what was kept stays, and nothing half-written is left."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from otternauts_desktop.core.swarm.cluster import Cluster
from otternauts_desktop.services.store.clusters import ClusterRecords
from otternauts_desktop.services.store.database import open_database
from otternauts_desktop.services.store.home import DATABASE
from tests.cli.test_cli import otternauts
from tests.services.test_backups import ACME, contents_of

pytestmark = pytest.mark.seconds(60)
resource = pytest.importorskip("resource", reason="the limit is one of Unix")

ROOM = 48 * 1024
"""Bytes that a file may have: as many as what SQLite needs to open the database."""


def limited(home: Path, *words: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
    """As `otternauts`, on a disk that takes no file larger than `ROOM`."""
    return subprocess.run(
        [sys.executable, "-B", "-m", "otternauts_desktop", "--home", str(home), "--json", *words],
        input=stdin,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (ROOM, ROOM)),
    )


def test_a_full_disk_is_said_and_loses_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OTTERNAUTS_SECRET_KEY", "a passphrase")
    home = tmp_path / "home"
    database = open_database(home / DATABASE)
    ClusterRecords(database).add(Cluster(ACME, "acme", "swarm"))
    database.close()
    assert otternauts(home, "variable", "set", "KEPT", stdin="v\n").returncode == 0

    full = limited(home, "variable", "set", "LARGE", stdin="x" * 65_536 + "\n")
    assert full.returncode == 1, full.stderr
    assert json.loads(full.stdout)["error"]["anchor"] == "database-unwritable"
    before = contents_of(tmp_path)
    backup = limited(home, "backup", "create", str(tmp_path / "b"), stdin="x" * 65_536 + "\n")
    assert backup.returncode == 0, "it has room enough: what is kept is small"
    (tmp_path / "b").unlink()
    assert contents_of(tmp_path) == before

    there = json.loads(otternauts(home, "--json", "variable", "list").stdout)
    assert [kept["name"] for kept in there] == ["KEPT"]
    assert otternauts(home, "variable", "set", "LARGE", stdin="x" * 65_536).returncode == 0
    copy = tmp_path / "full"
    full = limited(home, "backup", "create", str(copy), stdin="four words of no meaning\n")
    assert json.loads(full.stdout)["error"]["anchor"] == "file-unwritable"
    assert not copy.exists()
