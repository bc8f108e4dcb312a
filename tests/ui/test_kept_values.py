"""Values that are kept, in the window: set, changed, shown on request, used without being typed."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication

from otternauts_desktop.core.secret import Secret
from otternauts_desktop.services import vault
from otternauts_desktop.ui.dialogs.confirm import Confirm
from otternauts_desktop.ui.dialogs.confirm_launch import ConfirmLaunch
from otternauts_desktop.ui.dialogs.kept_values import KeptValuesDialog
from otternauts_desktop.ui.dialogs.open_vault import OpenVault
from otternauts_desktop.ui.dialogs.recovery_key import GiveRecoveryKey, RecoveryKey
from otternauts_desktop.ui.dialogs.variables import VariablesDialog
from otternauts_desktop.ui.places import fleet_place
from otternauts_desktop.ui.row_view import row_of
from tests.ui.seated import dialog, seated, shown

pytestmark = pytest.mark.seconds(90)

CANARY = "c4nary-0f-the-window"
PHRASE = "held by the paw"
PLAN = "services:\n  web:\n    image: nginx:1.27\n    environment: {API_KEY: '${API_KEY}'}\n"


@pytest.fixture(autouse=True)
def _no_keyring(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(vault, "_trusted_backend", lambda: None)
    monkeypatch.setenv(vault.ENVIRONMENT, PHRASE)
    yield


def lines(asks: KeptValuesDialog) -> list[list[str]]:
    rows = [row_of(asks.model.index(number, 0)) for number in range(asks.model.rowCount())]
    return [[cell.text for cell in row.cells] for row in rows if row]


async def test_a_value_is_kept_changed_renamed_shown_and_forgotten(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("REGION=eu\nPLACE=sea\n")
    async with seated(tmp_path / "home") as (window, desk, control):
        await desk.simulate()
        cluster = control.outposts.clusters()[0]
        control.launches.save_draft(cluster.id, "lane", PLAN)
        desk.go(fleet_place(cluster.id, "lane", "plan"))
        window.actions_.run("cluster.values")
        asks = await dialog(KeptValuesDialog)
        assert asks.fleet == "lane", "new ones are for the fleet in view"
        asks.variable.setText("API_KEY")
        asks.confirm()
        assert lines(asks) == [], "there is no value yet"
        asks.secret.setText("before")
        asks.confirm()
        await shown(lambda: len(lines(asks)) == 1)
        assert lines(asks)[0][0:2] == ["API_KEY", "lane"]
        assert lines(asks)[0][3] == "lane"
        assert asks.secret.text() == ""

        asks.table.setCurrentIndex(asks.model.index(0, 0))
        assert (asks.name, asks.fleet, asks.value.reveal()) == ("API_KEY", "lane", "")
        asks.secret.setText(CANARY)
        asks.variable.setText("KEY")
        asks.confirm()
        await shown(lambda: lines(asks)[0][0] == "KEY")
        assert (await control.values.of(cluster.id, "lane"))["KEY"].reveal() == CANARY
        assert lines(asks)[0][3] == "nobody"

        asks.table.setCurrentIndex(asks.model.index(0, 0))
        assert not asks.value_shown.isVisible()
        asks.reveal.click()
        await shown(asks.value_shown.isVisible)
        assert asks.value_shown.toPlainText() == CANARY
        asks.reveal.click()
        assert asks.value_shown.toPlainText() == ""
        assert CANARY not in QApplication.clipboard().text()

        asks.variable.setText("not a name")
        asks.confirm()
        await shown(asks.notice.isVisible)
        asks.clear()
        asks.variable.setText("OTHER")
        asks.secret.setText("x")
        asks.confirm()
        await shown(lambda: len(lines(asks)) == 2)
        asks.table.setCurrentIndex(asks.model.index(1, 0))
        asks.remove.click()
        sure = await dialog(Confirm)
        sure.primary.click()
        await shown(lambda: len(lines(asks)) == 1)
        asks.reject()
        key = await dialog(RecoveryKey)
        noted = (await control.values.recovery_key()).reveal()
        assert key.key.toPlainText().replace("\n", "-") == noted
        key.accept()
        window.actions_.run("cluster.values")
        (await dialog(KeptValuesDialog)).reject()
        await asyncio.sleep(0.3)
        widgets = QApplication.topLevelWidgets()
        assert not [w for w in widgets if isinstance(w, RecoveryKey) and w.isVisible()]


async def test_a_kept_value_is_used_without_being_typed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with seated(tmp_path / "home") as (window, desk, control):
        await desk.simulate()
        cluster = control.outposts.clusters()[0]
        control.launches.save_draft(cluster.id, "lane", PLAN)
        desk.go(fleet_place(cluster.id, "lane", "plan"))
        plan = desk.fleet_page.plan_tab
        await shown(lambda: plan.reading.variables == ("API_KEY",))
        window.actions_.run("fleet.variables")
        asks = await dialog(VariablesDialog)
        asks.fields.set_value("API_KEY", CANARY)
        asks.keep.setChecked(True)
        asks.confirm()
        (await dialog(RecoveryKey)).reject()
        kept = await control.values.of(cluster.id, "lane")
        assert kept["API_KEY"].reveal() == CANARY

        # As in a later run: nothing was typed, and the vault is not open yet.
        desk.fleets.plans.given._typed.clear()
        desk.fleets.plans.given._kept.clear()
        control.values._seal._key = None
        control.keys._vault._file._key = None
        monkeypatch.delenv(vault.ENVIRONMENT)
        window.actions_.run("fleet.launch")
        opening = await dialog(OpenVault)
        opening.fields.phrase.setText(PHRASE)
        opening.confirm()
        confirm = await dialog(ConfirmLaunch)
        assert confirm.entered() == {}
        await shown(confirm.primary.isEnabled)
        confirm.reject()


async def test_a_lost_key_is_asked_for_and_brings_the_values_back(tmp_path: Path) -> None:
    async with seated(tmp_path / "home") as (window, desk, control):
        await desk.simulate()
        cluster = control.outposts.clusters()[0]
        await control.values.keep(cluster.id, "", {"KEY": Secret(CANARY)})
        noted = (await control.values.recovery_key()).reveal()
        (name,) = control.values._seal.entries()
        await control.keys._vault.remove(name)
        control.values._seal._key = None
        window.actions_.run("vault.recovery")
        asks = await dialog(GiveRecoveryKey)
        asks.noted.setText(noted[:-1] + ("A" if noted[-1] != "A" else "B"))
        asks.confirm()
        await shown(asks.notice.isVisible)
        asks.noted.setText(noted.lower().replace("-", " "))
        asks.confirm()
        await shown(window.toast.isVisible)
        assert (await control.values.of(cluster.id, ""))["KEY"].reveal() == CANARY


async def test_a_large_value_of_many_lines_can_be_pasted(tmp_path: Path) -> None:
    value = "-----BEGIN\n" + "x" * 65_536 + "\n\tend "
    async with seated(tmp_path / "home") as (window, desk, control):
        await desk.simulate()
        cluster = control.outposts.clusters()[0]
        await control.values.keep(cluster.id, "", {"FIRST": Secret("x")})
        window.actions_.run("cluster.values")
        asks = await dialog(KeptValuesDialog)
        asks.variable.setText("CERT")
        QApplication.clipboard().setText(value)
        asks.secret.paste()
        asks.confirm()
        await shown(lambda: len(lines(asks)) == 2)
        assert (await control.values.of(cluster.id, ""))["CERT"].reveal() == value
        asks.reject()
        (await dialog(RecoveryKey)).reject()
