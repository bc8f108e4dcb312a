"""The shop as it was launched some days ago, so that a plan has a few changes to tell."""

import json
from typing import Any, Final

from otternauts_desktop.core.fleet.flight_plan import prepare
from otternauts_desktop.core.secret import Secret
from otternauts_desktop.core.swarm.state import Snapshot
from otternauts_desktop.simulator.compose_specs import service_spec
from otternauts_desktop.simulator.stack import pinned
from tests.ui.acme import lists, snapshot

_LAUNCHED: Final = """\
services:
  web:
    image: ghcr.io/acme/shop:1.4.2
    deploy:
      replicas: 2
      update_config:
        order: start-first
    x-otternauts:
      domains: [shop.acme.dev, www.acme.dev]
      port: 3000
    environment:
      DATABASE_URL: postgres://db:5432/shop
  worker-old:
    image: ghcr.io/acme/shop:1.2.0
  worker:
    image: ghcr.io/acme/shop:1.4.2
    command: worker
    deploy:
      replicas: 2
  db:
    image: postgres:16
    volumes:
      - db_data:/var/lib/postgresql/data
    environment:
      POSTGRES_PASSWORD: ${DB_PASSWORD}
volumes:
  db_data:
"""
_NETWORKS: Final = ("shop_default", "traefik-public")


def flying_shop(*, by_hand: bool = False) -> Snapshot:
    """The made-up cluster with the shop flying as its last launch has left it.

    `by_hand`: somebody has changed the worker since.
    """
    raw = lists()
    data = prepare("shop", _LAUNCHED, {"DB_PASSWORD": Secret("p")}).data
    ids = {name: f"net-{name}" for name in _NETWORKS}
    attached = {
        key: ids.get(key, f"net-shop_{key}") for key in (*data.get("networks", {}), "default")
    }
    specs: dict[str, Any] = {}
    for vessel, service in data["services"].items():
        plain = json.loads(json.dumps(service))
        spec = service_spec("shop", vessel, plain, attached, data.get("volumes") or {})
        container = spec["TaskTemplate"]["ContainerSpec"]
        container["Image"] = pinned(container["Image"])
        specs[spec["Name"]] = spec
    if by_hand:
        worker = specs["shop_worker"]
        worker["Mode"]["Replicated"]["Replicas"] = 1
        worker["TaskTemplate"]["ContainerSpec"]["Env"] = ["LOG_LEVEL=debug"]
    for entry in raw["services"]:
        entry["Spec"] = specs.get(entry["Spec"]["Name"], entry["Spec"])
    raw["networks"] = [{"Id": ids[name], "Name": name, "Driver": "overlay"} for name in _NETWORKS]
    return snapshot(raw)
