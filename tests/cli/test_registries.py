"""Logins of registries by command line: each command a process, on one practice cluster."""

import asyncio
import os
import subprocess
import sys
from pathlib import Path

import pytest

from otternauts_desktop.simulator.private_registry import PASSWORD, REGISTRY, USER
from tests.cli.test_servers import terminal

pytestmark = pytest.mark.seconds(120)


async def test_a_login_is_added_listed_used_and_removed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OTTERNAUTS_SECRET_KEY", "a passphrase")
    (tmp_path / "compose.yaml").write_text(f"services:\n  web:\n    image: {REGISTRY}/shop:1\n")

    async def add(password: str, *options: str) -> subprocess.CompletedProcess[str]:
        program = (sys.executable, "-m", "otternauts_desktop", "--home", str(tmp_path / "home"))
        return await asyncio.to_thread(
            subprocess.run,
            [*program, "registry", "add", REGISTRY, "--user", USER, *options],
            input=password,
            capture_output=True,
            text=True,
            timeout=60,
            env=dict(os.environ),
            check=False,
        )

    async with terminal(tmp_path) as shell:
        launch = ("launch", "shop", "--file", str(tmp_path / "compose.yaml"), "--yes")
        assert (await add("wrong\n")).returncode == 1
        assert (await add("")).returncode == 1
        assert await shell.json("registry", "list") == []
        added = await add(f"{PASSWORD}\n")
        assert added.returncode == 0, added.stderr
        assert "the registry took it" in added.stdout
        assert "only read" in added.stderr
        assert PASSWORD not in added.stdout + added.stderr
        (kept,) = await shell.json("registry", "list")
        assert (kept["registry"], kept["user"], kept["cluster"]) == (REGISTRY, USER, None)
        await shell.run(*launch)
        await shell.run("registry", "remove", REGISTRY)
        assert await shell.json("registry", "list") == []
        assert (await add("wrong\n", "--no-check")).returncode == 0
        assert "no" in (await shell.run("registry", "list")).stdout
