import subprocess
from pathlib import Path

from otternauts_desktop.core.fleet.beside import Beside
from otternauts_desktop.services.git import commit_of
from tests.services.practice import flying


def _git(folder: Path, *words: str) -> str:
    who = ("-c", "user.name=otter", "-c", "user.email=otter@example.com")
    done = subprocess.run(
        ["git", "-C", str(folder), *who, *words], capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


async def test_a_folder_tells_its_commit_where_it_has_one(tmp_path: Path) -> None:
    assert await commit_of("") == ""
    assert await commit_of(str(tmp_path / "nowhere")) == ""
    _git(tmp_path, "init", "-q")
    assert await commit_of(str(tmp_path)) == ""
    _git(tmp_path, "commit", "-q", "--allow-empty", "-m", "first")
    commit = await commit_of(str(tmp_path))
    assert len(commit) >= 10
    assert _git(tmp_path, "rev-parse", "HEAD").startswith(commit)


async def test_a_launch_knows_the_commit_of_its_flight_plan(tmp_path: Path) -> None:
    folder = tmp_path / "work"
    folder.mkdir()
    _git(folder, "init", "-q")
    _git(folder, "commit", "-q", "--allow-empty", "-m", "first")
    async with flying(tmp_path) as (control, _, cluster_id):
        text = "services:\n  web:\n    image: nginx:1.27\n"
        beside = Beside(directory=str(folder))
        launch = await control.launches.launch(cluster_id, "kiosk", text, {}, beside)
        await control.launches.wait(launch)
        (record,) = control.launches.history(cluster_id, "kiosk")
    assert _git(folder, "rev-parse", "HEAD").startswith(record.git_commit)
    assert record.git_commit
