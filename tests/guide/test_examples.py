"""Every flight plan that the guide shows is accepted, whole, or as the part of one that it is."""

from pathlib import Path

import pytest

from otternauts_desktop.core.fleet.flight_plan import prepare
from otternauts_desktop.core.secret import Secret
from tests.guide.pages import PAGES, blocks, name_of

EXAMPLES = [(page, text) for page in PAGES for language, text in blocks(page) if language == "yaml"]


@pytest.mark.parametrize(
    ("page", "text"), EXAMPLES, ids=[f"{name_of(p)}-{n}" for n, (p, _) in enumerate(EXAMPLES)]
)
def test_an_example_can_be_launched(page: Path, text: str) -> None:
    values = {name: Secret("example") for name in ("API_KEY", "DB_PASSWORD", "TAG")}
    assert prepare("example", text, values).errors == ()
