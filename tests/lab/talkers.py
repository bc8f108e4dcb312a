"""Containers on every node of a lab that say numbered lines, and a look at whether all came."""

import json
from collections import defaultdict
from collections.abc import Iterable

from otternauts_desktop.app import MissionControl
from otternauts_desktop.core.comms.line import LogLine
from otternauts_desktop.core.names import ClusterId
from otternauts_desktop.core.swarm.cluster import Login
from tests.lab.lab import Lab
from tests.lab.node import wait_until

FLEET = "talk"
SERVICES = ("a", "b")
"""Each has one task on every node."""
SAYING = "the otter said that the urchins are late again and it would rather wait for the tide"


def talk(lab: Lab, each: int) -> None:
    """Have every task say so many numbered lines, every tenth of them to stderr; and wait."""
    program = (
        f'BEGIN {{ for (i = 1; i <= {each}; i++) {{ line = sprintf("%07d {SAYING}", i); '
        'if (i % 10) print line; else print line > "/dev/stderr" } '
        'fflush(); print "over"; fflush(); system("sleep 100000") }'
    )
    service = {
        "image": "busybox:1.35",
        "command": ["awk", program],
        "stop_grace_period": "1s",
        "deploy": {"mode": "global"},
    }
    body = json.dumps({"services": dict.fromkeys(SERVICES, service)}).encode()
    manager = lab.nodes[0]
    stack = ("docker", "stack", "deploy", "--resolve-image", "never", "-c", "-", FLEET)
    manager.ask(*stack, stdin=body, timeout=120)

    # What it says to stderr may come after the end of what it says to stdout.
    last = str(each // 10 + 1)

    def all_said() -> bool:
        for node in lab.nodes:
            for name in node.ask("docker", "ps", "-q", "--filter", f"name={FLEET}_").split():
                if "over" not in node.ask("docker", "logs", "--tail", last, name):
                    return False
        ps = ("docker", "stack", "ps", FLEET, "--format", "{{.CurrentState}}")
        states = manager.ask(*ps).splitlines()
        running = [state for state in states if state.startswith("Running")]
        return len(running) == len(SERVICES) * len(lab.nodes)

    wait_until(all_said, f"{each} lines of each", 90)


def silence(lab: Lab) -> None:
    """Take them away."""
    manager = lab.nodes[0]
    manager.ask("docker", "stack", "rm", FLEET)

    def gone() -> bool:
        names = ("docker", "ps", "-aq", "--filter", f"name={FLEET}_")
        return not any(node.ask(*names) for node in lab.nodes)

    wait_until(gone, "the talkers are gone", 60)


async def landed(control: MissionControl, lab: Lab) -> ClusterId:
    """Log in to every node."""
    for node in lab.nodes:
        login = Login(node.host, node.user, node.port, str(lab.key_file))
        outpost = await control.outposts.add(login, host_key=node.host_key)
        await control.telemetry.refresh(outpost.cluster_id)  # a worker is known by its swarm
    return outpost.cluster_id


def numbers(lines: Iterable[LogLine]) -> dict[str, list[int]]:
    """The numbers that each task said, in the order in which they came."""
    said: dict[str, list[int]] = defaultdict(list)
    for line in lines:
        if not line.note and line.text != "over":
            number, _, rest = line.text.partition(" ")
            assert rest == SAYING
            assert line.stderr == (int(number) % 10 == 0)
            said[line.task_id].append(int(number))
    return said


def in_order(lines: list[LogLine]) -> bool:
    """Whether no line is older than the one before it."""
    times = [line.time for line in lines if not line.note]
    return times == sorted(times)
