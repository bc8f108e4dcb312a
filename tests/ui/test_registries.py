"""Logins of registries in a window, on the flight simulator."""

from pathlib import Path

import pytest

from otternauts_desktop.core.flight.progress import LaunchState
from otternauts_desktop.simulator.private_registry import PASSWORD, REGISTRY, USER
from otternauts_desktop.ui.dialogs.registries import RegistriesDialog
from tests.ui.seated import dialog, shown
from tests.ui.test_membership import at

pytestmark = pytest.mark.seconds(60)


async def test_a_login_is_tried_kept_used_and_removed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OTTERNAUTS_SECRET_KEY", "a passphrase")
    async with at(tmp_path, "vega-1") as seat:
        seat.run("cluster.registries")
        registries = await dialog(RegistriesDialog)
        assert registries.none.isVisible()
        registries.confirm()
        assert registries.host.hasFocus()
        registries.host.setText(f"https://{REGISTRY}")
        registries.user.setText(USER)
        registries.password.setText("wrong")
        registries.confirm()
        await shown(lambda: "refused" in registries.notice.title.text())
        assert registries.password.text() == "wrong", "what was typed stays"
        registries.password.setText(PASSWORD)
        registries.confirm()
        await shown(lambda: registries.table.isVisible())
        assert registries.password.text() == ""
        cells = [registries.model.index(0, column).data() for column in range(4)]
        assert cells == [REGISTRY, USER, "all", "yes"]

        text = f"services:\n  web:\n    image: {REGISTRY}/shop:1\n"
        launch = await seat.control.launches.launch(seat.cluster_id, "kiosk", text, {})
        assert (await seat.control.launches.wait(launch)).state is LaunchState.CONVERGED

        registries.only_here.setChecked(True)
        registries.check.setChecked(False)
        for line, typed in (
            (registries.host, "ghcr.io"),
            (registries.user, "acme"),
            (registries.password, "t"),
        ):
            line.setText(typed)
        registries.confirm()
        await shown(lambda: registries.model.rowCount() == 2)
        assert {login.checked for login in seat.control.registry_logins.all()} == {True, False}
        registries.table.setCurrentIndex(registries.model.index(0, 0))
        registries.remove.click()
        await shown(lambda: registries.model.rowCount() == 1)
        (kept,) = seat.control.registry_logins.all()
        assert kept.registry == REGISTRY
        registries.reject()
