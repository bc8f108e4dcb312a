"""One flight plan held against both oracles, and the table over many of them."""

import os
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from otternauts_desktop.core.fleet.findings import Severity
from tests.oracle.docker import compose_config, stack_config, unset_variables
from tests.oracle.meaning import Difference, differences
from tests.oracle.places import Places
from tests.oracle.rendered import Rendered, render
from tests.oracle.values import supplied


@dataclass(frozen=True)
class Case:
    """The files of one flight plan, in the order in which they are merged."""

    name: str
    folder: Path
    files: tuple[Path, ...]


@dataclass(frozen=True)
class Outcome:
    """What came of one case."""

    name: str
    understood: bool = False
    """By Compose."""
    compose_error: str = ""
    accepted_as_it_stands: bool = False
    rendered: bool = False
    accepted: bool = False
    docker_error: str = ""
    reason: str = ""
    """Why it is not rendered, where that was said with a line."""
    unexplained: str = ""
    """Why it is not rendered, said without a line."""
    silent: tuple[Difference, ...] = ()
    announced: tuple[Difference, ...] = ()
    crash: str = ""
    unnamed: tuple[str, ...] = ()
    """Variables without a value that the error does not name with a line."""

    @property
    def agrees(self) -> bool:
        """Nothing to mend: rendered and accepted or refused with a line, and nothing silent."""
        told = self.accepted or bool(self.reason)
        return (told or not self.understood) and not (self.silent or self.crash or self.unnamed)


def cases(folder: Path) -> Iterator[Case]:
    """A folder with a `compose.yaml` is one case; every other YAML file that has services too."""
    for file in sorted(folder.rglob("*")):
        if file.suffix not in (".yaml", ".yml") or not file.is_file():
            continue
        own = (folder / "compose.yaml" for folder in file.parents if folder != Path("/"))
        if file.name == "compose.yaml":
            override = file.with_name("compose.override.yaml")
            files = (file, override) if override.exists() else (file,)
            yield Case(str(file.parent.relative_to(folder)), file.parent, files)
        elif not any(main.exists() for main in own) and _has_services(file):
            yield Case(str(file.relative_to(folder)), file.parent, (file,))


def _has_services(file: Path) -> bool:
    return re.search(rb"^[\"']?(services|include)[\"']?\s*:", file.read_bytes(), re.M) is not None


def examine(case: Case) -> Outcome:
    """Hold one case against both oracles."""
    unset = unset_variables(case.folder, case.files)
    raw = case.files[0].read_text("utf-8-sig", errors="replace")
    values: dict[str, str] = {}
    for values in supplied(unset, raw):
        meaning = compose_config(case.folder, case.files, values)
        if meaning.config is not None or not unset:
            break
    ours = render(case.folder, case.files, values)
    if meaning.config is None:
        return Outcome(case.name, compose_error=meaning.error, crash=ours.crash)
    as_it_stands, _ = stack_config(raw, case.folder, values)
    outcome = {
        "understood": True,
        "accepted_as_it_stands": as_it_stands is not None and len(case.files) == 1,
        "crash": ours.crash,
        "unnamed": _unnamed(case, unset, values),
    }
    if not ours.body:
        return Outcome(case.name, **outcome, **_why_not(ours))  # type: ignore[arg-type]
    sent, error = stack_config(ours.body, case.folder)
    if sent is None:
        return Outcome(case.name, rendered=True, docker_error=error, **outcome)  # type: ignore[arg-type]
    places = Places(_files_beside(case, ours))
    said = {(_own_name(f.file, case.folder), f.line) for f in ours.findings}
    silent: list[Difference] = []
    announced: list[Difference] = []
    for difference in differences(meaning.config, sent):
        known = places.lines(difference.path) & said
        (announced if known else silent).append(difference)
    return Outcome(
        case.name,
        rendered=True,
        accepted=True,
        silent=tuple(silent),
        announced=tuple(announced),
        **outcome,  # type: ignore[arg-type]
    )


def _files_beside(case: Case, ours: Rendered) -> list[Path]:
    others = (case.folder / name for name in ours.beside)
    yaml = [f for f in others if f.suffix in (".yaml", ".yml") and f.is_file()]
    return [*case.files, *(f for f in yaml if f not in case.files)]


