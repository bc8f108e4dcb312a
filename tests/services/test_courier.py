"""From trouble in the swarm to a signed message that somebody else checks, and back to calm."""

import asyncio
import json
import re
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from otternauts_desktop.app import MissionControl, open_mission_control
from otternauts_desktop.core.alerts.alert import Severity
from otternauts_desktop.core.channel_errors import ChannelUnusable, NotDelivered, TargetRefused
from otternauts_desktop.core.errors import BadName, NothingFound
from otternauts_desktop.core.events import ChannelsMoved, Event
from otternauts_desktop.core.kept_errors import VaultLocked
from otternauts_desktop.core.names import ClusterId
from otternauts_desktop.core.secret import Secret
from otternauts_desktop.services import courier as courier_module
from otternauts_desktop.services.backup_files import opened_backup
from otternauts_desktop.services.backups import read_backup
from otternauts_desktop.services.courier import channel_entry
from otternauts_desktop.services.store import notices as notices_module
from otternauts_desktop.simulator.practice import Practice
from tests.guide.pages import GUIDE, blocks
from tests.services.practice import flying, until
from tests.services.test_alerts import impatient
from tests.services.test_sending import Received, receiving

TOKEN = "the-token-of-the-hook"


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OTTERNAUTS_SECRET_KEY", "a passphrase")
    monkeypatch.setattr(notices_module, "GATHER_SECONDS", 0.3)
    monkeypatch.setattr(courier_module, "LEAST_GAP", 0.5)


def example() -> Any:
    """`is_genuine`, as the guide shows it."""
    (text,) = [text for language, text in blocks(GUIDE / "alerts.md") if language == "python"]
    made: dict[str, Any] = {}
    exec(compile(text, "alerts.md", "exec"), made)
    return made["is_genuine"]


def genuine(received: Received, key: str) -> bool:
    return bool(
        example()(
            key,
            received.header("otternauts-timestamp"),
            received.header("otternauts-signature"),
            received.bodies[-1],
        )
    )


@asynccontextmanager
async def hooked(
    tmp_path: Path,
) -> AsyncIterator[tuple[MissionControl, Practice, ClusterId, Received, str]]:
    async with receiving() as received, flying(tmp_path) as (control, practice, cluster_id):
        url = Secret(f"http://127.0.0.1:{received.port}/{TOKEN}")
        _, key = await control.courier.add("hook", url, allows_local=True)
        assert key is not None
        yield control, practice, cluster_id, received, key.reveal()


async def test_an_outpost_is_lost_told_signed_and_told_again_when_it_is_back(
    tmp_path: Path,
) -> None:
    async with hooked(tmp_path) as (control, practice, cluster_id, received, key):
        assert genuine(received, key)  # the test message
        assert json.loads(received.bodies[0])["alerts"] == []
        await impatient(control, cluster_id)
        await asyncio.sleep(1)
        await practice.host("vega-1").stop()
        await until(lambda: len(received.bodies) >= 2)
        assert genuine(received, key)
        assert not genuine(received, "another key")
        told = json.loads(received.bodies[1])
        assert told["cluster"] == "practice"
        assert told["id"] == received.header("otternauts-id")
        lost = [alert for alert in told["alerts"] if alert["kind"] == "outpost-lost"]
        assert [alert["news"] for alert in lost] == ["raised"]
        await practice.host("vega-1").start()

        def over() -> bool:
            later = [a for body in received.bodies[2:] for a in json.loads(body)["alerts"]]
            return ("outpost-lost", "cleared") in {(a["kind"], a["news"]) for a in later}

        await until(over)
        (channel,) = control.courier.all()
        await until(lambda: control.courier.all()[0].sent_at > time.time() - 60)
        assert channel.trouble == ""


async def test_the_example_of_the_guide_refuses_what_is_old_or_changed() -> None:
    is_genuine = example()
    assert not is_genuine("key", "1700000000", "v1=00", b"{}")
    assert not is_genuine("key", "soon", "v1=00", b"{}")
    assert not is_genuine("key", str(int(time.time())), "v1=00", b"{}")


async def test_what_could_not_be_sent_is_sent_by_a_later_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(courier_module, "retry_after", lambda tries: 0.5)
    async with hooked(tmp_path) as (control, practice, cluster_id, received, key):
        received.answer = "503 Later"
        await impatient(control, cluster_id)
        await asyncio.sleep(1)
        await practice.host("vega-1").stop()
        await until(lambda: "503" in control.courier.all()[0].trouble)
        await control.alerts.close()
        received.answer = "204 No Content"
        before = len(received.bodies)
        async with open_mission_control(tmp_path / "home") as later:
            later.alerts.begin()
            await until(lambda: len(received.bodies) > before)
            assert genuine(received, key)
            kinds = [a["kind"] for a in json.loads(received.bodies[-1])["alerts"]]
            assert "outpost-lost" in kinds
            await until(lambda: later.courier.all()[0].trouble == "")
            await asyncio.sleep(1.5)
            assert len(received.bodies) == before + 1  # once


