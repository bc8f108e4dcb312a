"""Logins of the simulator's private registry, over real SSH."""

from pathlib import Path

import pytest

from otternauts_desktop.app import open_mission_control
from otternauts_desktop.core.errors import (
    BadName,
    NothingFound,
    RegistryRefused,
    RegistryUnreachable,
)
from otternauts_desktop.core.flight.logins import DOCKER_HUB, Access, docker_config, registry_named
from otternauts_desktop.core.flight.progress import LaunchState
from otternauts_desktop.core.kept_errors import VaultLocked
from otternauts_desktop.core.secret import Secret
from otternauts_desktop.services.vault import ENVIRONMENT
from otternauts_desktop.simulator.private_registry import PASSWORD, REGISTRY, USER
from tests.services.practice import flying

IMAGE = f"{REGISTRY}/shop:1"
TEXT = f"services:\n  web:\n    image: {IMAGE}\n"


@pytest.fixture(autouse=True)
def _vault_of_a_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(ENVIRONMENT, "a passphrase")


async def test_a_private_image_flies_with_a_login_and_not_without(tmp_path: Path) -> None:
    async with flying(tmp_path) as (control, _, cluster_id):
        seen = await control.registries.ask(cluster_id, [IMAGE])
        assert "no basic auth credentials" in seen[IMAGE].trouble
        launch = await control.launches.launch(cluster_id, "kiosk", TEXT, {})
        ended = await control.launches.wait(launch)
        assert ended.state is LaunchState.FAILED
        await control.registry_logins.add(
            f"https://{REGISTRY}/", USER, Secret(PASSWORD), ask=cluster_id
        )
        control.registries.forget()
        seen = await control.registries.ask(cluster_id, [IMAGE])
        assert seen[IMAGE].digest.startswith("sha256:")
        launch = await control.launches.launch(cluster_id, "kiosk", TEXT, {})
        ended = await control.launches.wait(launch)
        assert ended.state is LaunchState.CONVERGED, ended.cause
    for file in (tmp_path / "home").rglob("*"):
        assert not file.is_file() or PASSWORD.encode() not in file.read_bytes(), file


async def test_a_login_is_tried_first_and_a_refused_one_changes_nothing(tmp_path: Path) -> None:
    async with flying(tmp_path) as (control, _, cluster_id):
        logins = control.registry_logins
        with pytest.raises(RegistryRefused) as refused:
            await logins.add(REGISTRY, USER, Secret("wrong"), ask=cluster_id)
        assert "Unauthorized" in refused.value.detail
        with pytest.raises(RegistryUnreachable):
            await logins.add("nowhere.example", USER, Secret(PASSWORD), ask=cluster_id)
        with pytest.raises(BadName):
            await logins.add("no host", USER, Secret(PASSWORD))
        assert logins.all() == ()
        await logins.add("nowhere.example", USER, Secret(PASSWORD))
        (kept,) = logins.all()
        assert (kept.registry, kept.checked, kept.cluster_id) == ("nowhere.example", False, None)


async def test_that_of_a_cluster_comes_first_and_a_changed_one_replaces(tmp_path: Path) -> None:
    async with flying(tmp_path) as (control, _, cluster_id):
        logins = control.registry_logins
        await logins.add(REGISTRY, "all", Secret("one"))
        await logins.add(REGISTRY, "all", Secret("two"))
        (access,) = await logins.access(cluster_id, [IMAGE, IMAGE, "nginx"])
        assert (access.user, access.password.reveal()) == ("all", "two")
        await logins.add(REGISTRY, "only", Secret("three"), cluster_id)
        (access,) = await logins.access(cluster_id, [IMAGE])
        assert access.user == "only"
        await logins.remove(REGISTRY, cluster_id)
        await logins.remove(REGISTRY)
        assert await logins.access(cluster_id, [IMAGE]) == ()
        with pytest.raises(NothingFound):
            await logins.remove(REGISTRY)


async def test_a_locked_vault_is_told_before_anything_is_done(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with flying(tmp_path) as (control, _, cluster_id):
        await control.registry_logins.add(REGISTRY, USER, Secret(PASSWORD))
        monkeypatch.delenv(ENVIRONMENT)
        async with open_mission_control(tmp_path / "home") as locked:
            launch = await locked.launches.launch(cluster_id, "kiosk", TEXT, {})
            ended = await locked.launches.wait(launch)
            assert ended.state is LaunchState.FAILED
            assert ended.cause is not None
            assert ended.cause.sentence == VaultLocked().title
            snapshot = await locked.telemetry.refresh(cluster_id)
            assert "kiosk" not in snapshot.fleets
            assert await locked.registry_logins.access(cluster_id, ["nginx:1"]) == ()


def test_names_of_registries() -> None:
    assert registry_named("https://index.docker.io/v1/") == DOCKER_HUB
    assert registry_named(" GHCR.io/acme ") == "ghcr.io"
    assert registry_named("localhost:5000") == "localhost:5000"
    for text in ("", "a b", "--x", "user@host", "host:port"):
        with pytest.raises(BadName):
            registry_named(text)


def test_docker_hub_has_an_address_of_its_own_in_the_config() -> None:
    config = docker_config([Access(DOCKER_HUB, "otter", Secret('a:b"'))])
    assert config.reveal() == (
        '{"auths": {"https://index.docker.io/v1/": {"auth": "b3R0ZXI6YTpiIg=="}}}'
    )
