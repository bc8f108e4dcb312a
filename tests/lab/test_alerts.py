"""A real crash loop and a real lost server are told in time, and told to be over."""

import asyncio
import json
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from otternauts_desktop.core.alerts.alert import Alert, AlertKind, News
from otternauts_desktop.core.events import AlertsMoved, Event
from tests.lab.can_boot import why_not
from tests.lab.faults import switched_off
from tests.lab.lab import Lab
from tests.lab.test_elsewhere import adopted
from tests.services.practice import until

pytestmark = [pytest.mark.lab, pytest.mark.lab_long, pytest.mark.seconds(400)]

CRASHING = {
    "version": "3.8",
    "services": {"web": {"image": "busybox:1.35", "command": ["sh", "-c", "sleep 1; exit 7"]}},
}


@pytest.fixture(scope="module")
def own() -> Iterator[Lab]:
    """A lab that may be broken."""
    if reason := why_not():
        pytest.skip(reason)
    lab = Lab.boot(("orion-1", "vega-1"), managers=1)
    try:
        yield lab
    finally:
        lab.down()


async def test_a_crash_loop_and_a_lost_server(own: Lab, tmp_path: Path) -> None:
    async with adopted(own, tmp_path / "home") as (control, cluster_id):
        told: list[tuple[float, Alert, News]] = []

        def hear(event: Event) -> None:
            if isinstance(event, AlertsMoved):
                told.extend((time.monotonic(), alert, news) for alert, news in event.news)

        def of(kind: AlertKind) -> list[News]:
            return [news for _, alert, news in told if alert.sign.kind is kind]

        control.bus.subscribe(hear)
        control.alerts.begin()
        control.telemetry.watch(cluster_id)
        await asyncio.sleep(10)
        assert told == []

        stack = ("docker", "stack", "deploy", "--resolve-image", "never", "-c", "-", "sick")
        body = json.dumps(CRASHING)
        await asyncio.to_thread(lambda: own.nodes[0].ask(*stack, stdin=body.encode()))
        await until(lambda: of(AlertKind.CRASH_LOOP) == [News.RAISED], 120)
        loop = next(alert for _, alert, _ in told if alert.sign.kind is AlertKind.CRASH_LOOP)
        assert loop.sign.values["service"] == "sick_web"
        assert "(7)" in loop.sign.values["said"]
        await asyncio.to_thread(own.nodes[0].ask, "docker", "stack", "rm", "sick")
        await until(lambda: of(AlertKind.CRASH_LOOP) == [News.RAISED, News.CLEARED], 120)

        server = own.node("vega-1")
        with switched_off(server):
            began = time.monotonic()
            await until(lambda: of(AlertKind.OUTPOST) == [News.RAISED], 90)
            took = next(at for at, a, _ in told if a.sign.kind is AlertKind.OUTPOST) - began
            print(f"a lost server was told after {took:.1f} s")
        await until(lambda: of(AlertKind.OUTPOST) == [News.RAISED, News.CLEARED], 120)
        assert control.alerts.active() == ()
