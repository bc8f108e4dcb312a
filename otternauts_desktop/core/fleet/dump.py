"""Plain values -> block-style YAML, for people to read and for Docker to read the same way.

Every text that some version of YAML could take for something else stands in double quotes, which
JSON and all of them read alike.
"""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

_PLAIN: Final = re.compile(r"[A-Za-z_/](?:[A-Za-z0-9_./@+-]|:(?=[A-Za-z0-9_./@+-]))*")
_TAKEN: Final = frozenset("y n yes no on off true false null".split())
"""What YAML 1.1 reads as something else than text."""
# What JSON leaves bare and YAML refuses or folds.
_UNSAFE: Final = re.compile("[\x7f-\xa0\u2028\u2029\ufeff\ufffe\uffff]")
_CONTROL: Final = re.compile("[\x00-\x09\x0b-\x1f\ud800-\udfff]")


def dump(data: Any) -> str:
    """Plain values as block-style YAML."""
    if isinstance(data, Mapping | list) and data:
        return "\n".join(_lines(data)) + "\n"
    return _flow(data) + "\n"


def _lines(data: Any) -> Iterator[str]:
    if isinstance(data, Mapping):
        for key, value in data.items():
            yield from _entry(f"{_text(str(key))}:", value)
    else:
        for item in data:
            yield from _entry("-", item)


def _entry(head: str, value: Any) -> Iterator[str]:
    if isinstance(value, Mapping) and value and head == "-":
        lines = _lines(value)
        yield f"- {next(lines)}"
        yield from (f"  {line}" for line in lines)
    elif isinstance(value, Mapping | list) and value:
        yield head
        yield from (f"  {line}" for line in _lines(value))
    elif isinstance(value, str) and _is_block(value):
        yield f"{head} {'|' if value.endswith(chr(10)) else '|-'}"
        yield from (f"  {line}" if line else "" for line in value.removesuffix("\n").split("\n"))
    else:
        yield f"{head} {_flow(value)}"


def _is_block(text: str) -> bool:
    """Whether it reads best, and unharmed, as a block of lines."""
    return (
        "\n" in text.rstrip("\n")
        and text[:1] not in (" ", "\n")
        and not text.endswith("\n\n")
        and _CONTROL.search(text) is None
        and _UNSAFE.search(text) is None
    )


def _flow(value: Any) -> str:
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, Mapping | list):
        return "{}" if isinstance(value, Mapping) else "[]"
    return json.dumps(value)


def _text(text: str) -> str:
    if _PLAIN.fullmatch(text) and text.lower() not in _TAKEN:
        return text
    return _UNSAFE.sub(lambda m: f"\\u{ord(m[0]):04x}", json.dumps(text, ensure_ascii=False))
