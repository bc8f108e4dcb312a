"""What a journey is held against: Docker's own answers on the node, and what may not be found."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.lab.lab import Lab

CANARY = "c4nary-$x'\"\\ö-0f-a-secret"

TRIO = """\
services:
  web:
    image: nginx:1.27
    deploy:
      replicas: 2
    stop_grace_period: 1s
    environment:
      API_KEY: ${API_KEY}
  db:
    image: postgres:16
    stop_grace_period: 1s
    volumes: [data:/data]
  cache:
    image: redis:7-alpine
    stop_grace_period: 1s
volumes:
  data:
"""


def stack_ps(lab: Lab, fleet: str) -> set[tuple[str, str, str]]:
    """Name, node and state of each task that should run, as `docker stack ps` has it."""
    said = lab.nodes[0].ask(
        *("docker", "stack", "ps", fleet, "--no-trunc", "--filter", "desired-state=running"),
        *("--format", "{{json .}}"),
    )
    tasks = [json.loads(line) for line in said.splitlines()]
    return {
        (t["Name"].removeprefix(f"{fleet}_"), t["Node"], t["CurrentState"].split()[0].lower())
        for t in tasks
    }


def container_environment(lab: Lab, fleet: str, vessel: str) -> set[str]:
    """The environment of a vessel's first container, byte for byte as its program has it."""
    for node in lab.nodes:
        name = f"{fleet}_{vessel}.1"
        found = node.ask("docker", "ps", "-q", "--filter", f"name={name}").split()
        if found:
            data = node.ask("docker", "exec", found[0], "cat", "/proc/1/environ")
            return set(data.split("\0"))
    return set()


def remove(lab: Lab, fleet: str) -> None:
    """Leave the lab as it was found."""
    lab.nodes[0].run("docker", "stack", "rm", fleet)


@contextmanager
def watched_arguments(secret: str) -> Iterator[list[str]]:
    """Look at the arguments of all processes again and again; gives those that held `secret`.

    The lab's nodes share this machine's kernel, so theirs are among them.
    """
    found: list[str] = []
    stop = threading.Event()
    needle = secret.encode()

    def look() -> None:
        while not stop.wait(0.005):
            for file in Path("/proc").glob("[0-9]*/cmdline"):
                try:
                    arguments = file.read_bytes()
                except OSError:
                    continue  # it has ended
                if needle in arguments:
                    found.append(arguments.decode(errors="replace"))

    looker = threading.Thread(target=look, daemon=True)
    looker.start()
    try:
        yield found
    finally:
        stop.set()
        looker.join()


def files_with(lab: Lab, secret: str) -> list[str]:
    """Files on the nodes that hold `secret`, Docker's own store aside.

    An environment value is part of a service, so Docker keeps it in its own store; that is
    said to users (README, "What it can't do yet").
    """
    found = []
    for node in lab.nodes:
        done = node.run(
            *("grep", "-rlF", "--devices=skip", "-e", secret),
            *("/tmp", "/home", "/root", "/var/log", "/var/tmp", "/var/spool", "/dev/shm", "/etc"),
        )
        found += [f"{node.name}: {name}" for name in done.stdout.decode().splitlines()]
    return found


def own_files_with(home: Path, secret: str) -> list[str]:
    """Files of the data directory that hold `secret`."""
    needle = secret.encode()
    files = [file for file in home.rglob("*") if file.is_file()]
    return [str(file) for file in files if needle in file.read_bytes()]
