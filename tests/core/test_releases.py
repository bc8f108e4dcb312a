"""The newest version is what the feed says, where it says it properly."""

import json

import pytest

from otternauts_desktop.core.releases import FeedUnusable, Release, newer, release

FEED = "https://otters.example/release.json"


def test_a_release_is_read() -> None:
    told = {"version": "1.2.3", "page": "https://otters.example/1.2.3", "more": [1]}
    assert release(json.dumps(told).encode(), FEED) == Release("1.2.3", told["page"])  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "document",
    [
        *(b"", b"\xff", b"[]", b"null", b"{}", b"7", b"[" * 16_000),
        *(b'{"version": "1.2.3"}', b'{"version": 1, "page": "https://otters.example/"}'),
        *(
            json.dumps({"version": version, "page": "https://otters.example/"}).encode()
            for version in ("1.2", "v1.2.3", "1.2.3-rc1", "1.2.3\n", "١.٢.٣", "9" * 5_000 + ".1.1")
        ),
        *(
            json.dumps({"version": "1.2.3", "page": page}).encode()
            for page in (
                *("http://otters.example/", "https://other.example/", "file:///etc/passwd"),
                *("https://otters.example@other.example/", "https://otters.example:444/"),
                *("https://otters.example/\n", "javascript:alert(1)", "https://otters.example/ x"),
            )
        ),
    ],
)
def test_anything_else_is_refused(document: bytes) -> None:
    with pytest.raises(FeedUnusable):
        release(document, FEED)


def test_versions_are_compared_by_their_numbers() -> None:
    assert newer("0.10.0", "0.9.9")
    assert newer("1.0.0", "0.99.99")
    assert not newer("0.9.9", "0.9.9")
    assert not newer("0.9.9", "0.10.0")
    assert not newer("nonsense", "0.1.0")
    assert not newer("1.0.0", "0.1.0.dev0")
