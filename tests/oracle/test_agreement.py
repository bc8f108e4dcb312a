"""Every flight plan of `tests/corpus` means to Docker what it means to Compose, or it is said."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.oracle.agreement import Case, cases, causes, examine_all, table
from tests.oracle.docker import PROJECT, stack_config, why_not
from tests.oracle.rendered import render

CORPUS = Path(__file__).parents[1] / "corpus"


@pytest.mark.seconds(300)
def test_the_corpus_agrees_with_docker(capsys: pytest.CaptureFixture[str]) -> None:
    if reason := why_not():
        pytest.skip(reason)
    outcomes = examine_all(list(cases(CORPUS)))
    with capsys.disabled():
        print(f"\n{table(outcomes)}")
    assert len(outcomes) >= 150
    assert list(causes([o for o in outcomes if not o.agrees])) == []
    understood = [outcome for outcome in outcomes if outcome.understood]
    assert len([o for o in understood if o.accepted]) >= 0.99 * len(understood)


SAMPLE = ("airflow.yaml", "anchors.yaml", "extends", "include", "monitoring", "reset", "shop")


@pytest.mark.parametrize("name", SAMPLE)
def test_the_command_line_gives_what_is_sent(name: str) -> None:
    if reason := why_not():
        pytest.skip(reason)
    case = next(case for case in cases(CORPUS) if case.name == name)
    printed, error = stack_config(_rendered(case), case.folder)
    assert not error
    assert printed == stack_config(render(case.folder, case.files, {}).body, case.folder)[0]


def _rendered(case: Case) -> str:
    words = ("render", *map(str, case.files), "--name", PROJECT, "--reveal")
    done = subprocess.run(
        [sys.executable, "-m", "otternauts_desktop", *words],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env={"PATH": "/usr/bin:/bin", "HOME": str(Path.home())},
    )
    assert done.returncode == 0, done.stderr
    return done.stdout
