"""Where the system has no keyring the window asks for a passphrase, once a run, and goes on."""

from pathlib import Path

import asyncssh
import pytest

from otternauts_desktop.app import MissionControl
from otternauts_desktop.core.flight.job import JobState
from otternauts_desktop.core.secret import Secret
from otternauts_desktop.core.swarm.cluster import LinkState, Login
from otternauts_desktop.simulator.practice import Practice, open_practice_cluster
from otternauts_desktop.ui.dialogs.add_outpost import AddOutpost
from otternauts_desktop.ui.dialogs.key_passphrase import KeyPassphrase
from otternauts_desktop.ui.dialogs.open_vault import OpenVault
from otternauts_desktop.ui.unlocking import Unlocking
from tests.ui.seated import dialog, seated, shown

pytestmark = [pytest.mark.seconds(60), pytest.mark.usefixtures("without_keyring")]
PHRASE = "held by the paw"


async def kept_key(control: MissionControl, practice: Practice) -> str:
    await control.keys.unlock(Secret(PHRASE))
    return await control.keys.keep_file(practice.key_file)


async def test_a_run_that_needs_a_kept_key_asks_for_the_vault_once(tmp_path: Path) -> None:
    async with open_practice_cluster(tmp_path / "far side") as practice:
        async with seated(tmp_path / "home") as (_, _, control):
            name = await kept_key(control, practice)
            for host in practice.hosts[:2]:
                login = Login(host.host, host.user, host.port, key_name=name)
                added = await control.outposts.add(login, host_key=host.host_key)
                await control.telemetry.refresh(added.cluster_id)
        async with seated(tmp_path / "home") as (window, _, control):
            (cluster,) = control.outposts.clusters()
            outposts = control.outposts.outposts(cluster.id)

            def states() -> set[LinkState]:
                return {control.outposts.link(outpost.id).state for outpost in outposts}

            await shown(lambda: states() == {LinkState.LOCKED})
            await shown(window.notice.isVisible)
            assert "vault" in window.notice.detail.text()
            assert window.notice._action.text() == "Unlock…"
            window.notice._action.click()
            ask = await dialog(OpenVault)
            ask.fields.phrase.setText("held by the tail")
            ask.confirm()
            await shown(ask.notice.isVisible)
            assert "does not open the vault" in ask.notice.title.text()
            ask.fields.phrase.setText(PHRASE)
            ask.confirm()
            await shown(lambda: states() == {LinkState.CONNECTED})
            await shown(lambda: not window.notice.isVisible())


async def test_a_job_that_a_locked_key_stopped_asks_for_it_and_goes_on(tmp_path: Path) -> None:
    async with open_practice_cluster(tmp_path / "far side") as practice:
        async with seated(tmp_path / "home") as (_, _, control):
            name = await kept_key(control, practice)
        async with seated(tmp_path / "home") as (_, desk, control):
            host = practice.host("bare-1")
            login = Login(host.host, host.user, host.port, key_name=name)
            job_id = control.onboarding.start(login, host.host_key, cluster_name="fresh")
            failed = await control.jobs.wait(job_id)
            assert failed.trouble
            assert failed.trouble.anchor == "vault-locked"
            desk.jobs_panel.resume_requested.emit(job_id)
            ask = await dialog(OpenVault)
            ask.fields.phrase.setText(PHRASE)
            ask.confirm()
            await shown(lambda: control.jobs.get(job_id).state is JobState.DONE, 30)


async def test_a_vault_is_made_with_a_passphrase_that_was_typed_twice(tmp_path: Path) -> None:
    async with seated(tmp_path) as (window, desk, control):
        unlocking = Unlocking(control.keys, window)
        asked: list[bool] = []

        async def make() -> None:
            asked.append(await unlocking.open_vault())

        desk.tasks.start(make())
        ask = await dialog(OpenVault)
        assert not ask.primary.isEnabled()
        ask.fields.phrase.setText(PHRASE)
        ask.fields.again.setText("held by t")
        assert not ask.primary.isEnabled()
        assert ask.fields.differs.text() == ""
        ask.fields.again.setText("held by x")
        assert ask.fields.differs.text()
        ask.fields.again.setText(PHRASE)
        ask.confirm()
        await shown(lambda: asked == [True])
        assert await control.keys.place() == "file"
        assert PHRASE.encode() not in (tmp_path / "vault.json").read_bytes()


async def test_the_passphrase_of_a_key_is_asked_for_while_an_outpost_is_added(
    tmp_path: Path,
) -> None:
    async with (
        open_practice_cluster(tmp_path / "far side") as practice,
        seated(tmp_path / "home") as (window, _, control),
    ):
        asyncssh.read_private_key(practice.key_file).write_private_key(
            practice.key_file, passphrase="fish", rounds=16, ignore_few_rounds=True
        )
        host = practice.hosts[0]
        window.add_outpost_requested.emit()
        add = await dialog(AddOutpost)
        add.form.host.setText(host.host)
        add.form.port.setText(str(host.port))
        add.form.user.setText(host.user)
        add.form.keys.take_file(str(practice.key_file))
        add.confirm()
        await shown(lambda: add.stack.currentIndex() == 1)
        add.confirm()
        ask = await dialog(KeyPassphrase)
        ask.phrase.setText("bird")
        ask.confirm()
        await shown(lambda: not ask.isVisible())
        ask = await dialog(KeyPassphrase)
        assert "does not open" in ask.words.text()
        ask.phrase.setText("fish")
        ask.keep.setChecked(True)
        ask.confirm()
        vault_dialog = await dialog(OpenVault)  # to keep it there has to be one
        for line in (vault_dialog.fields.phrase, vault_dialog.fields.again):
            line.setText(PHRASE)
        vault_dialog.confirm()
        await shown(lambda: len(control.outposts.clusters()) == 1)
    async with seated(tmp_path / "home") as (_, _, control):
        await control.keys.unlock(Secret(PHRASE))
        outpost = control.outposts.outposts(control.outposts.clusters()[0].id)[0]
        assert await control.keys._find_passphrases(outpost.login)
