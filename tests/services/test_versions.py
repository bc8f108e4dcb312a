"""A fleet's versions in the swarm: two data directories on one practice cluster."""

import base64
import dataclasses
import json
import random
import string
import zlib
from pathlib import Path

import pytest

from otternauts_desktop.app import MissionControl, open_mission_control
from otternauts_desktop.core.events import LaunchedElsewhere
from otternauts_desktop.core.flight.progress import LaunchState
from otternauts_desktop.core.flight.versions import (
    MOST,
    MOST_BYTES,
    KeptVersion,
    read_versions,
    versions_document,
)
from otternauts_desktop.core.names import ClusterId, LaunchId
from otternauts_desktop.core.secret import Secret
from otternauts_desktop.core.swarm.cluster import Login
from otternauts_desktop.simulator.practice import Practice
from tests.services.practice import flying, until

pytestmark = pytest.mark.seconds(120)

TEXT = 'services:\n  web:\n    image: nginx:1.27\n    environment: {{KEY: "${{KEY}}", N: {n}}}\n'
CANARY = "c4nary-0f-the-versions"


async def second(control: MissionControl, practice: Practice) -> ClusterId:
    """Another home adopts the same swarm."""
    host = practice.host("orion-1")
    login = Login(host.host, host.user, host.port, str(practice.key_file))
    outpost = await control.outposts.add(
        login, host_key=host.host_key, name=host.name, cluster_name="the same"
    )
    return outpost.cluster_id


async def launched(control: MissionControl, cluster_id: ClusterId, n: int) -> LaunchId:
    values = {"KEY": Secret(CANARY)}
    launch = await control.launches.launch(cluster_id, "kiosk", TEXT.format(n=n), values)
    assert (await control.launches.wait(launch)).state is LaunchState.CONVERGED
    return launch


def numbers(control: MissionControl, cluster_id: ClusterId) -> dict[LaunchId, int]:
    return {r.id: r.version for r in control.launches.history(cluster_id, "kiosk")}


async def test_a_second_desktop_sees_the_history_and_both_count_on(tmp_path: Path) -> None:
    async with (
        flying(tmp_path) as (ada, practice, here),
        open_mission_control(tmp_path / "another home") as bob,
    ):
        first = await launched(ada, here, 1)
        there = await second(bob, practice)
        await bob.telemetry.refresh(there)
        await until(lambda: bool(numbers(bob, there)))
        (seen,) = bob.launches.history(there, "kiosk")
        (own,) = ada.launches.history(here, "kiosk")
        assert (
            dataclasses.replace(seen, cluster_id=here, runner=own.runner, seconds=own.seconds)
            == own
        )
        assert bob.launches.pins(first) == ada.launches.pins(first)
        assert bob.launches.draft(there, "kiosk") == TEXT.format(n=1)

        heard: list[LaunchedElsewhere] = []
        ada.bus.subscribe(
            lambda event: heard.append(event) if isinstance(event, LaunchedElsewhere) else None
        )
        second_one = await launched(bob, there, 2)
        third = await launched(ada, here, 3)
        assert numbers(ada, here) == {first: 1, second_one: 2, third: 3}
        assert [(event.fleet, event.version) for event in heard] == [("kiosk", 2)]
        base = bob.launches.version(there, "kiosk", 1)
        back = bob.launches.return_to(base, {"KEY": Secret(CANARY)})
        assert (await bob.launches.wait(back)).state is LaunchState.CONVERGED
        assert numbers(bob, there) == {first: 1, second_one: 2, third: 3, back: 4}

        swarm = practice.hosts[0].server.swarm
        assert swarm is not None
        (config,) = [f for f in swarm.files.values() if f.name.startswith("otternauts-versions")]
        kept = read_versions(config.spec["Data"])
        assert [k.version for k in kept] == [4, 3, 2, 1]
        assert CANARY not in str(kept)

        await ada.launches.remove(here, "kiosk")
        assert not [f for f in swarm.files.values() if f.name.startswith("otternauts-")]
        assert len(numbers(ada, here)) == 3, "what is known here stays"


async def test_a_version_that_nobody_heard_of_makes_room(tmp_path: Path) -> None:
    async with (
        flying(tmp_path) as (ada, practice, here),
        open_mission_control(tmp_path / "another home") as bob,
    ):
        there = await second(bob, practice)
        for host in practice.hosts:  # bob's launch never reached Docker
            await host.stop()
        failed = await bob.launches.launch(there, "kiosk", TEXT.format(n=0), {"KEY": Secret("k")})
        await bob.launches.wait(failed)
        for host in practice.hosts:
            await host.start()
        first = await launched(ada, here, 1)
        await bob.telemetry.refresh(there)
        await until(lambda: first in numbers(bob, there))
        assert numbers(bob, there) == {first: 1, failed: 2}


def _version(n: int, template: str = "services: {}") -> KeptVersion:
    launch, at = LaunchId(f"l{n}"), float(n)
    return KeptVersion(launch, n, template, "", "", "converged", at, at, "", "", 0, "", {})


def test_what_is_kept_is_bounded() -> None:
    many = versions_document("shop", [_version(n) for n in range(1, 40)])
    assert many is not None
    kept = read_versions(many["Data"])
    assert [k.version for k in kept] == list(range(39, 39 - MOST, -1))
    assert many["Labels"]["otternauts.versions.newest"] == "l39"

    letters = random.Random(7)
    noise = ["".join(letters.choices(string.printable, k=20_000)) for _ in range(8)]
    large = versions_document("shop", [_version(n, text) for n, text in enumerate(noise, 1)])
    assert large is not None
    assert len(base64.b64decode(large["Data"])) <= MOST_BYTES
    assert [k.version for k in read_versions(large["Data"])] == [8, 7]
    assert versions_document("shop", [_version(1, "".join(noise))]) is None


@pytest.mark.parametrize("data", ["", "bG9ja2Vk", "!!", "eJwDAAAAAAE="])
def test_what_is_no_list_of_versions_is_none(data: str) -> None:
    assert read_versions(data) == ()


def test_a_bomb_is_not_unpacked() -> None:
    bomb = base64.b64encode(zlib.compress(b"{" * 60_000_000, 9)).decode()
    assert read_versions(bomb) == ()


def test_a_line_with_another_form_is_left_out() -> None:
    document = versions_document("shop", [_version(1), _version(2)])
    assert document is not None
    lines = zlib.decompress(base64.b64decode(document["Data"])).decode().splitlines()
    for name, value in (
        ("version", "1"),
        ("pins", {"web": 1}),
        ("template", None),
        ("pins", []),
        ("cause", "{}"),
    ):
        wrong = json.dumps({**json.loads(lines[0]), name: value})
        data = base64.b64encode(zlib.compress("\n".join((wrong, lines[1])).encode())).decode()
        assert [kept.version for kept in read_versions(data)] == [1], name
