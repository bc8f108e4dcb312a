"""Adding an outpost from the window: by each kind of key, through other servers, and back."""

from pathlib import Path

import pytest
from PySide6.QtGui import QGuiApplication

from otternauts_desktop.app import MissionControl
from otternauts_desktop.core.errors import AnotherServer, KeyUnusable, ManagesAnotherSwarm
from otternauts_desktop.core.kept_errors import SecretMissing
from otternauts_desktop.core.secret import Secret
from otternauts_desktop.core.swarm.cluster import Jump, LinkState, Login
from otternauts_desktop.simulator.host import Host
from otternauts_desktop.simulator.practice import open_practice_cluster
from otternauts_desktop.ui.command_box import CommandBox
from otternauts_desktop.ui.dialogs.add_outpost import AddOutpost
from otternauts_desktop.ui.dialogs.change_login import ChangeLogin
from otternauts_desktop.ui.dialogs.key_choice import KeyWay
from otternauts_desktop.ui.dialogs.log_in import CONNECT, FINGERPRINT
from otternauts_desktop.ui.dialogs.open_vault import OpenVault
from otternauts_desktop.ui.dialogs.ssh_hosts import SshHosts
from otternauts_desktop.ui.main_window import MainWindow
from otternauts_desktop.ui.places import cluster_place, outpost_place
from tests.services.practice import until_async
from tests.ui.seated import dialog, seated, shown

pytestmark = [pytest.mark.seconds(60), pytest.mark.usefixtures("without_keyring")]


async def opened(window: MainWindow, host: Host | Login) -> AddOutpost:
    window.add_outpost_requested.emit()
    add = await dialog(AddOutpost)
    add.form.host.setText(host.host)
    add.form.port.setText(str(host.port))
    add.form.user.setText(host.user)
    return add


async def make_vault() -> None:
    vault = await dialog(OpenVault)
    for line in (vault.fields.phrase, vault.fields.again):
        line.setText("held by the paw")
    vault.confirm()


def only_login(control: MissionControl) -> Login:
    (cluster,) = control.outposts.clusters()
    (outpost,) = control.outposts.outposts(cluster.id)
    return outpost.login


async def test_a_pasted_key_is_kept_in_the_vault_and_nowhere_else(tmp_path: Path) -> None:
    async with (
        open_practice_cluster(tmp_path / "far side") as practice,
        seated(tmp_path / "home") as (window, _, control),
    ):
        add = await opened(window, practice.hosts[0])
        add.form.keys.ways.choose(KeyWay.PASTE)
        add.confirm()
        assert add.notice.next_step.text() == "Paste a private key."
        add.form.keys.pasted_text.setPlainText("ssh-ed25519 AAAA, the public half")
        add.confirm()
        await shown(lambda: "not a private key" in add.notice.detail.text())
        text = practice.key_file.read_text()
        add.form.keys.pasted_text.setPlainText(text)
        add.confirm()
        await make_vault()
        await shown(lambda: add.stack.currentIndex() == FINGERPRINT)
        assert add.form.keys.pasted_text.toPlainText() == ""
        add.confirm()
        await shown(lambda: bool(control.outposts.clusters()))
        name = only_login(control).key_name
        assert name
        assert only_login(control).key_file is None
        assert await control.keys.vault_exists()
    inside = text.splitlines()[1].encode()
    assert not [
        f for f in (tmp_path / "home").rglob("*") if f.is_file() and inside in f.read_bytes()
    ]


async def test_a_new_pair_is_made_and_its_public_half_told(tmp_path: Path) -> None:
    async with seated(tmp_path) as (window, desk, control):
        await desk.simulate()
        await control.keys.unlock(Secret("held by the paw"))
        add = await opened(window, control.outposts.practice_logins["foreign-1"])
        add.form.keys.ways.choose(KeyWay.NEW)
        add.confirm()
        assert add.notice.next_step.text() == "Make the key first."
        add.form.keys.make.click()
        await shown(add.form.keys.made.isVisible)
        command = add.form.keys.made.words.text()
        assert "ssh-ed25519 AAAA" in command
        assert "otternauts@127.0.0.1" in command
        assert ">> ~/.ssh/authorized_keys" in command
        _copy(add.form.keys.made)
        assert QGuiApplication.clipboard().text() == command
        add.confirm()
        await shown(lambda: add.stack.currentIndex() == FINGERPRINT)
        add.confirm()
        await shown(add.notice.isVisible)
        assert add.notice.title.text() == ManagesAnotherSwarm.title
        assert add.primary.text() == "Take it over"
        add.confirm()
        await shown(lambda: len(control.outposts.clusters()) == 2)
        cluster = control.outposts.clusters()[1]
        (outpost,) = control.outposts.outposts(cluster.id)
        assert outpost.login.key_name == add.form.keys.kept_here[0]


