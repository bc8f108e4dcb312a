"""YAML text <-> a document that remembers line and column. The only door to ruamel.yaml.

The text itself is never rewritten: comments, order, quoting and anchors are the user's. What is
sent to Docker is written anew from the values (`flight_plan.py`).

Limits come before everything else, on the stream of events, so that neither a file of 10 MB nor
a few lines of nested aliases can stop the program.
"""

import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    CollectionEndEvent,
    CollectionStartEvent,
    DocumentStartEvent,
)
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode
from ruamel.yaml.parser import Parser

from otternauts_desktop.core.errors import FlightPlanInvalid, FlightPlanTooLarge
from otternauts_desktop.core.untrusted import shown

MAX_BYTES: Final = 1024 * 1024
MAX_EVENTS: Final = 50_000
MAX_ALIASES: Final = 500
MAX_DEPTH: Final = 64
MAX_VALUES: Final = 100_000
"""Values after all aliases are followed: what a "billion laughs" file exceeds."""

Path = tuple[str | int, ...]
"""Keys and indices from the root: `("services", "web", "ports", 0)`."""


@dataclass(frozen=True, slots=True)
class Document:
    """A parsed YAML file: plain values, and where each stands in the text."""

    text: str
    data: Any
    """dict, list, str, int, float, bool or None, aliases and merge keys followed."""
    positions: Mapping[Path, tuple[int, int]]
    """1-based line and column of each key (of a mapping) or item (of a list)."""
    leftover_line: int = 0
    """Line of a second `---` document, which Docker drops without a word; 0 for none."""

    def position(self, path: Path) -> tuple[int, int]:
        """Line and column of `path`, or of the nearest thing around it that is in the text."""
        while path and path not in self.positions:
            path = path[:-1]
        return self.positions.get(path, (1, 1))


def parse(text: str) -> Document:
    """Read YAML 1.2 as Compose does.

    Raises `FlightPlanTooLarge` where a limit is passed, `FlightPlanInvalid` with line and column
    where the text is no YAML, names a key twice, or holds something that is no plain value.
    """
    if len(text) > MAX_BYTES or len(text.encode()) > MAX_BYTES:
        raise FlightPlanTooLarge(detail=f"It has {len(text.encode()) / 1e6:.1f} MB.")
    text = text.removeprefix("\ufeff")
    try:
        node, leftover = _composed(text)
        reader = _Reader()
        data = None if node is None else reader.value(node, ())
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (0, 0)
        problem = shown(str(error.problem or error.context or "not YAML"), limit=300)
        if "\t" in problem or "'\\t'" in problem:
            problem = "a tab is used for indentation; YAML takes spaces only"
        raise FlightPlanInvalid(
            detail=f"Line {line}, column {column}: {problem.splitlines()[0]}.",
            line=line,
            column=column,
        ) from None
    except YAMLError as error:
        raise FlightPlanInvalid(detail=shown(str(error), limit=300)) from None
    except RecursionError:
        raise FlightPlanTooLarge(detail=f"It is nested more than {MAX_DEPTH} deep.") from None
    return Document(text, data, reader.positions, leftover)


def dump(data: Any) -> str:
    """Plain values as block-style YAML, for people to read."""
    yaml = YAML(typ="safe", pure=True)
    yaml.default_flow_style = False
    yaml.allow_unicode = True
    yaml.sort_base_mapping_type_on_output = False  # type: ignore[assignment]
    yaml.width = 4096
    out = io.StringIO()
    yaml.dump(data, out)
    return out.getvalue()


class _LimitedParser(Parser):
    """Counts what it hands on and stops at a limit, so that one pass is enough."""

    def __init__(self, loader: Any) -> None:
        super().__init__(loader)
        self.leftover_line = 0
        self._count = self._depth = self._aliases = self._documents = 0

    def get_event(self) -> Any:
        event = super().get_event()
        self._count += 1
        if self._count > MAX_EVENTS:
            raise FlightPlanTooLarge(detail=f"It has more than {MAX_EVENTS:,} keys and values.")
        if isinstance(event, CollectionStartEvent):
            self._depth += 1
            if self._depth > MAX_DEPTH:
                raise FlightPlanTooLarge(detail=f"It is nested more than {MAX_DEPTH} deep.")
        elif isinstance(event, CollectionEndEvent):
            self._depth -= 1
        elif isinstance(event, AliasEvent):
            self._aliases += 1
            if self._aliases > MAX_ALIASES:
                raise FlightPlanTooLarge(detail=f"It has more than {MAX_ALIASES} aliases.")
        elif isinstance(event, DocumentStartEvent):
            self._documents += 1
            if self._documents == 2:
                self.leftover_line = event.start_mark.line + 1
        return event


