"""Values that are kept, by command line: each command a process, on one practice cluster."""

from pathlib import Path

import pytest

from otternauts_desktop.services.store.home import DATABASE
from tests.cli.test_servers import terminal

pytestmark = pytest.mark.seconds(120)

CANARY = "c4nary-0f-the-command-line"
PLAN = "services:\n  web:\n    image: nginx:1.27\n    environment:\n      API_KEY: ${API_KEY:?}\n"


async def test_values_are_kept_used_listed_and_forgotten(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OTTERNAUTS_SECRET_KEY", "a passphrase")
    (tmp_path / "values.env").write_text(f"API_KEY={CANARY}\nREGION=eu\n")
    (tmp_path / "compose.yaml").write_text(PLAN)
    plan = ("plan", "lane", "--file", str(tmp_path / "compose.yaml"))
    async with terminal(tmp_path) as shell:
        missing = await shell.run(*plan, code=1)
        assert "API_KEY" in missing.stderr
        env = str(tmp_path / "values.env")
        assert await shell.json("variable", "import", "--fleet", "lane", env) == {
            "set": ["API_KEY", "REGION"],
            "fleet": "lane",
        }
        planned = await shell.run(*plan, code=2)
        assert CANARY not in planned.stdout + planned.stderr
        await shell.run("variable", "rename", "--fleet", "lane", "REGION", "PLACE")
        await shell.run("variable", "remove", "--fleet", "lane", "PLACE", "--yes")
        (kept,) = await shell.json("variable", "list")
        assert (kept["name"], kept["fleet"]) == ("API_KEY", "lane")
        assert CANARY not in (await shell.run("variable", "list")).stdout
        shown = await shell.json("variable", "show", "--fleet", "lane", "API_KEY")
        assert shown == {"name": "API_KEY", "value": CANARY}
        noted = (await shell.json("vault", "recovery-key"))["recovery_key"]
        assert len(noted.split("-")) == 14
        assert (await shell.json("vault", "status"))["place"] == "file"
        for name in (DATABASE, f"{DATABASE}-wal", "vault.json"):
            file = tmp_path / "home" / name
            assert not file.exists() or CANARY.encode() not in file.read_bytes()
