"""What a manager says of images, over real SSH to the flight simulator."""

from pathlib import Path
from typing import Any

import pytest

from otternauts_desktop.core.errors import TooManyChannels
from otternauts_desktop.core.names import ClusterId
from otternauts_desktop.services.engine import Engine
from tests.services.practice import flying


async def test_digests_come_from_the_manager_and_trouble_is_an_answer(tmp_path: Path) -> None:
    async with flying(tmp_path) as (control, practice, cluster_id):
        images = ("nginx:1.27", "acme/missing:1", "nginx@sha256:abc")
        seen = await control.registries.ask(cluster_id, images)
        assert {*seen} == {"nginx:1.27", "acme/missing:1"}
        assert seen["nginx:1.27"].digest.startswith("sha256:")
        assert ("linux", "arm64") in seen["nginx:1.27"].platforms
        assert "denied" in seen["acme/missing:1"].trouble
        assert control.registries.known(cluster_id) == seen
        for host in practice.hosts:
            await host.stop()
        assert await control.registries.ask(cluster_id, images) == seen, "remembered"
        assert await control.registries.ask(cluster_id, ("redis:7",)) == {}, "not known"
    assert control.registries.known(ClusterId("another")) == {}


async def test_pinning_what_was_launched_pinned_changes_nothing(tmp_path: Path) -> None:
    text = "services:\n  web:\n    image: nginx\n"
    async with flying(tmp_path) as (control, _, cluster_id):
        images = await control.registries.ask(cluster_id, ["nginx"])
        launch = await control.launches.launch(cluster_id, "trio", text, {})
        await control.launches.wait(launch)
        plan = control.launches.preview(cluster_id, "trio", text, {}, images=images).plan
    (web,) = plan.changes
    assert plan.nothing_to_do, web.fields
    assert web.digest == web.new_digest == images["nginx"].digest


async def test_a_connection_that_has_no_room_is_no_answer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    get = Engine.get

    async def no_room(self: Engine, path: str, *more: Any, **named: Any) -> Any:
        if path.startswith("/distribution"):
            raise TooManyChannels
        return await get(self, path, *more, **named)

    async with flying(tmp_path) as (control, _, cluster_id):
        await control.telemetry.refresh(cluster_id)
        with monkeypatch.context() as full:
            full.setattr(Engine, "get", no_room)
            assert await control.registries.ask(cluster_id, ("nginx:1", "redis:7", "a:2")) == {}
        assert {*await control.registries.ask(cluster_id, ("redis:7",))} == {"redis:7"}
