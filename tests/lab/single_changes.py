"""Single changes of a service: each as settings before and after, in Compose's words.

One vessel of one fleet for each, so that two launches try them all.
"""

from typing import Any, Final

Service = dict[str, Any]

BASE: Final[Service] = {
    "image": "busybox:1.35",
    "command": ["sleep", "100000"],
    "init": True,
    "stop_grace_period": "1s",
}

CHECK: Final[Service] = {
    "test": ["CMD", "true"],
    "interval": "1s",
    "timeout": "5s",
    "retries": 3,
    "start_period": "2s",
    "start_interval": "500ms",
}
POLICY: Final[Service] = {"condition": "any", "delay": "5s", "max_attempts": 9, "window": "30s"}
UPDATE: Final[Service] = {"parallelism": 1, "delay": "0s", "order": "stop-first"}
ON_MANAGER: Final = "node.role == manager"


def deploy(**settings: Any) -> Service:
    return {"deploy": settings}


def check(**settings: Any) -> Service:
    return {"healthcheck": {**CHECK, **settings}}


def policy(**settings: Any) -> Service:
    return deploy(restart_policy={**POLICY, **settings})


def placement(**settings: Any) -> Service:
    return deploy(placement=settings)


def limits(**settings: Any) -> Service:
    return deploy(resources={"limits": settings})


def reservations(**settings: Any) -> Service:
    return deploy(resources={"reservations": settings})


def port(number: int, **settings: Any) -> Service:
    return {"ports": [{"target": 80, "published": number, "mode": "ingress", **settings}]}


def mount(**settings: Any) -> Service:
    return {"volumes": [{"target": "/d", **settings}]}


