"""`python -m tests.oracle FOLDER`: every Compose file below it, held against Docker."""

import argparse
import sys
from pathlib import Path

from tests.oracle.agreement import cases, causes, examine_all, table
from tests.oracle.docker import clients, why_not


def main() -> int:
    """Print the table and what there is to mend; exit 1 where something is."""
    parser = argparse.ArgumentParser(prog="python -m tests.oracle", description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--all", action="store_true", help="what is said about every file")
    arguments = parser.parse_args()
    if reason := why_not():
        print(reason)
        return 2
    outcomes = examine_all(list(cases(arguments.folder.resolve())))
    for outcome in outcomes if arguments.all else ():
        if outcome.compose_error:
            print(f"{outcome.name}: not understood: {outcome.compose_error}")
        for line in (outcome.docker_error, outcome.unexplained, outcome.reason, outcome.crash):
            if line:
                print(f"{outcome.name}: {line}")
        for difference in outcome.silent:
            print(f"{outcome.name}: silent: {difference}")
        if outcome.unnamed:
            print(f"{outcome.name}: not named: {', '.join(outcome.unnamed)}")
    for cause, count, example in causes(outcomes):
        print(f"{count:>5}  {cause}  [{example}]")
    print(f"\nDocker's command lines asked: {len(clients())}\n{table(outcomes)}")
    return 0 if all(outcome.agrees for outcome in outcomes) else 1


if __name__ == "__main__":
    sys.exit(main())
