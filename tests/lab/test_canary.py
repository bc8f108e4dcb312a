"""Secret values go through everything a fleet goes through; then they are looked for everywhere."""

import asyncio
import io
import json
import logging
import re
import threading
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import pytest

from otternauts_desktop.app import MissionControl
from otternauts_desktop.cli.main import bug_report
from otternauts_desktop.core.flight.progress import LaunchState
from otternauts_desktop.core.names import ClusterId, LaunchId
from otternauts_desktop.core.secret import Secret
from otternauts_desktop.services.store.home import DATABASE
from otternauts_desktop.services.vault import ENVIRONMENT
from tests.lab.lab import Lab
from tests.lab.node import LabNode
from tests.lab.test_elsewhere import adopted

pytestmark = [pytest.mark.lab, pytest.mark.seconds(400)]

FLEET = "canary"
OF_ENVIRONMENT: Final = ("c4nary-$1-of-the-environment", "c4nary-$2-of-the-environment")
OF_SECRET: Final = ('c4nary-"1"-of-a-secret', 'c4nary-"2"-of-a-secret')
OF_VAULT: Final = "c4nary-passphrase-of-the-vault"
OF_BACKUP: Final = "c4nary-passphrase-of-a-backup"
ALL: Final = (*OF_ENVIRONMENT, *OF_SECRET, OF_VAULT, OF_BACKUP)
TEXT = """\
services:
  web:
    image: {image}
    command: [sh, -c, "cat /run/secrets/key > /dev/null; sleep 100000"]
    stop_grace_period: 1s
    environment: {{API_KEY: "${{API_KEY}}"}}
    secrets: [key]
secrets:
  key: {{environment: KEY}}
"""
GOOD, BAD = TEXT.format(image="busybox:1.35"), TEXT.format(image="acme/missing:1")
DOCUMENTED: Final = re.compile(
    r"/var/lib/docker/swarm/worker/tasks\.db$"  # of an outpost that runs the task
    r"|/var/lib/docker/containers/[0-9a-f]{64}/"  # a container's own configuration and mounts
    r"|/(?:var/)?run/docker/containerd/"  # the same, while it runs
    r"|/var/lib/docker/containerd/"  # the same, in containerd's own database
)
"""Docker's own places for the environment of a service (guide, "Secrets")."""
IN_MEMORY: Final = re.compile(r"/var/lib/docker/containers/[0-9a-f]{64}/mounts/secrets/")
"""Where the secrets of the swarm that a container has are mounted: a tmpfs."""


@contextmanager
def watched(needles: tuple[str, ...]) -> Iterator[list[str]]:
    """Look at arguments and environment of all processes that run in no container."""
    found: list[str] = []
    stop = threading.Event()
    wanted = [needle.encode() for needle in needles]

    def look() -> None:
        while not stop.wait(0.01):
            for process in Path("/proc").glob("[0-9]*"):
                for name in ("cmdline", "environ"):
                    try:
                        data = (process / name).read_bytes()
                    except OSError:
                        continue  # it has ended
                    if any(needle in data for needle in wanted) and not _contained(process):
                        found.append(f"{name}: {data!r}"[:200])

    looker = threading.Thread(target=look, daemon=True)
    looker.start()
    try:
        yield found
    finally:
        stop.set()
        looker.join()


def _contained(process: Path) -> bool:
    """Whether a process is a container's own: it has its environment, as it is meant to."""
    try:
        return re.search(r"/[0-9a-f]{64}", (process / "cgroup").read_text()) is not None
    except OSError:
        return True  # it has ended


def places_on(node: LabNode, needles: tuple[str, ...]) -> list[str]:
    """Files of a node that hold one of these, in its whole file system."""
    found = node.run(
        *("grep", "-rlaF", "--devices=skip", "--exclude-dir=proc", "--exclude-dir=sys"),
        *("-f", "-", "/"),
        stdin="\n".join(needles).encode(),
        timeout=120,
    )
    return found.stdout.decode().splitlines()


async def put(control: MissionControl, cluster_id: ClusterId, turn: int) -> dict[str, Secret]:
    """Keep the values of a turn, and give them as a launch takes them."""
    await control.values.keep(
        cluster_id,
        FLEET,
        {"API_KEY": Secret(OF_ENVIRONMENT[turn]), "KEY": Secret(OF_SECRET[turn])},
    )
    return await control.values.of(cluster_id, FLEET)


