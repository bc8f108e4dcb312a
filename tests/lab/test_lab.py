"""The lab is what it says it is: a real swarm, reached by ssh alone."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.lab.lab import Lab
from tests.lab.node import PASSWORD, LabNode, machine, wait_until

pytestmark = pytest.mark.lab

STACK = b"""\
services:
  web:
    image: nginx:1.27
    networks: [space]
    deploy:
      replicas: 2
networks:
  space:
"""


def ssh(lab: Lab, node: LabNode, user: str, *words: str) -> subprocess.CompletedProcess[str]:
    """One command over ssh, with the host key that the lab told."""
    known_hosts = lab.folder / f"known_hosts-{node.name}"
    known_hosts.write_text(f"{node.host} {node.host_key}\n")
    options = [
        f"UserKnownHostsFile={known_hosts}",
        "StrictHostKeyChecking=yes",
        "BatchMode=yes",
        "ConnectTimeout=3",
    ]
    with_options = [part for option in options for part in ("-o", option)]
    login = ["-F", "none", "-i", str(lab.key_file), "-p", str(node.port), f"{user}@{node.host}"]
    command = ["ssh", *with_options, *login, *words]
    return subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)


def test_three_nodes_are_ready_with_their_roles(lab: Lab) -> None:
    assert lab.ready()
    ids = " ".join(node.node_id for node in lab.nodes)
    seen = lab.nodes[0].ask("docker", "node", "inspect", *ids.split())
    roles = {node["Description"]["Hostname"]: node["Spec"]["Role"] for node in json.loads(seen)}
    assert roles == {"orion-1": "manager", "orion-2": "manager", "vega-1": "worker"}


def test_users_may_what_their_names_say(lab: Lab) -> None:
    for node in lab.nodes:
        assert ssh(lab, node, "otter", "docker", "ps", "-q").returncode == 0
    node = lab.node("vega-1")
    assert "permission denied" in ssh(lab, node, "sudoer", "docker", "ps").stderr
    assert ssh(lab, node, "sudoer", "sudo", "-n", "docker", "ps", "-q").returncode == 0
    assert "permission denied" in ssh(lab, node, "nodocker", "docker", "ps").stderr
    assert ssh(lab, node, "nodocker", "sudo", "-n", "true").returncode != 0
    assert "password is required" in ssh(lab, node, "passworded", "sudo", "-n", "true").stderr
    with_password = f"echo {PASSWORD!r} | sudo -S -p '' id -u"
    assert ssh(lab, node, "passworded", with_password).stdout == "0\n"


def test_a_stack_runs_and_goes_again(lab: Lab) -> None:
    first = lab.nodes[0]
    deploy = ("docker", "stack", "deploy", "--detach=true", "--resolve-image", "never")
    try:
        first.ask(*deploy, "-c", "-", "labtest", stdin=STACK)
        wait_until(lambda: len(containers(lab)) == 2, "two containers of the stack", 40)
        assert len({node.name for node, _ in containers(lab)}) == 2
        for node, container in containers(lab):
            looks_right_inside(node, container)
    finally:
        first.run("docker", "stack", "rm", "labtest")
        wait_until(lambda: gone(lab), "the end of the stack's containers and networks", 40)


def looks_right_inside(node: LabNode, container: str) -> None:
    """`docker exec` lands in the container, not in this machine's files; the overlay carries."""
    inside = ("docker", "exec", container)
    hostname = node.ask(*inside, "cat", "/etc/hostname")
    assert hostname == container[:12] != Path("/etc/hostname").read_text().strip()
    assert "nginx is up" in node.ask("docker", "logs", container)
    wait_until(lambda: len(addresses(node, container)) == 2, "both tasks in the DNS", 20)
    for address in addresses(node, container):  # one of them is on another node
        page = node.ask(*inside, "wget", "-T5", "-qO-", f"http://{address}/")
        assert page == "hello from the lab"


def test_nodes_break_and_mend_in_a_lab_beside(lab: Lab) -> None:
    beside = Lab.boot(("lyra-1", "lyra-2"), managers=1)
    try:
        assert beside.network != lab.network
        manager, worker = beside.nodes
        for fault, repair in (
            (worker.kill, worker.boot),
            (worker.cut_link, worker.mend_link),
            (worker.stop_docker, worker.start_docker),
        ):
            fault()
            reached = ssh(beside, worker, "otter", "docker", "ps", "-q").returncode
            assert reached == (255 if fault != worker.stop_docker else 1)
            repair()
            assert ssh(beside, worker, "otter", "docker", "ps", "-q").returncode == 0
        manager.kill()
        manager.boot()
        nodes = ("docker", "node", "ls", "-q")
        wait_until(lambda: manager.run(*nodes).returncode == 0, "the manager's own return", 30)
    finally:
        beside.down()
    assert beside.bridge not in machine("ip", "link") + machine("ip", "netns")
    assert not beside.folder.exists()
    assert lab.ready()


@pytest.mark.usefixtures("lab")
def test_what_a_dead_process_left_is_cleared_away() -> None:
    boot_and_die = (
        "import os; from tests.lab.lab import Lab; "
        "lab = Lab.boot(['lost-1'], 1); print(lab.folder, flush=True); os._exit(1)"
    )
    died = subprocess.run(
        [sys.executable, "-c", boot_and_die],
        capture_output=True,
        text=True,
        timeout=90,
        check=False,
    )
    lost = Path(died.stdout.strip())
    name = f"otternauts-{lost.name}"
    assert name in machine("ip", "netns")
    after = Lab.boot(("after-1",), 1)
    try:
        assert not (lost / "lost-1").exists()
        assert f"{name}-lost-1" not in machine("ip", "netns")
    finally:
        after.down()


def containers(lab: Lab) -> list[tuple[LabNode, str]]:
    """The stack's running containers, and where each runs."""
    ps = ("docker", "ps", "-q", "--no-trunc", "--filter", "name=labtest_web")
    return [(node, line) for node in lab.nodes for line in node.ask(*ps).splitlines()]


def addresses(node: LabNode, container: str) -> set[str]:
    """Where a container finds the tasks of its service, across the nodes."""
    seen = node.run("docker", "exec", container, "nslookup", "tasks.web").stdout.decode()
    lines = [line.split() for line in seen.splitlines() if line.startswith("Address")]
    return {line[-1] for line in lines if not line[-1].startswith("127.0.0.11")}


def gone(lab: Lab) -> bool:
    """Whether nothing of the stack is left on any node."""
    listings = (("ps", "-aq"), ("network", "ls", "-q"))
    filtered = [("docker", *words, "--filter", "name=labtest_") for words in listings]
    return not any(node.ask(*words) for node in lab.nodes for words in filtered)
