"""Variables are resolved as Docker Compose resolves them, on generated texts."""

import json
from pathlib import Path

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from otternauts_desktop.core.errors import KnownError, VariablesMissing
from otternauts_desktop.core.fleet.flight_plan import prepare
from otternauts_desktop.core.secret import Secret
from tests.oracle.docker import PROJECT, compose_config, why_not

SET = {"A": "aye", "E": "", "D": "$B", "Q": 'it\'s "q"', "N_1": "one"}
MISSING = "(a variable has no value)"
ROOM = 60
"""So many texts go into one file: the oracle is a process of its own."""

_NAMES = st.sampled_from([*SET, "NO", "NO_2"])
_PLAIN = st.text("ab-:/?+ .,'\"\\=ö{}", max_size=4) | st.just('{"x": 1}')


def _expression(word: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.one_of(
        _PLAIN,
        st.just("$$"),
        st.builds("${}".format, _NAMES),
        st.builds("${{{}}}".format, _NAMES),
        st.builds(
            "${{{}{}{}}}".format,
            _NAMES,
            st.sampled_from([":-", "-", ":+", "+", ":?", "?"]),
            word,
        ),
    )


TEXTS = st.lists(st.recursive(_PLAIN, _expression, max_leaves=6), min_size=1, max_size=3).map(
    "".join
)


def by_compose(texts: list[str], folder: Path) -> list[str | None]:
    """What Compose makes of each; None where it refuses. All at once where none is refused."""
    file = folder / "compose.yaml"
    environment = {f"V{number}": text for number, text in enumerate(texts)}
    file.write_text(json.dumps({"services": {"a": {"image": "x:1", "environment": environment}}}))
    meaning = compose_config(folder, [file], SET)
    if meaning.config is not None:
        got = meaning.config["services"]["a"]["environment"]
        return [got[name] for name in environment]
    if len(texts) == 1:
        return [None]
    half = len(texts) // 2
    return [*by_compose(texts[:half], folder), *by_compose(texts[half:], folder)]


def by_us(text: str) -> str | None:
    """What we make of it; None where we refuse it, `MISSING` where a variable has no value.

    That is an error here, on purpose, where Compose takes a blank.
    """
    plan = json.dumps({"services": {"a": {"image": "x:1", "environment": {"V": text}}}})
    values = {name: Secret(value) for name, value in SET.items()}
    try:
        environment = prepare(PROJECT, plan, values).data["services"]["a"]["environment"]
    except VariablesMissing:
        return MISSING
    except KnownError:
        return None
    return str(environment["V"])


@pytest.mark.seconds(120)
@settings(max_examples=8, deadline=None, derandomize=True, phases=[Phase.generate])
@given(texts=st.lists(TEXTS, min_size=ROOM, max_size=ROOM))
def test_generated_texts(texts: list[str], tmp_path_factory: pytest.TempPathFactory) -> None:
    if reason := why_not():
        pytest.skip(reason)
    theirs = by_compose(texts, tmp_path_factory.mktemp("compose"))
    for text, wanted in zip(texts, theirs, strict=True):
        ours = by_us(text)
        # What Compose refuses is of no interest: it asks for required values in branches that
        # are not taken.
        if wanted is not None and ours != MISSING:
            assert (text, ours) == (text, wanted)
