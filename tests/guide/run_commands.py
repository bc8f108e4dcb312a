"""Runs commands of the program one after the other in one process: the imports are paid once.

Each line of standard input is `[words, standard input]` as JSON; each line of the answer is
`[exit code, output, errors]`.
"""

import contextlib
import io
import json
import sys

from otternauts_desktop.__main__ import main


def run(words: list[str], given: str) -> tuple[int, str, str]:
    out, err = io.StringIO(), io.StringIO()
    sys.stdin = io.TextIOWrapper(io.BytesIO(given.encode()))
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            code = main(words)
        except SystemExit as stop:  # argparse
            code = int(stop.code or 0)
    return code, out.getvalue(), err.getvalue()


if __name__ == "__main__":
    asked = sys.stdin
    for line in asked:
        print(json.dumps(run(*json.loads(line))), flush=True)
