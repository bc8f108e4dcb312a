"""Three servers as they come become one swarm, by command line and from the window; twice."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from otternauts_desktop.app import MissionControl
from otternauts_desktop.ui.desk import Desk
from otternauts_desktop.ui.dialogs.add_outpost import AddOutpost
from otternauts_desktop.ui.main_window import MainWindow
from tests.journeys.steps import SHOW_FINGERPRINT
from tests.lab.bare import NAMES, bare_servers, make_bare
from tests.lab.can_boot import why_not
from tests.lab.lab import Lab
from tests.lab.node import LabNode
from tests.lab.terminal import Terminal
from tests.ui.seated import dialog, seated, shown

pytestmark = [pytest.mark.lab, pytest.mark.lab_long, pytest.mark.seconds(900)]

ROLES = {"bare-1": "manager", "bare-2": "manager", "foreign-1": "worker"}
SWARM = "fresh"


@pytest.fixture(scope="module")
def servers() -> Iterator[Lab]:
    if reason := why_not():
        pytest.skip(reason)
    with bare_servers() as lab:
        yield lab


@dataclass(frozen=True)
class Swarm:
    """What came of it: role, state and address by name, and the ids of the nodes."""

    nodes: dict[str, tuple[str, str, str]]
    ids: frozenset[str]


def seen(lab: Lab) -> Swarm:
    """As Docker has it."""
    first = lab.node("bare-1")
    ids = first.ask("docker", "node", "ls", "-q").split()
    nodes = json.loads(first.ask("docker", "node", "inspect", *ids))
    told = {
        n["Description"]["Hostname"]: (n["Spec"]["Role"], n["Status"]["State"], n["Status"]["Addr"])
        for n in nodes
    }
    return Swarm(told, frozenset(ids))


def is_as_wanted(lab: Lab, swarm: Swarm) -> bool:
    return swarm.nodes == {
        name: (role, "ready", lab.node(name).host) for name, role in ROLES.items()
    }


def by_command_line(lab: Lab, home: Path) -> None:
    """As a script would, which nobody watches."""
    terminal = Terminal(home)
    for name, role in ROLES.items():
        node = lab.node(name)
        swarm = ("--cluster", SWARM) if terminal.json("cluster", "list") else ()
        done = terminal.run(
            *("--json", *swarm, "outpost", "add", node.host, "--set-up", "--name", name),
            *("--user", "sudoer", "--key", str(lab.key_file), "--role", role),
            *("--fingerprint", node.ask(*SHOW_FINGERPRINT).split()[1]),
            *(() if swarm else ("--new-swarm", SWARM)),
        )
        job = json.loads(done.stdout)
        if done.returncode == 2:
            assert job["state"] == "waiting"
            job = terminal.json("jobs", "answer", job["id"], "leave")
        assert job["state"] == "done", (
            job["error"],
            terminal.run("jobs", "show", job["id"]).stdout,
        )


async def from_the_window(lab: Lab, home: Path) -> None:
    """As a person does, who compares each fingerprint."""
    async with seated(home) as (window, desk, control):
        for name, role in ROLES.items():
            await set_up(window, desk, control, lab, lab.node(name), role)


async def set_up(
    window: MainWindow, desk: Desk, control: MissionControl, lab: Lab, node: LabNode, role: str
) -> None:
    window.add_outpost_requested.emit()
    add = await dialog(AddOutpost)
    for line, text in ((add.form.host, node.host), (add.form.user, "sudoer")):
        line.setText(text)
    add.name.setText(node.name)
    add.form.keys.take_file(str(lab.key_file))
    add.confirm()
    await shown(lambda: add.stack.currentIndex() == 1)
    add.pasted.setText(node.ask(*SHOW_FINGERPRINT))
    assert add.match.text() == "It matches."
    add.confirm()
    await shown(lambda: add.notice.isVisible() and add.notice._action.isVisible())
    add.notice._action.click()
    await shown(add.set_up.again.isEnabled, 90)
    if add.set_up.is_new:
        add.set_up.swarm_name.setText(SWARM)
    elif role == "manager":
        add.set_up.role.choose(1)
    assert add.set_up.chosen_role == role
    await shown(add.primary.isEnabled)
    before = len(control.jobs.all())
    add.confirm()
    await shown(lambda: len(control.jobs.all()) > before)
    job_id = control.jobs.all()[0].id
    job = await control.jobs.wait(job_id)
    if job.question:
        await shown(lambda: "part of another swarm" in desk.jobs_panel.question.text())
        desk.jobs_panel.answered.emit(job_id, "leave")
        await shown(lambda: control.jobs.get(job_id).state.value == "done", 120)
    assert control.jobs.get(job_id).trouble is None


@pytest.mark.parametrize("way", ["command line", "window"])
async def test_three_bare_servers_become_one_swarm_the_same_way_each_time(
    servers: Lab, tmp_path: Path, way: str
) -> None:
    results = []
    for number in (1, 2):
        make_bare(servers)
        home = tmp_path / str(number)
        if way == "window":
            await from_the_window(servers, home)
        else:
            by_command_line(servers, home)
        swarm = seen(servers)
        assert is_as_wanted(servers, swarm), swarm
        terminal = Terminal(home)
        outposts = {outpost["name"] for outpost in terminal.json("outpost", "list")}
        assert outposts == set(NAMES)
        results.append(swarm.nodes)
        if way == "command line":  # whatever is so already is not done again
            by_command_line(servers, home)
            assert seen(servers) == swarm
    assert results[0] == results[1]