async def ended(control: MissionControl, launch: LaunchId, wanted: LaunchState) -> None:
    progress = await control.launches.wait(launch)
    assert progress.state is wanted, progress.cause


async def test_no_value_is_found_where_it_should_not_be(
    lab: Lab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    home, backup = tmp_path / "home", tmp_path / "backup"
    logged = io.StringIO()
    handler = logging.StreamHandler(logged)
    root = logging.getLogger()
    caplog.set_level(logging.DEBUG)
    monkeypatch.setattr(logging.getLogger("asyncssh"), "level", logging.DEBUG)
    root.addHandler(handler)
    said: list[str] = []
    while_open: dict[str, bytes] = {}
    # Not by the environment: this process is looked at, too.
    monkeypatch.delenv(ENVIRONMENT, raising=False)
    try:
        with watched(ALL) as seen:
            async with adopted(lab, home) as (control, cluster_id):
                await control.keys.unlock(Secret(OF_VAULT))
                values = await put(control, cluster_id, 0)

                async def launch(text: str, wanted: LaunchState) -> LaunchId:
                    launch_id = await control.launches.launch(
                        cluster_id,
                        FLEET,
                        text,
                        values,
                        resolve_image="never",
                        return_on_failure=True,
                    )
                    await ended(control, launch_id, wanted)
                    return launch_id

                try:
                    await launch(GOOD, LaunchState.CONVERGED)
                    inside = await asyncio.to_thread(_of_container, lab)
                    assert inside == (OF_ENVIRONMENT[0], OF_SECRET[0]), "the search must find it"
                    failed = await launch(BAD, LaunchState.FAILED)
                    back = control.launches.return_of(failed)
                    assert back is not None
                    await ended(control, back, LaunchState.CONVERGED)
                    values = await put(control, cluster_id, 1)  # rotated
                    await launch(GOOD, LaunchState.CONVERGED)
                    base = control.launches.version(cluster_id, FLEET, 1)
                    await ended(
                        control, control.launches.return_to(base, values), LaunchState.CONVERGED
                    )
                    preview = control.launches.preview(cluster_id, FLEET, GOOD, values)
                    said += [repr(preview), preview.prepared.shown()]
                    said += control.launches.side_by_side(cluster_id, FLEET, GOOD, values)
                    said += [repr(r) for r in control.launches.history(cluster_id, FLEET)]
                    said += [repr(control.launches.progress(failed))]
                    said += [entry.command for entry in control.command_log.entries()]
                    await control.backups.create(str(backup), Secret(OF_BACKUP))
                    said.append(bug_report(ValueError(OF_SECRET[0], values)))
                    said += traceback.format_exception(TypeError(f"{values}"))
                    found = {
                        f"{node.name}{place}"
                        for node in lab.nodes
                        for needles, allowed in (
                            (OF_ENVIRONMENT, DOCUMENTED),
                            ((*OF_SECRET, OF_VAULT, OF_BACKUP), IN_MEMORY),
                        )
                        for place in await asyncio.to_thread(places_on, node, needles)
                        if not allowed.match(place)
                    }
                    assert found == set()
                    while_open = _files(tmp_path)
                finally:
                    await control.launches.remove(cluster_id, FLEET)
        assert seen == []
    finally:
        root.removeHandler(handler)
    told = "\n".join((*said, logged.getvalue(), caplog.text))
    assert logged.getvalue(), "there is a log to look at"
    assert {DATABASE, f"{DATABASE}-wal", "backup", "vault.json"} <= {*while_open}
    own = [*while_open.items(), *_files(tmp_path).items()]
    for needle in ALL:
        spelled = json.dumps(needle)[1:-1]
        assert needle not in told
        assert spelled not in told
        for name, data in own:
            assert needle.encode() not in data, name
            assert spelled.encode() not in data, name


def _files(folder: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in folder.rglob("*") if file.is_file()}


def _of_container(lab: Lab) -> tuple[str, str]:
    """What the fleet's container has: its environment value, and its secret."""
    for node in lab.nodes:
        name = f"name={FLEET}_web.1"
        if container := node.ask("docker", "ps", "-q", "--filter", name).strip():
            environment = node.ask("docker", "exec", container, "cat", "/proc/1/environ")
            values = dict(part.split("=", 1) for part in environment.split("\0") if "=" in part)
            secret = node.ask("docker", "exec", container, "cat", "/run/secrets/key")
            return values["API_KEY"], secret
    raise LookupError("no container of the fleet runs")
