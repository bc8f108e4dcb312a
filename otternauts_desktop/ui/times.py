"""Times and sizes as people read them."""

import time
from datetime import UTC, datetime

from PySide6.QtCore import QDateTime, QLocale

from otternauts_desktop.core.words import tr, trn


def duration(seconds: float) -> str:
    """`0.4 s`, `12 s`, `1 min 31 s`, `2 h 5 min`, `6 days`: how long something took or is old."""
    if seconds < 9.95:
        return tr("{seconds} s", seconds=QLocale().toString(max(seconds, 0.0), "f", 1))
    whole = round(seconds)
    if whole < 60:
        return tr("{seconds} s", seconds=whole)
    if whole < 600:
        minutes, rest = divmod(whole, 60)
        if rest:
            return tr("{minutes} min {seconds} s", minutes=minutes, seconds=rest)
        return tr("{minutes} min", minutes=minutes)
    return age(seconds)


def age(seconds: float) -> str:
    """The same without small change: `38 s`, `18 min`, `1 h 39 min`, `6 days`."""
    whole = max(int(seconds), 0)
    if whole < 60:
        return tr("{seconds} s", seconds=whole)
    if whole < 3600:
        return tr("{minutes} min", minutes=whole // 60)
    if whole < 86400:
        hours, minutes = whole // 3600, whole % 3600 // 60
        if minutes:
            return tr("{hours} h {minutes} min", hours=hours, minutes=minutes)
        return tr("{hours} h", hours=hours)
    return trn("{number} day", "{number} days", whole // 86400)


def stopwatch(seconds: float) -> str:
    """`1:24` or `1:02:09`, for what is still running."""
    whole = max(int(seconds), 0)
    if whole < 3600:
        return f"{whole // 60}:{whole % 60:02}"
    return f"{whole // 3600}:{whole % 3600 // 60:02}:{whole % 60:02}"


def clock(at: float) -> str:
    """`14:02`, the wall clock at `at` seconds since 1970."""
    return time.strftime("%H:%M", time.localtime(at))


def when(at: float, now: float) -> str:
    """`14:02` today, `Tue 18:20` in this week, else `9 Jan` or `9 Jan 2025`."""
    then, today = (QDateTime.fromSecsSinceEpoch(int(moment)) for moment in (at, now))
    days = then.date().daysTo(today.date())
    if days == 0:
        return clock(at)
    if 0 < days < 7:
        return QLocale().toString(then, "ddd HH:mm")
    same_year = then.date().year() == today.date().year()
    return QLocale().toString(then, "d MMM" if same_year else "d MMM yyyy")


def clock_exact(at: float) -> str:
    """`14:02:09`."""
    return time.strftime("%H:%M:%S", time.localtime(at))


def date_and_time(at: float) -> str:
    """`28 Nov 2026 14:02`, as the person's language writes it."""
    local = QDateTime.fromSecsSinceEpoch(int(at))
    return QLocale().toString(local, QLocale.FormatType.ShortFormat)


def moment(stamp: str) -> float:
    """Seconds since 1970 of an Engine's RFC 3339 stamp; 0.0 where it is none."""
    if len(stamp) < 19:
        return 0.0
    try:
        # Nanoseconds are more than datetime reads; nobody reads them here.
        whole = datetime.strptime(stamp[:19], "%Y-%m-%dT%H:%M:%S")
    except ValueError:
        return 0.0
    return whole.replace(tzinfo=UTC).timestamp()


def age_of(stamp: str, now: float) -> str:
    """How old an Engine's stamp is at `now`; "" where it is none."""
    at = moment(stamp)
    return age(now - at) if at else ""


def gigabytes(size: int) -> str:
    """`7.6 GB`; "" for 0."""
    return tr("{size} GB", size=QLocale().toString(size / 1e9, "f", 1)) if size else ""


def grouped(number: int) -> str:
    """`12,345`, as the person's language groups its digits."""
    return QLocale().toString(number)


def short_image(image: str) -> str:
    """An image without the digest that Docker adds: `nginx:1.27`."""
    return image.split("@", 1)[0]
