"""The guide in the window: the page that fits, found by its words, at the heading of an error."""

from pathlib import Path

import pytest
from PySide6.QtCore import QUrl
from PySide6.QtGui import QTextCursor

from otternauts_desktop import assets
from otternauts_desktop.core.errors import ConnectionRefused
from otternauts_desktop.ui.guide_text import anchor_of
from otternauts_desktop.ui.guide_window import GuideWindow
from otternauts_desktop.ui.theme import Mode, theme
from tests.guide.pages import GUIDE, anchors
from tests.ui.seated import seated


@pytest.fixture
def guide(qtbot: object) -> GuideWindow:
    window = GuideWindow(assets.guide())
    window.show()
    return window


def heading_in_view(window: GuideWindow) -> str:
    """Where the page was gone to, which has to be on the screen."""
    text = window.text
    assert text.viewport().rect().contains(text.cursorRect().center())
    return text.textCursor().block().text()


def test_every_page_is_there_and_shows_its_words(guide: GuideWindow) -> None:
    for name, markdown in assets.guide().items():
        guide.show_page(name)
        shown = guide.text.toPlainText()
        assert shown.splitlines()[0] == markdown.splitlines()[0].removeprefix("# ")
        assert "](" not in shown
        assert "```" not in shown
        assert guide.list.currentItem().text() == shown.splitlines()[0]


@pytest.mark.parametrize("page", sorted(GUIDE.glob("*.md")), ids=lambda page: page.stem)
def test_headings_are_found_by_their_anchors(page: Path) -> None:
    lines = page.read_text().splitlines()
    named = {anchor_of(line.lstrip("# ")) for line in lines if line.startswith("#")}
    assert anchors(page) <= named


def test_links_lead_to_other_pages_and_headings(guide: GuideWindow) -> None:
    guide.show_page("secrets")
    guide.text.anchorClicked.emit(QUrl("flight-plans.md#as-a-secret-of-the-swarm"))
    assert guide.list.currentItem().text() == "Flight plans"
    assert heading_in_view(guide) == "As a secret of the swarm"
    guide.show_page("no such page")
    assert guide.list.currentItem().text() == "Flight plans"


def test_what_is_typed_leaves_the_pages_that_have_it(guide: GuideWindow) -> None:
    guide.show_page("window")
    guide.field.setText("no such words anywhere")
    assert all(guide.list.item(n).isHidden() for n in range(guide.list.count()))
    guide.field.setText("walled-1")
    left = [
        guide.list.item(n).text()
        for n in range(guide.list.count())
        if not guide.list.item(n).isHidden()
    ]
    assert left == ["The flight simulator"]
    guide.list.setCurrentRow(2)
    assert guide.text.textCursor().selectedText() == "walled-1"
    former = guide.text.textCursor().position()
    guide.find_next()
    assert guide.text.textCursor().position() != former


def test_it_follows_the_theme(guide: GuideWindow) -> None:
    guide.show_page("launches", "the-order")
    for mode in (Mode.DARK, Mode.LIGHT):
        theme().set_mode(mode)
        cursor = guide.text.textCursor()
        cursor.movePosition(QTextCursor.MoveOperation.Start)
        cursor.movePosition(QTextCursor.MoveOperation.EndOfBlock)
        assert cursor.charFormat().foreground().color() == theme().color("fg1")


async def test_an_error_leads_to_what_the_guide_says_about_it(
    qtbot: object, tmp_path: Path
) -> None:
    async with seated(tmp_path) as (window, desk, _):
        window.actions_.run("help.guide")
        guide = desk.help._guide
        assert guide is not None
        assert guide.list.currentItem().text() == "The first launch, in fifteen minutes"
        window.notice.show_error(ConnectionRefused())
        window.notice._help.click()
        assert guide.list.currentItem().text() == "Troubleshooting"
        assert heading_in_view(guide) == "connection-refused"
        window.notice.show_notice("warn", "Words of our own")
        assert not window.notice._help.isVisible()
