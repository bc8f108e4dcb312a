"""Several nodes on one bridge, joined into a swarm."""

import json
import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.lab.base_image import BASE, CACHE, base_image, locked
from tests.lab.images import image_archive
from tests.lab.node import LabNode, machine, new_key_pair, remove_folder, wait_until

LABS = CACHE / "labs"
RUNNING = CACHE / "running.json"  # leads to the lab that `python -m tests.lab up` left


class Lab:
    """A swarm of real nodes. `Lab.boot()` makes one, `down()` ends it."""

    def __init__(self, folder: Path, names: Sequence[str], managers: int) -> None:
        self.folder = folder
        self.managers = managers
        self.network = f"10.99.{folder.name}"
        self.bridge = f"otternauts-{folder.name}"
        self.nodes = tuple(
            LabNode(name, f"{self.network}.{11 + i}", self.bridge, folder / name, BASE)
            for i, name in enumerate(names)
        )

    @classmethod
    def boot(
        cls,
        names: Sequence[str] = ("orion-1", "orion-2", "vega-1"),
        managers: int = 2,
        *,
        kept: bool = False,
    ) -> "Lab":
        """Boot a swarm; the first nodes are its managers. Unless kept, it ends with this process.

        What a dead process left behind is cleared away first.
        """
        base_image()
        with locked(CACHE / "labs.lock"):
            LABS.mkdir(parents=True, exist_ok=True)
            for folder in LABS.iterdir():
                _sweep(folder)
            lab = cls(_free_folder(), names, managers)
            lab._write_state(kept)
        try:
            lab._build()
        except BaseException:
            lab.down()
            raise
        lab._write_state(kept)
        return lab

    @classmethod
    def open(cls, state_file: Path) -> "Lab":
        """The lab that a state file tells of."""
        state_file = state_file.resolve()
        state = json.loads(state_file.read_text())
        lab = cls(state_file.parent, list(state["nodes"]), state["managers"])
        for node in lab.nodes:
            node.node_id = state["nodes"][node.name]
        return lab

    @property
    def key_file(self) -> Path:
        """The private key that opens every user of every node."""
        return self.folder / "id_ed25519"

    @property
    def state_file(self) -> Path:
        """What `Lab.open` and OTTERNAUTS_LAB take."""
        return self.folder / "state.json"

    def node(self, name: str) -> LabNode:
        """The node of that name."""
        return next(node for node in self.nodes if node.name == name)

    def ready(self) -> bool:
        """Whether all run, and the first manager sees every node Ready and manager reachable."""
        if not all(node.alive for node in self.nodes):
            return False
        seen = self.nodes[0].run(
            "docker", "node", "ls", "--format", "{{.Hostname}} {{.Status}} {{.ManagerStatus}}"
        )
        lines = sorted(line.split() for line in seen.stdout.decode().splitlines())
        wanted = sorted(node.name for node in self.nodes)
        reached = sum(line[2:] in (["Leader"], ["Reachable"]) for line in lines)
        return [line[:2] for line in lines] == [[name, "Ready"] for name in wanted] and (
            reached == self.managers
        )

    def down(self) -> None:
        """End it, and leave nothing of it on this machine."""
        for node in reversed(self.nodes):
            node.kill()
        machine("ip", "link", "del", self.bridge, check=False)
        remove_folder(self.folder)
        if RUNNING.is_symlink() and not RUNNING.exists():
            RUNNING.unlink()

    def _build(self) -> None:
        new_key_pair(self.key_file, "lab")
        machine("ip", "link", "add", self.bridge, "type", "bridge")
        machine("ip", "addr", "add", f"{self.network}.1/24", "dev", self.bridge)
        machine("ip", "link", "set", self.bridge, "up")
        public_key = self.key_file.with_suffix(".pub").read_text()
        hosts = "127.0.0.1 localhost\n"
        hosts += "".join(f"{node.host} {node.name}\n" for node in self.nodes)
        images = image_archive(BASE)

        def start(node: LabNode) -> None:
            node.prepare(public_key, hosts)
            node.boot()
            node.ask("docker", "load", stdin=images)

        _all_at_once(start, self.nodes)
        first = self.nodes[0]
        first.ask("docker", "swarm", "init", "--advertise-addr", first.host)
        token = {
            role: first.ask("docker", "swarm", "join-token", "-q", role)
            for role in ("manager", "worker")
        }

        def join(node: LabNode, role: str) -> None:
            address = ("--advertise-addr", node.host, f"{first.host}:2377")
            node.ask("docker", "swarm", "join", "--token", token[role], *address)

        for node in self.nodes[1 : self.managers]:  # one by one: each join is a vote
            join(node, "manager")
        _all_at_once(lambda node: join(node, "worker"), self.nodes[self.managers :])
        wait_until(self.ready, "a swarm with every node Ready")
        for node in self.nodes:
            node.node_id = node.ask("docker", "info", "--format", "{{.Swarm.NodeID}}")

    def _write_state(self, kept: bool) -> None:
        state = {
            "nodes": {node.name: node.node_id for node in self.nodes},
            "managers": self.managers,
            "owner": None if kept else _process(os.getpid()),
        }
        part = self.state_file.with_suffix(".part")
        part.write_text(json.dumps(state, indent=2))
        part.rename(self.state_file)


def _all_at_once(step: Callable[[LabNode], None], nodes: Sequence[LabNode]) -> None:
    with ThreadPoolExecutor(max(1, len(nodes))) as threads:
        list(threads.map(step, nodes))


def _process(pid: int) -> str | None:
    """Who a process is, pid and start time in this boot; None if there is none."""
    try:
        started = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[19]
    except OSError:
        return None
    return f"{pid} {started} {Path('/proc/sys/kernel/random/boot_id').read_text().strip()}"


def _sweep(folder: Path) -> None:
    """End a lab whose owner is gone; a kept one only if none of its nodes runs any more."""
    try:
        lab = Lab.open(folder / "state.json")
        owner = json.loads(lab.state_file.read_text())["owner"]
    except (OSError, ValueError, KeyError):  # died before anything else of it was made
        remove_folder(folder)
        return
    if owner is None:
        living = any(node.alive for node in lab.nodes)
    else:
        living = owner == _process(int(owner.split()[0]))
    if not living:
        lab.down()


def _free_folder() -> Path:
    """A folder for a new lab; its name is the third number of the lab's addresses."""
    taken = machine("ip", "-o", "addr") + machine("ip", "-o", "route", "show", "table", "all")
    for number in range(255):
        folder = LABS / str(number)
        if f" 10.99.{number}." not in taken and not folder.exists():
            folder.mkdir()
            return folder
    raise LookupError("every network from 10.99.0.0/24 to 10.99.254.0/24 is taken")
