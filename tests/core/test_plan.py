"""The plan by meaning, on services as the Engine describes them."""

from typing import Any

import pytest

from otternauts_desktop.core.fleet.flight_plan import prepare
from otternauts_desktop.core.flight.images import ImageSeen, read_distribution, registry_of
from otternauts_desktop.core.flight.plan import Change, ChangeKind, Plan, plan
from otternauts_desktop.core.swarm.state import Snapshot, read_snapshot, without_values

TEXT = """\
services:
  web:
    image: nginx:1.27
    environment: {A: "1"}
    logging: {driver: local}
"""


def engine_service(**changes: Any) -> dict[str, Any]:
    """What an Engine 26 answers for `web` of TEXT, with `changes` in its container spec."""
    container = {"Image": "nginx:1.27@sha256:abc", "Env": ["A=1"], **changes}
    return {
        "ID": "s1",
        "Spec": {
            "Name": "shop_web",
            "Labels": {
                "com.docker.stack.image": container["Image"].partition("@")[0],
                "com.docker.stack.namespace": "shop",
            },
            "TaskTemplate": {
                "ContainerSpec": {
                    "Labels": {"com.docker.stack.namespace": "shop"},
                    "Isolation": "default",
                    **container,
                },
                "Resources": {},
                "Networks": [{"Target": "n1", "Aliases": ["web"]}],
                "LogDriver": {"Name": "local"},
            },
            "Mode": {"Replicated": {"Replicas": 1}},
            "EndpointSpec": {"Mode": "vip"},
        },
    }


def swarm(*services: dict[str, Any], networks: tuple[str, ...] = ("shop_default",)) -> Snapshot:
    return read_snapshot(
        nodes=[],
        services=services,
        tasks=[],
        networks=[{"Id": f"n{i}", "Name": name} for i, name in enumerate(networks, 1)],
        taken_at=0,
    )


def words(change: Change) -> list[str]:
    return [field.words for field in change.fields]


def planned(text: str, *services: dict[str, Any]) -> Plan:
    return plan(prepare("shop", text, {}), swarm(*services))


def test_nothing_to_do() -> None:
    result = planned(TEXT, engine_service())
    assert result.nothing_to_do
    assert result.summary == "nothing to change"


def test_create_and_remove() -> None:
    result = planned(TEXT.replace("web:", "api:"), engine_service())
    kinds = {change.vessel: change.kind for change in result.changes}
    assert kinds == {"api": ChangeKind.CREATE, "web": ChangeKind.REMOVE}
    assert result.summary == "1 to create, 1 to remove"


def test_names_change_is_told_without_values() -> None:
    result = planned(TEXT.replace('{A: "1"}', "{B: hush}"), engine_service())
    (change,) = result.changes
    assert words(change) == ["environment + B", "environment - A"]
    assert any(field.restarts for field in change.fields)
    assert "hush" not in repr(result)


def test_an_image_is_compared_by_what_was_asked_for() -> None:
    (change,) = planned(TEXT.replace("1.27", "1.28"), engine_service()).changes
    assert words(change) == ["image nginx:1.27 -> nginx:1.28"]


def test_settings_of_a_driver_are_compared() -> None:
    (change,) = planned(TEXT.replace("local", "journald"), engine_service()).changes
    assert words(change) == ["logging.driver local -> journald"]


def test_a_hand_made_change_is_drift() -> None:
    (change,) = planned(TEXT, engine_service(Env=["A=1", "HAND=made"], User="root")).changes
    assert words(change) == ["environment - HAND", "user - root"]


def test_networks_to_make_and_networks_that_are_missing() -> None:
    text = TEXT + "    networks: [default, out]\nnetworks:\n  out: {external: true}\n"
    result = plan(prepare("shop", text, {}), swarm(networks=()))
    assert result.new_networks == ("shop_default",)
    assert [thing.name for thing in result.missing] == ["out"]


def test_what_was_kept_on_disk_is_compared_without_values() -> None:
    there = engine_service(Env=["A=2", "HAND=made"], Args=["sleep"])
    result = planned(TEXT, dict(without_values(there)))
    (change,) = result.changes
    assert words(change) == ["environment - HAND"]
    assert not result.values_compared
    assert planned(TEXT, dict(without_values(engine_service()))).nothing_to_do


@pytest.mark.parametrize(
    ("asked", "runs"),
    [
        ("nginx", "nginx:latest@sha256:abc"),
        ("docker.io/library/nginx:1", "nginx:1@sha256:abc"),
        ("nginx:1", "nginx:1"),
        ("nginx:1@sha256:abc", "nginx:1@sha256:abc"),
        ("nginx@sha256:abc", "nginx@sha256:abc"),
        ("localhost:5000/shop", "localhost:5000/shop:latest@sha256:abc"),
    ],
)
def test_an_image_that_docker_has_pinned_is_still_the_one_asked_for(asked: str, runs: str) -> None:
    there = engine_service(Image=runs)
    there["Spec"]["Labels"]["com.docker.stack.image"] = asked
    assert planned(TEXT.replace("nginx:1.27", asked), there).nothing_to_do


def test_an_image_changed_by_hand_is_told() -> None:
    there = engine_service(Image="nginx:1.26@sha256:abc")
    there["Spec"]["Labels"]["com.docker.stack.image"] = "nginx:1.27"
    (change,) = planned(TEXT, there).changes
    assert words(change) == ["image nginx:1.26 -> nginx:1.27"]


@pytest.mark.parametrize(
    ("image", "told", "says"),
    [
        ("nginx:1.27@sha256:abc", ImageSeen("sha256:abc"), []),
        (
            "nginx:1.27@sha256:abc",
            ImageSeen("sha256:def"),
            ["image ~ digest sha256:abc -> sha256:def"],
        ),
        ("nginx:1.27@sha256:abc", ImageSeen(trouble="denied"), []),
        ("nginx:1.27", ImageSeen("sha256:abc"), ["image + digest sha256:abc"]),
        ("nginx:1.27", ImageSeen(trouble="denied"), []),
        ("nginx:1.27@sha256:abc", None, []),
    ],
)
def test_a_launch_that_pins_restarts_where_the_digest_changes(
    image: str, told: ImageSeen | None, says: list[str]
) -> None:
    images = {"nginx:1.27": told} if told else {}
    there = swarm(engine_service(Image=image))
    result = plan(prepare("shop", TEXT, {}), there, images)
    (change,) = result.changes
    assert words(change) == says
    assert all(field.restarts for field in change.fields)
    by_tag = told is not None and told.trouble and "@" not in image
    assert result.unpinned == ((("nginx:1.27", "denied"),) if by_tag else ())


def test_what_a_registry_says_of_platforms() -> None:
    seen = read_distribution(
        {
            "Descriptor": {"digest": "sha256:abc"},
            "Platforms": [
                {"os": "linux", "architecture": "arm64"},
                {"os": "unknown", "architecture": "unknown"},
            ],
        }
    )
    assert seen == ImageSeen("sha256:abc", (("linux", "arm64"),))
    assert [
        registry_of(i) for i in ("nginx:1", "acme/shop", "ghcr.io/acme/shop", "reg:5000/a")
    ] == [
        "",
        "",
        "ghcr.io",
        "reg:5000",
    ]
