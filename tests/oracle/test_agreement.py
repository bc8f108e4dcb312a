"""Every flight plan of `tests/corpus` means to Docker what it means to Compose, or it is said."""

from pathlib import Path

import pytest

from tests.oracle.agreement import cases, causes, examine_all, table
from tests.oracle.docker import why_not

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
