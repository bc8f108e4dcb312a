"""The ingress's flight plan: right for Traefik v3, and nothing that a person typed gets past."""

import pytest

from otternauts_desktop.core.errors import IngressSettingsUnusable
from otternauts_desktop.core.fleet.flight_plan import prepare
from otternauts_desktop.core.fleet.traefik import (
    STAGING,
    IngressSettings,
    checked,
    flight_plan,
    is_traefik,
    settings_of,
    too_old,
)

MAIL = IngressSettings("crew@example.com")


def service(settings: IngressSettings) -> dict[str, object]:
    prepared = prepare("ingress", flight_plan(settings), {})
    assert prepared.errors == ()
    assert [f for f in prepared.findings if f.severity.value == "warning"] == []
    found: dict[str, object] = prepared.data["services"]["traefik"]
    return found


def test_the_flags_are_those_of_traefik_3() -> None:
    command = service(MAIL)["command"]
    assert isinstance(command, list)
    assert not any("providers.docker" in flag or "swarmmode" in flag.lower() for flag in command)
    assert "--providers.swarm.network=traefik-public" in command
    assert "--providers.swarm.exposedbydefault=false" in command
    assert "--api.dashboard=false" in command
    assert "--certificatesresolvers.letsencrypt.acme.httpchallenge.entrypoint=web" in command
    assert not any("caserver" in flag for flag in command)
    staging = service(IngressSettings("crew@example.com", ca=STAGING))["command"]
    assert f"--certificatesresolvers.letsencrypt.acme.caserver={STAGING}" in str(staging)


def test_it_stays_with_its_certificates_and_stops_before_it_starts() -> None:
    deploy = service(MAIL)["deploy"]
    assert isinstance(deploy, dict)
    assert deploy["placement"]["constraints"] == [
        "node.role == manager",
        "node.labels.otternauts.ingress == true",
    ]
    assert deploy["update_config"]["order"] == "stop-first"


@pytest.mark.parametrize("mode", ["host", "ingress"])
def test_ports_are_published_as_asked(mode: str) -> None:
    ports = service(IngressSettings("a@b.example", ports=mode))["ports"]  # type: ignore[arg-type]
    assert isinstance(ports, list)
    assert [(port["published"], port["mode"]) for port in ports] == [(80, mode), (443, mode)]


@pytest.mark.parametrize(
    "settings",
    [
        IngressSettings(""),
        IngressSettings("a@b"),
        IngressSettings("a@b.c\n--api.insecure=true"),
        IngressSettings("a@b.example", ca="http://plain.example/dir"),
        IngressSettings("a@b.example", ca="https://x.example/dir --api.insecure=true"),
        IngressSettings("a@b.example", subnet="10.1.0.0/24"),
        IngressSettings("a@b.example", subnet="8.8.0.0/16"),
        IngressSettings("a@b.example", subnet="10.1.0.1/20"),
        IngressSettings("a@b.example", image="traefik:v2.11"),
        IngressSettings("a@b.example", image="traefik:v3.0"),
    ],
)
def test_what_can_not_be_used_is_refused(settings: IngressSettings) -> None:
    with pytest.raises(IngressSettingsUnusable) as caught:
        checked(settings)
    assert caught.value.detail


def test_settings_are_read_back_from_what_runs() -> None:
    wanted = IngressSettings("crew@example.com", ca=STAGING, ports="ingress")
    command = service(wanted)["command"]
    assert isinstance(command, list)
    assert settings_of("traefik:v3.7@sha256:ab", command, "ingress") == wanted


def test_versions_of_traefik_are_told_apart() -> None:
    assert [too_old(f"traefik:{tag}") for tag in ("v2.11", "v3.0", "v3.5.2", "3.6.0")] == [True] * 4
    assert not any(too_old(f"traefik:{tag}") for tag in ("v3", "v3.6", "v3.6.1", "v3.7", "latest"))
    assert is_traefik("registry.example:5000/library/traefik:v3.7@sha256:00")
    assert not is_traefik("traefik/whoami:v1.10")
