"""`otternauts alert`: what is the matter, what was, and watching without a window."""

import asyncio
import json
import time
from argparse import Namespace
from dataclasses import replace
from typing import Any, Final

from otternauts_desktop.app import MissionControl
from otternauts_desktop.cli.choosing import only_cluster
from otternauts_desktop.cli.clusters import chosen_cluster
from otternauts_desktop.cli.output import Output, table
from otternauts_desktop.core.alerts.alert import UNTIL_CLEAR, Alert, AlertKind
from otternauts_desktop.core.alerts.rules import DEFAULTS, NAMES, UNITS, Rule
from otternauts_desktop.core.alerts.telling import detail, document, headline
from otternauts_desktop.core.events import AlertsMoved, Event
from otternauts_desktop.core.swarm.cluster import Cluster

ALERTS: Final = 3
"""Exit code where there is an alert that nobody has put off."""


async def alert(control: MissionControl, arguments: Namespace, output: Output) -> int:
    """Do an `alert` action; gives the exit code."""
    if arguments.action == "list":
        return _list(control, arguments, output)
    if arguments.action == "history":
        found = [
            a for a in control.alerts.history(arguments.limit) if _asked(control, arguments, a)
        ]
        rows = [
            (_clock(a.raised_at), _clock(a.cleared_at), _name(control, a), headline(a))
            for a in found
        ]
        text = table(("RAISED", "CLEARED", "CLUSTER", ""), rows) if rows else "No alerts yet."
        output.result([_document(control, a) for a in found], text)
        return 0
    if arguments.action == "snooze":
        seconds = None if arguments.until_clear else arguments.hours * 3600
        snoozed = await control.alerts.snooze(arguments.id, seconds)
        output.result(_document(control, snoozed), f"{headline(snoozed)}: {_put_off(snoozed)}")
        return 0
    if arguments.action == "rules":
        return await _rules(control, arguments, output)
    return await _watch(control, arguments, output)


def _list(control: MissionControl, arguments: Namespace, output: Output) -> int:
    found = [a for a in control.alerts.active() if _asked(control, arguments, a)]
    rows = [
        (
            a.id[:8],
            a.sign.severity.value,
            _name(control, a),
            _clock(a.raised_at),
            _put_off(a) if a.snoozed(time.time()) else "",
            ": ".join(filter(None, (headline(a), detail(a)))),
        )
        for a in found
    ]
    head = ("ALERT", "SEVERITY", "CLUSTER", "SINCE", "SNOOZED", "")
    output.result(
        [_document(control, a) for a in found], table(head, rows) if rows else "All well."
    )
    return ALERTS if any(not a.snoozed(time.time()) for a in found) else 0


async def _rules(control: MissionControl, arguments: Namespace, output: Output) -> int:
    cluster = _cluster(control, arguments)
    rules = dict(control.alerts.rules(cluster.id))
    if arguments.kind:
        rule = _changed(rules[AlertKind(arguments.kind)], arguments)
        await control.alerts.put_rule(cluster.id, rule)
        rules = {rule.kind: rule}
    rows = [
        (
            rule.kind.value,
            "on" if rule.enabled else "off",
            f"{rule.threshold:g} {UNITS[rule.kind]}" if rule.kind in UNITS else "",
            f"{rule.raise_after:g} s",
            f"{rule.clear_after:g} s",
            NAMES[rule.kind],
        )
        for rule in rules.values()
    ]
    head = ("RULE", "", "THRESHOLD", "RAISED AFTER", "CLEARED AFTER", "")
    output.result([_rule_document(rule) for rule in rules.values()], table(head, rows))
    return 0


def _changed(rule: Rule, arguments: Namespace) -> Rule:
    if arguments.default:
        rule = DEFAULTS[rule.kind]
    given = {
        "enabled": arguments.enabled,
        "threshold": arguments.threshold,
        "raise_after": arguments.raise_after,
        "clear_after": arguments.clear_after,
    }
    return replace(rule, **{name: value for name, value in given.items() if value is not None})


async def _watch(control: MissionControl, arguments: Namespace, output: Output) -> int:
    """Look at the clusters and say what is new, until interrupted or for some seconds."""
    clusters = control.outposts.clusters()
    if arguments.cluster:
        clusters = (chosen_cluster(control, arguments.cluster),)
    if not clusters:
        only_cluster(clusters)

    def hear(event: Event) -> None:
        if isinstance(event, AlertsMoved):
            for moved, news in event.news:
                if output.as_json:
                    told = {"news": news.value, **_document(control, moved)}
                    output.line(json.dumps(told))
                else:
                    words = ": ".join(filter(None, (headline(moved), detail(moved))))
                    at = _clock(time.time())
                    output.line(f"{at}  {news.value:7}  {_name(control, moved)}: {words}")

    unsubscribe = control.bus.subscribe(hear)
    try:
        control.alerts.begin()
        control.gauges.start()
        for cluster in clusters:
            control.telemetry.watch(cluster.id)
        names = ", ".join(cluster.name for cluster in clusters)
        output.progress(f"Watching {names}.")
        if arguments.seconds is None:
            await asyncio.Event().wait()
        await asyncio.sleep(arguments.seconds)
    finally:
        unsubscribe()
    ids = {cluster.id for cluster in clusters}
    now = time.time()
    left = [a for a in control.alerts.active() if a.cluster_id in ids and not a.snoozed(now)]
    return ALERTS if left else 0


def _cluster(control: MissionControl, arguments: Namespace) -> Cluster:
    return chosen_cluster(control, arguments.cluster)


def _asked(control: MissionControl, arguments: Namespace, of: Alert) -> bool:
    if not arguments.cluster:
        return True
    return of.cluster_id == chosen_cluster(control, arguments.cluster).id


def _name(control: MissionControl, of: Alert) -> str:
    names = {cluster.id: cluster.name for cluster in control.outposts.clusters()}
    return names.get(of.cluster_id, "")


def _document(control: MissionControl, of: Alert) -> dict[str, Any]:
    until = of.snoozed_until
    snoozed = until if of.snoozed(time.time()) else 0.0
    return {
        **document(of, _name(control, of)),
        "snoozed_until": "clear" if snoozed == UNTIL_CLEAR else snoozed or None,
    }


def _rule_document(rule: Rule) -> dict[str, Any]:
    return {
        "kind": rule.kind.value,
        "name": NAMES[rule.kind],
        "enabled": rule.enabled,
        "threshold": rule.threshold if rule.kind in UNITS else None,
        "unit": UNITS.get(rule.kind),
        "raise_after": rule.raise_after,
        "clear_after": rule.clear_after,
    }


def _put_off(of: Alert) -> str:
    if of.snoozed_until == UNTIL_CLEAR:
        return "until it clears"
    return f"until {_clock(of.snoozed_until)}" if of.snoozed_until else "not snoozed"


def _clock(seconds: float) -> str:
    return time.strftime("%Y-%m-%d %H:%M", time.localtime(seconds))
