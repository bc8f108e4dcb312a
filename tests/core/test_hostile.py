"""Texts that are made to stop a program are refused with a sentence."""

import pytest

from otternauts_desktop.core.errors import FlightPlanInvalid, FlightPlanTooLarge, KnownError
from otternauts_desktop.core.fleet.beside import Beside
from otternauts_desktop.core.fleet.env_files import parse_env_file
from otternauts_desktop.core.fleet.findings import Severity
from otternauts_desktop.core.fleet.flight_plan import prepare, read
from otternauts_desktop.core.secret import Secret
from tests.core.hostile import ENV_FILES, REFUSED, TOLD

SERVICE = "services:\n  web:\n    image: x:1\n"


@pytest.mark.parametrize("name", REFUSED)
def test_it_is_refused(name: str) -> None:
    errors = [f for f in read(REFUSED[name]).findings if f.severity is Severity.ERROR]
    assert errors
    assert all(0 < len(error.message) < 2_000 for error in errors)
    with pytest.raises(KnownError) as caught:
        prepare("shop", REFUSED[name], {})
    assert 0 < len(caught.value.detail) < 2_000


@pytest.mark.parametrize("name", TOLD)
def test_it_is_told_or_taken(name: str) -> None:
    assert all(len(finding.message) < 2_000 for finding in read(TOLD[name]).findings)
    try:
        prepared = prepare("shop", TOLD[name], {})
    except FlightPlanInvalid:
        return
    assert len(prepared.body()) < 8_000_000


@pytest.mark.parametrize("name", ENV_FILES)
def test_an_env_file_is_read_or_names_its_line(name: str) -> None:
    try:
        parse_env_file(ENV_FILES[name])
    except FlightPlanInvalid as error:
        assert error.line
    files: dict[str, bytes | None] = {"a.env": ENV_FILES[name].encode(), ".env": None}
    read(f"{SERVICE}    env_file: a.env\n", Beside("/home/otto/shop", "/home/otto", files))


def test_a_long_value_very_often_is_too_much() -> None:
    text = SERVICE + "    environment:\n" + "".join(f"      K{n}: $A\n" for n in range(1_000))
    with pytest.raises(FlightPlanTooLarge, match="variables"):
        prepare("shop", text, {"A": Secret("x" * 100_000)})


def test_files_that_include_one_another_come_to_an_end() -> None:
    names = [f"f{n}.yml" for n in range(30)]
    everything = f"include: [{', '.join(names)}]\n"
    files: dict[str, bytes | None] = {name: everything.encode() for name in names}
    files[".env"] = None
    beside = Beside("/home/otto/shop", "/home/otto", files)
    codes = {finding.code for finding in read(everything + SERVICE, beside).findings}
    assert codes & {"circular", "too-large"}


def test_many_large_files_are_too_much() -> None:
    large = "".join(f"x-{n}: {{a: b, c: d}}\n" for n in range(8_000)).encode()
    files: dict[str, bytes | None] = {f"f{n}.yml": large for n in range(90)}
    text = f"include: [{', '.join(files)}]\n{SERVICE}"
    findings = read(text, Beside("/home/otto/shop", "/home/otto", {**files, ".env": None})).findings
    assert "too-large" in {finding.code for finding in findings}


def test_nothing_of_the_file_is_carried_out() -> None:
    text = "services: !!python/object/apply:os.system ['echo hello']\n"
    assert [f.code for f in read(text).findings] == ["no-services"]
