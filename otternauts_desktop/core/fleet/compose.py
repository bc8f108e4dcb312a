"""YAML text <-> values that remember line and column. The only door to PyYAML.

The text itself is never rewritten: comments, order, quoting and anchors are the user's. What is
sent to Docker is written anew from the values (`prepared.py`).

Events are read one by one, from libyaml where it is there, and limits are checked on the way:
neither a file of 10 MB nor a few lines of nested aliases can stop the program. Scalars are typed
here, as Go's YAML types them for Compose (yaml.v3, resolve.go): PyYAML's own typing is YAML 1.1.
"""

import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

import yaml
from yaml import events

from otternauts_desktop.core.errors import FlightPlanInvalid, FlightPlanTooLarge
from otternauts_desktop.core.untrusted import shown
from otternauts_desktop.core.words import tr

MAX_BYTES: Final = 1024 * 1024
MAX_EVENTS: Final = 50_000
MAX_ALIASES: Final = 500
MAX_DEPTH: Final = 64
MAX_VALUES: Final = 100_000
"""Values after all aliases are followed: what a "billion laughs" file exceeds. Of a long text
every 64 characters count as one."""
MAX_DOCUMENTS: Final = 20

Path = tuple[str | int, ...]
"""Keys and indices from the root: `("services", "web", "ports", 0)`."""


class Place(NamedTuple):
    """Where a key (or an item) and its value stand in the text, from 1; ends are exclusive."""

    line: int
    column: int
    value_line: int
    value_column: int
    end_line: int
    end_column: int
    file: str = ""
    """"" for the flight plan itself, else the file beside it."""


class Map(dict[str, Any]):
    """A mapping that knows where each of its keys stands."""

    __slots__ = ("places",)
    places: dict[str, Place]

    def __init__(self, values: Mapping[str, Any] = {}, places: Mapping[str, Place] = {}) -> None:
        super().__init__(values)
        self.places = dict(places)


class Seq(list[Any]):
    """A list that knows where each of its items stands."""

    __slots__ = ("places",)
    places: list[Place]

    def __init__(self, values: Any = (), places: Any = ()) -> None:
        super().__init__(values)
        self.places = list(places)


NOWHERE: Final = Place(1, 1, 1, 1, 1, 1)


def place(root: Any, path: Path) -> Place:
    """Where `path` stands, or the nearest thing around it that is in a text."""
    found, value = NOWHERE, root
    for step in path:
        if isinstance(value, Map) and isinstance(step, str):
            found = value.places.get(step, found)
            value = value.get(step)
        elif isinstance(value, Seq) and isinstance(step, int) and step < len(value):
            found = value.places[step] if step < len(value.places) else found
            value = value[step]
        else:
            break
    return found


@dataclass(frozen=True, slots=True)
class Document:
    """One parsed YAML document."""

    text: str
    data: Any
    """Map, Seq, str, int, float, bool or None, aliases and merge keys followed."""
    removed: tuple[Path, ...] = ()
    """What `!reset` and `!override` take out of the files that this one is merged over."""
    dates: tuple[Path, ...] = ()
    """Unquoted dates: text here, a point in time to Docker's parsers."""
    line: int = 1
    """Where it starts."""

    def position(self, path: Path) -> tuple[int, int]:
        """Line and column of `path`, or of the nearest thing around it that is in the text."""
        found = place(self.data, path)
        return found.line, found.column


def parse(text: str, file: str = "") -> Document:
    """The first document of a text; an empty one where there is none. Raises as `parse_all`."""
    return next(iter(parse_all(text, file)), Document(text, None))


def parse_all(text: str, file: str = "") -> tuple[Document, ...]:
    """Read all documents of a text as Compose does; `file` is said in their places.

    Raises `FlightPlanTooLarge` where a limit is passed, `FlightPlanInvalid` with line and column
    where the text is no YAML, names a key twice, or holds something that is no plain value.
    """
    if len(text) > MAX_BYTES or len(text.encode(errors="replace")) > MAX_BYTES:
        size = len(text.encode(errors="replace")) / 1e6
        raise FlightPlanTooLarge(detail=tr("It has {size} MB.", size=f"{size:.1f}"))
    text = text.removeprefix("\ufeff")
    try:
        return tuple(_Reader(text, file).documents())
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        # What is missing at the end of the text is missing in its last line.
        last = text.rstrip().count("\n") + 1
        line, column = (min(mark.line + 1, last), mark.column + 1) if mark else (0, 0)
        problem = shown(str(error.problem or error.context or tr("not YAML")), limit=300)
        if "cannot start any token" in problem and _tab_at(text, line, column):
            problem = tr("a tab is used for indentation; YAML takes spaces only")
        raise FlightPlanInvalid(
            detail=tr(
                "Line {line}, column {column}: {words}.",
                line=line,
                column=column,
                words=problem.splitlines()[0],
            ),
            line=line,
            column=column,
        ) from None
    except (yaml.YAMLError, UnicodeError) as error:
        words = shown(str(error), limit=300).splitlines()[0]
        raise FlightPlanInvalid(detail=f"{words}.") from None


