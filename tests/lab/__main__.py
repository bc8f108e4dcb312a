"""A lab for work by hand: `python -m tests.lab up`, `status` or `down`."""

import shlex
import sys
import time

from tests.lab.can_boot import why_not


def main(words: list[str]) -> int:
    """Do what the one word says; the exit code."""
    if words not in (["up"], ["status"], ["down"]):
        print("usage: python -m tests.lab up|status|down", file=sys.stderr)
        return 2
    reason = why_not()
    if reason:
        print(f"No lab here: {reason}.", file=sys.stderr)
        return 1
    return {"up": _up, "status": _status, "down": _down}[words[0]]()


def _up() -> int:
    from tests.lab.lab import RUNNING, Lab

    if RUNNING.exists() and any(node.alive for node in Lab.open(RUNNING).nodes):
        return _status()
    began = time.monotonic()
    lab = Lab.boot(kept=True)
    RUNNING.unlink(missing_ok=True)
    RUNNING.symlink_to(lab.state_file)
    print(f"A swarm of {len(lab.nodes)} nodes is up after {time.monotonic() - began:.0f} s.")
    return _status()


def _status() -> int:
    from tests.lab.lab import RUNNING, Lab

    if not RUNNING.exists():
        print("No lab is up.")
        return 1
    lab = Lab.open(RUNNING)
    print("Every node is Ready." if lab.ready() else "The swarm is not whole.")
    for node in lab.nodes:
        key = shlex.quote(str(lab.key_file))
        print(f"{node.name} ({'up' if node.alive else 'off'}): ", end="")
        print(f"ssh -i {key} -p {node.port} {node.user}@{node.host}")
    print(f"OTTERNAUTS_LAB={lab.state_file}")
    return 0


def _down() -> int:
    from tests.lab.lab import RUNNING, Lab

    if RUNNING.exists():
        Lab.open(RUNNING).down()
    RUNNING.unlink(missing_ok=True)
    print("No lab is up any more.")
    return 0


sys.exit(main(sys.argv[1:]))
