"""Certificates that can't be had: the cause in a sentence, from DNS or from Traefik's log."""

import pytest

from otternauts_desktop.core.errors import (
    CertificateLimit,
    CertificateRefused,
    ChallengeFailed,
    DomainElsewhere,
    KnownError,
)
from otternauts_desktop.core.fleet.flight_plan import prepare
from otternauts_desktop.core.flight.shields import certificate_trouble, elsewhere
from otternauts_desktop.core.swarm.domains import domains_in

PLAN = """\
services:
  web:
    image: nginx:1.27
    x-otternauts:
      port: 80
      domains: [shop.example.com, {host: api.example.com, path: /v1}]
"""
_LOG = 'ERR Unable to obtain ACME certificate for domains error="unable to generate a certificate '
_LOG += "for the domains [shop.example.com]: error: one or more domains had a problem:\\n"


def test_domains_are_read_from_what_is_launched() -> None:
    data = prepare("shop", PLAN, {}).data
    labels = [service["deploy"]["labels"] for service in data["services"].values()]
    assert set(domains_in(labels)) == {"shop.example.com", "api.example.com"}


def test_a_domain_has_to_lead_to_the_cluster_and_nowhere_else() -> None:
    own = {"203.0.113.1", "203.0.113.2"}
    assert elsewhere("a.example", {"203.0.113.2"}, own) is None
    assert elsewhere("a.example", own, own) is None
    nowhere = elsewhere("a.example", (), own)
    assert nowhere is not None
    assert "a.example" in nowhere.detail
    half = elsewhere("a.example", {"203.0.113.1", "198.51.100.9"}, own)
    assert half is not None
    assert "198.51.100.9" in half.detail


@pytest.mark.parametrize(
    ("said", "kind", "word"),
    [
        (
            "acme: error: 400 :: urn:ietf:params:acme:error:dns :: NXDOMAIN",
            DomainElsewhere,
            "shop.example.com",
        ),
        (
            "acme: error: 400 :: urn:ietf:params:acme:error:connection :: Timeout",
            ChallengeFailed,
            "shop.example.com",
        ),
        (
            "acme: error: 403 :: urn:ietf:params:acme:error:unauthorized :: Invalid response: 404",
            ChallengeFailed,
            "shop.example.com",
        ),
        (
            "acme: error: 429 :: urn:ietf:params:acme:error:rateLimited :: too many certificates "
            "(5) already issued, retry after 2026-11-27 04:12:00 UTC: see https://letsencrypt.org",
            CertificateLimit,
            "2026-11-27 04:12:00 UTC",
        ),
        (
            "acme: error: 429 :: urn:ietf:params:acme:error:rateLimited :: Service busy",
            CertificateLimit,
            "shop.example.com",
        ),
        (
            "acme: error: 403 :: urn:ietf:params:acme:error:caa :: CAA record for shop.example.com "
            "prevents issuance, url: https://acme-v02.api.letsencrypt.org/acme/chall/1",
            CertificateRefused,
            "shop.example.com: CAA record for shop.example.com prevents issuance",
        ),
    ],
)
def test_traefiks_log_is_explained(said: str, kind: type[KnownError], word: str) -> None:
    trouble = certificate_trouble(_LOG + said)
    assert isinstance(trouble, kind)
    assert word in trouble.detail
    assert trouble.next_step


def test_a_limit_without_a_time_does_not_speak_of_one() -> None:
    trouble = certificate_trouble(
        _LOG + "acme: error: 429 :: urn:ietf:params:acme:error:rateLimited"
    )
    assert trouble is not None
    assert "then" not in trouble.next_step


def test_other_lines_are_no_trouble() -> None:
    assert certificate_trouble("INF Starting provider *acme.Provider") is None
    assert certificate_trouble('ERR error="service not found" routerName=shop') is None
