"""What is shown on each picture. A scene is a coroutine that brings the stage into a state."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Final

from otternauts_desktop.core.events import CommandRan
from otternauts_desktop.core.flight.drift import Launched
from otternauts_desktop.core.flight.progress import (
    Cause,
    LaunchProgress,
    LaunchState,
    Planned,
    Step,
    StepState,
    VesselProgress,
)
from otternauts_desktop.core.names import LaunchId
from otternauts_desktop.ui.dialogs.add_outpost import AddOutpost
from otternauts_desktop.ui.dialogs.confirm_launch import ConfirmLaunch
from otternauts_desktop.ui.dock import COMMANDS
from otternauts_desktop.ui.places import cluster_place, fleet_place, outpost_place, service_place
from tests.screenshots.alarms import ALARMS
from tests.screenshots.comms import CONSOLE, fill_comms
from tests.screenshots.history import HISTORY
from tests.screenshots.keeping import KEEPING
from tests.screenshots.servers import SERVERS
from tests.screenshots.shop import flying_shop
from tests.screenshots.stage import PROD, Stage
from tests.screenshots.storage import STORAGE
from tests.screenshots.wizard import WIZARD
from tests.ui.acme import NOW

Scene = Callable[[Stage], Awaitable[None]]

PLAN: Final = """\
# shop: storefront, worker, database
services:
  web:
    image: ghcr.io/acme/shop:1.5.0
    deploy:
      replicas: 3
      update_config:
        order: start-first
    x-otternauts:
      domains: [shop.acme.dev, www.acme.dev]
      port: 3000
    environment:
      DATABASE_URL: postgres://db:5432/shop
      REDIS_URL: redis://cache:6379
      API_KEY: ${API_KEY}
  cache:
    image: redis:7-alpine
  worker:
    image: ghcr.io/acme/shop:1.4.2
    command: worker
    deploy:
      replicas: 2
  db:
    image: postgres:16
    volumes:
      - db_data:/var/lib/postgresql/data
    environment:
      POSTGRES_PASSWORD: ${DB_PASSWORD}
volumes:
  db_data:
