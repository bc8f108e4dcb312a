"""A fleet on a real swarm by the command line, and all that can be wrong with a server."""

import subprocess
from pathlib import Path

import pytest

from tests.journeys.oracle import (
    CANARY,
    TRIO,
    container_environment,
    files_with,
    own_files_with,
    remove,
    stack_ps,
    watched_arguments,
)
from tests.journeys.steps import SHOW_FINGERPRINT
from tests.lab import faults
from tests.lab.lab import Lab
from tests.lab.terminal import Terminal

pytestmark = pytest.mark.lab


@pytest.fixture
def terminal(tmp_path: Path) -> Terminal:
    return Terminal(tmp_path / "home")


def test_a_fleet_of_three_vessels(swarm: Lab, terminal: Terminal, tmp_path: Path) -> None:
    file = tmp_path / "trio.yml"
    file.write_text(TRIO)
    words = ("trio", "--file", str(file), "--set", "API_KEY")
    terminal.add(swarm, swarm.nodes[0], "sudoer")
    try:
        assert terminal.json("plan", *words, code=2, API_KEY=CANARY)["summary"].startswith("3 to")
        with watched_arguments(CANARY) as seen:
            ended = terminal.json(
                "launch", *words, "--yes", "--resolve-image", "never", API_KEY=CANARY
            )
        assert seen == []
        assert ended["state"] == "converged"
        status = terminal.json("fleet", "status", "trio")
        told = {(t["name"], t["node"], t["state"]) for t in status["tasks"]}
        assert told == stack_ps(swarm, "trio")
        assert f"API_KEY={CANARY}" in container_environment(swarm, "trio", "web")
        assert terminal.json("plan", *words, API_KEY=CANARY)["nothing_to_do"]
        logs = terminal.run("logs", "trio/web", "--tail", "3")
        assert {"web.1", "web.2"} <= set(logs.stdout.split())
        assert terminal.json("history", "trio")[0]["state"] == "converged"
        assert files_with(swarm, CANARY) == []
        assert own_files_with(terminal.home, CANARY) == []
        assert terminal.json("fleet", "remove", "trio", "--yes") == {"removed": "trio"}
        assert terminal.json("fleet", "list") == []
    finally:
        remove(swarm, "trio")


def test_a_launch_that_fails_says_the_cause(lab: Lab, terminal: Terminal, tmp_path: Path) -> None:
    file = tmp_path / "sad.yml"
    script = "echo the kelp is gone >&2; exit 7"
    file.write_text(
        f"services:\n  a:\n    image: busybox:1.35\n    command: [sh, -c, '{script}']\n"
        "    deploy: {restart_policy: {delay: 1s}}\n"
    )
    terminal.add(lab, lab.nodes[0])
    try:
        done = terminal.run(
            "launch", "sad", "--file", str(file), "--yes", "--resolve-image", "never"
        )
        assert done.returncode == 3
        assert "It ended with exit code 7" in done.stdout
        assert "Docker said: task: non-zero exit (7)" in done.stdout
        assert "the kelp is gone" in done.stdout
        assert "exit code 7" in terminal.run("explain", "sad").stdout
    finally:
        remove(lab, "sad")


def test_the_other_manager_is_asked_when_one_is_gone(lab: Lab, terminal: Terminal) -> None:
    terminal.add(lab, lab.node("orion-1"))
    terminal.add(lab, lab.node("orion-2"))
    first = terminal.json("cluster", "show")["via"]
    assert first == "orion-1"
    with faults.hanging_sshd(lab.node("orion-1")):
        assert terminal.json("cluster", "show")["via"] == "orion-2"


SENTENCES = {
    "wrong host": ("There is no host of that name.", "no.such.host.invalid", "otter", 22),
    "nobody there": ("The otternauts couldn't reach the outpost.", "", "otter", 22),
    "refused port": ("Cannot connect to server.", "orion-1", "otter", 2222),
    "unknown user": ("Authentication failed.", "orion-1", "nobodyhere", 22),
    "wrong key": ("Authentication failed.", "orion-1", "otter", 22),
    "no such key": ("The private key can't be used.", "orion-1", "otter", 22),
    "socket forbidden": ("This user may not talk to Docker.", "orion-1", "nodocker", 22),
    "sudo wants a password": ("This user may not talk to Docker.", "orion-1", "passworded", 22),
    "not a manager": ("This outpost is not a swarm manager.", "vega-1", "otter", 22),
}


@pytest.mark.parametrize("case", SENTENCES)
def test_one_clear_sentence(case: str, lab: Lab, terminal: Terminal, tmp_path: Path) -> None:
    sentence, name, user, port = SENTENCES[case]
    names = {node.name: node.host for node in lab.nodes}
    host = names.get(name, name) or f"{lab.network}.250"
    key = str(lab.key_file)
    if case == "wrong key":
        key = str(tmp_path / "other")
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key], check=True)
    elif case == "no such key":
        key = str(tmp_path / "none")
    done = terminal.run(
        *("outpost", "add", host, "--user", user, "--key", key, "--port", str(port)), "--accept-new"
    )
    assert done.returncode == 1
    assert done.stderr.startswith(sentence), done.stderr
    assert done.stderr.count("\n") == 1
    assert done.stdout == ""
    assert terminal.json("cluster", "list") == []
    assert terminal.json("outpost", "list") == []


def test_no_docker(lab: Lab, terminal: Terminal) -> None:
    node = lab.node("vega-1")
    with faults.without_docker(node):
        done = terminal.run(
            *("outpost", "add", node.host, "--user", "otter", "--key", str(lab.key_file)),
            "--accept-new",
        )
    assert done.returncode == 1
    assert done.stderr.startswith("Docker is not installed on this outpost.")
    assert "get.docker.com" in done.stderr


def test_a_changed_host_key_is_refused(lab: Lab, terminal: Terminal) -> None:
    node = lab.node("orion-2")
    terminal.add(lab, node)
    with faults.with_other_host_key(node):
        done = terminal.run("cluster", "show")
        assert done.returncode == 1
        assert done.stderr.startswith("Server fingerprint has changed!")
        assert terminal.run("outpost", "check", node.name).returncode == 1
    assert terminal.run("cluster", "show").returncode == 0


def test_a_new_host_key_is_trusted_by_its_fingerprint_alone(lab: Lab, terminal: Terminal) -> None:
    node = lab.node("orion-2")
    terminal.add(lab, node)
    old = node.ask(*SHOW_FINGERPRINT).split()[1]
    with faults.with_other_host_key(node):
        new = node.ask(*SHOW_FINGERPRINT).split()[1]
        unseen = terminal.run("outpost", "trust", node.name)
        assert unseen.returncode == 1
        assert f"You confirmed the fingerprint {old}" in unseen.stderr
        assert f"It is {new}" in unseen.stderr
        wrong = terminal.run("outpost", "trust", node.name, "--fingerprint", old)
        assert wrong.returncode == 1
        assert terminal.run("cluster", "show").returncode == 1
        trusted = terminal.json("outpost", "trust", node.name, "--fingerprint", new)
        assert trusted == {"outpost": node.name, "fingerprint": new}
        assert "two managers" in terminal.json("cluster", "show")["warning"]
    assert terminal.run("cluster", "show").returncode == 1
