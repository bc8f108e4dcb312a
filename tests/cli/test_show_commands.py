"""What goes to the servers is said on stderr, in lines that can be run by hand."""

import json
from pathlib import Path

import pytest

from tests.cli.test_cli import otternauts

pytestmark = pytest.mark.seconds(60)


def test_each_call_is_a_line_for_ssh_and_stdout_stays_what_it_was(tmp_path: Path) -> None:
    words = ("--simulate", "--json", "--show-commands", "outpost", "return", "vega-1")
    done = otternauts(tmp_path, *words)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["state"] == "done"
    lines = [line for line in done.stderr.splitlines() if "  # " in line]
    assert any("curl -gsX GET --unix-socket /var/run/docker.sock" in line for line in lines)
    assert any(line.endswith("Bring vega-1 back") for line in lines)
    assert all(": ssh -p " in line for line in lines)