def _own_name(file: str, folder: Path) -> str:
    return os.path.relpath(folder / file, folder) if file else ""


def _why_not(ours: Rendered) -> dict[str, str]:
    errors = [f for f in ours.findings if f.severity is Severity.ERROR and f.line]
    if errors:
        return {"reason": ", ".join(sorted({f.code for f in errors}))}
    return {"reason" if ours.line else "unexplained": ours.refusal or "nothing was said"}


def _unnamed(case: Case, unset: Iterable[str], values: Mapping[str, str]) -> tuple[str, ...]:
    """Names that are needed, and that the error without any values leaves out."""
    if not unset:
        return ()
    told = render(case.folder, case.files, {}).missing
    left_out = sorted(n for n in unset if not re.search(rf"\b{n} \((\S+ )?line \d+", told))
    return tuple(name for name in left_out if not _rendered_without(case, name, values))


def _rendered_without(case: Case, name: str, values: Mapping[str, str]) -> bool:
    """Whether nothing that is sent needs the variable: Compose asks for it elsewhere, too."""
    others = {key: value for key, value in values.items() if key != name}
    return bool(render(case.folder, case.files, others).body)


def examine_all(found: Sequence[Case], workers: int = 4) -> list[Outcome]:
    """All cases, a few at a time: the oracles are processes of their own."""
    with ThreadPoolExecutor(workers) as pool:
        return list(pool.map(examine, found))


def table(outcomes: Sequence[Outcome]) -> str:
    """The figures, as text."""
    known = [o for o in outcomes if o.understood]
    accepted = [o for o in known if o.accepted]
    rows = (
        ("files", len(outcomes)),
        ("understood by docker compose config", len(known)),
        (
            "  of these, accepted by docker stack config as they stand",
            _count(known, "accepted_as_it_stands"),
        ),
        ("  rendered", _count(known, "rendered")),
        ("  rendered and accepted by docker stack config", len(accepted)),
        ("  not rendered, with the line why not", _count(known, "reason")),
        ("  not rendered, without one", _count(known, "unexplained")),
        ("  with silent differences", _count(known, "silent")),
        ("  with variables that the error does not name", _count(known, "unnamed")),
        ("tracebacks", _count(outcomes, "crash")),
    )
    lines = [
        f"{name:<62}{count:>6}  {_share(count, len(known)) if name[0] == ' ' else ''}"
        for name, count in rows
    ]
    return "\n".join(line.rstrip() for line in lines)


def causes(outcomes: Sequence[Outcome]) -> Iterator[tuple[str, int, str]]:
    """What there is to mend, by how many files it hits, each with one file to look at."""
    hits: Counter[str] = Counter()
    example: dict[str, str] = {}
    for outcome in outcomes:
        for cause in set(_causes(outcome)):
            hits[cause] += 1
            example.setdefault(cause, outcome.name)
    for cause, count in hits.most_common():
        yield cause, count, example[cause]


def _causes(outcome: Outcome) -> Iterator[str]:
    if outcome.docker_error:
        yield f"refused: {_generic(outcome.docker_error)}"
    if outcome.reason:
        yield f"not rendered: {_generic(outcome.reason)}"
    if outcome.unexplained:
        yield f"not rendered, no line: {_generic(outcome.unexplained)}"
    if outcome.crash:
        yield f"crash: {outcome.crash.strip().splitlines()[-1]}"
    if outcome.unnamed:
        yield "variables not named"
    for difference in outcome.silent:
        if difference.path[0] != "services":
            where = (difference.path[0], *difference.path[2:])
        else:
            where = (
                difference.path[2:4]
                if difference.path[2:3] == ("deploy",)
                else difference.path[2:3]
            )
        yield f"silent: {'.'.join(where) or 'a whole service'}"


def _generic(text: str) -> str:
    """A message without what is special to one file."""
    text = re.sub(r"services\.[^\s:]+?\.(?=\w)", "services.*.", " ".join(text.split()))
    text = re.sub(r'"[^"]*"|\'[^\']*\'|`[^`]*`', "…", text)
    return re.sub(r"\d+", "N", text)[:160]


def _count(outcomes: Sequence[Outcome], field: str) -> int:
    return sum(bool(getattr(outcome, field)) for outcome in outcomes)


def _share(count: int, whole: int) -> str:
    return f"{count / whole:7.2%}" if whole else ""
