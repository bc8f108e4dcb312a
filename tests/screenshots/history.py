"""Scenes of a fleet's history: its versions, and the return to one."""

import json
from collections.abc import Awaitable, Callable
from typing import Final

from otternauts_desktop.core.names import LaunchId
from otternauts_desktop.core.secret import Secret
from otternauts_desktop.services.store.launches import LaunchRecord
from otternauts_desktop.ui.places import fleet_place
from tests.screenshots.shop import flying_shop
from tests.screenshots.stage import PROD, Stage
from tests.ui.acme import NOW

_DAY: Final = 86_400.0
_BASE: Final = """\
services:
  web:
    image: ghcr.io/acme/shop:1.4.2
    deploy:
      replicas: 2
      update_config:
        order: start-first
    environment:
      DATABASE_URL: postgres://db:5432/shop
      API_KEY: ${API_KEY}
  db:
    image: postgres:16
"""
_NEXT: Final = (
    _BASE.replace("1.4.2", "1.5.0")
    .replace("replicas: 2", "replicas: 3")
    .replace("  db:\n", "  cache:\n    image: redis:7-alpine\n  db:\n")
)
_BAD: Final = _BASE.replace("1.4.2", "1.4.O")
_LAUNCHES: Final = (
    (20.4, _BASE.replace("16", "15"), "converged", "mira", 220.0, 0, ""),
    (16.1, _BASE, "converged", "mira", 62.0, 0, ""),
    (12.0, _BAD, "failed", "daniel", 14.0, 0, "The image ghcr.io/acme/shop:1.4.O can't be had."),
    (4.7, _BASE, "converged", "daniel", 72.0, 2, ""),
    (0.09, _NEXT, "converged", "daniel", 91.0, 0, ""),
)


def _launched(stage: Stage) -> None:
    for number, (days, text, state, who, took, back, cause) in enumerate(_LAUNCHES):
        at = NOW - days * _DAY
        record = LaunchRecord(
            id=LaunchId(f"launch-{number}"),
            cluster_id=PROD,
            fleet="shop",
            version=0,
            template=text,
            body_sha256="",
            state="running",
            started_at=at,
            operator=f"{who}@acme",
            git_commit="3f9c2ab",
            returns_to=back,
        )
        pins = {} if cause else {"web": "sha256:1", "db": "sha256:2"}
        stage.control.records.record_intent(record, pins)
        words = json.dumps({"sentence": cause}) if cause else ""
        stage.control.records.record_end(record.id, state=state, ended_at=at + took, cause=words)


async def history(stage: Stage) -> None:
    """The versions of a fleet, one of them beside what flies."""
    _launched(stage)
    stage.see(flying_shop())
    stage.desk.go(fleet_place(PROD, "shop", "history"))
    tab = stage.desk.fleet_page.history_tab
    tab.view.setCurrentIndex(tab.model.index(1, 0))
    await stage.settle(0.5)


async def confirm_return(stage: Stage) -> None:
    """What returning to a version would change."""
    stage.desk.fleets.plans.given.give((PROD, "shop"), {"API_KEY": Secret("k")})
    await history(stage)
    stage.desk.fleet_page.history_tab.return_button.click()
    await stage.settle(1.0)


HISTORY: Final[dict[str, Callable[[Stage], Awaitable[None]]]] = {
    "history": history,
    "confirm-return": confirm_return,
}
