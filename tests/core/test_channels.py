"""Where messages may go, what a channel takes, and how a webhook is signed."""

import hashlib
import hmac
from dataclasses import replace

import pytest

from otternauts_desktop.core.alerts.addresses import is_local
from otternauts_desktop.core.alerts.alert import Alert, AlertKind, News, Severity, Sign
from otternauts_desktop.core.alerts.channel import RETRY_SECONDS, Channel, ChannelKind, retry_after
from otternauts_desktop.core.alerts.signing import headers
from otternauts_desktop.core.names import ClusterId
from otternauts_desktop.core.secret import Secret


@pytest.mark.parametrize(
    "address",
    [
        *("127.0.0.1", "127.9.9.9", "0.0.0.0", "169.254.169.254", "169.254.0.1", "224.0.0.1"),
        *("::1", "::", "fe80::1", "fe80::1%eth0", "ff02::1", "::ffff:127.0.0.1", "::127.0.0.1"),
        *("::ffff:169.254.169.254", "64:ff9b::7f00:1", "2002:7f00:1::", "fd00:ec2::254"),
        *("100.100.100.200", "localhost", "", "/run/user/0/bus"),
    ],
)
def test_this_machine_its_link_and_metadata_are_local(address: str) -> None:
    assert is_local(address)


@pytest.mark.parametrize(
    "address",
    ["192.0.2.7", "10.0.0.5", "192.168.1.9", "fd12::1", "2001:db8::1", "::ffff:192.0.2.1"],
)
def test_networks_of_ones_own_and_others_are_not(address: str) -> None:
    assert not is_local(address)


CHANNEL = Channel("1", "team", ChannelKind.WEBHOOK, "hooks.example.com")
ALERT = Alert(
    "a", ClusterId("c"), Sign(AlertKind.OUTPOST, "n", Severity.WARNING, {"outpost": "vega-1"})
)


def test_a_channel_takes_what_it_is_for() -> None:
    assert CHANNEL.wants(ALERT, News.RAISED)
    assert CHANNEL.wants(ALERT, News.CLEARED)
    assert not replace(CHANNEL, tells_cleared=False).wants(ALERT, News.CLEARED)
    assert not replace(CHANNEL, least=Severity.CRITICAL).wants(ALERT, News.RAISED)
    assert not replace(CHANNEL, cluster_id=ClusterId("d")).wants(ALERT, News.RAISED)
    assert replace(CHANNEL, cluster_id=ClusterId("c")).wants(ALERT, News.AGAIN)


def test_tries_come_to_an_end() -> None:
    assert [retry_after(n) for n in range(1, 7)] == [*RETRY_SECONDS, None]


def test_a_signature_is_over_time_and_body() -> None:
    made = headers(Secret("key"), "id-1", 1_764_331_200, b'{"a":1}')
    expected = hmac.new(b"key", b'1764331200.{"a":1}', hashlib.sha256).hexdigest()
    assert made == {
        "Otternauts-Id": "id-1",
        "Otternauts-Timestamp": "1764331200",
        "Otternauts-Signature": f"v1={expected}",
    }
