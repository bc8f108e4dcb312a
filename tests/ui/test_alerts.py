"""The bell, the page of alerts, their rules and channels, as a person meets them."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QIcon
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QSystemTrayIcon, QWidget

from otternauts_desktop.core.alerts.alert import AlertKind
from otternauts_desktop.core.alerts.rules import DEFAULTS
from otternauts_desktop.core.events import ChannelsMoved
from otternauts_desktop.ui.dialogs.alert_rules import AlertRulesDialog
from otternauts_desktop.ui.dialogs.channels import ChannelsDialog
from otternauts_desktop.ui.places import PlaceKind, alerts_place
from otternauts_desktop.ui.tray import Tray
from tests.services.practice import flying
from tests.services.test_sending import receiving
from tests.ui.seated import dialog, seated, shown

pytestmark = pytest.mark.seconds(120)


async def test_a_lost_outpost_rings_is_found_put_off_and_goes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[str] = []
    monkeypatch.setattr(
        Tray, "tell", lambda self, title, text, *, bad, go: told.append(f"{title}|{text}|{bad}")
    )
    async with (
        flying(tmp_path) as (_, practice, cluster_id),
        seated(tmp_path / "home") as (window, desk, control),
    ):
        monkeypatch.setattr(window, "isActiveWindow", lambda: False)
        for rule in DEFAULTS.values():
            quick = replace(rule, raise_after=min(rule.raise_after, 0.5), clear_after=0.5)
            await control.alerts.put_rule(cluster_id, quick)
        await shown(lambda: not control.telemetry.staleness(cluster_id).lost)
        assert window.bell.count == 0
        await practice.host("vega-1").stop()
        await shown(lambda: window.bell.count > 0)
        assert any("The outpost vega-1 is lost" in line for line in told)

        window.bell.click()
        assert window.place == alerts_place(cluster_id)
        page = desk.alerts.page
        lost = next(a for a in control.alerts.active() if a.sign.kind is AlertKind.OUTPOST)
        page.choose(lost.id)
        QTest.keyClick(page.view, Qt.Key.Key_Return)
        assert (window.place.kind, window.place.name) == (
            PlaceKind.OUTPOST,
            lost.sign.subject,
        )
        window.go_back()
        page.choose(lost.id)
        before = window.bell.count
        page.hour_button.click()
        await shown(lambda: window.bell.count == before - 1)
        page.choose(lost.id)
        assert page.wake_button.isVisible()
        page.wake_button.click()
        await shown(lambda: window.bell.count == before)

        monkeypatch.setattr(window, "isActiveWindow", lambda: True)
        await practice.host("vega-1").start()
        await shown(lambda: "over" in window.toast.text.text())
        await shown(lambda: lost.id in {a.id for a in control.alerts.history()})
        await shown(lambda: page.past_model.find(lost.id).isValid())


async def test_rules_are_shown_and_kept(tmp_path: Path) -> None:
    async with (
        flying(tmp_path) as (_, _, cluster_id),
        seated(tmp_path / "home") as (window, _desk, control),
    ):
        await shown(lambda: window.place.cluster_id == cluster_id)
        window.actions_.run("cluster.alert_rules")
        rules = await dialog(AlertRulesDialog)
        assert rules.changed == []
        disk = next(line for line in rules.lines if line.rule.kind is AlertKind.DISK)
        assert disk.threshold is not None
        disk.threshold.setText("75")
        disk.raise_after.setText("30")
        image = next(line for line in rules.lines if line.rule.kind is AlertKind.IMAGE)
        assert not image.raise_after.isEnabled()
        image.enabled.click()
        rules.primary.click()
        await shown(lambda: control.alerts.rules(cluster_id)[AlertKind.DISK].threshold == 75)
        await shown(lambda: control.alerts.rules(cluster_id)[AlertKind.IMAGE].enabled)
        assert control.alerts.rules(cluster_id)[AlertKind.DISK].raise_after == 30


async def test_a_channel_is_added_after_a_test_and_its_key_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OTTERNAUTS_SECRET_KEY", "a passphrase")
    async with (
        receiving() as received,
        flying(tmp_path),
        seated(tmp_path / "home") as (window, _desk, control),
    ):
        await shown(lambda: bool(window.place.cluster_id))
        window.actions_.run("cluster.channels")
        channels = await dialog(ChannelsDialog)
        channels.primary.click()
        assert channels.name.hasFocus()
        channels.name.setText("hook")
        channels.address.setText(f"http://127.0.0.1:{received.port}/token-of-it")
        channels.primary.click()
        await shown(channels.notice.isVisible)
        assert "this machine" in channels.notice.title.text()
        assert received.bodies == []
        channels.local.click()
        channels.primary.click()
        await shown(channels.key.isVisible)
        assert len(channels.key.words.text()) == 43
        assert json.loads(received.bodies[0])["summary"] == "Otternauts: a test"
        assert channels.address.text() == ""
        channels.table.setCurrentIndex(channels.model.index(0, 0))
        channels.test.click()
        await shown(lambda: len(received.bodies) == 2)
        received.answer = "503 Later"
        channels.test.click()
        await shown(lambda: "503" in channels.notice.detail.text())
        channels.remove.click()
        await shown(lambda: control.courier.all() == ())
        channels.cancel.click()


async def test_what_a_channel_was_not_told_is_said(tmp_path: Path) -> None:
    async with flying(tmp_path), seated(tmp_path / "home") as (window, _desk, control):
        control.bus.publish(ChannelsMoved("team", "The server answered 503."))
        assert window.notice.isVisible()
        assert window.notice.title.text() == "team was not told of an alert."


def test_the_tray_tells_and_leads_back(qapp: QApplication, monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[str] = []
    went: list[int] = []
    monkeypatch.setattr(QSystemTrayIcon, "isSystemTrayAvailable", lambda: True)
    monkeypatch.setattr(QSystemTrayIcon, "show", lambda self: None)  # offscreen has no tray
    monkeypatch.setattr(
        QSystemTrayIcon, "showMessage", lambda self, title, text, kind: said.append(title)
    )
    window = QWidget()
    tray = Tray(window, QIcon)
    tray.tell("one alert", "of it", bad=True, go=lambda: went.append(1))
    assert said == ["one alert"]
    assert tray._icon is not None
    tray._icon.messageClicked.emit()
    assert went == [1]
    tray.close()
    window.deleteLater()
