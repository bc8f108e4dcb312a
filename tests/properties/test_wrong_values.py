"""Every key of the Compose Spec, with what does not belong there, is read or refused."""

import contextlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from otternauts_desktop.core.errors import KnownError
from otternauts_desktop.core.fleet.beside import Beside
from otternauts_desktop.core.fleet.compose import parse_all
from otternauts_desktop.core.fleet.flight_plan import prepare, read
from tests.oracle.forms import children

CORPUS = Path(__file__).parents[1] / "corpus"
BESIDE = Beside("/home/otto/shop", "/home/otto")
WRONG: tuple[Any, ...] = (
    *("${NO_VALUE}", "${NO_VALUE:-}", "x", "", None, True, -1, 1.5, 10**30),
    *([], {}, ["a"], {"a": "b"}, [{}], [None], {"a": None}, ["${NO_VALUE}"], {"a": "${NO_VALUE}"}),
)

Way = tuple[Any, ...]


def places(value: Any, way: Way = (), kind: Way = ()) -> Iterator[tuple[Way, Way]]:
    """Every place below, and the kind of place that it is (names that are free are `*`)."""
    yield way, kind
    for key, name, item in children(value, kind):
        yield from places(item, (*way, key), (*kind, name))


def put(value: Any, way: Way, new: Any) -> Any:
    """`value` with something else in one place."""
    if not way:
        return new
    if isinstance(value, dict):
        return {k: put(v, way[1:], new) if k == way[0] else v for k, v in value.items()}
    return [put(v, way[1:], new) if n == way[0] else v for n, v in enumerate(value)]


@pytest.mark.parametrize("wrong", WRONG, ids=json.dumps)
def test_a_wrong_value_anywhere(wrong: Any) -> None:
    tried: set[Way] = set()
    for file in sorted(CORPUS.rglob("*.yaml")):
        for document in parse_all(file.read_text("utf-8")):
            for way, kind in places(document.data):
                if kind in tried:
                    continue
                tried.add(kind)
                text = json.dumps(put(document.data, way, wrong))
                read(text, BESIDE)
                with contextlib.suppress(KnownError):
                    prepare("shop", text, {}, BESIDE)
