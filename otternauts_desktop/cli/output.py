"""What the command line prints: text for people, or one JSON document; progress on stderr."""

import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from otternauts_desktop.core.errors import KnownError
from otternauts_desktop.core.untrusted import shown


class Output:
    """Where a command's words go. stdout carries the result alone, so that it can be piped."""

    def __init__(self, *, as_json: bool) -> None:
        self.as_json = as_json

    def result(self, document: Any, text: str) -> None:
        """The outcome: `document` for programs or `text` for people."""
        print(json.dumps(document, indent=2) if self.as_json else text, flush=True)

    def line(self, text: str) -> None:
        """One line of a result that comes bit by bit. Control characters become symbols."""
        self.lines([text])

    def lines(self, texts: Iterable[str]) -> None:
        """Several of them."""
        for text in texts:
            print(shown(text))
        sys.stdout.flush()

    def records(self, documents: Iterable[Any]) -> None:
        """Parts of a result that comes bit by bit: one JSON document a line."""
        for document in documents:
            print(json.dumps(document))
        sys.stdout.flush()

    def progress(self, text: str) -> None:
        """What is going on, for whoever waits."""
        print(shown(text), file=sys.stderr, flush=True)

    def error(self, error: KnownError) -> None:
        """A known error: the sentence, the cause, the next step."""
        if self.as_json:
            print(json.dumps({"error": error_document(error)}, indent=2), flush=True)
        print(shown(error.text()), file=sys.stderr, flush=True)


def error_document(error: KnownError) -> dict[str, str]:
    """A known error for programs. `anchor` is the heading in the guide's troubleshooting."""
    return {
        "title": error.title,
        "detail": error.detail,
        "next_step": error.next_step,
        "anchor": error.anchor,
    }


def table(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Columns under their headings, aligned to the left."""
    cells = [[shown(cell).replace("\n", " ") for cell in row] for row in [headings, *rows]]
    widths = [max(len(row[number]) for row in cells) for number in range(len(headings))]
    lines = [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in cells
    ]
    return "\n".join(lines)


def pairs(values: Mapping[str, str]) -> str:
    """Names and values, one a line."""
    width = max((len(name) for name in values), default=0)
    return "\n".join(f"{name.ljust(width)}  {shown(value)}" for name, value in values.items())
