"""The page of the guide that lists every command: made from the parser, by `make docs`."""

import argparse
from collections.abc import Iterator
from typing import Final

from otternauts_desktop.cli.parser import make_parser
from tests.guide.pages import GUIDE

PAGE: Final = GUIDE / "command-line.md"
_HEAD: Final = """\
# The command line

Made from the program itself (`make docs`). The same services as in the window, without one.
`otternauts` alone opens the window.

## Exit codes
| Code | Meaning |
|---|---|
| 0 | done, or nothing to do |
| 1 | a known error: one sentence, its cause, the next step |
| 2 | `plan` and previews: there are changes; else: unusable arguments, or nobody said yes |
| 3 | launched, but it did not converge; a job or an examination that did not end well |
| 70 | a bug, with a report that holds no values |
| 130 | interrupted |

## For every command
"""


def page() -> str:
    """The whole page, as it has to be."""
    parser = make_parser()
    text = _HEAD + _arguments(parser) + "\n"
    for words, command in _commands(parser, ""):
        text += f"## {words}\n{_sentence(command.description or '')}\n\n"
        text += f"```text\n{_usage(command, words)}\n```\n\n"
        if table := _arguments(command):
            text += table + "\n"
    return text.rstrip() + "\n"


def _commands(
    parser: argparse.ArgumentParser, before: str
) -> Iterator[tuple[str, argparse.ArgumentParser]]:
    """Every command that does something, by its words."""
    for action in parser._actions:  # argparse has no other way to ask for them
        if isinstance(action, argparse._SubParsersAction):
            for name, command in action.choices.items():
                words = f"{before} {name}".strip()
                inner = list(_commands(command, words))
                yield from inner or [(words, command)]


def _usage(command: argparse.ArgumentParser, words: str) -> str:
    command.prog = f"otternauts {words}"
    return " ".join(command.format_usage().removeprefix("usage: ").split())


def _arguments(parser: argparse.ArgumentParser) -> str:
    rows = [
        f"| `{_spelled(action)}` | {words} |\n"
        for action in parser._actions
        if action.dest != "help" and (words := _cell(action))
    ]
    return "".join(["| | |\n|---|---|\n", *rows]) if rows else ""


def _spelled(action: argparse.Action) -> str:
    value = action.metavar if isinstance(action.metavar, str) else ""
    if not value and action.nargs != 0:
        value = "|".join(map(str, action.choices)) if action.choices else action.dest.upper()
    if not action.option_strings:
        return value.replace("|", "\\|")
    names = ", ".join(action.option_strings)
    return f"{names} {value}".strip().replace("|", "\\|")


def _cell(action: argparse.Action) -> str:
    """What it is for; "" where its name in the usage says all."""
    if isinstance(action, argparse._SubParsersAction):
        return ""
    words = _sentence((action.help or "").replace("%%", "%")).replace("|", "\\|")
    plain = isinstance(action.default, (int, float, str)) and not isinstance(action.default, bool)
    if plain and action.default not in ("", argparse.SUPPRESS):
        words += f" `{action.default}` where it is not said."
    return words.strip()


def _sentence(words: str) -> str:
    """As the page has it: with a capital and a full stop."""
    if not words:
        return ""
    first = words[0].upper() + words[1:]
    return first if first.endswith((".", "!", "?")) else f"{first}."


if __name__ == "__main__":
    PAGE.write_text(page())
