"""Moments as people write them."""

import pytest

from otternauts_desktop.core.comms.moments import moment

NOW = 1_767_323_045_000_000_000  # 2026-01-02T03:04:05Z


@pytest.mark.parametrize(
    ("text", "stamp"),
    [
        ("10m", "2026-01-02T02:54:05.000000000Z"),
        ("1h30m", "2026-01-02T01:34:05.000000000Z"),
        ("2d", "2025-12-31T03:04:05.000000000Z"),
        ("99999999999d", "1970-01-01T00:00:00.000000000Z"),
        ("0s", "2026-01-02T03:04:05.000000000Z"),
        ("1767323045", "2026-01-02T03:04:05.000000000Z"),
        ("1767323045.5", "2026-01-02T03:04:05.500000000Z"),
        ("2026-01-02", "2026-01-02T00:00:00.000000000Z"),
        ("2026-01-02T03:04", "2026-01-02T03:04:00.000000000Z"),
        ("2026-01-02T05:04:05+02:00", "2026-01-02T03:04:05.000000000Z"),
        ("2026-01-02T03:04:05.123456Z", "2026-01-02T03:04:05.123456000Z"),
    ],
)
def test_a_moment(text: str, stamp: str) -> None:
    assert moment(text, NOW) == stamp


@pytest.mark.parametrize("text", ["", "yesterday", "m10", "-5m", "2026-13-40"])
def test_what_is_none_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        moment(text, NOW)
