"""Times and sizes as people read them."""

import time
from datetime import UTC, datetime


def duration(seconds: float) -> str:
    """`0.4 s`, `12 s`, `1 min 31 s`, `2 h 5 min`, `6 days`: how long something took or is old."""
    if seconds < 9.95:
        return f"{max(seconds, 0.0):.1f} s"
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 600:
        return f"{whole // 60} min {whole % 60} s" if whole % 60 else f"{whole // 60} min"
    return age(seconds)


def age(seconds: float) -> str:
    """The same without small change: `38 s`, `18 min`, `1 h 39 min`, `6 days`."""
    whole = max(int(seconds), 0)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min"
    if whole < 86400:
        minutes = whole % 3600 // 60
        return f"{whole // 3600} h {minutes} min" if minutes else f"{whole // 3600} h"
    days = whole // 86400
    return "1 day" if days == 1 else f"{days} days"


def stopwatch(seconds: float) -> str:
    """`1:24` or `1:02:09`, for what is still running."""
    whole = max(int(seconds), 0)
    if whole < 3600:
        return f"{whole // 60}:{whole % 60:02}"
    return f"{whole // 3600}:{whole % 3600 // 60:02}:{whole % 60:02}"


def clock(at: float) -> str:
    """`14:02`, the wall clock at `at` seconds since 1970."""
    return time.strftime("%H:%M", time.localtime(at))


def clock_exact(at: float) -> str:
    """`14:02:09`."""
    return time.strftime("%H:%M:%S", time.localtime(at))


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
    return f"{size / 1e9:.1f} GB" if size else ""


def short_image(image: str) -> str:
    """An image without the digest that Docker adds: `nginx:1.27`."""
    return image.split("@", 1)[0]
