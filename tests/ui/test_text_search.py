"""Finding in a text."""

import pytest

from otternauts_desktop.ui.text_search import MOST, Place, Search, Wanted, search

TEXT = "web: Web\nwebby: a.b aXb 😀\n"


def found(wanted: Wanted, replacement: str | None = None) -> list[str]:
    result = search(wanted, TEXT, replacement)
    assert not result.error
    if replacement is None:
        return [TEXT[place.start : place.end] for place in result.places]
    return [place.replacement for place in result.places]


def test_words_and_capitals() -> None:
    assert found(Wanted("web")) == ["web", "Web", "web"]
    assert found(Wanted("web", case=True)) == ["web", "web"]
    assert found(Wanted("web", word=True)) == ["web", "Web"]
    assert found(Wanted("a.b")) == ["a.b"]
    assert found(Wanted("😀")) == ["😀"]
    assert search(Wanted(""), TEXT) == Search()


def test_expressions() -> None:
    assert found(Wanted("a.b", expression=True)) == ["a.b", "aXb"]
    assert found(Wanted("^web", expression=True)) == ["web", "web"]
    assert found(Wanted("x*", expression=True)) == ["X"]
    assert found(Wanted("a(.)b", expression=True), r"b\1a") == ["b.a", "bXa"]
    assert found(Wanted("a.b"), r"\1") == [r"\1"]
    assert found(Wanted("a.b"), "") == [""]


@pytest.mark.parametrize(("text", "replacement"), [("(", None), ("[a", None), ("a", r"\7")])
def test_what_is_no_expression_is_said(text: str, replacement: str | None) -> None:
    result = search(Wanted(text, expression=True), TEXT, replacement)
    assert result.error
    assert result.places == ()


@pytest.mark.parametrize("text", ["(a+)+$", "(a|a)*b$", "(?:a*)*c"])
def test_a_catastrophic_expression_is_given_up(text: str) -> None:
    hostile = ("a" * 60 + "!") * 500
    result = search(Wanted(text, expression=True), hostile)
    assert result.error or result.places or result == Search()


def test_too_many_places_are_cut() -> None:
    result = search(Wanted("a"), "a" * (MOST + 1))
    assert result.more
    assert len(result.places) == MOST
    assert result.places[-1] == Place(MOST - 1, MOST)
