"""Jobs of `pre_deploy`: a service's settings -> those of a task that runs once to completion."""

from collections.abc import Mapping
from typing import Any, Final

from otternauts_desktop.core.fleet.prepared import PreDeploy

_LEFT_OUT: Final = frozenset({"deploy", "healthcheck", "ports"})
_KEPT_DEPLOY: Final = ("placement", "resources")


def pre_deploy(
    vessel: str, number: int, command: list[str], timeout: float, settings: Mapping[str, Any]
) -> PreDeploy:
    """The job with the vessel's image, environment, networks, secrets, volumes and limits.

    `settings` are the vessel's canonical ones. It publishes nothing and is not routed to.
    """
    deploy = settings.get("deploy") or {}
    kept = {key: deploy[key] for key in _KEPT_DEPLOY if key in deploy}
    return PreDeploy(
        vessel,
        f"{vessel}-pre-deploy" + (f"-{number}" if number > 1 else ""),
        {
            **{key: value for key, value in settings.items() if key not in _LEFT_OUT},
            "command": command,
            "deploy": {
                **kept,
                "mode": "replicated-job",
                "replicas": 1,
                "restart_policy": {"condition": "none"},
            },
        },
        timeout,
    )