def _composed(text: str) -> tuple[Node | None, int]:
    """The node tree of the first document, and the line of a second one (0 for none)."""
    yaml = YAML(typ="safe", pure=True)
    yaml.Parser = _LimitedParser
    _, parser = yaml.get_constructor_parser(io.StringIO(text))
    node = yaml.composer.get_node() if yaml.composer.check_node() else None
    while parser.get_event() is not None:  # what follows has to be YAML, too
        pass
    return node, parser.leftover_line


class _Reader:
    """Turns nodes into plain values, noting positions and counting what aliases blow up."""

    def __init__(self) -> None:
        self.positions: dict[Path, tuple[int, int]] = {}
        self._open: set[int] = set()
        self._count = 0

    def value(self, node: Node, path: Path) -> Any:
        self._count += 1
        if self._count > MAX_VALUES:
            raise FlightPlanTooLarge(
                detail=f"Its aliases blow it up to more than {MAX_VALUES:,} values."
            )
        if isinstance(node, ScalarNode):
            return _scalar(node)
        if id(node) in self._open:
            line = node.start_mark.line + 1
            raise FlightPlanInvalid(detail=f"Line {line}: an anchor contains itself.", line=line)
        self._open.add(id(node))
        try:
            if isinstance(node, SequenceNode):
                return self._list(node, path)
            assert isinstance(node, MappingNode)
            return self._mapping(node, path)
        finally:
            self._open.discard(id(node))

    def _list(self, node: SequenceNode, path: Path) -> list[Any]:
        for index, item in enumerate(node.value):
            self._note((*path, index), item)
        return [self.value(item, (*path, index)) for index, item in enumerate(node.value)]

    def _mapping(self, node: MappingNode, path: Path) -> dict[str, Any]:
        own: dict[str, Any] = {}
        merged: dict[str, Any] = {}
        for key_node, value_node in node.value:
            if key_node.tag == "tag:yaml.org,2002:merge" or (
                isinstance(key_node, ScalarNode) and key_node.value == "<<" and not key_node.style
            ):
                self._merge(value_node, path, merged)
                continue
            key = self._key(key_node)
            if key in own:
                line = key_node.start_mark.line + 1
                raise FlightPlanInvalid(
                    detail=f'Line {line}: the key "{shown(key, limit=80)}" is there twice.',
                    next_step="Keep one of the two: versions of Docker differ in which one wins.",
                    line=line,
                    column=key_node.start_mark.column + 1,
                )
            self._note((*path, key), key_node)
            own[key] = self.value(value_node, (*path, key))
        return {**{k: v for k, v in merged.items() if k not in own}, **own}

    def _merge(self, node: Node, path: Path, into: dict[str, Any]) -> None:
        """`<<: *a` and `<<: [*a, *b]`; of several, the first one wins (yaml.org/type/merge)."""
        sources: Sequence[Node] = node.value if isinstance(node, SequenceNode) else [node]
        for source in sources:
            if not isinstance(source, MappingNode):
                line = node.start_mark.line + 1
                raise FlightPlanInvalid(detail=f"Line {line}: << needs a mapping.", line=line)
            for key, value in self.value(source, path).items():
                into.setdefault(key, value)

    def _key(self, node: Node) -> str:
        if not isinstance(node, ScalarNode):
            line = node.start_mark.line + 1
            raise FlightPlanInvalid(detail=f"Line {line}: a key has to be plain text.", line=line)
        return str(node.value)

    def _note(self, path: Path, node: Node) -> None:
        mark = node.start_mark
        self.positions.setdefault(path, (mark.line + 1, mark.column + 1))


_OCTAL: Final = re.compile(r"[-+]?0[0-7_]+")
_PREFIX: Final = "tag:yaml.org,2002:"


def _scalar(node: ScalarNode) -> str | int | float | bool | None:
    """The value of a scalar by its resolved tag; dates and unknown tags stay text."""
    text = str(node.value)
    tag = str(node.tag).removeprefix(_PREFIX)
    if node.style is not None or tag not in ("null", "bool", "int", "float"):
        return text
    if tag == "null":
        return None
    if tag == "bool":
        return text.lower() == "true"
    plain = text.replace("_", "")
    try:
        if tag == "int":
            # Go's YAML keeps the octals of YAML 1.1 (yaml.v3, resolve.go).
            return int(plain, 8) if _OCTAL.fullmatch(text) else int(plain, 0)
        return float(plain.replace(".inf", "inf").replace(".nan", "nan"))
    except ValueError:
        return text
