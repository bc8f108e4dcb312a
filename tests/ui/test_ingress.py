"""The ingress from the window: launched, upgraded, its certificates kept and put back."""

from pathlib import Path

import pytest

from otternauts_desktop.core.errors import NothingFound
from otternauts_desktop.core.flight.job import JobState
from otternauts_desktop.core.names import JobId
from otternauts_desktop.ui.dialogs.confirm import Confirm
from otternauts_desktop.ui.dialogs.ingress_settings import IngressDialog
from otternauts_desktop.ui.dialogs.ingress_upgrade import UpgradeIngress
from otternauts_desktop.ui.dialogs.shields import ShieldsDialog
from otternauts_desktop.ui.labels import Label
from tests.services.practice import until_async
from tests.ui.seated import dialog, seated, shown

pytestmark = pytest.mark.seconds(90)


async def test_it_is_launched_upgraded_and_its_certificates_are_kept(tmp_path: Path) -> None:
    async with seated(tmp_path / "home") as (window, desk, control):
        await desk.simulate()
        cluster = control.outposts.clusters()[0]
        await shown(lambda: desk.cluster_page.fleet_model.rowCount() == 4)
        card = desk.cluster_page.ingress
        await shown(card.launch_button.isVisible)
        card.launch_button.click()
        settings = await dialog(IngressDialog)
        assert not settings.primary.isEnabled()  # an e-mail address is missing
        assert [settings.outpost.itemText(n) for n in range(settings.outpost.count())] == [
            "orion-1",
            "orion-2",
        ]
        settings.email.setText("crew@example.com")
        await shown(settings.primary.isEnabled)
        assert "traefik" in settings.plan_view.texts()
        settings.ports.choose(1)
        assert "Every outpost answers" in settings.ports_words.text()
        settings.subnet.setText("8.8.8.0/24")
        await shown(lambda: not settings.primary.isEnabled())
        settings.subnet.setText("10.240.0.0/20")
        await shown(settings.primary.isEnabled)
        settings.confirm()
        panel = desk.jobs_panel
        await shown(lambda: panel.isVisible() and panel.state.text().startswith("Done"), 40)
        await shown(lambda: "every outpost answers" in card.words.text())
        assert window.actions_.entry("ingress.upgrade").available()

        window.actions_.run("ingress.upgrade")
        upgrade = await dialog(UpgradeIngress)
        upgrade.image_field.setText("traefik:v3.8")
        upgrade.confirm()
        await shown(lambda: "traefik:v3.8" in card.words.text(), 40)
        await shown(lambda: control.jobs.get(panel.job_id).state is JobState.DONE, 40)
        assert control.jobs.get(JobId(panel.job_id)).title == "Launch the ingress"

        kept = tmp_path / "acme.json"
        kept.write_bytes(b'{"letsencrypt": {"Certificates": [1]}}\n')
        desk.tasks.start(desk.ingress.restore(cluster.id, str(kept)))
        confirm = await dialog(Confirm)
        assert "no domain answers" in confirm.words.text()
        confirm.accept()
        await shown(lambda: window.toast.text.text() == "The certificates are back.", 20)
        copy = tmp_path / "copy.json"

        async def backed_up() -> bool:
            try:
                await desk.ingress.back_up(cluster.id, str(copy))
            except NothingFound:  # it is still starting anew
                return False
            return True

        await until_async(backed_up, 20)
        assert copy.read_bytes() == kept.read_bytes()
        assert copy.stat().st_mode & 0o777 == 0o600
        desk.tasks.start(desk.ingress.back_up(cluster.id, str(copy)))
        await shown(lambda: "exists already" in window.notice.detail.text())

        window.actions_.run("ingress.check")
        looked = await dialog(ShieldsDialog)
        await shown(lambda: bool(looked.checks.findChildren(Label)))
        looked.reject()
