"""Finding what a person typed in a text. No expression, however bad, holds up the window."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from otternauts_desktop.core.words import tr

if TYPE_CHECKING:
    import regex

SECONDS: Final = 0.03
"""So long a search may take; a window that stands still for 50 ms is felt."""
MOST: Final = 5_000
"""So many places are found at most."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What to look for, and how."""

    text: str
    case: bool = False
    """Tell capitals from small letters."""
    word: bool = False
    """Whole words only."""
    expression: bool = False
    """`text` is a regular expression; `^` and `$` are the ends of a line."""


@dataclass(frozen=True, slots=True)
class Place:
    """From where to where in the text, in characters, and what was to stand there instead."""

    start: int
    end: int
    replacement: str = ""


@dataclass(frozen=True, slots=True)
class Search:
    """What was found, in order; `error` says why nothing could be."""

    places: tuple[Place, ...] = ()
    error: str = ""
    more: bool = False
    """There is more than `MOST`."""


def search(wanted: Wanted, text: str, replacement: str | None = None) -> Search:
    """All places of what is wanted, with what `replacement` makes of each.

    In an expression `\\1` and `\\g<name>` in the replacement stand for what a group found.
    """
    if not wanted.text:
        return Search()
    import regex  # not before somebody searches

    pattern = wanted.text if wanted.expression else regex.escape(wanted.text)
    if wanted.word:
        pattern = rf"(?<!\w)(?:{pattern})(?!\w)"
    flags = regex.MULTILINE | (0 if wanted.case else regex.IGNORECASE)
    places: list[Place] = []
    try:
        limit = SECONDS if wanted.expression else None  # a plain word never backtracks
        for match in regex.compile(pattern, flags).finditer(text, timeout=limit):
            if match.end() == match.start():
                continue
            if len(places) == MOST:
                return Search(tuple(places), more=True)
            places.append(_place(match, replacement, expression=wanted.expression))
    except TimeoutError:
        return Search(error=tr("This expression takes too long."))
    except (regex.error, IndexError) as error:
        why = str(error).partition(" at position")[0]
        return Search(error=tr("Not an expression: {why}.", why=why))
    return Search(tuple(places))


def _place(match: "regex.Match[str]", replacement: str | None, *, expression: bool) -> Place:
    new = replacement or ""
    if expression and replacement:
        new = match.expand(replacement)
    return Place(match.start(), match.end(), new)
