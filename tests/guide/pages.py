"""What the pages of the guide hold: blocks of commands and of YAML, links and headings."""

import re
import shlex
from dataclasses import dataclass
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[2]
GUIDE: Final = ROOT / "docs/guide"
PAGES: Final = (ROOT / "README.md", *sorted(GUIDE.glob("*.md")))
"""What users read."""
ALL: Final = (*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").rglob("*.md")))
_BLOCK: Final = re.compile(r"^```(\w*)\n(.*?)^```$", re.M | re.S)


@dataclass(frozen=True)
class Command:
    """One line that a reader may type. `codes` are the exit codes that its comment allows."""

    words: tuple[str, ...]
    codes: frozenset[int]


def name_of(page: Path) -> str:
    return str(page.relative_to(ROOT))


def blocks(page: Path) -> list[tuple[str, str]]:
    """Language and text of each fenced block."""
    return [(match[1], match[2]) for match in _BLOCK.finditer(page.read_text())]


def commands(page: Path) -> list[Command]:
    """The lines of the blocks of commands. A comment says which exit codes belong to it."""
    found = []
    for language, text in blocks(page):
        if language != "sh":
            continue
        for line in text.replace("\\\n", " ").splitlines():
            comment = line.partition(" #")[2]
            told = {int(n) for n in re.findall(r"\bexit (\d)", comment)}
            if words := shlex.split(line, comments=True):
                found.append(Command(tuple(words), frozenset(told | {0})))
    return found


def anchors(page: Path) -> set[str]:
    """Of its headings, as the site and code hosts name them."""
    text = _BLOCK.sub("", page.read_text())
    headings = re.findall(r"^#+ (.+)$", text, re.M)
    return {
        re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-") for heading in headings
    }


def links(page: Path) -> list[str]:
    """Targets of its links and pictures."""
    text = _BLOCK.sub("", page.read_text())
    return re.findall(r"\]\(([^)\s]+)\)", text)
