"""The simulated swarm's state, and the life of a task from `new` to its end.

Time is not waited for: whoever looks lets the swarm catch up (`swarm.py`), and everything that
was due since then happens in its order, at its own time.
"""

import secrets
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from math import inf
from typing import Final

from otternauts_desktop.simulator.private_registry import private
from otternauts_desktop.simulator.process import missing_image, program_of
from otternauts_desktop.simulator.records import (
    Json,
    Network,
    Node,
    Service,
    SwarmFile,
    Task,
    new_id,
)
from otternauts_desktop.simulator.scheduler import choose

KEPT_EVENTS: Final = 256
KEPT_TASKS: Final = 5
"""Tasks kept per slot, the current one among them."""
_SHARES: Final = {"new": 0.1, "pending": 0.1, "assigned": 0.2, "preparing": 0.3, "starting": 0.3}
"""How the time from a task's making to its running falls on the states."""


@dataclass(frozen=True, slots=True)
class Pace:
    """How fast the simulated swarm is. Practice should not mean waiting."""

    start: float = 0.5
    """Seconds from a new task to a running one."""
    waiting: float = 0.2
    """What is left of the delays that specs ask for (restart, update, monitor)."""
    heartbeat: float = 1.0
    """Seconds until a node that fell silent counts as down."""


