"""The corpus is whole: every key of the Compose Spec stands in it, in every form it may have."""

from pathlib import Path

from otternauts_desktop.core.fleet.compose import parse_all
from tests.oracle.forms import Form, forms

CORPUS = Path(__file__).parents[1] / "corpus"
KEYS = Path(__file__).with_name("compose_keys.txt")
"""One key of the specification's schema a line, with the forms that it may have."""


def wanted() -> set[Form]:
    lines = [line.split() for line in KEYS.read_text("utf-8").splitlines()]
    return {(path, form) for path, *kinds in lines for form in kinds}


def used() -> set[Form]:
    files = sorted(CORPUS.rglob("*.yaml"))
    documents = [document for file in files for document in parse_all(file.read_text("utf-8"))]
    return {form for document in documents for form in forms(document.data)}


def test_every_key_occurs_in_every_form() -> None:
    assert sorted(wanted() - used()) == []