def _copy(box: CommandBox) -> None:
    from PySide6.QtWidgets import QToolButton

    (button,) = box.findChildren(QToolButton)
    button.click()


async def test_a_key_that_came_to_no_use_is_forgotten(tmp_path: Path) -> None:
    async with seated(tmp_path) as (window, desk, control):
        await desk.simulate()
        await control.keys.unlock(Secret("held by the paw"))
        login = control.outposts.practice_logins["foreign-1"]
        add = await opened(window, login)
        add.form.keys.ways.choose(KeyWay.NEW)
        add.form.keys.make.click()
        await shown(add.form.keys.made.isVisible)
        (name,) = add.form.keys.kept_here
        add.reject()
        host_key = (await control.outposts.scan_host_key(login)).host_key
        kept = Login(login.host, login.user, login.port, key_name=name)

        async def gone() -> bool:
            try:
                await (await control.keys.connect(kept, host_key)).close()
            except SecretMissing:
                return True
            return False

        await until_async(gone)


async def test_a_host_of_the_ssh_configuration_fills_the_form(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    config = tmp_path / ".ssh" / "config"
    config.parent.mkdir()
    config.write_text(
        "Host nova\n HostName 203.0.113.24\n User deploy\n Port 2222\n ProxyJump door\n"
    )
    async with seated(tmp_path / "home") as (window, _, _control):
        window.add_outpost_requested.emit()
        add = await dialog(AddOutpost)
        add.form.hosts_requested.emit()
        hosts = await dialog(SshHosts)
        hosts.confirm()
        await shown(lambda: add.form.host.text() == "203.0.113.24")
        login = add.form.login()
        assert (login.user, login.port) == ("deploy", 2222)
        assert login.jump is not None
        assert add.form.through.currentText() == str(login.jump.login)
        add.reject()


async def test_every_server_on_the_way_is_confirmed_one_after_the_other(tmp_path: Path) -> None:
    async with (
        open_practice_cluster(tmp_path / "far side") as practice,
        seated(tmp_path / "home") as (window, _, control),
    ):
        door, room = practice.hosts[1], practice.hosts[0]
        add = await opened(window, room)
        add.form.keys.take_file(str(practice.key_file))
        add.form.through.setCurrentText("a b")
        add.confirm()
        assert "names no server" in add.notice.detail.text()
        add.form.through.setCurrentText(f"otter@127.0.0.1:{door.port}")
        add.confirm()
        await shown(lambda: add.stack.currentIndex() == FINGERPRINT)
        assert "on the way" in add.words.text()
        of_door = control.outposts.fingerprint_of(door.host_key)
        assert add.check.fingerprint.text() == of_door
        assert add.check.art.text().startswith("+--[ED25519 256]--+")
        add.pasted.setText(f"256 {of_door} root@door (ED25519)")
        assert add.match.text() == "It matches."
        add.confirm()
        of_room = control.outposts.fingerprint_of(room.host_key)
        await shown(lambda: add.check.fingerprint.text() == of_room)
        assert add.pasted.text() == ""
        add.confirm()
        await shown(lambda: bool(control.outposts.clusters()))
        by = Login("127.0.0.1", "otter", door.port, str(practice.key_file))
        assert only_login(control).jump == Jump(by, door.host_key)
        await shown(lambda: door.connection_count >= 1)


async def test_one_can_go_back_and_a_server_that_falls_silent_is_asked_again(
    tmp_path: Path,
) -> None:
    async with (
        open_practice_cluster(tmp_path / "far side") as practice,
        seated(tmp_path / "home") as (window, _, control),
    ):
        door, room = practice.hosts[1], practice.hosts[0]
        add = await opened(window, room)
        assert not add.back.isVisible()
        add.form.keys.take_file(str(practice.key_file))
        add.form.through.setCurrentText(f"127.0.0.1:{door.port}")
        add.confirm()
        await shown(lambda: add.stack.currentIndex() == FINGERPRINT)
        add.back.click()
        assert add.stack.currentIndex() == CONNECT
        add.confirm()
        await shown(lambda: add.stack.currentIndex() == FINGERPRINT)
        await room.stop()
        add.confirm()
        await shown(add.notice.isVisible)
        assert add.primary.text() == "Try again"
        assert control.outposts.clusters() == ()
        await room.start()
        add.confirm()
        of_room = control.outposts.fingerprint_of(room.host_key)
        await shown(lambda: add.check.fingerprint.text() == of_room)
        add.confirm()
        await shown(lambda: bool(control.outposts.clusters()))


async def test_an_outpost_is_logged_in_to_in_another_way(tmp_path: Path) -> None:
    async with (
        open_practice_cluster(tmp_path / "far side") as practice,
        seated(tmp_path / "home") as (window, desk, control),
    ):
        await control.keys.unlock(Secret("held by the paw"))
        first, second, _ = practice.hosts
        old = await control.keys.keep_file(practice.key_file)
        for host in practice.hosts[:2]:
            jump = Jump(*way(first, old)) if host is second else None
            login = Login(host.host, host.user, host.port, key_name=old, jump=jump)
            added = await control.outposts.add(login, host_key=host.host_key, name=host.name)
            await control.telemetry.refresh(added.cluster_id)
        outpost = control.outposts.outposts(added.cluster_id)[0]
        desk.go(outpost_place(outpost.cluster_id, outpost.node_id))
        assert window.actions_.entry("outpost.change_login").action.isEnabled()

        window.actions_.run("outpost.change_login")
        change = await dialog(ChangeLogin)
        assert change.form.keys.way is KeyWay.KEPT
        change.form.port.setText(str(second.port))
        change.confirm()
        await shown(lambda: change.stack.currentIndex() == FINGERPRINT)
        change.confirm()  # it is a server, but not this outpost
        await shown(change.notice.isVisible)
        assert change.notice.title.text() == AnotherServer.title
        change.back.click()
        change.form.port.setText(str(first.port))
        change.form.keys.take_file(str(practice.key_file))
        change.confirm()  # and its host key is known: nothing is asked

        def logins() -> list[Login]:
            return [o.login for o in control.outposts.outposts(outpost.cluster_id)]

        await shown(lambda: logins()[0].key_file == str(practice.key_file))
        assert logins()[1].jump == Jump(logins()[0], first.host_key)
        await shown(lambda: control.outposts.link(outpost.id).state is LinkState.CONNECTED)
        kept = Login(second.host, second.user, second.port, key_name=old)
        await (await control.keys.connect(kept, second.host_key)).close()  # the other needs it


def way(host: Host, key_name: str) -> tuple[Login, str]:
    return Login(host.host, host.user, host.port, key_name=key_name), host.host_key


async def test_a_key_that_is_refused_leads_to_another_way_in(tmp_path: Path) -> None:
    async with (
        open_practice_cluster(tmp_path / "far side") as practice,
        seated(tmp_path / "home") as (window, desk, control),
    ):
        host = practice.hosts[0]
        gone = tmp_path / "gone"
        gone.write_bytes(practice.key_file.read_bytes())
        login = Login(host.host, host.user, host.port, str(gone))
        added = await control.outposts.add(login, host_key=host.host_key, name=host.name)
        gone.unlink()
        desk.go(cluster_place(added.cluster_id))
        control.telemetry.watch(added.cluster_id)
        await shown(lambda: window.notice._action.text() == "Log in again")
        window.notice._action.click()
        change = await dialog(ChangeLogin)
        assert change.notice.title.text() == KeyUnusable.title
        change.form.keys.take_file(str(practice.key_file))
        change.confirm()
        await shown(lambda: control.outposts.link(added.id).state is LinkState.CONNECTED)
        assert only_login(control).key_file == str(practice.key_file)
