"""What was looked at on a server, for people and for programs."""

from typing import Final

from otternauts_desktop.cli.output import Output, table
from otternauts_desktop.core.flight.preflight import Check, CheckState
from otternauts_desktop.services.preflight import Report

NOT_WELL: Final = 3
_MARKS: Final = {CheckState.PASSED: "ok", CheckState.WARNED: "!", CheckState.FAILED: "FAILED"}


def told(report: Report, output: Output) -> int:
    """Print a report; gives the exit code: 3 where something has to be mended."""
    document = {
        "outpost": report.name,
        "docker": report.facts.values.get("docker", ""),
        "address": report.address,
        "checks": [check_document(check) for check in report.checks],
    }
    output.result(document, check_text(report.checks))
    return NOT_WELL if report.failed else 0


def check_document(check: Check) -> dict[str, str]:
    """A check for programs."""
    return {
        "key": check.key,
        "name": check.name,
        "state": check.state.value,
        "seen": check.seen,
        "advice": check.advice,
        "fix": check.fix,
    }


def check_text(checks: tuple[Check, ...]) -> str:
    """Checks for people: all in a table, then what helps those that did not pass."""
    lines = [table(("CHECK", "", "SEEN"), [(c.name, _MARKS[c.state], c.seen) for c in checks])]
    for check in checks:
        if check.state is not CheckState.PASSED and (check.advice or check.fix):
            lines.append(f"\n{check.name}: {check.advice}")
            lines += [f"  {check.fix}"] if check.fix else []
    return "\n".join(lines)
