"""What is said of an alert, to people and to programs."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from otternauts_desktop.core.alerts.alert import Alert, AlertKind, News
from otternauts_desktop.core.words import tr, trn


def headline(alert: Alert) -> str:
    """What is the matter, in one sentence without a full stop."""
    values = alert.sign.values
    match alert.sign.kind:
        case AlertKind.SERVICE:
            return tr("{service} runs {running} of {wanted}", **values)
        case AlertKind.CRASH_LOOP:
            return tr("{service} keeps crashing: {count} times in 10 minutes", **values)
        case AlertKind.LAUNCH:
            return tr("The launch of {fleet} (version {version}) has failed", **values)
        case AlertKind.CLUSTER:
            return tr("No manager of the cluster answers")
        case AlertKind.OUTPOST:
            return tr("The outpost {outpost} is lost", **values)
        case AlertKind.QUORUM if "managers" in values:
            return tr("Only {reachable} of {managers} managers are online", **values)
        case AlertKind.QUORUM:
            return tr("The swarm has lost its quorum")
        case AlertKind.DISK:
            return tr(
                "The disk of {outpost} is {part} full", part=f"{values['percent']} %", **values
            )
        case AlertKind.CLOCK:
            return tr("The clock of {outpost} is {seconds} s off", **values)
        case AlertKind.CERTIFICATE if values.get("over"):
            return tr("The certificate of {domain} has expired", **values)
        case AlertKind.CERTIFICATE:
            days = int(values["days"])
            return trn(
                "The certificate of {domain} expires in {number} day",
                "The certificate of {domain} expires in {number} days",
                days,
                domain=values["domain"],
            )
        case AlertKind.IMAGE:
            return tr("There is a newer {image} for {service}", **values)


def detail(alert: Alert) -> str:
    """The cause where it is known, else what it means; "" for nothing more."""
    if said := alert.sign.values.get("said", ""):
        return said
    match alert.sign.kind:
        case AlertKind.QUORUM:
            return tr("If one more manager is lost, nothing can be changed any more.")
        case AlertKind.OUTPOST:
            return tr("The swarm does not hear of it. What ran there is started elsewhere.")
        case AlertKind.CERTIFICATE:
            return tr("The ingress should have renewed it by now: see its log.")
        case AlertKind.IMAGE:
            return tr("The next launch takes it.")
        case _:
            return ""


def summary(news: Sequence[tuple[Alert, News]], cluster: str) -> str:
    """One line for everything that there is to tell of a cluster."""
    if len(news) == 1:
        alert, kind = news[0]
        if kind is News.CLEARED:
            return tr("{cluster}: over: {headline}", cluster=cluster, headline=headline(alert))
        return f"{cluster}: {headline(alert)}"
    raised = sum(kind is not News.CLEARED for _, kind in news)
    cleared = len(news) - raised
    parts = []
    if raised:
        parts.append(trn("{number} alert", "{number} alerts", raised))
    if cleared:
        parts.append(trn("{number} is over", "{number} are over", cleared))
    return tr("{parts} in {cluster}", parts=", ".join(parts), cluster=cluster)


def lines(news: Sequence[tuple[Alert, News]]) -> str:
    """The body of a message: a line an alert, with its cause."""
    said = []
    for alert, kind in news:
        words = headline(alert)
        if kind is News.CLEARED:
            said.append(tr("Over: {headline}", headline=words))
        else:
            said.append(": ".join(filter(None, (words, detail(alert)))))
    return "\n".join(said)


def document(alert: Alert, cluster: str) -> dict[str, Any]:
    """An alert for programs."""
    return {
        "id": alert.id,
        "cluster": cluster,
        "kind": alert.sign.kind.value,
        "subject": alert.sign.subject,
        "severity": alert.sign.severity.value,
        "state": alert.state.value,
        "headline": headline(alert),
        "detail": detail(alert),
        "values": dict(alert.sign.values),
        "raised_at": _iso(alert.raised_at),
        "cleared_at": _iso(alert.cleared_at),
    }


def _iso(seconds: float) -> str | None:
    if not seconds:
        return None
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="seconds")
