"""The page of the command line says what the program does."""

from tests.guide.command_line import PAGE, page


def test_the_page_is_as_the_program_is() -> None:
    """`make docs` makes it anew."""
    assert PAGE.read_text() == page()