CHANGES: Final[dict[str, tuple[Service, Service]]] = {
    "nothing": ({}, {}),
    "image": ({"image": "busybox:1.35"}, {"image": "nginx:1.27"}),
    "env-value": ({"environment": {"A": "1"}}, {"environment": {"A": "2"}}),
    "env-order": ({"environment": ["A=1", "B=2"]}, {"environment": ["B=2", "A=1"]}),
    "env-gone": ({"environment": {"A": "1"}}, {}),
    "label-container": ({"labels": {"a": "1"}}, {"labels": {"a": "2"}}),
    "label-service": (deploy(labels={"a": "1"}), deploy(labels={"a": "2"})),
    "replicas-up": (deploy(replicas=1), deploy(replicas=2)),
    "replicas-down": (deploy(replicas=2), deploy(replicas=1)),
    "replicas-none": (deploy(replicas=1), deploy(replicas=0)),
    "constraint-kept": (
        placement(constraints=[ON_MANAGER]),
        placement(constraints=["node.role != worker"]),
    ),
    "constraint-lost": (
        placement(constraints=["node.hostname == vega-1"]),
        placement(constraints=["node.hostname == orion-1"]),
    ),
    "constraint-some": (
        deploy(replicas=3, placement={"max_replicas_per_node": 1}),
        deploy(
            replicas=3,
            placement={
                "max_replicas_per_node": 2,
                "constraints": [ON_MANAGER],
            },
        ),
    ),
    "constraint-more": (
        placement(constraints=[ON_MANAGER]),
        {**placement(constraints=["node.role != worker"]), "environment": {"A": "1"}},
    ),
    "preference": ({}, placement(preferences=[{"spread": "node.labels.zone"}])),
    "max-per-node": (
        placement(max_replicas_per_node=1),
        placement(max_replicas_per_node=2),
    ),
    "check-new": ({}, check()),
    "check-test": (check(), check(test=["CMD", "true", "x"])),
    "check-shell": (check(), check(test="true")),
    "check-interval": (check(), check(interval="2s")),
    "check-timeout": (check(), check(timeout="6s")),
    "check-retries": (check(), check(retries=4)),
    "check-start-period": (check(), check(start_period="3s")),
    "check-start-interval": (check(), check(start_interval="1s")),
    "check-off": (check(), {"healthcheck": {"disable": True}}),
    "check-same": (check(interval="60s"), check(interval="1m")),
    "update-config": (
        deploy(update_config=UPDATE),
        deploy(update_config={**UPDATE, "delay": "1s"}),
    ),
    "update-order": ({}, deploy(update_config={"order": "start-first"})),
    "rollback-config": ({}, deploy(rollback_config={"parallelism": 2})),
    "network-more": ({"networks": ["one"]}, {"networks": ["one", "two"]}),
    "network-less": ({"networks": ["one", "two"]}, {"networks": ["two"]}),
    "network-alias": ({"networks": {"one": {}}}, {"networks": {"one": {"aliases": ["x"]}}}),
    "config": ({"configs": ["c1"]}, {"configs": [{"source": "c2", "target": "c1"}]}),
    "config-mode": ({"configs": ["c1"]}, {"configs": [{"source": "c1", "mode": 0o400}]}),
    "secret": ({}, {"secrets": ["s1"]}),
    "secret-target": ({"secrets": ["s1"]}, {"secrets": [{"source": "s1", "target": "t"}]}),
    "port-new": ({}, port(18101)),
    "port-number": (port(18102), port(18103)),
    "port-mode": (port(18104), port(18104, mode="host")),
    "port-gone": (port(18105), {}),
    "endpoint-mode": ({}, deploy(endpoint_mode="dnsrr")),
    "endpoint-same": ({}, deploy(endpoint_mode="vip")),
    "port-and-placement": (port(18106), {**port(18107), **placement(constraints=[ON_MANAGER])}),
    "limit-memory": (limits(memory="64M"), limits(memory="96M")),
    "limit-same": (limits(memory="64M", cpus="0.50"), limits(memory="65536K", cpus="0.5")),
    "limit-cpus": (limits(cpus="0.5"), limits(cpus="0.75")),
    "limit-pids": (limits(pids=100), limits(pids=200)),
    "reservation": (reservations(memory="8M"), reservations(memory="16M")),
    "command": ({}, {"command": ["sleep", "200000"]}),
    "entrypoint": ({}, {"entrypoint": ["sleep"], "command": ["100000"]}),
    "user": ({"user": "0"}, {"user": "nobody"}),
    "workdir": ({}, {"working_dir": "/tmp"}),
    "hostname": ({}, {"hostname": "thing"}),
    "init": ({"init": True}, {"init": False}),
    "read-only": ({}, {"read_only": True}),
    "stop-signal": ({}, {"stop_signal": "SIGKILL"}),
    "stop-grace": ({}, {"stop_grace_period": "2s"}),
    "dns": ({"dns": ["10.1.1.1"]}, {"dns": ["10.1.1.2"]}),
    "dns-search": ({}, {"dns_search": ["lab.test"]}),
    "extra-hosts": ({}, {"extra_hosts": ["db:10.1.1.1"]}),
    "sysctl": ({}, {"sysctls": {"net.core.somaxconn": "1024"}}),
    "ulimit": ({"ulimits": {"nofile": 1000}}, {"ulimits": {"nofile": {"soft": 900, "hard": 1000}}}),
    "ulimit-same": (
        {"ulimits": {"nofile": 1000}},
        {"ulimits": {"nofile": {"soft": 1000, "hard": 1000}}},
    ),
    "cap-add": ({}, {"cap_add": ["NET_ADMIN"]}),
    "cap-same": ({"cap_add": ["NET_ADMIN"]}, {"cap_add": ["cap_net_admin"]}),
    "cap-drop": ({}, {"cap_drop": ["CHOWN"]}),
    "log-driver": ({}, {"logging": {"driver": "local"}}),
    "log-option": (
        {"logging": {"driver": "json-file", "options": {"max-size": "10m"}}},
        {"logging": {"driver": "json-file", "options": {"max-size": "20m"}}},
    ),
    "tmpfs": ({}, mount(type="tmpfs")),
    "tmpfs-size": (
        mount(type="tmpfs", tmpfs={"size": 1048576}),
        mount(type="tmpfs", tmpfs={"size": 2097152}),
    ),
    "volume": (mount(type="volume", source="v1"), mount(type="volume", source="v2")),
    "volume-nocopy": (
        mount(type="volume", source="v1"),
        mount(type="volume", source="v1", volume={"nocopy": True}),
    ),
    "volume-read-only": (
        mount(type="volume", source="v1"),
        mount(type="volume", source="v1", read_only=True),
    ),
    "volume-order": (
        {"volumes": [{"type": "tmpfs", "target": "/a"}, {"type": "tmpfs", "target": "/b"}]},
        {"volumes": [{"type": "tmpfs", "target": "/b"}, {"type": "tmpfs", "target": "/a"}]},
    ),
    "bind-propagation": (
        mount(type="bind", source="/tmp"),
        mount(type="bind", source="/tmp", bind={"propagation": "private"}),
    ),
    "restart-condition": (policy(), policy(condition="on-failure")),
    "restart-delay": (policy(), policy(delay="6s")),
    "restart-attempts": (policy(), policy(max_attempts=8)),
    "restart-window": (policy(), policy(window="40s")),
    "restart-default": ({}, deploy(restart_policy={"condition": "any"})),
    "tty": ({}, {"tty": True}),
    "stdin": ({}, {"stdin_open": True}),
    "isolation-same": ({}, {"isolation": "default"}),
    "global-env": (deploy(mode="global"), {**deploy(mode="global"), "environment": {"A": "1"}}),
    "global-label": (deploy(mode="global"), deploy(mode="global", labels={"a": "1"})),
    "global-constraint": (
        deploy(mode="global"),
        deploy(mode="global", placement={"constraints": [ON_MANAGER]}),
    ),
    "env-and-replicas": (
        deploy(replicas=1),
        {**deploy(replicas=2), "environment": {"A": "1"}},
    ),
}

AROUND: Final[dict[str, Any]] = {
    "networks": {"one": {}, "two": {}},
    "volumes": {"v1": {}, "v2": {}},
    "configs": {name: {"external": True, "name": f"matrix-{name}"} for name in ("c1", "c2")},
    "secrets": {"s1": {"external": True, "name": "matrix-s1"}},
}


def flight_plan(which: int) -> dict[str, Any]:
    """All vessels with their settings before (0) or after (1)."""
    services = {name: {**BASE, **pair[which]} for name, pair in CHANGES.items()}
    return {"services": services, **AROUND}
