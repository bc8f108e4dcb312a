"""Backups from the window: made while it is open, restored while it closes and opens again."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from otternauts_desktop import desktop
from otternauts_desktop.app import open_mission_control
from otternauts_desktop.core.names import ClusterId
from otternauts_desktop.core.secret import Secret
from otternauts_desktop.core.swarm.cluster import Cluster
from otternauts_desktop.services import vault
from otternauts_desktop.services.backups import copies
from otternauts_desktop.ui.desk import Desk
from otternauts_desktop.ui.dialogs.back_up import BackUp
from otternauts_desktop.ui.dialogs.open_vault import OpenVault
from otternauts_desktop.ui.dialogs.restore import Restore
from otternauts_desktop.ui.main_window import MainWindow
from tests.ui.seated import dialog, seated, shown

pytestmark = pytest.mark.seconds(60)
WORDS = "four words of no meaning"


@pytest.fixture(autouse=True)
def _no_keyring(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(vault, "_trusted_backend", lambda: None)
    monkeypatch.setenv(vault.ENVIRONMENT, "a passphrase")
    yield


async def test_a_backup_is_written_once_both_passphrases_agree(tmp_path: Path) -> None:
    async with seated(tmp_path / "home") as (window, desk, control):
        control._clusters.add(Cluster(ClusterId("acme"), "acme", "swarm"))
        await control.values.keep(ClusterId("acme"), "", {"KEY": Secret("v")})
        window.actions_.run("backup.create")
        asks = await dialog(BackUp)
        assert not asks.primary.isEnabled()
        asks.fields.phrase.setText("short")
        asks.fields.again.setText("short")
        assert not asks.primary.isEnabled()
        asks.fields.phrase.setText(WORDS)
        assert asks.fields.differs.text() == "The two differ."
        asks.fields.again.setText(WORDS)
        assert asks.primary.isEnabled()
        (tmp_path / "there").write_text("mine")
        for name in ("there", "new"):
            try:
                await desk.backups.write(asks, str(tmp_path / name))
            except Exception as error:
                assert "exists already" in str(error)
                asks.show_error(error)  # type: ignore[arg-type]
        assert not asks.isVisible()
        assert (tmp_path / "there").read_text() == "mine"

        window.actions_.run("backup.restore")
        asked = await dialog(Restore)
        assert not asked.primary.isEnabled(), "there are no copies, and no file is chosen"
        asked.show_file(str(tmp_path / "there"))
        asked.confirm()
        await shown(asked.notice.isVisible)
        assert asked.notice.title.text() == "The file is no backup of Otternauts."
        asked.show_file(str(tmp_path / "new"))
        asked.confirm()
        await shown(asked.fields.isVisible)
        asked.fields.phrase.setText("not these words")
        asked.confirm()
        await shown(asked.notice.isVisible)
        assert "does not open the backup" in asked.notice.title.text()
        asked.fields.phrase.setText(WORDS)
        asked.confirm()
        await shown(lambda: asked.primary.text() == "Restore")
        assert "clusters in it: acme" in asked.facts.text()
        asked.reject()
        assert desk.backups.wanted is None


async def test_the_window_closes_restores_and_opens_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "home"
    async with open_mission_control(home) as control:
        control._clusters.add(Cluster(ClusterId("acme"), "acme", "swarm"))
        await control.backups.copy("daily")
        control._clusters.remove(ClusterId("acme"))
    desks: list[Desk] = []

    class Kept(Desk):
        def __init__(self, *arguments: object) -> None:
            super().__init__(*arguments)  # type: ignore[arg-type]
            desks.append(self)

    monkeypatch.setattr("otternauts_desktop.ui.desk.Desk", Kept)
    window = MainWindow()
    window.show()
    running = asyncio.ensure_future(desktop.main(window, home, simulate=False))
    await shown(lambda: bool(desks))
    assert desks[0]._crew.outposts.clusters() == ()
    window.actions_.run("backup.restore")
    asked = await dialog(Restore)
    asked.confirm()
    await shown(lambda: asked.primary.text() == "Restore")
    asked.confirm()
    end = await running
    assert isinstance(end, desktop.Restored)
    assert end.error is None
    window.deleteLater()

    second = MainWindow()
    second.show()
    running = asyncio.ensure_future(desktop.main(second, home, simulate=False, after=end))
    await shown(lambda: len(desks) == 2)
    assert [c.name for c in desks[1]._crew.outposts.clusters()] == ["acme"]
    await shown(second.toast.isVisible)
    second.closing.emit()
    assert await running == 0
    second.deleteLater()
    assert [copy.kind for copy in copies(home)] == ["before-restore", "daily"]


async def test_on_a_new_machine_without_a_keyring_a_vault_is_made_for_the_keys(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with open_mission_control(tmp_path / "old") as control:
        control._clusters.add(Cluster(ClusterId("acme"), "acme", "swarm"))
        await control.values.keep(ClusterId("acme"), "", {"KEY": Secret("v")})
        await control.backups.create(str(tmp_path / "backup"), Secret(WORDS))
    monkeypatch.delenv(vault.ENVIRONMENT)
    home = tmp_path / "new"
    async with seated(home) as (window, desk, control):
        window.actions_.run("backup.restore")
        asked = await dialog(Restore)
        asked.show_file(str(tmp_path / "backup"))
        asked.confirm()
        await shown(asked.fields.isVisible)
        asked.fields.phrase.setText(WORDS)
        asked.confirm()
        await shown(lambda: asked.primary.text() == "Restore")
        asked.confirm()
        making = await dialog(OpenVault)
        for line in (making.fields.phrase, making.fields.again):
            line.setText("of this machine")
        making.confirm()
        await shown(lambda: desk.backups.wanted is not None)
        wanted, backups = desk.backups.wanted, control.backups
        assert wanted is not None
    await backups.restore(wanted)
    async with open_mission_control(home) as control:
        await control.keys.unlock(Secret("of this machine"))
        values = await control.values.of(ClusterId("acme"), "")
        assert values["KEY"].reveal() == "v"
