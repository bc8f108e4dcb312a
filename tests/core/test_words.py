"""The catalogues: what a translation has to keep of the text, and that both files agree."""

import ast
import io
import re
from gettext import GNUTranslations
from pathlib import Path

import pytest
from babel.messages import Message
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from otternauts_desktop import assets

ROOT = Path(__file__).parents[2]
FOLDER = assets.path("locale", "de", "LC_MESSAGES")
SOURCES = sorted((ROOT / "otternauts_desktop").rglob("*.py"))
NAMES = re.compile(r"\{\w+(?:[:!][^}]*)?\}")
CODE = re.compile(r"`[^`]*`")


def forms(text: str | tuple[str, ...] | list[str] | None) -> tuple[str, ...]:
    return (text,) if isinstance(text, str) else tuple(text or ())


def messages() -> list[Message]:
    text = (FOLDER / "otternauts.po").read_text()
    return [message for message in read_po(io.StringIO(text), locale="de") if message.id]


def pairs() -> list[tuple[str, str]]:
    """Each text with its translation; plural forms by their order, which is ours, too."""
    return [
        (one, other)
        for message in messages()
        for one, other in zip(forms(message.id), forms(message.string), strict=True)
        if other
    ]


def test_a_translation_fills_in_the_same_values() -> None:
    wrong = [pair for pair in pairs() if len({frozenset(NAMES.findall(t)) for t in pair}) > 1]
    assert wrong == []


def test_what_is_to_be_typed_is_not_translated() -> None:
    wrong = [pair for pair in pairs() if len({frozenset(CODE.findall(t)) for t in pair}) > 1]
    assert wrong == []


def test_a_translation_ends_as_its_text_does() -> None:
    for end in ("…", "?", ":", "\n"):
        assert [pair for pair in pairs() if pair[0].endswith(end) != pair[1].endswith(end)] == []


def test_quotes_are_german() -> None:
    assert [t for _, t in pairs() if "“" in t and t.count("„") != t.count("“")] == []


def test_what_is_shipped_is_what_was_translated() -> None:
    with (FOLDER / "otternauts.mo").open("rb") as file:
        shipped = GNUTranslations(file)
    for message in messages():
        first, *rest = forms(message.id)
        if rest:
            said = tuple(shipped.ngettext(first, rest[0], number) for number in (1, 2))
        else:
            said = (shipped.gettext(first),)
        assert said == forms(message.string), first


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_texts_are_whole_and_stand_where_they_are_found(path: Path) -> None:
    """Never put together out of pieces, and not inside an f-string, which is not looked into."""
    wrong = []
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.JoinedStr):
            wrong += [call for call in _said(node) if isinstance(call.args[0], ast.Constant)]
    wrong += [
        call
        for call in _said(ast.parse(path.read_text()))
        if isinstance(call.args[0], ast.JoinedStr | ast.BinOp)
    ]
    assert [ast.unparse(call) for call in wrong] == []


def _said(tree: ast.AST) -> list[ast.Call]:
    return [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id in ("tr", "trn", "marked")
    ]


def test_every_text_is_there_in_german() -> None:
    """`make texts` gathers what is missing; the catalogue waits for its translation."""
    found = extract_from_dir(
        str(ROOT / "otternauts_desktop"),
        [("**.py", "python")],
        keywords={"tr": None, "trn": (1, 2), "marked": None},
    )
    texts = {entry[2] for entry in found}
    there = {message.id: message for message in messages()}
    assert texts - there.keys() == set(), "run make texts, and translate"
    assert there.keys() - texts == set(), "run make texts"
    assert [text for text, message in there.items() if not all(forms(message.string))] == []
