"""`otternauts` as somebody types it, each command a process of its own."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.lab.lab import Lab
from tests.lab.node import LabNode


class Terminal:
    """Runs `otternauts` on one data directory."""

    def __init__(self, home: Path) -> None:
        self.home = home

    def run(self, *words: str, **env: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "otternauts_desktop", "--home", str(self.home), *words],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
            env={**os.environ, **env},
        )

    def json(self, *words: str, code: int = 0, **env: str) -> Any:
        done = self.run("--json", *words, **env)
        assert done.returncode == code, done.stderr
        return json.loads(done.stdout)

    def add(self, lab: Lab, node: LabNode, user: str = "otter") -> None:
        """Add a node whose fingerprint the person has read on the server itself."""
        printed = node.ask("ssh-keygen", "-lf", "/etc/ssh/ssh_host_ed25519_key.pub").split()[1]
        done = self.run(
            *("outpost", "add", node.host, "--user", user, "--key", str(lab.key_file)),
            *("--fingerprint", printed),
        )
        assert done.returncode == 0, done.stderr
