"""Settings of a service that can't be compared with the Engine's answer one by one.

Their sum travels as a label of the service, so that the plan can tell a change of them. Only
services that have such settings carry it. Environment and command, where secrets stand, are
compared one by one and never in the sum.
"""

import hashlib
import json
from collections.abc import Mapping
from typing import Any, Final

REST_LABEL: Final = "otternauts.rest"

_COMPARED: Final = frozenset(
    {
        *("command", "deploy", "entrypoint", "environment", "healthcheck", "hostname", "image"),
        *("init", "labels", "networks", "ports", "read_only", "stop_grace_period"),
        *("stop_signal", "tty", "user", "volumes", "working_dir"),
    }
)
_COMPARED_DEPLOY: Final = frozenset(
    {
        *("endpoint_mode", "labels", "mode", "placement", "replicas", "resources"),
        "restart_policy",
    }
)


def rest_sum(service: Mapping[str, Any]) -> str:
    """The sum for one service of a canonical file; "" where everything can be compared."""
    deploy = service.get("deploy") or {}
    rest = {
        **{key: value for key, value in service.items() if key not in _COMPARED},
        **{f"deploy.{k}": v for k, v in deploy.items() if k not in _COMPARED_DEPLOY},
    }
    if not rest:
        return ""
    return hashlib.sha256(json.dumps(rest, sort_keys=True).encode()).hexdigest()[:16]