def _tab_at(text: str, line: int, column: int) -> bool:
    lines = text.splitlines()
    return line <= len(lines) and "\t" in lines[line - 1][: column + 1]


class _Open:
    """A collection whose end has not been read yet."""

    __slots__ = (
        *("anchor", "at", "dropped", "key", "key_at", "merges", "path", "size", "start", "value"),
    )

    def __init__(self, value: Map | Seq, event: Any, path: Path) -> None:
        start = event.start_mark
        self.value = value
        self.anchor = event.anchor
        self.dropped = event.tag == "!reset"
        self.start = start
        self.path = path
        self.key: str | None = None
        self.key_at: Any = None
        self.merges: list[Any] = []
        self.size = 1
        self.at: tuple[int, int] = (start.line, start.column)


_MERGE: Final = "\0<<"
"""Stands for a merge key while its value is being read; NUL is in no YAML text."""


@dataclass
class _Reader:
    """Builds values out of events, counting what aliases blow up."""

    text: str
    file: str
    anchors: dict[str, tuple[Any, int]] = field(default_factory=dict)
    removed: list[Path] = field(default_factory=list)
    dates: list[Path] = field(default_factory=list)
    _stack: list[_Open] = field(default_factory=list)
    _root: Any = None
    _line: int = 1
    _aliases: int = 0

    def documents(self) -> Iterator[Document]:
        count = 0
        for number, event in enumerate(_events(self.text)):
            if number > MAX_EVENTS:
                raise FlightPlanTooLarge(
                    detail=tr("It has more than {count} keys and values.", count=f"{MAX_EVENTS:,}")
                )
            kind = type(event)
            if kind is events.ScalarEvent:
                self._scalar(event)
            elif kind is events.MappingStartEvent:
                self._start(Map(), event)
            elif kind is events.SequenceStartEvent:
                self._start(Seq(), event)
            elif kind is events.MappingEndEvent or kind is events.SequenceEndEvent:
                self._end(event)
            elif kind is events.AliasEvent:
                self._alias(event)
            elif kind is events.DocumentStartEvent:
                self.anchors, self.removed, self.dates = {}, [], []
                self._root, self._line = None, event.start_mark.line + 1
            elif kind is events.DocumentEndEvent:
                count += 1
                if count > MAX_DOCUMENTS:
                    raise FlightPlanTooLarge(
                        detail=tr("It has more than {count} documents.", count=MAX_DOCUMENTS)
                    )
                yield Document(
                    self.text, self._root, tuple(self.removed), tuple(self.dates), self._line
                )

    def _path(self) -> Path:
        """Of the value that comes next."""
        if not self._stack:
            return ()
        top = self._stack[-1]
        if isinstance(top.value, Seq):
            return (*top.path, len(top.value))
        return top.path if top.key is None or top.key == _MERGE else (*top.path, top.key)

    def _start(self, value: Map | Seq, event: Any) -> None:
        if self._stack and self._expects_key():
            self._fail(event, tr("a key has to be plain text"))
        if len(self._stack) >= MAX_DEPTH:
            raise FlightPlanTooLarge(
                detail=tr("It is nested more than {count} deep.", count=MAX_DEPTH)
            )
        path = self._path()
        if event.tag in ("!reset", "!override"):
            self.removed.append(path)
        self._stack.append(_Open(value, event, path))
        if event.anchor:
            self.anchors[event.anchor] = (self._stack[-1], 0)

    def _expects_key(self) -> bool:
        top = self._stack[-1]
        return isinstance(top.value, Map) and top.key is None

    def _end(self, event: Any) -> None:
        opened = self._stack.pop()
        value = opened.value
        if isinstance(value, Map) and opened.merges:
            value = _merged(value, opened.merges)
        if opened.anchor:
            self.anchors[opened.anchor] = (value, opened.size)
        end = event.end_mark
        # A block collection "ends" where the next thing starts; its last child knows better.
        flow = (end.line, end.column) != (event.start_mark.line, event.start_mark.column)
        at = (end.line, end.column) if flow else opened.at
        self._put(value, opened.size, opened.start, at, dropped=opened.dropped)

    def _alias(self, event: Any) -> None:
        if self._stack and self._expects_key():
            self._fail(event, tr("a key has to be plain text"))
        self._aliases += 1
        if self._aliases > MAX_ALIASES:
            raise FlightPlanTooLarge(
                detail=tr("It has more than {count} aliases.", count=MAX_ALIASES)
            )
        if event.anchor not in self.anchors:
            name = shown(str(event.anchor), limit=80)
            self._fail(event, tr('there is no anchor "{name}" above', name=name))
        value, size = self.anchors[event.anchor]
        if isinstance(value, _Open):
            self._fail(event, tr("an anchor contains itself"))
        end = event.end_mark
        self._put(value, size, event.start_mark, (end.line, end.column))

    def _scalar(self, event: Any) -> None:
        start, end = event.start_mark, event.end_mark
        if self._stack and self._expects_key():
            self._key(event)
            return
        path = self._path()
        if event.tag in ("!reset", "!override"):
            self.removed.append(path)
        value = _typed(event)
        if isinstance(value, str) and not event.style and _DATE.fullmatch(value):
            self.dates.append(path)
        size = 1 + len(event.value) // 64
        if event.anchor:
            self.anchors[event.anchor] = (value, size)
        # A block scalar ends where the next line starts.
        block = event.style in ("|", ">") and end.column == 0
        at = (end.line - 1, MAX_BYTES) if block else (end.line, end.column)
        self._put(value, size, start, at, dropped=event.tag == "!reset")

    def _key(self, event: Any) -> None:
        top = self._stack[-1]
        key = str(event.value)
        if key == "<<" and not event.style:
            key = _MERGE
        elif key in top.value:
            self._fail(
                event,
                tr('the key "{key}" is there twice', key=shown(key, limit=80)),
                tr("Keep one of the two: versions of Docker differ in which one wins."),
            )
        if event.anchor:
            self.anchors[event.anchor] = (key, 1)
        top.key, top.key_at = key, event.start_mark

    def _put(
        self, value: Any, size: int, start: Any, at: tuple[int, int], *, dropped: bool = False
    ) -> None:
        if not self._stack:
            self._root = value
            return
        top = self._stack[-1]
        top.size += size
        top.at = at
        if top.size > MAX_VALUES:
            raise FlightPlanTooLarge(
                detail=tr(
                    "Its aliases blow it up to more than {count} values.", count=f"{MAX_VALUES:,}"
                )
            )
        ends = (start.line + 1, start.column + 1, at[0] + 1, at[1] + 1, self.file)
        if isinstance(top.value, Seq):
            if not dropped:
                top.value.append(value)
                top.value.places.append(Place(start.line + 1, start.column + 1, *ends))
            return
        key, top.key = top.key, None
        assert key is not None
        if key == _MERGE:
            sources = value if isinstance(value, Seq) else [value]
            if not all(isinstance(source, Map) for source in sources):
                line = start.line + 1
                words = tr("Line {line}: << needs a mapping.", line=line)
                raise FlightPlanInvalid(detail=words, line=line)
            top.merges += sources
        elif not dropped:
            top.value[key] = value
            top.value.places[key] = Place(top.key_at.line + 1, top.key_at.column + 1, *ends)

    def _fail(self, event: Any, words: str, next_step: str = "") -> None:
        line, column = event.start_mark.line + 1, event.start_mark.column + 1
        raise FlightPlanInvalid(
            detail=tr("Line {line}: {words}.", line=line, words=words),
            next_step=next_step,
            line=line,
            column=column,
        )


