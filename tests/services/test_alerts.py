"""Alerts on the practice cluster: raised, told once, kept over a restart, cleared."""

import asyncio
import json
import ssl
import subprocess
import time
from dataclasses import replace
from pathlib import Path

import pytest

from otternauts_desktop.app import MissionControl, open_mission_control
from otternauts_desktop.core.alerts.alert import AlertKind, News
from otternauts_desktop.core.alerts.rules import DEFAULTS, Rule
from otternauts_desktop.core.errors import NothingFound, ValueUnusable
from otternauts_desktop.core.events import AlertsMoved, Event
from otternauts_desktop.core.flight.evacuation import Way
from otternauts_desktop.core.names import ClusterId
from otternauts_desktop.services import alerts as alerts_module
from otternauts_desktop.services.shields import expiry
from otternauts_desktop.simulator import stack
from otternauts_desktop.simulator.practice import Practice
from tests.services.practice import flying, until

CRASHING = {"services": {"web": {"image": "nginx:1.27", "environment": {"OTN_SIM": "crash"}}}}
GOOD = {"services": {"web": {"image": "nginx:1.27"}}}


class Told:
    """What the bus told of alerts."""

    def __init__(self, control: MissionControl) -> None:
        self.news: list[tuple[AlertKind, News]] = []
        control.bus.subscribe(self._hear)

    def _hear(self, event: Event) -> None:
        if isinstance(event, AlertsMoved):
            self.news += [(alert.sign.kind, news) for alert, news in event.news]

    def of(self, kind: AlertKind) -> list[News]:
        return [news for told, news in self.news if told is kind]


async def impatient(control: MissionControl, cluster_id: ClusterId) -> Told:
    """Rules that wait for a second at most; looking has begun."""
    for rule in DEFAULTS.values():
        await control.alerts.put_rule(
            cluster_id,
            replace(rule, raise_after=min(rule.raise_after, 0.5), clear_after=0.5),
        )
    told = Told(control)
    control.alerts.begin()
    control.telemetry.watch(cluster_id)
    return told


def kinds(control: MissionControl) -> set[AlertKind]:
    return {alert.sign.kind for alert in control.alerts.active()}


def deploy(practice: Practice, document: object) -> None:
    body = json.dumps(document).encode()
    assert stack.deploy(practice.swarm, "sick", body, resolve=False).status == 0


async def test_a_swarm_that_is_well_raises_nothing(tmp_path: Path) -> None:
    async with flying(tmp_path) as (control, _, cluster_id):
        told = await impatient(control, cluster_id)
        await asyncio.sleep(3)
        assert told.news == []
        assert control.alerts.active() == ()


async def test_a_crash_loop_is_raised_kept_over_a_restart_and_cleared(tmp_path: Path) -> None:
    async with flying(tmp_path) as (control, practice, cluster_id):
        told = await impatient(control, cluster_id)
        deploy(practice, CRASHING)
        await until(lambda: told.of(AlertKind.CRASH_LOOP) == [News.RAISED], 60)
        (alert,) = [a for a in control.alerts.active() if a.sign.kind is AlertKind.CRASH_LOOP]
        assert alert.sign.values["service"] == "sick_web"
        assert "non-zero exit" in alert.sign.values["said"]
        await control.alerts.close()

        async with open_mission_control(tmp_path / "home") as later:
            again = Told(later)
            later.alerts.begin()
            later.telemetry.watch(cluster_id)
            await asyncio.sleep(3)
            assert again.of(AlertKind.CRASH_LOOP) == []
            assert alert.id in {a.id for a in later.alerts.active()}
            practice.swarm.remove_service(practice.swarm.service_named("sick_web"))  # type: ignore[arg-type]
            await until(lambda: News.CLEARED in again.of(AlertKind.CRASH_LOOP))
            assert AlertKind.CRASH_LOOP not in kinds(later)
            assert alert.id in {a.id for a in later.alerts.history()}


async def test_a_lost_outpost_and_the_quorum_of_two(tmp_path: Path) -> None:
    async with flying(tmp_path) as (control, practice, cluster_id):
        told = await impatient(control, cluster_id)
        await asyncio.sleep(1)
        await practice.host("vega-1").stop()
        await until(lambda: told.of(AlertKind.OUTPOST) == [News.RAISED])
        await practice.host("vega-1").start()
        await until(lambda: told.of(AlertKind.OUTPOST) == [News.RAISED, News.CLEARED])
        await practice.host("orion-2").stop()
        await until(lambda: told.of(AlertKind.QUORUM) == [News.RAISED])
        for host in practice.hosts:
            if host.name != "orion-2":
                await host.stop()
        await until(lambda: AlertKind.CLUSTER in kinds(control))


async def test_what_an_evacuation_moves_is_no_alert_but_what_has_no_place_left_is(
    tmp_path: Path,
) -> None:
    async with flying(tmp_path) as (control, practice, cluster_id):
        told = await impatient(control, cluster_id)
        await asyncio.sleep(1)
        node = control.membership.node(cluster_id, "vega-1")
        stuck = [
            departure.service.name
            for departure in control.evacuations.preview(cluster_id, node).departures
            if departure.way is Way.STOPS
        ]
        await control.jobs.wait(control.evacuations.evacuate(cluster_id, node))
        assert told.news == []
        await practice.host("vega-1").stop()  # drained: it is being mended
        await until(lambda: len(told.news) >= len(stuck))
        await asyncio.sleep(2)
        assert [a.sign.values["service"] for a in control.alerts.active()] == stuck


