"""A port is forwarded by command line until Ctrl+C."""

import json
import signal
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

from tests.cli.test_cli import otternauts

pytestmark = pytest.mark.seconds(60)


def test_it_forwards_until_it_is_interrupted_and_ends_well(tmp_path: Path) -> None:
    words = ("--home", str(tmp_path), "--simulate", "--json", "port", "forward", "shop/web", "80")
    with subprocess.Popen(
        [sys.executable, "-m", "otternauts_desktop", *words], stdout=subprocess.PIPE, text=True
    ) as running:
        try:
            assert running.stdout is not None
            text = ""
            while not text.endswith("}\n"):
                text += running.stdout.readline()
            told = json.loads(text)
            assert told["address"] == "127.0.0.1"
            with urllib.request.urlopen(told["url"], timeout=20) as answer:
                assert b"nginx:1.27" in answer.read()
            running.send_signal(signal.SIGINT)
            assert running.wait(20) == 0
        finally:
            running.kill()


def test_what_is_not_there_is_said(tmp_path: Path) -> None:
    done = otternauts(tmp_path, "--simulate", "port", "forward", "shop/none", "80")
    assert done.returncode == 1
    assert 'There is no outpost and no service "shop/none"' in done.stderr
    assert otternauts(tmp_path, "port", "forward", "x", "0").returncode == 2
