"""A log line that holds JSON, opened: a field on each line, as text that can be read."""

import json
from collections.abc import Iterator
from itertools import islice
from typing import Final

MOST: Final = 200
"""So many lines are made of one; what is left out is said by an ellipsis."""
_DEEPEST: Final = 20


def fields(text: str) -> tuple[tuple[str, str], ...]:
    """The fields of the JSON object in a line, as labels and values; none where it has none.

    Deeper ones are indented. A line break in a value, as in a stack trace, begins a new line.
    """
    start = text.find("{")
    if start < 0:
        return ()
    lines: list[tuple[str, str]] = []
    try:
        # What stands before it, such as a time, may be anything; what follows may not.
        found = json.loads(text[start:])
        if isinstance(found, dict):
            lines = list(islice(_lines(found, 0), MOST + 1))
    except (ValueError, RecursionError):
        return ()
    if len(lines) > MOST:
        lines[MOST] = ("…", "")
    return tuple(lines)


def _lines(value: dict[str, object] | list[object], depth: int) -> Iterator[tuple[str, str]]:
    indent = "  " * depth
    pairs = value.items() if isinstance(value, dict) else (("-", part) for part in value)
    for name, part in pairs:
        label = f"{indent}{name}:" if isinstance(value, dict) else f"{indent}-"
        if isinstance(part, dict | list) and part and depth < _DEEPEST:
            yield label, ""
            yield from _lines(part, depth + 1)
        elif isinstance(part, str):
            first, *rest = part.split("\n")
            yield label, f" {first}"
            yield from (("", f"{indent}  {more}") for more in rest)
        else:
            yield label, f" {json.dumps(part, ensure_ascii=False)}"
