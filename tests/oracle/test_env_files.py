"""Files of variables are read as Docker Compose reads them, on generated texts."""

import json
from pathlib import Path

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from otternauts_desktop.core.errors import KnownError
from otternauts_desktop.core.fleet.env_files import read_env_file
from otternauts_desktop.core.secret import Secret
from tests.oracle.docker import compose_config, why_not

SET = {"OUT": "o", "E": ""}
ROOM = 40
"""So many files go into one flight plan: the oracle is a process of its own."""

_PIECES = st.sampled_from(
    [
        *("a", "b", "x y", " ", "\t", "#", " #", "=", ":", "{", "}", "`", "ö", "-", "/", "1"),
        *("\\", "\\n", "\\t", "\\$", "\\\\", "$", "$$", "$OUT", "${OUT}", "${NO:-d}", "${E-e}"),
    ]
)
_WORDS = st.lists(_PIECES, max_size=5).map("".join)
_VALUES = st.one_of(
    _WORDS,
    _WORDS.map("'{}'".format),
    _WORDS.map('"{}"'.format),
    st.sampled_from(['"a\nb"', "'a\nb'", '"say \\"hi\\""', "it's", 'a"b"c']),
)
_LINES = st.builds(
    "{}{}{}{}".format,
    st.sampled_from(["K", "K2", "k.x", "export K", " K"]),
    st.sampled_from(["=", "=", " = ", ": "]),
    _VALUES,
    st.sampled_from(["", "", " # c", "  ", "#c"]),
)
FILES = st.lists(_LINES, min_size=1, max_size=3).map("\n".join)


def by_compose(files: list[str], folder: Path) -> list[dict[str, str] | None]:
    """What each gives a service; None where Compose refuses it."""
    services = {}
    for number, text in enumerate(files):
        (folder / f"{number}.env").write_bytes(text.encode())
        services[f"s{number}"] = {"image": "x:1", "env_file": f"{number}.env"}
    plan = folder / "compose.yaml"
    plan.write_text(json.dumps({"services": services}))
    meaning = compose_config(folder, [plan], SET)
    if meaning.config is not None:
        return [meaning.config["services"][name].get("environment") or {} for name in services]
    if len(files) == 1:
        return [None]
    half = len(files) // 2
    return [*by_compose(files[:half], folder), *by_compose(files[half:], folder)]


def by_us(text: str) -> dict[str, str] | None:
    """What it gives; None where we refuse it."""
    outside = {name: Secret(value) for name, value in SET.items()}
    try:
        return {name: value.reveal() for name, value in read_env_file(text, outside).items()}
    except KnownError:
        return None


@pytest.mark.seconds(120)
@settings(max_examples=8, deadline=None, derandomize=True, phases=[Phase.generate])
@given(files=st.lists(FILES, min_size=ROOM, max_size=ROOM))
def test_generated_files(files: list[str], tmp_path_factory: pytest.TempPathFactory) -> None:
    if reason := why_not():
        pytest.skip(reason)
    theirs = by_compose(files, tmp_path_factory.mktemp("compose"))
    for text, wanted in zip(files, theirs, strict=True):
        if wanted is not None:
            assert (text, by_us(text)) == (text, wanted)
