"""The names under which a fleet is reached."""

from dataclasses import replace

from otternauts_desktop.core.swarm.domains import domains
from tests.ui.acme import snapshot


def test_hosts_are_read_from_the_rules_of_routers() -> None:
    web, *others = (replace(one, labels={}) for one in snapshot().fleets["shop"])
    rules = {
        "traefik.http.routers.shop.rule": "Host(`shop.acme.dev`) && PathPrefix(`/a`)",
        "traefik.http.routers.two.rule": "Host(`shop.acme.dev`) || Host(`a.dev`, `b.dev`)",
        "traefik.http.routers.any.rule": "HostRegexp(`.+\\.acme\\.dev`)",
        "traefik.http.middlewares.x.rule": "Host(`no.dev`)",
        "com.example": "Host(`no.dev`)",
    }
    assert domains([replace(web, labels=rules), *others]) == ("shop.acme.dev", "a.dev", "b.dev")
    assert domains(others) == ()
