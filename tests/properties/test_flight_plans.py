"""What holds for every flight plan, whatever is in it."""

import contextlib
import json

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from otternauts_desktop.core.errors import FlightPlanInvalid, KnownError
from otternauts_desktop.core.fleet.beside import Beside
from otternauts_desktop.core.fleet.env_files import read_env_file
from otternauts_desktop.core.fleet.findings import Finding
from otternauts_desktop.core.fleet.fixes import applied
from otternauts_desktop.core.fleet.flight_plan import Prepared, prepare, read
from otternauts_desktop.core.fleet.report import ACCEPTABLE
from otternauts_desktop.core.secret import Secret
from tests.properties.plans import PLAN_TEXTS, torn_texts

VALUES = {name: Secret(name.lower()) for name in "ABCXYZ"}
BESIDE = Beside(directory="/home/otto/shop", home="/home/otto")
thoroughly = settings(
    max_examples=300,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


def prepared_or_none(text: str) -> Prepared | None:
    """Ready to send; None where that is refused, with a sentence."""
    try:
        return prepare("shop", text, VALUES, BESIDE)
    except KnownError as error:
        assert error.title and error.detail
        return None


@thoroughly
@given(PLAN_TEXTS)
def test_rendering_what_was_rendered_changes_nothing(text: str) -> None:
    first = prepared_or_none(text)
    assume(first is not None and first.data["services"])
    assert first is not None
    again = prepare("shop", first.revealed(), {}, BESIDE)
    assert json.loads(again.body()) == json.loads(first.body())


@thoroughly
@given(PLAN_TEXTS)
def test_what_can_be_read_can_be_prepared_or_says_why(text: str) -> None:
    lines = text.count("\n") + 1
    for finding in read(text, BESIDE).findings:
        assert 1 <= finding.line <= lines
        assert finding.message
    prepared_or_none(text)


@thoroughly
@given(PLAN_TEXTS)
def test_fixes_change_only_what_they_name_and_come_to_an_end(text: str) -> None:
    for _ in range(60):
        fixable = [f for f in read(text, BESIDE).findings if f.quick_fixes]
        for finding in fixable:
            for fix in finding.quick_fixes:
                kept_elsewhere(text, applied(text, fix), finding)
        chosen = next((f for f in fixable if f.code not in ACCEPTABLE), None)
        if chosen is None:
            return
        text = applied(text, chosen.quick_fixes[0])
    raise AssertionError(f"still not mended: {read(text, BESIDE).findings}")


def kept_elsewhere(before: str, after: str, finding: Finding) -> None:
    """Lines that no edit touches are there as they were, in order."""
    touched = {
        line
        for fix in finding.quick_fixes
        for edit in fix.edits
        for line in range(edit.line, edit.end_line + 1)
    }
    rest = iter(after.split("\n"))
    for number, line in enumerate(before.split("\n"), 1):
        if number not in touched:
            assert line in rest


@thoroughly
@given(torn_texts() | st.text(max_size=300))
def test_any_text_is_read_without_a_traceback(text: str) -> None:
    read(text, BESIDE)
    prepared_or_none(text)


@thoroughly
@given(st.binary(max_size=300))
def test_any_bytes_beside_a_flight_plan_are_taken_or_refused(content: bytes) -> None:
    text = (
        "include: [a.yml]\nservices:\n  web:\n    image: x:1\n    env_file: [a.yml]\n"
        "    configs: [c]\nconfigs:\n  c: {file: a.yml}\n"
    )
    files: dict[str, bytes | None] = {"a.yml": content, ".env": content, "./a.yml": content}
    beside = Beside("/home/otto/shop", "/home/otto", files)
    read(text, beside)
    with contextlib.suppress(KnownError):
        prepare("shop", text, VALUES, beside)


@thoroughly
@given(st.text(max_size=200))
def test_any_env_file_is_read_or_names_its_line(text: str) -> None:
    try:
        read_env_file(text)
    except FlightPlanInvalid as error:
        assert error.line >= 1
