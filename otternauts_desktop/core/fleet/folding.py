"""Which lines of a YAML text belong to the one above them, by indentation alone.

So it works on a text that is being written, and costs nothing for the lines that nobody looks at.
"""

from collections.abc import Sequence


def opens(lines: Sequence[str], line: int) -> bool:
    """Whether something stands under the line of that index (from 0), so that it can be folded."""
    depth = _depth(lines[line])
    if depth is None:
        return False
    below = _next(lines, line)
    return below is not None and below > depth


def last_line(lines: Sequence[str], line: int) -> int:
    """Index of the last line that stands under `line`; itself where nothing does."""
    depth = _depth(lines[line])
    last = line
    if depth is not None:
        for index in range(line + 1, len(lines)):
            below = _depth(lines[index])
            if below is None:  # blank lines and comments belong to what follows them
                continue
            if below <= depth:
                break
            last = index
    return last


def header(lines: Sequence[str], line: int) -> int | None:
    """Index of the line to fold for a cursor in `line`: itself, or the nearest one around it."""
    if opens(lines, line):
        return line
    limit = _depth(lines[line])
    for index in range(line - 1, -1, -1):
        depth = _depth(lines[index])
        if depth is None or (limit is not None and depth >= limit):
            continue
        if opens(lines, index) and last_line(lines, index) >= line:
            return index
        limit = depth
    return None


def _depth(text: str) -> int | None:
    """How deep a line stands: its items may stand straight under a key, so `-` is half a step."""
    content = text.lstrip(" ")
    if not content.strip() or content.startswith("#"):
        return None
    return 2 * (len(text) - len(content)) + (content == "-" or content.startswith("- "))


def _next(lines: Sequence[str], line: int) -> int | None:
    for index in range(line + 1, len(lines)):
        if (depth := _depth(lines[index])) is not None:
            return depth
    return None
