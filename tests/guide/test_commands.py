"""Every command that the guide shows is run, in its order, on a practice cluster of its page."""

import asyncio
import io
import json
import os
import re
import subprocess
import sys
from contextlib import redirect_stderr, suppress
from pathlib import Path

import pytest

from otternauts_desktop.app import open_mission_control
from otternauts_desktop.cli.parser import make_parser
from otternauts_desktop.core.swarm.cluster import Login
from otternauts_desktop.simulator.practice import Practice, open_practice_cluster
from otternauts_desktop.simulator.swarm import Swarm
from tests.guide.pages import PAGES, ROOT, Command, blocks, commands, name_of

pytestmark = pytest.mark.seconds(240)

ENDLESS = {"-f", "--follow", "--watch", "watch", "forward", "shell"}
"""Words of commands that go on until somebody ends them, or until there is no more to read."""
WATCHED_SECONDS = 4.0
SHOP = """\
services:
  web:
    image: nginx:1.27
    environment: {API_KEY: "${API_KEY}"}
"""
FILES = {
    "shop.yml": SHOP,
    "base.yml": SHOP,
    "more.yml": SHOP + "    deploy: {replicas: 3}\n",
    "values.env": "API_KEY=an-example\n",
}
CERTIFICATES = b'{"letsencrypt": {"Certificates": []}}\n'
TYPED = "lift-off\n"
"""What is typed where something is asked for: passwords, passphrases, values."""


def with_commands() -> list[Path]:
    return [page for page in PAGES if commands(page)]


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_a_command_stands_in_a_block_of_commands(page: Path) -> None:
    """Else it would be shown and never tried."""
    for language, text in blocks(page):
        if language not in ("sh", "text"):
            assert not re.search(r"^\s*(otternauts|make) ", text, re.M), text
    assert not re.search(r"^ {4}(otternauts|make) ", page.read_text(), re.M)


@pytest.mark.parametrize("page", with_commands(), ids=name_of)
def test_what_is_made_is_in_the_makefile(page: Path) -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.M))
    for command in commands(page):
        assert command.words[0] in ("otternauts", "make", "git", "cd", "sudo", "pipx"), command
        if command.words[0] == "make":
            assert command.words[1] in targets


@pytest.mark.parametrize("page", with_commands(), ids=name_of)
async def test_the_commands_of_a_page_do_what_they_say(page: Path, tmp_path: Path) -> None:
    for name, text in FILES.items():
        (tmp_path / name).write_text(text)
    home = tmp_path / "home"
    async with open_practice_cluster(tmp_path / "far side") as practice:
        async with open_mission_control(home, watch=False) as control:
            for host in practice.hosts:
                outpost = await control.outposts.add(
                    Login(host.host, host.user, host.port, str(practice.key_file)),
                    host_key=host.host_key,
                    name=host.name,
                    cluster_name="practice",
                )
                await control.telemetry.refresh(outpost.cluster_id)
        await asyncio.to_thread(_run_all, commands(page), practice, home, tmp_path)


def _run_all(wanted: list[Command], practice: Practice, home: Path, folder: Path) -> None:
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "OTTERNAUTS_SECRET_KEY": "a passphrase"}
    environment["API_KEY"] = "an-example"
    runner = [sys.executable, "-m", "tests.guide.run_commands"]
    with subprocess.Popen(
        runner,
        cwd=folder,
        env=environment,
        text=True,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        for command in wanted:
            if command.words[0] != "otternauts":
                continue
            words = ["--home", str(home), *_answered(list(command.words[1:]))]
            if ENDLESS & set(words):
                _watch(words, command.codes, folder, environment)
                continue
            _get_certificates(practice.swarm)
            process.stdin.write(json.dumps([words, TYPED * 3]) + "\n")
            process.stdin.flush()
            code, out, errors = json.loads(process.stdout.readline())
            assert code in command.codes, f"{command.words} gave {code}\n{out}{errors}"
        process.stdin.close()


def _get_certificates(swarm: Swarm) -> None:
    """Where an ingress runs, Traefik has got some by now."""
    for service in list(swarm.services.values()):
        if service.name == "ingress_traefik":
            swarm.contents.setdefault((service.id, "/acme/acme.json"), CERTIFICATES)


def _answered(words: list[str]) -> list[str]:
    """With `--yes`, where a person would be asked."""
    with suppress(SystemExit), redirect_stderr(io.StringIO()):
        make_parser().parse_args([*words, "--yes"])
        return [*words, "--yes"]
    return words


def _watch(
    words: list[str], codes: frozenset[int], folder: Path, environment: dict[str, str]
) -> None:
    """What goes on until it is ended says no word of trouble in its first seconds."""
    with subprocess.Popen(
        [sys.executable, "-m", "otternauts_desktop", *words],
        cwd=folder,
        env=environment,
        text=True,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        with suppress(subprocess.TimeoutExpired):
            process.wait(WATCHED_SECONDS)
        assert process.poll() in (None, *codes), process.communicate()
        process.terminate()
