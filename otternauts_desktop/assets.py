"""Finds a file of resources/, in a checkout or in an installed package."""

from functools import cache
from importlib import resources
from pathlib import Path

_PACKAGE = Path(str(resources.files("otternauts_desktop")))


@cache
def root() -> Path:
    """The folder with art, fonts and samples."""
    packaged = _PACKAGE / "resources"
    return packaged if packaged.is_dir() else _PACKAGE.parent / "resources"


def path(*parts: str) -> Path:
    """A file of it: `path("art", "icons", "outpost.svg")`."""
    return root().joinpath(*parts)


def guide() -> dict[str, str]:
    """The pages of the guide by name, in Markdown."""
    packaged = root() / "guide"
    folder = packaged if packaged.is_dir() else _PACKAGE.parent / "docs" / "guide"
    return {page.stem: page.read_text("utf-8") for page in sorted(folder.glob("*.md"))}