async def test_what_is_given_up_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(courier_module, "retry_after", lambda tries: 0.2 if tries < 3 else None)
    async with hooked(tmp_path) as (control, practice, cluster_id, received, _):
        heard: list[Event] = []
        control.bus.subscribe(heard.append)
        received.answer = "500 No"
        await impatient(control, cluster_id)
        await asyncio.sleep(1)
        await practice.host("vega-1").stop()
        await until(lambda: ChannelsMoved("hook", control.courier.all()[0].trouble) in heard)
        assert "500" in control.courier.all()[0].trouble
        assert TOKEN not in control.courier.all()[0].trouble


async def test_what_waits_for_the_vault_is_said_once_and_sent_later(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(courier_module, "LOCKED_SECONDS", 0.3)
    async with hooked(tmp_path) as (control, practice, cluster_id, received, _):
        heard: list[Event] = []
        control.bus.subscribe(heard.append)

        async def locked(name: str) -> Secret:
            raise VaultLocked

        with monkeypatch.context() as while_locked:
            while_locked.setattr(control.courier._vault, "get", locked)
            await impatient(control, cluster_id)
            await asyncio.sleep(1)
            await practice.host("vega-1").stop()
            await until(lambda: "vault" in control.courier.all()[0].trouble)
            await asyncio.sleep(3)
            said = [e for e in heard if isinstance(e, ChannelsMoved) and e.failed]
            assert len(said) == 1
            assert len(received.bodies) == 1
        await until(lambda: len(received.bodies) == 2)


async def test_a_burst_is_one_message(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(notices_module, "GATHER_SECONDS", 4.0)
    async with hooked(tmp_path) as (control, practice, cluster_id, received, _):
        await impatient(control, cluster_id)
        await asyncio.sleep(1)
        await practice.host("vega-1").stop()  # and what only it can run
        await until(lambda: len(received.bodies) >= 2)
        told = json.loads(received.bodies[1])
        assert len(told["alerts"]) >= 2
        assert re.fullmatch(r"\d+ alerts\b.* in practice", told["summary"])


async def test_an_address_is_in_the_vault_and_nowhere_else(tmp_path: Path) -> None:
    async with hooked(tmp_path) as (control, _, _, received, key):
        (channel,) = control.courier.all()
        assert channel.target == "127.0.0.1"
        assert TOKEN not in repr(control.courier.all()) + repr(control.command_log.entries())
        for file in (tmp_path / "home").rglob("*"):
            if file.is_file():
                content = file.read_bytes()
                assert TOKEN.encode() not in content, file
                assert key.encode() not in content, file
        await control.courier.test("hook")
        assert len(received.bodies) == 2
        await control.courier.remove("hook")
        assert control.courier.all() == ()
        with pytest.raises(NothingFound):
            await control.courier.test("hook")


async def test_a_channel_that_can_not_be_is_not_kept(tmp_path: Path) -> None:
    async with hooked(tmp_path) as (control, _, _, received, _):
        here = Secret(f"http://127.0.0.1:{received.port}/")
        with pytest.raises(BadName):
            await control.courier.add("hook", here, allows_local=True)
        with pytest.raises(TargetRefused):
            await control.courier.add("second", here)
        with pytest.raises(ChannelUnusable):
            await control.courier.add("second", Secret("nonsense"))
        received.answer = "404 Not Found"
        with pytest.raises(NotDelivered):
            await control.courier.add("second", here, allows_local=True)
        assert [channel.name for channel in control.courier.all()] == ["hook"]


async def test_a_service_of_apprise_gets_its_message_in_words(tmp_path: Path) -> None:
    async with receiving() as received, flying(tmp_path) as (control, practice, cluster_id):
        url = Secret(f"json://127.0.0.1:{received.port}/{TOKEN}/")
        channel, key = await control.courier.add(
            "team", url, allows_local=True, least=Severity.CRITICAL, test=False
        )
        assert (channel.target, key) == ("JSON", None)
        await impatient(control, cluster_id)
        await asyncio.sleep(1)
        await practice.host("vega-1").stop()
        await until(lambda: received.bodies != [])
        told = json.loads(received.bodies[0])
        assert "The outpost vega-1 is lost" in told["title"] + told["message"]
        assert told["type"] == "failure"


async def test_a_backup_has_the_addresses(tmp_path: Path) -> None:
    async with hooked(tmp_path) as (control, _, _, _, _):
        (channel,) = control.courier.all()
        made = await control.backups.create(
            str(tmp_path / "all.backup"), Secret("four words of none")
        )
        assert made.missing == ()
        data = await asyncio.to_thread(read_backup, str(tmp_path / "all.backup"))
        contents = await asyncio.to_thread(opened_backup, data, Secret("four words of none"))
        assert channel_entry(channel) in contents.entries
