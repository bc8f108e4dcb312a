"""Opens a window of the person's own terminal program. It is theirs from then on."""

import os
import sys
from collections.abc import Sequence

from PySide6.QtCore import QProcess, QProcessEnvironment, QStandardPaths

from otternauts_desktop.core.flight.terminals import terminal_commands


def open_terminal(words: Sequence[str]) -> str:
    """Run `words` in a terminal's window; gives the program's name, "" where none was found."""
    preferred = os.environ.get("TERM_PROGRAM" if sys.platform == "darwin" else "TERMINAL", "")
    for program, *arguments in terminal_commands(sys.platform, preferred, words):
        found = QStandardPaths.findExecutable(program)
        if not found:
            continue
        process = QProcess()
        process.setProgram(found)
        process.setArguments(arguments)
        process.setProcessEnvironment(_environment())
        if process.startDetached():
            return program
    return ""


def _environment() -> QProcessEnvironment:
    """As it was before a packed program put its own libraries first."""
    environment = QProcessEnvironment.systemEnvironment()
    for name in ("LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH"):
        if environment.contains(f"{name}_ORIG"):
            environment.insert(name, environment.value(f"{name}_ORIG"))
        elif hasattr(sys, "frozen"):
            environment.remove(name)
    return environment
