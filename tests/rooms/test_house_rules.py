"""The house rules that an import contract can't say."""

import ast
import inspect
import re
from importlib import import_module
from pathlib import Path
from pkgutil import walk_packages

import pytest

from otternauts_desktop import core
from otternauts_desktop.core.errors import KnownError, OutpostError

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "otternauts_desktop"
SOURCES = sorted(PACKAGE.rglob("*.py"))
FORBIDDEN_NAMES = {"utils", "util", "helpers", "helper", "common", "misc", "base", "manager"}


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


def known_errors() -> list[type[KnownError]]:
    """All that core/ has, whichever file they are in."""
    modules = [
        import_module(found.name) for found in walk_packages(core.__path__, f"{core.__name__}.")
    ]
    return [
        kind
        for module in modules
        for kind in vars(module).values()
        if isinstance(kind, type)
        and issubclass(kind, KnownError)
        and kind.__module__ == module.__name__
    ]


@pytest.mark.parametrize("path", SOURCES, ids=name_of)
def test_a_file_says_what_lives_in_it(path: Path) -> None:
    assert path.stem not in FORBIDDEN_NAMES
    assert ast.get_docstring(ast.parse(path.read_text())), "it has no docstring"


@pytest.mark.parametrize("path", SOURCES, ids=name_of)
def test_no_file_grows_beyond_reading(path: Path) -> None:
    assert len(path.read_text().splitlines()) <= 620


@pytest.mark.parametrize("path", sorted((PACKAGE / "ui").rglob("*.py")), ids=name_of)
def test_no_widget_does_everything(path: Path) -> None:
    assert len(path.read_text().splitlines()) <= 400


@pytest.mark.parametrize("path", sorted((PACKAGE / "ui").rglob("*.py")), ids=name_of)
def test_no_dialog_blocks(path: Path) -> None:
    """`exec()` in a coroutine stops other tasks for good; so do the static dialogs."""
    text = path.read_text()
    assert not re.search(r"\.exec_?\(", text)
    assert not re.search(r"QMessageBox\.\w+\(|QFileDialog\.get|QInputDialog\.get", text)


@pytest.mark.parametrize("path", sorted((PACKAGE / "ui").rglob("*.py")), ids=name_of)
def test_only_the_tokens_know_a_colour(path: Path) -> None:
    if path.name != "tokens.py":
        assert not re.search(r"#[0-9A-Fa-f]{6}\b", path.read_text())


@pytest.mark.parametrize("path", SOURCES, ids=name_of)
def test_remote_commands_are_quoted_in_one_place(path: Path) -> None:
    text = path.read_text()
    if name_of(path) != "otternauts_desktop/core/flight/commands.py":
        assert "shlex.join" not in text
        assert "shlex.quote" not in text


@pytest.mark.parametrize("path", SOURCES, ids=name_of)
def test_nothing_is_left_for_later(path: Path) -> None:
    words = "|".join(("TO" + "DO", "FIX" + "ME", "XX" + "X"))
    assert not re.search(rf"\b({words})\b", path.read_text())


def modules() -> list[str]:
    return [
        ".".join(path.relative_to(ROOT).with_suffix("").parts)
        for path in SOURCES
        if path.name not in ("__init__.py", "__main__.py")
    ]


@pytest.mark.parametrize("name", modules())
def test_public_things_say_what_they_are_for(name: str) -> None:
    """Classes, functions and methods. What overrides a method means what that one means, and a
    known error carries its sentence."""
    module = import_module(name)
    silent = []
    for own in vars(module).values():
        if getattr(own, "__module__", "") != name or getattr(own, "__name__", "_")[0] == "_":
            continue
        if inspect.isclass(own):
            made_up = f"{own.__name__}("  # what a dataclass without words is given
            if (own.__doc__ or made_up).startswith(made_up) and not issubclass(own, KnownError):
                silent.append(own.__name__)
            silent += [f"{own.__name__}.{method}" for method in _silent_methods(own)]
        elif inspect.isfunction(own) and not own.__doc__:
            silent.append(own.__name__)
    assert silent == []


def _silent_methods(kind: type) -> list[str]:
    return [
        name
        for name, part in vars(kind).items()
        if not name.startswith("_")
        and (function := part.fget if isinstance(part, property) else part)
        and inspect.isfunction(function)
        and function.__qualname__ == f"{kind.__qualname__}.{name}"
        and not function.__doc__
        and not any(hasattr(above, name) for above in kind.__mro__[1:])
    ]


@pytest.mark.parametrize("kind", known_errors(), ids=lambda kind: kind.__name__)
def test_every_known_error_has_a_sentence_and_a_place_in_the_guide(
    kind: type[KnownError],
) -> None:
    assert kind.title.endswith((".", "!"))
    if kind in (KnownError, OutpostError):
        return
    guide = (ROOT / "docs" / "guide" / "troubleshooting.md").read_text()
    anchors = {
        re.sub(r"[^a-z0-9 -]", "", line.lstrip("# ").lower()).strip().replace(" ", "-")
        for line in guide.splitlines()
        if line.startswith("#")
    } | set(re.findall(r'(?:id|name)="([^"]+)"', guide))
    assert kind.anchor in anchors


def test_the_practice_and_the_real_thing_share_no_code() -> None:
    """Else both sides would share the same mistake."""
    for path in sorted((PACKAGE / "simulator").rglob("*.py")):
        for line in path.read_text().splitlines():
            if "import" in line and "otternauts_desktop." in line:
                assert re.search(r"otternauts_desktop\.(simulator|core\.names)", line), line
