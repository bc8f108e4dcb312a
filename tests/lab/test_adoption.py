"""A stack that plain Docker made is taken in and launched unchanged: no task of it is replaced."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.lab.lab import Lab
from tests.lab.node import LabNode, wait_until
from tests.lab.terminal import Terminal

pytestmark = pytest.mark.lab

FLEET = "elsewhere"
FOLDER = "/root/elsewhere"
FILES = {
    "settings.conf": "level = 1\n",
    "motd": "ahoy, {{.Node.Hostname}}\n",
    "password": "pa$$word 'quoted'",
    "web.env": "FROM_FILE=a b\nLEVEL=debug\n",
}
BY_HAND = """\
x-base: &base
  image: busybox:1.35
  stop_grace_period: 1s
services:
  web:
    <<: *base
    command: sh -c "echo $${HOME} 'quoted'; sleep 100000"
    hostname: "web-{{.Task.Slot}}"
    env_file: web.env
    environment:
      - GREETING=it's $$5 "today"
      - EMPTY=
      - LINES=one\\ntwo
    labels: {of.the.container: "it's $$here"}
    ports:
      - "18080:80"
      - {target: 81, published: 18081, protocol: udp, mode: ingress}
      - {target: 82, published: 18082, mode: host}
    networks:
      back: {aliases: [store]}
      default:
    secrets:
      - {source: token, target: key, mode: 0400, uid: "65534"}
      - password
    configs:
      - settings
      - {source: motd, target: /etc/motd, mode: 0444}
      - outside
    healthcheck: {test: [CMD, "true"], interval: 2s, timeout: 3s, retries: 4, start_period: 1s}
    deploy:
      replicas: 2
      labels: {kept: "yes", traefik.http.routers.web.rule: Host(`a.test`)}
      update_config:
        {order: stop-first, parallelism: 2, delay: 1s, failure_action: rollback, monitor: 3s}
      rollback_config: {parallelism: 0, order: stop-first}
      restart_policy: {condition: on-failure, delay: 2s, max_attempts: 3, window: 30s}
      placement:
        max_replicas_per_node: 1
        constraints: [node.platform.os == linux]
        preferences: [{spread: node.labels.zone}]
      resources:
        limits: {memory: 64M, cpus: "0.5", pids: 50}
        reservations: {memory: 8M, cpus: "0.01"}
  every:
    <<: *base
    command: [sleep, "100000"]
    volumes: ["data:/data:ro", {type: tmpfs, target: /scratch, tmpfs: {size: 1048576}}]
    logging: {driver: json-file, options: {max-size: 1m}}
    deploy: {mode: global, placement: {constraints: [node.role == manager]}}
  hardened:
    <<: *base
    entrypoint: [sh, -c]
    command: [sleep 100000]
    user: "65534:65534"
    working_dir: /tmp
    init: true
    read_only: true
    tty: true
    cap_add: [NET_BIND_SERVICE]
    cap_drop: [MKNOD]
    sysctls: {net.core.somaxconn: "1024"}
    ulimits: {nofile: {soft: 1000, hard: 2000}, nproc: 100}
    extra_hosts: ["mail:10.1.2.3"]
    dns: [10.9.9.9]
    dns_search: [in.test]
    stop_signal: SIGINT
    volumes:
      - /etc/hostname:/host/name:ro
      - named:/named
    networks: [back, front]
    deploy: {endpoint_mode: dnsrr, placement: {constraints: [node.hostname == vega-1]}}
  none:
    <<: *base
    deploy: {replicas: 0}
  once:
    <<: *base
    command: ["true"]
    deploy: {mode: replicated-job, replicas: 1, restart_policy: {condition: none}}
networks:
  back: {driver_opts: {encrypted: "false"}, labels: {kept: "yes"}}
  front: {attachable: true, ipam: {config: [{subnet: 10.211.7.0/24}]}}
volumes:
  data: {labels: {kept: "yes"}}
  named: {name: a.name.of.its.own}
secrets:
  token: {external: true, name: elsewhere-token}
  password: {file: password}
configs:
  settings: {file: settings.conf}
  motd: {file: motd, template_driver: golang}
  outside: {external: true, name: elsewhere-settings}
"""


def deployed(node: LabNode) -> None:
    """The stack, by a person with nothing but Docker."""
    node.ask("mkdir", "-p", FOLDER)
    for name, text in {**FILES, "stack.yml": BY_HAND}.items():
        node.ask("sh", "-c", f"cat > {FOLDER}/{name}", stdin=text.encode())
    node.ask("docker", "secret", "create", "elsewhere-token", "-", stdin=b"t")
    node.ask("docker", "config", "create", "elsewhere-settings", "-", stdin=b"s")
    options = ("--detach=true", "--resolve-image", "never")
    node.ask("docker", "stack", "deploy", *options, "-c", f"{FOLDER}/stack.yml", FLEET)


def removed(node: LabNode) -> None:
    node.run("docker", "stack", "rm", FLEET)
    label = ("--filter", f"label=com.docker.stack.namespace={FLEET}")
    wait_until(lambda: not node.ask("docker", "network", "ls", "-q", *label), "its end")
    node.run("docker", "secret", "rm", "elsewhere-token")
    node.run("docker", "config", "rm", "elsewhere-settings")


def tasks(node: LabNode) -> dict[str, str]:
    """All of its tasks that Docker knows, past ones too: id -> name and state."""
    form = ("--no-trunc", "--format", "{{.ID}} {{.Name}} {{.DesiredState}}")
    lines = node.ask("docker", "stack", "ps", *form, FLEET).splitlines()
    return dict(line.split(" ", 1) for line in lines)


def specs(node: LabNode) -> dict[str, Any]:
    """What tasks, endpoint and counts of its services are told, by name."""
    ids = node.ask("docker", "stack", "services", "-q", FLEET).split()
    seen = json.loads(node.ask("docker", "service", "inspect", *ids))
    return {
        service["Spec"]["Name"]: {
            key: value for key, value in service["Spec"].items() if key != "Labels"
        }
        for service in seen
    }


def flies(node: LabNode) -> bool:
    form = ("--format", "{{.Name}} {{.Replicas}}")
    said = node.ask("docker", "stack", "services", *form, FLEET).splitlines()
    seen = {line.split()[0].removeprefix(f"{FLEET}_"): line.split(" ", 1)[1] for line in said}
    return seen == {
        "web": "2/2 (max 1 per node)",
        "every": "2/2",
        "hardened": "1/1",
        "none": "0/0",
        "once": "0/1 (1/1 completed)",
    }


def test_a_stack_made_by_hand_is_taken_in_without_a_restart(lab: Lab, tmp_path: Path) -> None:
    node, terminal = lab.nodes[0], Terminal(tmp_path / "home")
    terminal.add(lab, node)
    try:
        deployed(node)
        wait_until(lambda: flies(node), "the stack's flying", 90)
        before = tasks(node), specs(node)
        file = tmp_path / "elsewhere.yml"
        file.write_text(terminal.json("fleet", "export", FLEET)["text"])
        assert "a launch removes it" not in file.read_text()
        words = (FLEET, "--file", str(file))
        planned = terminal.json("plan", *words, "--resolve-image", "never")
        assert planned["nothing_to_do"], (file.read_text(), planned)
        ended = terminal.json("launch", *words, "--yes", "--resolve-image", "never")
        assert ended["state"] == "converged"
        assert (tasks(node), specs(node)) == before, file.read_text()
        said = node.ask("docker", "service", "logs", "--raw", f"{FLEET}_web")
        assert "/root quoted" in said
    finally:
        removed(node)