async def test_a_failed_launch_is_told_until_a_later_one_flies(tmp_path: Path) -> None:
    async with flying(tmp_path) as (control, _, cluster_id):
        told = await impatient(control, cluster_id)

        async def launch(document: object) -> None:
            launch_id = await control.launches.launch(
                cluster_id, "sick", json.dumps(document), {}, timeout=4.0
            )
            await control.launches.wait(launch_id)

        await launch(CRASHING)
        await until(lambda: told.of(AlertKind.LAUNCH) == [News.RAISED])
        await launch(GOOD)
        await until(lambda: told.of(AlertKind.LAUNCH) == [News.RAISED, News.CLEARED])


async def test_a_snooze_is_kept_and_what_is_not_there_is_said(tmp_path: Path) -> None:
    async with flying(tmp_path) as (control, practice, cluster_id):
        told = await impatient(control, cluster_id)
        await practice.host("vega-1").stop()
        await until(lambda: told.of(AlertKind.OUTPOST) == [News.RAISED])
        (alert,) = [a for a in control.alerts.active() if a.sign.kind is AlertKind.OUTPOST]
        snoozed = await control.alerts.snooze(alert.id[:8], 3600)
        assert snoozed.snoozed(time.time())
        await asyncio.sleep(2)
        kept = {a.id: a for a in control.alerts.active()}[alert.id]
        assert kept.snoozed_until == snoozed.snoozed_until
        await control.alerts.snooze(alert.id, 0)
        await control.alerts.snooze(alert.id, None)
        await practice.host("vega-1").start()
        await until(lambda: alert.id in {a.id for a in control.alerts.history()})
        assert told.of(AlertKind.OUTPOST) == [News.RAISED]
        with pytest.raises(NothingFound):
            await control.alerts.snooze("zz", 60)
        with pytest.raises(ValueUnusable):
            await control.alerts.put_rule(cluster_id, Rule(AlertKind.DISK, threshold=200))


async def test_of_two_programs_one_looks_and_the_other_shows_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(alerts_module, "TICK_SECONDS", 0.5)
    async with flying(tmp_path) as (control, practice, cluster_id):
        told = await impatient(control, cluster_id)
        await asyncio.sleep(1)
        async with open_mission_control(tmp_path / "home") as other:
            moved: list[Event] = []
            other.bus.subscribe(moved.append)
            second = Told(other)
            other.alerts.begin()
            other.telemetry.watch(cluster_id)
            await practice.host("vega-1").stop()
            await until(lambda: told.of(AlertKind.OUTPOST) == [News.RAISED])
            await until(lambda: any(isinstance(event, AlertsMoved) for event in moved))
            assert kinds(other) == kinds(control)
            assert second.news == []
            await control.alerts.close()
            await practice.host("vega-1").start()
            await until(lambda: second.of(AlertKind.OUTPOST) == [News.CLEARED])


async def test_a_forgotten_cluster_takes_its_alerts_with_it(tmp_path: Path) -> None:
    async with flying(tmp_path) as (control, practice, cluster_id):
        told = await impatient(control, cluster_id)
        await practice.host("vega-1").stop()
        await until(lambda: told.of(AlertKind.OUTPOST) == [News.RAISED])
        await control.outposts.remove_cluster(cluster_id)
        assert control.alerts.active() == ()
        await asyncio.sleep(1)
        assert control.alerts.active() == ()


def certificate(folder: Path, days: int) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """A server's side with a certificate that lasts so long, and a client's that trusts it."""
    key, cert = folder / "key.pem", folder / "cert.pem"
    made = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"]
    made += ["-nodes", "-keyout", str(key), "-out", str(cert), "-subj", "/CN=localhost"]
    made += ["-addext", "subjectAltName=DNS:localhost", "-days", str(days)]
    subprocess.run(made, check=True, capture_output=True)
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(cert, key)
    return server, ssl.create_default_context(cafile=str(cert))


async def test_the_end_of_a_certificate_is_seen_from_here(tmp_path: Path) -> None:
    serving, trusting = await asyncio.to_thread(certificate, tmp_path, 10)
    server = await asyncio.start_server(
        lambda _, writer: writer.close(), "127.0.0.1", 0, ssl=serving
    )
    port = server.sockets[0].getsockname()[1]
    seen = await expiry("localhost", port=port, trusting=trusting)
    assert seen is not None
    assert abs(seen - time.time() - 10 * 86_400) < 120
    assert await expiry("localhost", port=port) is None  # nobody here trusts it
    server.close()
    await server.wait_closed()
    assert await expiry("localhost", port=port) is None
    assert await expiry("nosuch.invalid") is None


async def test_certificates_and_images_are_looked_at_now_and_then(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    async def soon(domain: str) -> float:
        asked.append(domain)
        return time.time() + 86_400 * 3.5

    monkeypatch.setattr(alerts_module, "expiry", soon)
    async with flying(tmp_path) as (control, practice, cluster_id):
        told = await impatient(control, cluster_id)
        await control.alerts.put_rule(cluster_id, Rule(AlertKind.IMAGE, clear_after=0))
        await control.telemetry.refresh(cluster_id)
        for service in practice.swarm.services.values():
            template = service.spec["TaskTemplate"]["ContainerSpec"]
            template["Image"] = template["Image"].partition("@")[0] + "@sha256:" + "0" * 64
        await control.telemetry.refresh(cluster_id)
        for _ in range(2):
            await control.alerts.examine(cluster_id)
        await until(lambda: told.of(AlertKind.CERTIFICATE) != [])
        await until(lambda: told.of(AlertKind.IMAGE) != [])
        assert len(asked) == len(set(asked))  # each once, although it was asked twice
        shield = next(a for a in control.alerts.active() if a.sign.kind is AlertKind.CERTIFICATE)
        assert shield.sign.values["days"] == "3"
