"""Values that are kept: sealed at rest, bound to their place, and never lost in silence."""

import asyncio
import json
import sqlite3
from pathlib import Path

import pytest

from otternauts_desktop.app import MissionControl, open_mission_control
from otternauts_desktop.core.errors import BadName, NothingFound
from otternauts_desktop.core.kept_errors import MasterKeyMissing, RecoveryKeyWrong, SecretMissing
from otternauts_desktop.core.names import ClusterId
from otternauts_desktop.core.secret import Secret
from otternauts_desktop.core.swarm.cluster import Cluster
from otternauts_desktop.services.sealing import Seal
from otternauts_desktop.services.store.database import open_database
from otternauts_desktop.services.store.home import DATABASE
from otternauts_desktop.services.store.settings import SettingRecords
from otternauts_desktop.services.vault import Vault

CANARY = "c4nary-0f-the-sealed-values"
NASTY = ("$", "$$ ${X}", "' \" \\", "a\nb\tc\n", " # : ", "  x  ", "🦦", "", "x" * 65_536)
ACME = ClusterId("acme")


@pytest.fixture(autouse=True)
def passphrase(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OTTERNAUTS_SECRET_KEY", "a passphrase")


async def kept(control: MissionControl, fleet: str = "shop") -> dict[str, str]:
    found = await control.values.of(ACME, fleet)
    return {name: value.reveal() for name, value in found.items()}


def acme(control: MissionControl) -> None:
    control._clusters.add(Cluster(ACME, "acme", "swarm"))


def everything(home: Path) -> bytes:
    return b"".join(path.read_bytes() for path in home.rglob("*") if path.is_file())


async def test_values_come_back_in_the_next_run_and_no_file_shows_them(tmp_path: Path) -> None:
    async with open_mission_control(tmp_path) as control:
        acme(control)
        assert await kept(control) == {}
        await control.values.keep(ACME, "", {"REGION": Secret("eu"), "API_KEY": Secret("all")})
        await control.values.keep(ACME, "shop", {"API_KEY": Secret("before")})
        await control.values.keep(ACME, "shop", {"API_KEY": Secret(CANARY)})
        assert CANARY.encode() not in everything(tmp_path)
    async with open_mission_control(tmp_path) as control:
        assert await kept(control) == {"REGION": "eu", "API_KEY": CANARY}
        assert await kept(control, "depot") == {"REGION": "eu", "API_KEY": "all"}
    assert CANARY.encode() not in everything(tmp_path)


@pytest.mark.parametrize("value", NASTY, ids=range(len(NASTY)))
async def test_a_value_comes_back_byte_for_byte(value: str, tmp_path: Path) -> None:
    async with open_mission_control(tmp_path) as control:
        acme(control)
        await control.values.keep(ACME, "shop", {"KEY": Secret(value)})
        assert await kept(control) == {"KEY": value}


async def test_a_value_is_renamed_and_removed(tmp_path: Path) -> None:
    async with open_mission_control(tmp_path) as control:
        acme(control)
        await control.values.keep(ACME, "shop", {"OLD": Secret("1"), "OTHER": Secret("2")})
        before = {row.name: row.changed_at for row in control.values.all(ACME)}
        with pytest.raises(BadName):
            await control.values.rename(ACME, "shop", "OLD", "OTHER")
        with pytest.raises(BadName):
            await control.values.rename(ACME, "shop", "OLD", "no-name")
        await control.values.rename(ACME, "shop", "OLD", "NEW")
        assert await kept(control) == {"NEW": "1", "OTHER": "2"}
        after = {row.name: row.changed_at for row in control.values.all(ACME)}
        assert after["NEW"] == before["OLD"]
        control.values.remove(ACME, "shop", "NEW")
        assert await kept(control) == {"OTHER": "2"}
        with pytest.raises(NothingFound):
            control.values.remove(ACME, "shop", "NEW")


async def test_a_value_can_not_be_moved_to_another_name(tmp_path: Path) -> None:
    async with open_mission_control(tmp_path) as control:
        acme(control)
        await control.values.keep(ACME, "shop", {"ADMIN": Secret("1"), "GUEST": Secret("2")})
    with sqlite3.connect(tmp_path / DATABASE) as database:
        database.execute(
            "UPDATE kept_values SET sealed = "
            "(SELECT sealed FROM kept_values WHERE name = 'ADMIN') WHERE name = 'GUEST'"
        )
    database.close()
    async with open_mission_control(tmp_path) as control:
        with pytest.raises(SecretMissing):
            await kept(control)


async def test_a_lost_key_is_said_and_the_recovery_key_brings_it_back(tmp_path: Path) -> None:
    async with open_mission_control(tmp_path) as control:
        acme(control)
        await control.values.keep(ACME, "shop", {"KEY": Secret(CANARY)})
        noted = await control.values.recovery_key()
    (tmp_path / "vault.json").unlink()  # a new keyring, or another machine
    async with open_mission_control(tmp_path) as control:
        with pytest.raises(MasterKeyMissing):
            await kept(control)
        with pytest.raises(MasterKeyMissing):
            await control.values.keep(ACME, "shop", {"NEW": Secret("1")})
        text = noted.reveal()
        assert len(text.split("-")) == 14
        for wrong in (text[:-1] + ("A" if text[-1] != "A" else "B"), "", "AAAA", text[:-5], "ß"):
            with pytest.raises(RecoveryKeyWrong):
                await control.values.recover(Secret(wrong))
        await control.values.recover(Secret(f" {text.lower()}\n"))
        assert await kept(control) == {"KEY": CANARY}
    async with open_mission_control(tmp_path) as control:
        assert await kept(control) == {"KEY": CANARY}


async def test_two_that_begin_at_once_use_the_same_key(tmp_path: Path) -> None:
    vault, database = Vault(tmp_path), open_database(tmp_path / DATABASE)
    await vault.unlock(Secret("a passphrase"))
    one, other = (Seal(vault, SettingRecords(database)) for _ in range(2))
    texts = await asyncio.gather(one.seal("here", Secret("1")), other.seal("there", Secret("2")))
    assert (await other.open("here", texts[0])).reveal() == "1"
    assert (await one.open("there", texts[1])).reveal() == "2"
    entries = json.loads((tmp_path / "vault.json").read_text())["entries"]
    assert len(entries) == 1
    database.close()
