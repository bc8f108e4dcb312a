"""What was changed since the last launch: told, overwritten, or taken over into the text."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from otternauts_desktop.core.fleet.fixes import applied
from otternauts_desktop.core.fleet.flight_plan import Prepared, prepare
from otternauts_desktop.core.flight.drift import Launched
from otternauts_desktop.core.flight.export import export, exported
from otternauts_desktop.core.flight.plan import Plan, plan
from otternauts_desktop.core.flight.taking_over import TakenOver, take_over
from otternauts_desktop.core.secret import Secret
from otternauts_desktop.core.swarm.state import STACK_LABEL, Snapshot
from tests.core.test_plan import engine_service, swarm

KEY = b"k" * 32
TEXT = """\
# the shop
services:
  web:
    image: nginx:1.27  # pinned
    environment:
      - A=1
      - TOKEN=${TOKEN}
    logging: {driver: local}
"""
VALUES = {"TOKEN": Secret("hush-hush")}


def ready(text: str) -> Prepared:
    return prepare("shop", text, VALUES)


def service(change: Callable[[dict[str, Any]], object] = lambda _: None) -> dict[str, Any]:
    made = engine_service(Env=["A=1", "TOKEN=hush-hush"])
    change(made["Spec"])
    return made


def launched(there: Snapshot) -> Launched:
    return Launched(Launched({}, KEY).left(there, "shop", ("web", "db")), KEY)


def planned(text: str, now: Snapshot, before: Snapshot | None = None) -> Plan:
    return plan(ready(text), now, launched=launched(before or swarm(service())))


def taken(text: str, now: Snapshot) -> TakenOver:
    found = take_over(text, ready, now, planned(text, now))
    assert applied(text, found.fix(text)) == found.text
    return found


def container(**settings: Any) -> Callable[[dict[str, Any]], object]:
    return lambda spec: spec["TaskTemplate"]["ContainerSpec"].update(settings)


def scaled(spec: dict[str, Any]) -> None:
    spec["Mode"]["Replicated"]["Replicas"] = 5


def test_sums_hold_no_value_and_need_their_key() -> None:
    left = launched(swarm(service()))
    assert "hush" not in repr(left)
    assert "hush" not in str(left.sums)
    others = Launched({}, b"another").left(swarm(service()), "shop", ("web",))
    assert not {*left.sums["web"].values()} & {*others["web"].values()}


def test_a_change_by_hand_is_told_and_one_in_the_text_is_not() -> None:
    now = swarm(service(scaled))
    (change,) = planned(TEXT.replace("1.27", "1.28"), now).drifted
    assert {field.field: field.drifted for field in change.fields} == {
        "image": False,
        "deploy.replicas": True,
    }
    assert change.drift == "1 setting was changed since the last launch from here."
    assert planned(TEXT.replace("1.27", "1.28"), swarm(service())).drifted == ()
    assert plan(ready(TEXT), now).drifted == ()


def test_what_the_text_says_too_is_no_drift() -> None:
    text = TEXT.replace("    logging", "    deploy: {replicas: 5}\n    logging")
    assert planned(text, swarm(service(scaled))).nothing_to_do


def test_vessels_made_and_removed_elsewhere_are_told() -> None:
    other = service(lambda spec: spec.update(Name="shop_extra"))
    (extra, web) = planned(TEXT, swarm(replace_id(other))).drifted
    assert (extra.vessel, extra.drift) == (
        "extra",
        "It was made since the last launch from here.",
    )
    assert (web.vessel, web.drift) == (
        "web",
        "It was removed since the last launch from here.",
    )


def replace_id(raw: dict[str, Any]) -> dict[str, Any]:
    return {**raw, "ID": "s2"}


@pytest.mark.parametrize(
    ("change", "old", "new"),
    [
        (
            container(Image="nginx:1.99"),
            "image: nginx:1.27  # pinned",
            "image: nginx:1.99  # pinned",
        ),
        (container(Env=["A=$2", "TOKEN=hush-hush"]), "- A=1", '- "A=$$2"'),
        (container(Env=["A=1", "B=x y", "TOKEN=hush-hush"]), "- A=1", '- "B=x y"\n      - A=1'),
        (container(Env=["TOKEN=hush-hush"]), "      - A=1\n", ""),
        (container(User="1000"), "    image", '    user: "1000"\n    image'),
        (
            container(Args=["sleep", "9"]),
            "    image",
            '    command:\n      - sleep\n      - "9"\n    image',
        ),
        (scaled, "    image", "    deploy:\n      replicas: 5\n    image"),
        (
            lambda spec: spec["TaskTemplate"]["LogDriver"].update(Options={"max-size": "1m"}),
            "{driver: local}",
            '{"options": {"max-size": "1m"}, driver: local}',
        ),
    ],
)
def test_one_setting_is_taken_over_where_it_stands(
    change: Callable[[dict[str, Any]], object], old: str, new: str
) -> None:
    now = swarm(service(change))
    found = taken(TEXT, now)
    assert found.text == TEXT.replace(old, new, 1)
    assert plan(ready(found.text), now).nothing_to_do


def test_the_place_of_a_variable_stays_the_variable() -> None:
    now = swarm(service(container(Env=["A=1", "TOKEN=other"])))
    found = taken(TEXT, now)
    assert (found.text, found.taken) == (TEXT, ())
    assert [(vessel, field.key) for vessel, field in found.left] == [("web", "TOKEN")]


def test_what_an_anchor_gives_to_two_vessels_stays() -> None:
    text = """\
x-env: &env {A: "1"}
services:
  web: {image: "nginx:1.27", environment: *env, logging: {driver: local}}
"""
    before = swarm(engine_service())
    now = swarm(engine_service(Env=["A=2"]))
    found = take_over(text, ready, now, planned(text, now, before))
    assert found.text == text
    assert len(found.left) == 1


def test_the_exported_text_is_a_plan_that_changes_nothing() -> None:
    there = swarm(service(scaled))
    rebuilt = export(there, "shop")
    assert "$" not in rebuilt
    assert plan(prepare("shop", rebuilt, {}), there).nothing_to_do
    assert export(replace(there, services=()), "shop") == ""


def test_what_flies_and_what_is_wanted_compare_line_by_line_without_values() -> None:
    there = swarm(service())
    own = replace(there.networks[0], labels={STACK_LABEL: "shop"})
    there = replace(there, networks=(own,))
    told = TEXT + ready(TEXT).shown()
    live, wanted = export(there, "shop", beside=told), exported(ready(TEXT), there, told)
    assert live == wanted
    assert 'A: "1"' in live
    assert "hush" not in live
    other = exported(ready(TEXT.replace("1.27", "1.28")), there, told)
    assert other == live.replace("1.27", "1.28")
