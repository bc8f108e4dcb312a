"""`otternauts self-test` says of each part whether it works here, and leaves nothing behind."""

import json
import os
import subprocess
import sys
from functools import partial
from pathlib import Path

import pytest

from otternauts_desktop import __version__, self_test
from otternauts_desktop.cli.parser import SELF_TESTS, make_parser
from otternauts_desktop.services.vault import Vault
from tests.services.test_vault import Memory


def tried(home: Path, *words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run it as a person whose home is empty and who has no screen."""
    (home / "tmp").mkdir(exist_ok=True)
    kept = {name: os.environ[name] for name in ("PATH", "LANG") if name in os.environ}
    return subprocess.run(
        [sys.executable, "-m", "otternauts_desktop", *words],
        env={**kept, "HOME": str(home), "TMPDIR": str(home / "tmp"), **environment},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_every_part_works_here_and_nothing_stays(tmp_path: Path) -> None:
    done = tried(tmp_path, "--json", "self-test")
    document = json.loads(done.stdout)
    assert [check["name"] for check in document["checks"] if check["ok"]] == [*SELF_TESTS], document
    assert (done.returncode, document["ok"], document["version"]) == (0, True, __version__)
    assert not (tmp_path / ".otternauts").exists()
    assert not [*(tmp_path / "tmp").iterdir()]


def test_one_part_alone(tmp_path: Path) -> None:
    done = tried(tmp_path, "self-test", "--only", "resources")
    assert (done.returncode, len(done.stdout.splitlines())) == (0, 1)
    assert done.stdout.startswith("ok      resources")


async def test_where_qt_ends_the_process_the_rest_goes_on_and_tells_why(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home, elsewhere = tmp_path / "home", tmp_path / "tmp"
    for folder in (home, elsewhere):
        folder.mkdir()
    monkeypatch.setenv("QT_QPA_PLATFORM", "nosuchplatform")
    monkeypatch.setenv("TMPDIR", str(elsewhere))
    with pytest.raises(self_test.Failed, match="nosuchplatform"):
        await self_test._window_by_itself(home)
    assert not [*elsewhere.iterdir()]


def test_the_entry_in_the_keyring_is_removed_also_where_it_came_back_changed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    class Forgetful(Memory):
        def get_password(self, service: str, username: str) -> str | None:
            kept = super().get_password(service, username)
            return kept and f"{kept} or so"

    for keyring, code in ((Memory(2_000), 0), (Forgetful(2_000), 1)):
        monkeypatch.setattr(self_test, "Vault", partial(Vault, backend=keyring))
        arguments = make_parser().parse_args(["self-test", "--only", "keyring"])
        assert self_test.run(arguments) == code
        assert not keyring.entries
    assert "came back changed" in capsys.readouterr().out
