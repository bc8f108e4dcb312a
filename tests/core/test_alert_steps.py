"""Alerts are raised after a while and cleared after a while, and told once."""

from dataclasses import replace
from itertools import count

import pytest
from hypothesis import given
from hypothesis import strategies as st

from otternauts_desktop.core.alerts.alert import (
    UNTIL_CLEAR,
    Alert,
    AlertKind,
    AlertState,
    News,
    Severity,
    Sign,
)
from otternauts_desktop.core.alerts.crashes import Crashes
from otternauts_desktop.core.alerts.quiet import Quiet
from otternauts_desktop.core.alerts.rules import DEFAULTS, Rule, Rules, checked
from otternauts_desktop.core.alerts.signs import judged, of_swarm
from otternauts_desktop.core.alerts.steps import look
from otternauts_desktop.core.alerts.telling import detail, document, headline, lines, summary
from otternauts_desktop.core.errors import ValueUnusable
from otternauts_desktop.core.names import ClusterId
from tests.core.alerting import node, service, swarm, task

SIGN = Sign(
    AlertKind.SERVICE,
    "web",
    Severity.WARNING,
    {"service": "shop_web", "running": "1", "wanted": "2", "said": ""},
)
ALL = frozenset(AlertKind)


class Watch:
    """One cluster under watch; `at` looks after some seconds and gives the news."""

    def __init__(self, rules: Rules = DEFAULTS) -> None:
        self.alerts: dict[str, Alert] = {}
        self.rules, self.now, self.ids = rules, 1000.0, count()

    def at(self, seconds: float, *signs: Sign, judged: frozenset[AlertKind] = ALL) -> list[News]:
        self.now += seconds
        outcome = look(
            [a for a in self.alerts.values() if a.state is not AlertState.CLEARED],
            signs,
            judged,
            self.rules,
            cluster_id=ClusterId("c"),
            elapsed=seconds,
            now=self.now,
            new_id=lambda: str(next(self.ids)),
        )
        for alert in outcome.dropped:
            del self.alerts[alert.id]
        self.alerts |= {alert.id: alert for alert in outcome.changed}
        return [news for _, news in outcome.news]

    def over(self, seconds: float, *signs: Sign) -> list[News]:
        return [news for _ in range(int(seconds // 5)) for news in self.at(5, *signs)]

    @property
    def only(self) -> Alert:
        (alert,) = self.alerts.values()
        return alert


def test_it_is_raised_once_after_a_while_and_cleared_once_after_a_while() -> None:
    watch = Watch()
    assert watch.over(115, SIGN) == []
    assert watch.over(60, SIGN) == [News.RAISED]
    assert watch.over(600, SIGN) == []
    assert watch.over(55) == []
    assert watch.over(60) == [News.CLEARED]
    assert watch.over(60) == []


def test_what_comes_and_goes_is_not_raised_and_not_cleared() -> None:
    watch = Watch()
    for _ in range(50):
        assert watch.over(60, SIGN) == []
        assert watch.over(10) == []
    watch.over(130, SIGN)
    assert watch.only.state is AlertState.ACTIVE
    for _ in range(50):
        assert watch.over(50) == []
        assert watch.over(10, SIGN) == []


def test_a_sleep_raises_nothing_by_itself() -> None:
    watch = Watch()
    watch.at(5, SIGN)
    assert watch.at(8 * 3600, SIGN) == []
    assert watch.at(5) == []
    assert watch.alerts == {}


def test_what_is_not_known_changes_nothing() -> None:
    watch = Watch()
    watch.over(130, SIGN)
    for _ in range(100):
        assert watch.at(5, judged=frozenset({AlertKind.CLUSTER})) == []
    assert watch.only.state is AlertState.ACTIVE


def test_its_words_follow_what_is_seen_without_a_second_telling() -> None:
    watch = Watch()
    watch.over(130, SIGN)
    worse = replace(SIGN, severity=Severity.CRITICAL, values={**SIGN.values, "running": "0"})
    assert watch.at(5, worse) == []
    assert headline(watch.only) == "shop_web runs 0 of 2"


def test_snoozed_it_is_told_again_when_that_is_over_and_never_that_it_cleared() -> None:
    watch = Watch()
    watch.over(130, SIGN)
    watch.alerts = {"0": replace(watch.only, snoozed_until=watch.now + 3600)}
    assert watch.over(3590, SIGN) == []
    assert watch.over(20, SIGN) == [News.AGAIN]
    watch.alerts = {"0": replace(watch.only, snoozed_until=UNTIL_CLEAR)}
    assert watch.over(36_000, SIGN) == []
    assert watch.over(70) == []
    assert watch.only.state is AlertState.CLEARED


def test_a_rule_that_is_switched_off_clears_what_it_raised() -> None:
    watch = Watch()
    watch.over(130, SIGN)
    watch.rules = {**DEFAULTS, AlertKind.SERVICE: Rule(AlertKind.SERVICE, enabled=False)}
    assert watch.at(5, SIGN) == [News.CLEARED]
    assert watch.over(300, SIGN) == []


@given(st.lists(st.tuples(st.booleans(), st.floats(0, 100_000)), max_size=60))
def test_raised_and_cleared_take_turns_whatever_happens(looks: list[tuple[bool, float]]) -> None:
    watch = Watch()
    told = [news for holds, after in looks for news in watch.at(after, *([SIGN] if holds else []))]
    assert told == [News.RAISED, News.CLEARED] * (len(told) // 2) + [News.RAISED] * (len(told) % 2)


@pytest.mark.parametrize("kind", AlertKind)
def test_every_kind_has_a_rule_that_makes_sense(kind: AlertKind) -> None:
    assert checked(DEFAULTS[kind]) is DEFAULTS[kind]
    with pytest.raises(ValueUnusable):
        checked(replace(DEFAULTS[kind], raise_after=-1))
    with pytest.raises(ValueUnusable):
        checked(replace(DEFAULTS[kind], threshold=1e9))


VALUES = {
    "service": "shop_web",
    "running": "1",
    "wanted": "2",
    "count": "3",
    "fleet": "shop",
    "version": "4",
    "outpost": "vega-1",
    "percent": "95",
    "seconds": "40",
    "domain": "a.example",
    "days": "3",
    "image": "nginx:1.27",
}


@pytest.mark.parametrize("kind", AlertKind)
def test_every_kind_is_said_in_a_sentence(kind: AlertKind) -> None:
    alert = Alert("x", ClusterId("c"), Sign(kind, "s", Severity.WARNING, VALUES))
    assert headline(alert)
    assert not headline(alert).endswith(".")
    assert "{" not in headline(alert) + detail(alert)
    assert document(alert, "alpha")["headline"] == headline(alert)


def test_many_are_told_as_one() -> None:
    alert = Alert("x", ClusterId("c"), SIGN)
    assert summary([(alert, News.RAISED)], "alpha") == "alpha: shop_web runs 1 of 2"
    assert summary([(alert, News.CLEARED)], "alpha") == "alpha: over: shop_web runs 1 of 2"
    assert summary([(alert, News.RAISED)] * 12, "alpha") == "12 alerts in alpha"
    both = [(alert, News.RAISED), (alert, News.AGAIN), (alert, News.CLEARED)]
    assert summary(both, "alpha") == "2 alerts, 1 is over in alpha"
    assert lines(both).splitlines()[-1] == "Over: shop_web runs 1 of 2"


def test_fifty_changes_of_the_leader_raise_nothing() -> None:
    """A new leader has not heard of the nodes for up to 20 s; for 60 s services look smaller."""
    watch, crashes = Watch(), Crashes()
    well = swarm([service()], [task(1)])
    elected = swarm([service()], [task(1)], [node("a", state="unknown")])
    smaller = swarm([service()], [task(1, "pending")])
    told: list[News] = []
    for _ in range(50):
        for seen, seconds in ((elected, 20), (smaller, 60), (well, 30)):
            for _second in range(seconds):
                signs = of_swarm(seen, DEFAULTS, crashes, Quiet())
                told += watch.at(1, *signs, judged=judged(seen))
    assert told == []