"""
FAULTY: Final = PLAN.replace(
    "      API_KEY: ${API_KEY}\n",
    "      API_KEY: ${API_KEY}\n    depends_on:\n      db:\n        condition: service_healthy\n",
).replace("    image: redis:7-alpine", "    imagee: redis:7-alpine")

_COMMANDS: Final = (
    ("GET /v1.44/services?status=true", 200, 0.012),
    ("GET /v1.44/tasks", 200, 0.019),
    ("docker stack deploy --detach=true --resolve-image always -c - shop", 0, 3.8),
    ("GET /v1.44/events?filters=...", 200, 0.004),
    ("GET /v1.44/nodes", 200, 0.009),
)


def fill_commands(stage: Stage) -> None:
    """What a launch sends."""
    stage.window.dock.open(COMMANDS)
    for number, (command, status, seconds) in enumerate(_COMMANDS * 2):
        asked = "launch of shop" if command.startswith("docker") else "watcher"
        entry = CommandRan(NOW - 90 + number * 9, "orion-1", command, status, seconds, asked)
        stage.desk.command_log.add(entry)


def launching() -> LaunchProgress:
    """A launch of the shop that has come far."""
    done, moving, waiting = StepState.DONE, StepState.RUNNING, StepState.WAITING
    return LaunchProgress(
        LaunchId("l"),
        PROD,
        "shop",
        LaunchState.RUNNING,
        (
            Step("Validate", done, "Nothing to note", 0.2),
            Step("Read the live fleet", done, "acme-prod via orion-1", 0.1),
            Step("Deploy", done, "5 services", 3.8),
            Step("Converge", moving, "5 of 7 tasks settled", 0.0),
            Step("Remove what is gone", waiting),
        ),
        NOW - 84,
        (
            VesselProgress("cache", 1, 1, done),
            VesselProgress("db", 1, 1, done),
            VesselProgress("web", 1, 3, moving, "starting: health check 2 of 3"),
            VesselProgress("worker", 2, 2, done),
        ),
        planned=(
            Planned("cache", "create", "redis:7-alpine"),
            Planned("web", "update", "image 1.4.2 -> 1.5.0, replicas 2 -> 3"),
            Planned("db", "unchanged"),
            Planned("worker", "unchanged"),
        ),
        output="Creating service shop_cache\nUpdating service shop_web (id: svc-shop-web)",
    )


def failed() -> LaunchProgress:
    """The same, with a vessel that crashes."""
    steps = launching().steps
    return replace(
        launching(),
        state=LaunchState.FAILED,
        steps=(*steps[:3], replace(steps[3], state=StepState.FAILED, note="web failed"), steps[4]),
        vessels=(
            VesselProgress("cache", 1, 1, StepState.DONE),
            VesselProgress("db", 1, 1, StepState.DONE),
            VesselProgress("web", 0, 3, StepState.FAILED, "It ended with exit code 127."),
            VesselProgress("worker", 2, 2, StepState.DONE),
        ),
        cause=Cause(
            "web",
            "web on vega-1: The command is not in the image.",
            "Check `command` and `entrypoint` against what the image holds.",
            'starting container failed: exec: "servr": executable file not found in $PATH',
            ("2027-01-15 07:59:01 boot: reading /etc/shop.yml", "2027-01-15 07:59:01 exec: servr"),
        ),
        ended_at=NOW - 30,
    )


async def _cluster(stage: Stage) -> None:
    stage.desk.go(cluster_place(PROD))


async def _lost(stage: Stage) -> None:
    stage.desk.go(cluster_place(PROD))
    stage.lose(
        "The otternauts couldn't reach the outpost. orion-1: connection timed out. "
        "Check the host name, that the server is on, and your network."
    )


async def _reading(stage: Stage) -> None:
    stage.control.telemetry._snapshots.pop(PROD)
    stage.control.telemetry._staleness.pop(PROD)
    stage.desk.show_clusters()
    stage.desk.go(cluster_place(PROD))


async def _outpost(stage: Stage) -> None:
    stage.desk.go(outpost_place(PROD, "node-vega-3"))


async def _service(stage: Stage) -> None:
    stage.desk.go(service_place(PROD, "svc-payments-api"))


async def _service_failing(stage: Stage) -> None:
    stage.desk.go(service_place(PROD, "svc-payments-db"))
    view = stage.desk.service_page.view
    view.setCurrentIndex(view.model().index(1, 0))
    page = stage.desk.service_page
    page.explain.show_lines("task-svc-payments-db-1-1", "LOG:  starting PostgreSQL 16.4\nKilled")


async def _fleet(stage: Stage) -> None:
    stage.desk.go(fleet_place(PROD, "payments"))
    fill_comms(stage)


async def _explain(stage: Stage) -> None:
    stage.desk.go(fleet_place(PROD, "payments"))
    view = stage.desk.fleet_page.view
    index = stage.desk.fleet_page.model.find("svc-payments-db")
    view.setCurrentIndex(index)
    view.setFocus()


async def _draft(stage: Stage, text: str) -> None:
    stage.control.launches.save_draft(PROD, "shop", text)
    stage.desk.show_clusters()
    stage.desk.go(fleet_place(PROD, "shop", "plan"))
    await stage.settle(1.2)


async def _plan(stage: Stage) -> None:
    from otternauts_desktop.core.secret import Secret

    stage.see(flying_shop())
    key = (PROD, "shop")
    stage.desk.fleets.plans.given.give(key, {"API_KEY": Secret("k"), "DB_PASSWORD": Secret("p")})
    await _draft(stage, PLAN)


async def _plan_drifted(stage: Stage) -> None:
    launched = Launched({}, stage.control.launches._key)
    vessels = ("db", "web", "worker", "worker-old")
    left = launched.left(flying_shop(), "shop", vessels)
    stage.control.records.record_left(PROD, "shop", left)
    await _plan(stage)
    stage.see(flying_shop(by_hand=True))
    stage.desk.fleets.plans.preview()


async def _plan_faulty(stage: Stage) -> None:
    await _draft(stage, FAULTY)


async def _launch(stage: Stage) -> None:
    stage.desk.go(fleet_place(PROD, "shop"))
    stage.desk.bridge.launch_moved.emit(launching())
    fill_commands(stage)


async def _launch_failed(stage: Stage) -> None:
    stage.desk.go(fleet_place(PROD, "shop"))
    stage.desk.bridge.launch_moved.emit(failed())


async def _palette(stage: Stage) -> None:
    from otternauts_desktop.ui.palette import Palette

    stage.desk.go(cluster_place(PROD))
    stage.desk.help.open_palette()
    palette = await stage.dialog(Palette)
    palette.field.setText("shop")


async def _settings(stage: Stage) -> None:
    stage.desk.go(cluster_place(PROD))
    stage.window.actions_.run("settings")
    await stage.settle()


async def _shortcuts(stage: Stage) -> None:
    stage.desk.go(cluster_place(PROD))
    stage.window.actions_.run("help.keys")
    await stage.settle()


async def _about(stage: Stage) -> None:
    stage.desk.go(cluster_place(PROD))
    stage.window.actions_.run("help.about")
    await stage.settle()


async def _add_outpost(stage: Stage) -> None:
    stage.desk.go(cluster_place(PROD))
    stage.window.actions_.run("outpost.add")
    await stage.dialog(AddOutpost)


async def _confirm(stage: Stage) -> None:
    await _plan(stage)
    stage.window.actions_.run("fleet.launch")
    await stage.dialog(ConfirmLaunch)


async def _new_fleet(stage: Stage) -> None:
    stage.desk.go(cluster_place(PROD))
    stage.window.actions_.run("fleet.new")
    await stage.settle()


async def _welcome(stage: Stage) -> None:
    stage.window.welcome.show_hosts(4)


async def _toast(stage: Stage) -> None:
    stage.desk.go(cluster_place(PROD))
    stage.window.toast.say("The draft of blog was removed.", undo=lambda: None)


async def _tour(stage: Stage) -> None:
    await stage.desk.tour.begin()
    tour = stage.desk.tour.tour
    assert tour is not None
    for _stop in range(3):
        tour.next_button.click()
    stage.window.notice.hide()


EMPTY: Final[dict[str, Scene]] = {"first-run": _welcome, "tour": _tour}
"""Scenes without a cluster."""
SCENES: Final[dict[str, Scene]] = {
    "mission-control": _cluster,
    "cluster-lost": _lost,
    "cluster-reading": _reading,
    "outpost": _outpost,
    "service": _service,
    "service-failing": _service_failing,
    "fleet-and-comms": _fleet,
    "explain": _explain,
    "flight-plan": _plan,
    "flight-plan-drifted": _plan_drifted,
    "flight-plan-faulty": _plan_faulty,
    "launch": _launch,
    "launch-failed": _launch_failed,
    "confirm-launch": _confirm,
    "palette": _palette,
    "settings": _settings,
    "shortcuts": _shortcuts,
    "about": _about,
    "add-outpost": _add_outpost,
    "new-fleet": _new_fleet,
    "toast": _toast,
    **CONSOLE,
    **HISTORY,
    **SERVERS,
    **STORAGE,
    **ALARMS,
    **KEEPING,
    **WIZARD,
}
