"""Which lines of which files a key of a service stands on, whatever way it got there.

Findings name lines; a difference names a key. A key may stand in the service itself, come by a
merge key or an alias from elsewhere, or from a service that is extended.
"""

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

import yaml
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from tests.oracle.meaning import FROM

Lines = set[tuple[str, int]]
"""File name and line, from 1."""


class Places:
    """The files of one flight plan, and where things stand in them.

    Files go by their way from the first one's folder, the first one itself by "".
    """

    def __init__(self, files: Sequence[Path]) -> None:
        folder = files[0].parent
        names = ["", *(os.path.relpath(file, folder) for file in files[1:])]
        self._roots = [
            (name, root)
            for name, file in zip(names, files, strict=True)
            if (root := _composed(file))
        ]

    def lines(self, path: tuple[str, ...]) -> Lines:
        """Where a finding about `path` may stand."""
        section, name, *keys = path
        found: Lines = set()
        for file, root in self._roots:
            entries = _get(root, section)
            if section != "services":
                found |= _spans(file, _pairs_of(entries, {name}))
            elif not keys:
                found |= {(file, k.start_mark.line + 1) for k, _ in _pairs_of(entries, {name})}
        if section == "services" and not keys:
            for file, service in self._services(name):
                found |= _spans(file, _pairs_of(service, {"profiles"}))
        if section == "services" and keys[:1] == ["image"]:
            # That there is none is said where the service begins.
            found |= self.lines((section, name))
        if section == "services" and keys:
            wanted = {keys[0], *_from(keys)}
            for file, service in self._services(name):
                found |= self._narrowed(file, service, wanted, keys)
                found |= _spans(file, _pairs_of(service, {"extends"}), inside=False)
        return found

    def _services(self, name: str) -> Iterator[tuple[str, Node]]:
        """The service itself, and those that it extends, each with its file."""
        for file, root in self._roots:
            for _, service in _pairs_of(_get(root, "services"), {name}):
                yield file, service
                for _, extends in _pairs_of(service, {"extends"}):
                    base = extends if isinstance(extends, ScalarNode) else _get(extends, "service")
                    if base is not None and base.value != name:
                        yield from self._services(base.value)

    def _narrowed(self, file: str, service: Node, wanted: set[str], keys: list[str]) -> Lines:
        """Lines of the keys; of ports or volumes those of the entry meant, where it is clear."""
        found: Lines = set()
        for key, value in _pairs_of(service, wanted):
            if (
                keys[0] in ("ports", "volumes")
                and isinstance(value, SequenceNode)
                and len(keys) > 1
            ):
                entries = [item for item in value.value if keys[1] in _texts(item)]
                if entries:
                    found |= {line for item in entries for line in _span(file, item)}
                    continue
            found |= _spans(file, [(key, value)])
        return found


def _from(keys: list[str]) -> Iterator[str]:
    for length in range(1, len(keys) + 1):
        yield from FROM.get(".".join(keys[:length]), ())


def _composed(file: Path) -> Node | None:
    try:
        return next(iter(yaml.compose_all(file.read_text("utf-8-sig"), _Loader)), None)
    except (yaml.YAMLError, UnicodeError):
        return None


class _Loader(yaml.SafeLoader):
    """One that takes an anchor that was there before, as Go's YAML does."""

    def compose_node(self, parent: Node | None, index: int) -> Node | None:
        event = self.peek_event()  # type: ignore[no-untyped-call]
        if isinstance(event, yaml.NodeEvent) and not isinstance(event, yaml.AliasEvent):
            self.anchors.pop(event.anchor, None)
        node: Node | None = super().compose_node(parent, index)
        return node


def _get(node: Node | None, key: str) -> Node | None:
    return next((value for _, value in _pairs_of(node, {key})), None)


def _pairs_of(node: Node | None, wanted: set[str]) -> Iterator[tuple[Node, Node]]:
    """Entries of a mapping, merged ones among them (with the line of the merge as their key)."""
    if not isinstance(node, MappingNode):
        return
    for key, value in node.value:
        if key.value == "<<":
            for merged in value.value if isinstance(value, SequenceNode) else [value]:
                for own_key, own in _pairs_of(merged, wanted):
                    yield own_key, own
                    yield key, own
        elif key.value in wanted:
            yield key, value


def _spans(
    file: str, pairs: Iterator[tuple[Node, Node]] | list[tuple[Node, Node]], *, inside: bool = True
) -> Lines:
    found: Lines = set()
    for key, value in pairs:
        found.add((file, key.start_mark.line + 1))
        if inside:
            found |= _span(file, value)
    return found


def _span(file: str, node: Node) -> Lines:
    first, last = node.start_mark.line + 1, node.end_mark.line + 1
    if node.end_mark.column == 0 and last > first:
        last -= 1
    return {(file, line) for line in range(first, last + 1)}


def _texts(node: Node) -> str:
    if isinstance(node, ScalarNode):
        return str(node.value)
    return " ".join(
        _texts(child)
        for pair in node.value
        for child in (pair if isinstance(pair, tuple) else (pair,))
    )
