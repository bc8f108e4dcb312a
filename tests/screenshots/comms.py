"""The log console: lines as they come, filtered, searched, opened."""

from typing import Final

from otternauts_desktop.core.comms.levels import Level
from otternauts_desktop.core.comms.line import LogLine
from otternauts_desktop.ui.dock import COMMS
from otternauts_desktop.ui.places import fleet_place
from tests.screenshots.stage import PROD, Stage

_LOG: Final = (
    ("02.118", "gateway", 1, False, "GET /v1/health 200 3 ms"),
    ("03.004", "api", 1, True, "ERROR could not connect to db:5432: timeout after 3000 ms"),
    ("03.006", "api", 1, False, "retrying in 2 s (attempt 41)"),
    ("03.512", "worker", 2, True, "ERROR job settle-batch failed: db timeout, put back in queue"),
    ("04.220", "cache", 1, False, "1 changes in 3600 seconds. Saving..."),
    ("05.031", "api", 3, True, "ERROR could not connect to db:5432: timeout after 3000 ms"),
    ("05.447", "gateway", 2, False, "WARN upstream api answered 503 for POST /v1/charges in 11 ms"),
    ("05.902", "worker", 1, False, "queue settle: 212 waiting, 0 running"),
    ("06.118", "gateway", 1, False, "GET /v1/health 200 2 ms"),
    ("06.640", "api", 2, False, "pool exhausted, serving cached balances (age 61 s)"),
)
_MORE: Final = (
    ("07.001", "worker", 1, True, "warning: retrying 3 jobs after a timeout"),
    ("07.214", "gateway", 2, False, "\x1b[32mGET\x1b[0m /v1/charges \x1b[33m504\x1b[0m timeout"),
    (
        "07.530",
        "api",
        2,
        True,
        '{"level":"error","msg":"charge failed: timeout","attempt":3,"err":{"type":"TimeoutError",'
        '"stack":"TimeoutError: db\\n    at charge (src/charge.js:41:9)\\n    at pay '
        '(src/pay.js:12:3)"}}',
    ),
)
_GAP: Final = LogLine(
    "2027-01-15T07:59:06.900Z",
    "",
    0,
    "",
    "",
    False,
    "vega-2 could not be read from 07:59:01 to 07:59:06; its lines come from the manager.",
    note=True,
)


def fill_comms(stage: Stage) -> None:
    """Lines of the payments fleet."""
    stage.window.dock.open(COMMS)
    stage.desk.console.show_note("Listening to payments")
    stage.desk.console.append(_lines(_LOG * 3))


def _lines(log: tuple[tuple[str, str, int, bool, str], ...]) -> list[LogLine]:
    return [
        LogLine(f"2027-01-15T07:59:{at}Z", vessel, slot, "t", "n", stderr, text)
        for at, vessel, slot, stderr, text in log
    ]


async def _searched(stage: Stage) -> None:
    """Two levels, a gap, a line of JSON opened, and a search in it."""
    stage.desk.go(fleet_place(PROD, "payments"))
    fill_comms(stage)
    console = stage.desk.console
    console.append([*_lines(_LOG), _GAP, *_lines(_MORE)])
    console.bar.levels.buttons[Level.DEBUG].click()
    await stage.settle(0.2)
    console.view.toggle(console.lines.end - 1)
    console.view.follow(True)
    console.view.follow(False)
    console.find_bar.open()
    console.find_bar.field.setText("timeout")
    await stage.settle()


async def _wrapped(stage: Stage) -> None:
    stage.desk.go(fleet_place(PROD, "payments"))
    fill_comms(stage)
    console = stage.desk.console
    console.append(_lines(_MORE * 2))
    console.wrap_button.click()
    console.bar.field.setText("/time ?out/")
    console.bar.choose_replicas(frozenset({"api.1", "api.2", "worker.1"}))
    await stage.settle()


CONSOLE: Final = {"comms-search": _searched, "comms-wrapped": _wrapped}
