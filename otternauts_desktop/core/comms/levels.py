"""How bad a log line is, guessed from what it says: programs have no common way of telling.

Looked for are a field of JSON or logfmt (`"level":"warn"`, `level=warn`, pino's numbers), a word in
capitals (`ERROR`), one before a colon or in brackets (`[error]`, `warning:`), the name of an
exception before a colon, and klog's first letter.
"""

import re
from enum import IntEnum
from typing import Final

from otternauts_desktop.core.comms.ansi import plain


class Level(IntEnum):
    """From a line that doesn't tell to one that tells of an error."""

    NONE = 0
    DEBUG = 1
    INFO = 2
    WARN = 3
    ERROR = 4


HEAD: Final = 240
"""A line tells its level within so many characters, or in a field of JSON further on."""
_FIELDS_END: Final = 4_096

_WORDS: Final = {
    Level.ERROR: "emerg emergency alert fatal crit critical panic severe error err 50 60",
    Level.WARN: "warning warn 40",
    Level.INFO: "notice info information informational log 30",
    Level.DEBUG: "debug trace verbose fine 10 20",
}
_LEVELS: Final = {word: level for level, words in _WORDS.items() for word in words.split()}
_KLOG: Final = {"E": Level.ERROR, "F": Level.ERROR, "W": Level.WARN, "I": Level.INFO}
_HINTS: Final = ("err", "warn", "info", "debug", "log", "fatal", "trace", "crit", "panic", "notice")
_MORE_HINTS: Final = ("exception", "severe", "alert", "emerg", "verbose", "fine", "traceback")

_FIELD: Final = re.compile(
    r'"(?:level|severity|lvl|levelname|log\.level|loglevel|@l)"\s*:\s*"?([A-Za-z]+|[1-6]0)\b'
    r"|\b(?:level|lvl|severity)=[\"']?([A-Za-z]+)\b",
    re.IGNORECASE,
)
_SIGN: Final = re.compile(
    r"\b(EMERG|ALERT|FATAL|CRITICAL|CRIT|PANIC|SEVERE|ERROR|ERR|WARNING|WARN|NOTICE|INFO|DEBUG"
    r"|TRACE|VERBOSE)\b"
    r"|(?<![\w.-])((?i:error|err|warning|warn|notice|info|debug|trace|fatal|critical|crit|panic"
    r"|alert|emerg))(?:[\]:>]|\[\d+\])"
    r"|\b(LOG):"
    r"|\b\w*(Error|Exception)(?=:|$)"
    r"|^(Traceback) \(most recent"
)
_LETTER: Final = re.compile(r"([EFWI])\d{4} \d\d:")


def level_in(text: str) -> tuple[Level, int, int]:
    """The level that a line tells, and where the word for it stands (0, 0 where there is none)."""
    if "\x1b" in text:
        text = plain(text)
    head = text[:HEAD]
    low = head.lower()
    if "level" in low or "severity" in low or "lvl" in low or text[:1] == "{":
        for match in _FIELD.finditer(text[:_FIELDS_END]):
            group = match.lastindex or 0
            if level := _LEVELS.get(match[group].lower()):
                return level, *match.span(group)
    for hint in _HINTS:
        if hint in low:
            break
    else:
        if not any(hint in low for hint in _MORE_HINTS):
            letter = _LETTER.match(head)
            return (_KLOG[letter[1]], 0, 1) if letter else (Level.NONE, 0, 0)
    if letter := _LETTER.match(head):
        return _KLOG[letter[1]], 0, 1
    if sign := _SIGN.search(head):
        group = sign.lastindex or 0
        level = _LEVELS.get(sign[group].lower(), Level.ERROR)  # an exception has any name
        return level, *sign.span(group)
    return Level.NONE, 0, 0


def level_of(text: str) -> Level:
    """The level that a line tells."""
    return level_in(text)[0]


def goes_on(text: str) -> bool:
    """Whether a line looks like the rest of the one before: a stack trace, wrapped text."""
    return text[:1] in (" ", "\t") or text.startswith(("Caused by:", "... "))