class SwarmState:
    """Everything the managers of a swarm know, and how tasks move."""

    def __init__(self, pace: Pace, clock: Callable[[], float] = time.time) -> None:
        self.id = new_id()
        self.digest = secrets.token_hex(25)
        """Of its certificate authority: who joins knows by it that it is the right swarm."""
        self.tokens = {role: self._new_token() for role in ("worker", "manager")}
        """What a server shows to join, by the role that it gets."""
        self.pace = pace
        self.clock = clock
        self.now = clock()
        self.nodes: dict[str, Node] = {}
        self.networks: dict[str, Network] = {}
        self.files: dict[str, SwarmFile] = {}
        self.services: dict[str, Service] = {}
        self.private_readers: set[str] = set()
        """Names of services that were given a login of the private registry."""
        self.tasks: dict[str, Task] = {}
        self.events: deque[Json] = deque(maxlen=KEPT_EVENTS)
        self.event_count = 0
        self._index = 10

    def _new_token(self) -> str:
        return f"SWMTKN-1-{self.digest}-{new_id()}"

    @property
    def managers(self) -> list[Node]:
        """The nodes that manage."""
        return [node for node in self.nodes.values() if node.manager]

    @property
    def reachable_managers(self) -> int:
        """How many of them answer the others."""
        return sum(node.state == "ready" for node in self.managers)

    @property
    def led(self) -> bool:
        """Whether it has a leader: without one nothing can be asked and nothing changed."""
        return any(node.leader for node in self.managers)

    def bump(self) -> int:
        """The next number of raft's log."""
        self._index += 1
        return self._index

    def publish(self, kind: str, action: str, actor: str, **attributes: str) -> None:
        """Tell the listeners of `/events`; dots in names come as double underscores."""
        named = {key.replace("__", "."): value for key, value in attributes.items()}
        self.event_count += 1
        self.events.append(
            {
                "Type": kind,
                "Action": action,
                "Actor": {"ID": actor, "Attributes": named},
                "scope": "swarm",
                "time": int(self.now),
                "timeNano": int(self.now * 1e9),
            }
        )

    def tasks_of(self, service: Service) -> list[Task]:
        """All its tasks that are known, ended ones too."""
        return [task for task in self.tasks.values() if task.service_id == service.id]

    def next_due(self) -> float:
        """When something happens next, `inf` for never."""
        return min(
            min((task.due for task in self.tasks.values()), default=inf),
            min((node.noticed_at for node in self.nodes.values()), default=inf),
            min((s.check_at for s in self.services.values() if self.led), default=inf),
        )

    # -- tasks -------------------------------------------------------------------------------

    def create_task(
        self,
        service: Service,
        *,
        slot: int = 0,
        node_id: str = "",
        release_at: float = 0.0,
        waits_for: str = "",
        ousts: str = "",
    ) -> Task:
        """Make a task of the service's current spec; with something to wait for it is held."""
        held = bool(release_at or waits_for)
        task = Task(
            id=new_id(),
            service_id=service.id,
            slot=slot,
            spec=service.template,
            endpoint_spec=service.endpoint_spec,
            created=self.now,
            version=self.bump(),
            node_id=node_id,
            changed=self.now,
            release_at=release_at,
            waits_for=waits_for,
            ousts=ousts,
            iteration=service.iteration if service.is_job else None,
        )
        task.desired = "ready" if held else _wish(task)
        task.due = self.now + self._share("new")
        self.tasks[task.id] = task
        self._forget_old(service, task)
        return task

    def stop_task(self, task: Task, desired: str = "shutdown") -> None:
        """Want a task gone; `remove` forgets it once it has stopped."""
        task.desired = desired
        if task.terminal:
            if desired == "remove":
                del self.tasks[task.id]
            task.due = inf
        elif not task.node_id:
            self._move(task)
        else:
            # A dead node can't say that it has stopped: such a task is listed on.
            takes = self._share("preparing") if task.state in ("starting", "running") else 0.0
            task.due = self.now + takes if self._node_up(task) else inf

    def move_due(self) -> None:
        """Let happen what is due by now."""
        for node in self.nodes.values():
            if node.noticed_at <= self.now:
                self._notice(node)
        for task in [task for task in self.tasks.values() if task.due <= self.now]:
            self._move(task)
        for task in self.tasks.values():
            if task.waits_for and self._is_over(task.waits_for):
                task.waits_for = ""
                task.due = min(task.due, self.now)

    def set_node_up(self, node: Node, *, up: bool) -> None:
        """A machine falls silent or comes back; the swarm notices a little later."""
        if node.up == up:
            return
        node.up = up
        takes = 0.0 if up else self.pace.heartbeat
        node.noticed_at = self.now + takes
        for task in self.tasks.values():
            if task.node_id == node.id and not task.terminal:
                task.due = self._resumes_at(task) if up else inf

    def _resumes_at(self, task: Task) -> float:
        """When a task goes on whose node is back. It was cut off, not switched off."""
        if task.wanted and task.state == "running":
            ends = task.program is not None and task.program.exit_code is not None
            return task.started + task.program.ends_after if ends and task.program else inf
        return self.now

    def _notice(self, node: Node) -> None:
        """The managers learn that a node is down, or back."""
        node.noticed_at = inf
        before, node.state = node.state, "ready" if node.up else "down"
        if node.state == before:
            return
        node.message = "" if node.up else "heartbeat failure"
        node.version, node.updated = self.bump(), self.now
        self.publish(
            "node", "update", node.id, name=node.name, state__new=node.state, state__old=before
        )
        self.elect()

    def elect(self) -> None:
        """Have a leader among the managers that are up, if they are the majority.

        It writes off what runs on nodes that are down.
        """
        up = [node for node in self.managers if node.state == "ready"]
        leader = next((node for node in up if node.leader), up[0] if up else None)
        for node in self.nodes.values():
            node.leader = node is leader and len(up) > len(self.managers) // 2
        if self.led:
            down = [node.id for node in self.nodes.values() if node.state == "down"]
            for task in self.tasks.values():
                if task.node_id in down and task.wanted and not task.terminal:
                    task.desired, task.due = "shutdown", inf

    def _node_up(self, task: Task) -> bool:
        node = self.nodes.get(task.node_id)
        return node is None or node.up

    def _is_over(self, task_id: str) -> bool:
        task = self.tasks.get(task_id)
        return task is None or task.terminal

    def _share(self, state: str) -> float:
        return self.pace.start * _SHARES[state]

    def _set(self, task: Task, state: str, message: str, error: str = "") -> None:
        task.state, task.message, task.error = state, message, error
        task.changed, task.version, task.due = self.now, self.bump(), inf

    def _move(self, task: Task) -> None:
        """The next step of a task's life."""
        task.due = inf
        if not self._node_up(task):
            return
        if not task.wanted:
            self._stopped(task)
        elif task.terminal:
            return
        elif task.state == "new":
            self._set(task, "pending", "pending task scheduling")
            task.due = self.now + self._share("pending")
        elif task.state == "pending":
            self._place(task)
        elif task.state == "assigned":
            self._set(task, "preparing", "preparing")
            task.due = self.now + self._share("preparing")
        elif task.state == "preparing":
            self._prepared(task)
        elif task.state == "ready":
            if self._released(task):
                self._set(task, "starting", "starting")
                task.due = self.now + self._share("starting")
        elif task.state == "starting":
            self._started(task)
        elif task.state == "running":
            self._exited(task)

    def _place(self, task: Task) -> None:
        """Schedule a task; one that fits nowhere is tried again and again."""
        if not task.node_id:
            if not self.led:
                task.due = self.now + self.pace.start
                return
            node, reason = choose(
                self.nodes.values(), task.spec, list(self.tasks.values()), task.service_id
            )
            if node is None:
                if task.error != reason:
                    self._set(task, "pending", "pending task scheduling", reason)
                task.due = self.now + self.pace.start
                return
            task.node_id = node.id
        self._set(task, "assigned", "scheduler assigned task to node")
        task.due = self.now + self._share("assigned")

    def _released(self, task: Task) -> bool:
        """Whether a held task may run now; if so, it is wanted to."""
        if task.waits_for:
            return False
        if task.release_at > self.now:
            task.due = task.release_at
            return False
        if task.desired == "ready":
            task.desired = _wish(task)
        return True

    def _barred(self, task: Task) -> bool:
        """Whether a task's image takes a login that its service was not given."""
        service = self.services.get(task.service_id)
        named = service is not None and service.name in self.private_readers
        return private(task.image) and not named

    def _prepared(self, task: Task) -> None:
        """The image has been pulled, or there is none."""
        if missing_image(task.image) or self._barred(task):
            if self._released(task):
                self._set(task, "rejected", "preparing", f"No such image: {task.image}")
            return
        task.container_id = (task.id.encode().hex() + new_id().encode().hex())[:64]
        self._set(task, "ready", "prepared")
        task.due = self.now

    def _started(self, task: Task) -> None:
        container = task.spec["ContainerSpec"]
        env = dict(entry.partition("=")[::2] for entry in container.get("Env") or [])
        command, args = container.get("Command") or [], container.get("Args") or []
        task.program = program_of(task.image, command, args, env, task.id)
        task.started = self.now
        self._set(task, "running", "started")
        if task.program.exit_code is not None:
            task.due = task.started + task.program.ends_after
        if task.ousts:
            ousted, task.ousts = self.tasks.get(task.ousts), ""
            if ousted is not None and ousted.wanted:
                self.stop_task(ousted)

    def _exited(self, task: Task) -> None:
        """Its program has come to its end."""
        task.exit_code = (task.program.exit_code if task.program else None) or 0
        task.ended = self.now
        if task.exit_code == 0:
            self._set(task, "complete", "finished")
        else:
            self._set(task, "failed", "started", f"task: non-zero exit ({task.exit_code})")

    def _stopped(self, task: Task) -> None:
        if not task.terminal:
            if task.started:
                task.ended, task.exit_code = self.now, 0
            self._set(task, "shutdown", "shutdown")
        if task.desired == "remove":
            del self.tasks[task.id]

    def _forget_old(self, service: Service, newest: Task) -> None:
        """Drop the oldest ended tasks of a place."""
        place = service.place(newest)
        same = [t for t in self.tasks_of(service) if service.place(t) == place]
        ended = sorted((t for t in same if t.terminal), key=lambda t: t.created)
        for task in ended[: max(0, len(same) - KEPT_TASKS)]:
            del self.tasks[task.id]


def _wish(task: Task) -> str:
    return "running" if task.iteration is None else "complete"
