"""`otternauts lint` and `render`: what can be said of a flight plan with no cluster in reach.

Nothing that talks to servers or keeps records is imported here: an editor that calls `lint` on
every save waits for it.
"""

from argparse import Namespace
from dataclasses import asdict, replace
from typing import Any, Final

from otternauts_desktop.cli.inputs import Written, given
from otternauts_desktop.cli.output import Output
from otternauts_desktop.core.errors import FlightPlanInvalid
from otternauts_desktop.core.fleet.findings import Finding, Severity
from otternauts_desktop.core.fleet.fixes import applied
from otternauts_desktop.core.fleet.flight_plan import Prepared, prepare, read
from otternauts_desktop.core.fleet.report import ACCEPTABLE
from otternauts_desktop.core.names import fleet_name
from otternauts_desktop.services.plan_files import PlanText, write_plan

MOST_FIXES: Final = 1000
"""Each fix takes one finding away; a file with more of them is not mended by hand either."""


def lint(arguments: Namespace, output: Output) -> int:
    """Findings of all files; exit 1 where one of them is an error."""
    document: list[dict[str, Any]] = []
    lines = []
    failed = False
    for name in arguments.files:
        written = given(name, arguments)
        if arguments.fix:
            written = _mended(name, written, output)
        for finding in read(written.text, written.beside).findings:
            failed = failed or finding.severity is Severity.ERROR
            document.append({**asdict(finding), "file": finding.file or name})
            lines.append(f"{'' if finding.file else name + ':'}{in_words(finding)}")
    output.result(document, "\n".join(lines) or "Nothing to note.")
    return 1 if failed else 0


def _mended(name: str, written: Written, output: Output) -> Written:
    """The flight plan after all quick fixes that decide nothing for the person."""
    text = written.text
    for _ in range(MOST_FIXES):
        findings = read(text, written.beside).findings
        fix = next(
            (
                finding.quick_fixes[0]
                for finding in findings
                if finding.quick_fixes and finding.code not in ACCEPTABLE
            ),
            None,
        )
        if fix is None:
            break
        output.progress(f"{name}: {fix.title}")
        text = applied(text, fix)
    if text != written.text and name != "-":
        write_plan(name, PlanText(text))
    return replace(written, text=text)


def render(arguments: Namespace, output: Output) -> int:
    """The canonical file that Docker would get, values masked unless asked for.

    It is shown even where errors stand in the way of a launch: those are told beside it.
    """
    written = given(arguments.file[0], arguments, arguments.file[1:])
    prepared = prepare(fleet_name(arguments.name), written.text, written.variables, written.beside)
    text = prepared.revealed() if arguments.reveal else prepared.shown()
    findings = (*prepared.findings, *prepared.notes)
    for finding in findings:
        output.progress(in_words(finding))
    output.result(
        {
            "file": text,
            "launchable": not prepared.errors,
            "notes": [asdict(finding) for finding in findings],
        },
        text.rstrip("\n"),
    )
    return 0


def usable(prepared: Prepared) -> Prepared:
    """`prepared` itself where it can be launched. Raises `FlightPlanInvalid` with all errors."""
    if not prepared.errors:
        return prepared
    first = prepared.errors[0]
    raise FlightPlanInvalid(
        detail=" ".join(f"Line {in_words(f)}" for f in prepared.errors),
        line=first.line,
        column=first.column,
    )


def in_words(finding: Finding) -> str:
    """A finding in one line: where, how bad, what, and what to do."""
    fix = f" {finding.fix}" if finding.fix else ""
    beside = f"{finding.file}:" if finding.file else ""
    where = f"{beside}{finding.line}:{finding.column}"
    return f"{where}: {finding.severity}: {finding.message}{fix} [{finding.code}]"
