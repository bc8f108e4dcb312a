"""What is written for people about flight plans holds: the example, and a word on every code."""

import ast
import re
from pathlib import Path

import pytest

from otternauts_desktop.core.fleet import extension
from otternauts_desktop.core.fleet.compose import parse
from otternauts_desktop.core.fleet.findings import Severity
from otternauts_desktop.core.fleet.flight_plan import prepare
from otternauts_desktop.core.fleet.report import ACCEPTABLE
from otternauts_desktop.core.secret import Secret

ROOT = Path(__file__).parents[2]
GUIDE = (ROOT / "docs/guide/flight-plans.md").read_text()
EXAMPLE = (ROOT / "resources/examples/flight-plan.yml").read_text()
CODES = re.compile(r"[a-z]+(?:-[a-z]+)*")


def codes_in_use() -> set[str]:
    """Every text that is given as the code of a finding somewhere in the core."""
    found: set[str] = set()
    for file in (ROOT / "otternauts_desktop/core/fleet").glob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            if not isinstance(node, ast.Call):
                continue
            name = getattr(node.func, "attr", getattr(node.func, "id", ""))
            place = {"at": 2, "add": 2, "Finding": 3}.get(name, 1)
            takes_code = {"error", "warning", "note", "at", "add", "unsafe", "_fail", "Finding"}
            if name in takes_code and len(node.args) > place:
                code = node.args[place]
                if isinstance(code, ast.Constant) and CODES.fullmatch(str(code.value)):
                    found.add(str(code.value))
    return found


def test_every_code_is_explained() -> None:
    explained = set(re.findall(r"^\| `([a-z-]+)` \| .{20,}", GUIDE, re.M))
    assert len(codes_in_use()) > 30
    assert codes_in_use() - explained == set()


@pytest.mark.parametrize("code", sorted(ACCEPTABLE))
def test_every_code_that_can_be_accepted_is_named(code: str) -> None:
    assert f"`{code}`" in GUIDE.split("`accept` takes")[1].split("\n\n")[0]


def test_the_example_can_be_launched_and_shows_every_field() -> None:
    prepared = prepare("shop", EXAMPLE, {"DB_PASSWORD": Secret("x")})
    assert prepared.errors == ()
    assert {f.code for f in prepared.findings if f.severity is Severity.WARNING} <= ACCEPTABLE
    assert prepared.waves == (("db", "agent"), ("web",))
    assert [job.name for job in prepared.pre_deploy] == ["web-pre-deploy"]
    data = parse(EXAMPLE).data
    services = [service.get("x-otternauts", {}) for service in data["services"].values()]
    assert set(extension.FILE_KEYS) == set(data["x-otternauts"])
    assert set(extension.SERVICE_KEYS) == {key for service in services for key in service}
    (web,) = [service for service in services if "domains" in service]
    assert set(extension.DOMAIN_KEYS) == set(web["domains"][1])
    assert set(extension.JOB_KEYS) == set(web["pre_deploy"][0])
