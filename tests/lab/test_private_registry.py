"""A private registry with a password, a manager and a worker that never logged in."""

import base64
from pathlib import Path

import pytest

from otternauts_desktop.app import MissionControl
from otternauts_desktop.core.errors import RegistryRefused, RegistryUnreachable
from otternauts_desktop.core.flight.progress import LaunchProgress, LaunchState
from otternauts_desktop.core.names import ClusterId
from otternauts_desktop.core.secret import Secret
from otternauts_desktop.services.vault import ENVIRONMENT
from tests.journeys.oracle import files_with, own_files_with, remove, watched_arguments
from tests.lab.lab import Lab
from tests.lab.registry import PASSWORD, USER, private_registry
from tests.lab.test_elsewhere import adopted, running

pytestmark = [pytest.mark.lab, pytest.mark.seconds(300)]

FLEET = "private"
TEXT = """\
services:
  web:
    image: {image}
    command: [sleep, "100000"]
    stop_grace_period: 1s
    deploy:
      placement: {{constraints: [node.hostname == vega-1]}}
"""


async def launched(control: MissionControl, cluster_id: ClusterId, text: str) -> LaunchProgress:
    launch = await control.launches.launch(cluster_id, FLEET, text, {})
    return await control.launches.wait(launch)


async def test_a_worker_that_never_logged_in_pulls(
    lab: Lab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(ENVIRONMENT, "a passphrase")
    home = tmp_path / "home"
    with private_registry(lab.node("orion-2")) as registry:
        digest = registry.push("busybox:1.35", "shop")
        image = f"{registry.host}/shop:1"
        text = TEXT.format(image=image)
        async with adopted(lab, home) as (control, cluster_id):
            logins, registries = control.registry_logins, control.registries
            try:
                seen = await registries.ask(cluster_id, [image])
                assert "no basic auth credentials" in seen[image].trouble, seen

                with pytest.raises(RegistryRefused):
                    await logins.add(registry.host, USER, Secret("wrong"), ask=cluster_id)
                with pytest.raises(RegistryUnreachable):
                    await logins.add("10.99.254.1:5000", USER, Secret("x"), ask=cluster_id)

                with watched_arguments(PASSWORD) as arguments:
                    await logins.add(registry.host, USER, Secret(PASSWORD), ask=cluster_id)
                    registries.forget()
                    ended = await launched(control, cluster_id, text)
                assert (ended.state, ended.cause) == (LaunchState.CONVERGED, None), ended.output
                assert arguments == []
                snapshot = await control.telemetry.refresh(cluster_id)
                (web,) = snapshot.fleets[FLEET]
                assert web.image == f"{image}@{digest}"
                first = running(snapshot, FLEET)

                # The login is part of what is sent each time, and restarts nothing.
                ended = await launched(control, cluster_id, text)
                assert ended.state is LaunchState.CONVERGED
                assert running(await control.telemetry.refresh(cluster_id), FLEET) == first

                # A tag that was moved: a restart by the digest alone, foreseen and done.
                moved = registry.push("nginx:1.27", "shop")
                assert moved != digest
                registries.forget()
                images = await registries.ask(cluster_id, [image])
                preview = control.launches.preview(cluster_id, FLEET, text, {}, images=images)
                (change,) = preview.plan.changes
                assert (change.digest, change.new_digest) == (digest, moved)
                assert change.restarts == 1
                ended = await launched(control, cluster_id, text)
                assert ended.state is LaunchState.CONVERGED, ended.cause
                again = running(await control.telemetry.refresh(cluster_id), FLEET)
                assert not again["web"] & first["web"]

                both = base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()
                for needle in (PASSWORD, both):
                    assert files_with(lab, needle) == []
                    assert own_files_with(home, needle) == []
            finally:
                remove(lab, FLEET)