def _events(text: str) -> Iterator[Any]:
    loader = getattr(yaml, "CBaseLoader", yaml.BaseLoader)(text)
    try:
        while loader.check_event():
            yield loader.get_event()
    finally:
        loader.dispose()


def _merged(own: Map, sources: list[Map]) -> Map:
    """`<<: *a` and `<<: [*a, *b]`; own keys win, of several the first (yaml.org/type/merge)."""
    merged = Map()
    for source in (*reversed(sources), own):
        for key, value in source.items():
            merged[key] = value
            merged.places[key] = source.places[key]
    return merged


_PREFIX: Final = "tag:yaml.org,2002:"
_CONSTANTS: Final[Mapping[str, Any]] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
    **dict.fromkeys((".nan", ".NaN", ".NAN"), math.nan),
    **dict.fromkeys((".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF"), math.inf),
    **dict.fromkeys(("-.inf", "-.Inf", "-.INF"), -math.inf),
}
_FLOAT: Final = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
_DATE: Final = re.compile(r"\d{4}-\d\d?-\d\d?(?:[Tt ][ \t]*\d\d?:\d\d?:\d\d?(?:\.\d+)?.*)?")
_INTEGER: Final = re.compile(
    r"(?P<sign>[-+]?)(?:0[xX](?P<hex>[0-9a-fA-F]+)|0[bB](?P<bin>[01]+)"
    r"|0[oO]?(?P<oct>[0-7]+)|(?P<dec>0|[1-9][0-9]*))"
)


def _typed(event: Any) -> Any:
    """The value of a scalar; dates and unknown tags stay text."""
    text = str(event.value)
    tag = str(event.tag or "").removeprefix(_PREFIX)
    if tag in ("", "!") and (event.style or tag == "!"):
        return text
    if tag not in ("", "null", "bool", "int", "float"):
        return text
    return resolve(text)


def resolve(text: str) -> Any:
    """The value that a plain scalar stands for (yaml.v3, resolve.go)."""
    if text in _CONSTANTS:
        return _CONSTANTS[text]
    if text[0] not in "+-.0123456789":
        return text
    plain = text.replace("_", "")
    if match := _INTEGER.fullmatch(plain):
        digits = match["hex"] or match["bin"] or match["oct"] or match["dec"]
        base = 16 if match["hex"] else 2 if match["bin"] else 8 if match["oct"] else 10
        if len(digits) <= 64:
            number = int(match["sign"] + digits, base)
            if -(2**63) <= number < 2**64:
                return number
    if _FLOAT.fullmatch(plain):
        number_ = float(plain)
        return text if math.isinf(number_) else number_
    return text
