"""What a person wants to see of a log, and whether a line is it. No Qt here."""

import time
from array import array
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from otternauts_desktop.core.comms.ansi import plain
from otternauts_desktop.core.comms.blocks import Block, Shelf, Source
from otternauts_desktop.core.comms.levels import Level
from otternauts_desktop.core.words import tr

if TYPE_CHECKING:
    import regex

SEARCHED: Final = 4096
"""An expression sees so many characters of a line."""
BLOCK_SECONDS: Final = 0.02
"""So long an expression may take for one block of lines; the window waits for it."""
MARKS_SECONDS: Final = 0.002


@dataclass(frozen=True, slots=True)
class Filter:
    """What is wanted. `text` is looked for in any case, `/.../` is a regular expression.

    Empty sets stand for all. `since` and `until` are stamps as in `LogLine.time`; a line whose
    time is `until` is let through no more.
    """

    text: str = ""
    stderr_only: bool = False
    replicas: frozenset[str] = field(default_factory=frozenset)
    levels: frozenset[Level] = field(default_factory=frozenset)
    since: str = ""
    until: str = ""


class Matcher:
    """A filter, ready to use. One with an `error` lets nothing through.

    With `notes`, those that tell of a gap are let through whatever is wanted: it may be in there.
    """

    def __init__(self, wanted: Filter, *, notes: bool = False) -> None:
        self._notes = notes
        self.wanted = wanted
        self.error = ""
        self.everything = wanted == Filter()
        self._needle = wanted.text.lower()
        self._pattern: regex.Pattern[str] | None = None
        self._marking = True
        text = wanted.text
        self._is_plain = not (len(text) > 2 and text.startswith("/") and text.endswith("/"))
        if text:
            try:
                self._pattern = _compiled(text, plain=self._is_plain)
            except ValueError as error:
                self.error = tr("Not a regular expression: {error}", error=error)

    def hits(self, block: Block, shelf: Shelf, among: Sequence[int]) -> "array[int]":
        """Which of the lines `among` a block are wanted.

        An expression that takes too long sets `error`, and nothing is wanted from then on.
        """
        wanted = self.wanted
        if (wanted.since or wanted.until) and among:
            times, until = block.times(), wanted.until or "~"
            among = [n for n in among if wanted.since <= times[n] < until]
        in_time = among
        if wanted.stderr_only or wanted.replicas:
            mine = {n for n, source in enumerate(block.sources) if self._from(source)}
            whose = block.whose
            among = [n for n in among if whose[n] in mine] if mine else ()
        if (wanted.levels or self._needle) and among:
            texts = shelf.passing(block)
            if wanted.levels:
                levels = block.find_levels(texts)
                among = [n for n in among if levels[n] in wanted.levels]
            if self._needle:
                among = self._saying(texts, among)
        if self._notes and any(source.note for source in block.sources):
            notes = {n for n in in_time if block.sources[block.whose[n]].note}
            among = sorted(notes.union(among))
        return array("H", among)

    def _from(self, source: Source) -> bool:
        wanted = self.wanted
        if wanted.stderr_only and not source.stderr:
            return False
        return not wanted.replicas or source.replica in wanted.replicas

    def _saying(self, texts: Sequence[str], among: Sequence[int]) -> Sequence[int]:
        if self.error or self._pattern is None:
            return ()
        needle = self._needle
        if self._is_plain:
            return [
                n
                for n in among
                if needle in (texts[n] if "\x1b" not in texts[n] else plain(texts[n])).lower()
            ]
        found, search, clock = [], self._pattern.search, time.thread_time
        end = clock() + BLOCK_SECONDS
        try:
            for n in among:
                text = texts[n]
                if "\x1b" in text:
                    text = plain(text)
                if search(text[:SEARCHED], timeout=max(end - clock(), 0.0)) is not None:
                    found.append(n)
        except TimeoutError:
            self.error = tr("This expression takes too long.")
            return ()
        return found

    def marks(self, text: str) -> list[tuple[int, int]]:
        """Where in `text` is what was looked for, as start and end."""
        if self._pattern is None or self.error or not self._marking:
            return []
        found: list[tuple[int, int]] = []
        try:
            for match in self._pattern.finditer(text[:SEARCHED], timeout=MARKS_SECONDS):
                if match.end() > match.start():
                    found.append(match.span())
        except TimeoutError:
            # What was found until then is marked. Other lines would take as long, at each painting.
            self._marking = False
        return found


def _compiled(text: str, *, plain: bool) -> "regex.Pattern[str]":
    """Plain text, or an expression between slashes. Raises `ValueError` that says why not."""
    import regex  # not before somebody searches

    try:
        return regex.compile(regex.escape(text) if plain else text[1:-1], regex.IGNORECASE)
    except (regex.error, OverflowError, RecursionError) as error:
        raise ValueError(str(error).partition(" at position")[0]) from None
