"""The fleets that fly in the practice cluster when it opens."""

from typing import Any, Final


def _route(name: str, port: int) -> dict[str, str]:
    """Labels that make Traefik send a host's visitors to a vessel."""
    return {
        "traefik.enable": "true",
        "traefik.swarm.network": "traefik-public",
        f"traefik.http.routers.{name}.rule": f"Host(`{name}.otternauts.example`)",
        f"traefik.http.services.{name}.loadbalancer.server.port": str(port),
    }


_PUBLIC: Final = {"default": None, "traefik-public": None}
_EXTERNAL: Final = {"traefik-public": {"external": True}}

SHOP: Final[dict[str, Any]] = {
    "services": {
        "web": {
            "image": "nginx:1.27",
            "ports": [{"target": 80, "published": 8080}],
            "networks": _PUBLIC,
            "deploy": {
                "replicas": 2,
                "labels": _route("shop", 80),
                "update_config": {"order": "start-first", "failure_action": "rollback"},
                "resources": {"limits": {"memory": "256M"}},
            },
        },
        "api": {
            "image": "otternauts/shop-api:2.4.1",
            "environment": {"DATABASE": "postgres://db/shop", "LOG_FORMAT": "json"},
            "healthcheck": {"test": ["CMD", "/bin/healthy"], "interval": "10s", "retries": 3},
            "networks": _PUBLIC,
            "deploy": {
                "replicas": 2,
                "labels": _route("shop-api", 3000),
                "update_config": {"parallelism": 1, "delay": "2s"},
                "resources": {"limits": {"cpus": "0.5", "memory": "512M"}},
            },
        },
        "worker": {
            "image": "otternauts/shop-worker:2.4.1",
            "environment": {"QUEUE": "default", "CONCURRENCY": "4"},
            "deploy": {"restart_policy": {"condition": "any", "delay": "5s"}},
        },
        "db": {
            "image": "postgres:16",
            "environment": {"POSTGRES_DB": "shop", "PGDATA": "/var/lib/postgresql/data/pg"},
            "volumes": ["data:/var/lib/postgresql/data"],
            "deploy": {"placement": {"constraints": ["node.hostname == orion-2"]}},
        },
        "cache": {"image": "redis:7-alpine", "command": "redis-server --save ''"},
    },
    "networks": _EXTERNAL,
    "volumes": {"data": None},
}

BLOG: Final[dict[str, Any]] = {
    "services": {
        "web": {
            "image": "nginx:1.26-alpine",
            "networks": _PUBLIC,
            "deploy": {"labels": _route("blog", 2368)},
        },
        "db": {
            "image": "postgres:16",
            "environment": {"POSTGRES_DB": "blog"},
            "volumes": ["data:/var/lib/postgresql/data"],
            "deploy": {"placement": {"constraints": ["node.labels.disk == ssd"]}},
        },
    },
    "networks": _EXTERNAL,
    "volumes": {"data": None},
}

MONITORING: Final[dict[str, Any]] = {
    "services": {
        "agent": {
            "image": "prom/node-exporter-agent:1.8.2",
            "volumes": ["/proc:/host/proc:ro"],
            "deploy": {"mode": "global"},
        },
        "charts": {
            "image": "grafana/grafana:11.3.0",
            "networks": _PUBLIC,
            "deploy": {
                "labels": _route("charts", 3000),
                "placement": {"constraints": ["node.role == manager"]},
            },
        },
    },
    "networks": _EXTERNAL,
}

FLEETS: Final = {"shop": SHOP, "blog": BLOG, "monitoring": MONITORING}
