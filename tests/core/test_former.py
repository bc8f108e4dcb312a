"""Former versions of secrets and configs: three stay, and whatever a service may go back to."""

from otternauts_desktop.core.flight.former import outlived
from otternauts_desktop.core.swarm.state import CONTENT_LABEL, STACK_LABEL, read_snapshot


def file(
    number: int, *, key: str = "key", fleet: str = "shop", made: bool = True
) -> dict[str, object]:
    labels = {STACK_LABEL: fleet} | ({CONTENT_LABEL: key} if made else {})
    return {
        "ID": f"{fleet}-{key}-{number}",
        "CreatedAt": f"2026-11-28T10:0{number}:00Z",
        "Spec": {"Name": f"{fleet}_{key}_{number}", "Labels": labels},
    }


def service(secret: str, before: str = "") -> dict[str, object]:
    def spec(file: str) -> dict[str, object]:
        secrets = [{"SecretID": file}] if file else []
        return {"Name": "shop_web", "TaskTemplate": {"ContainerSpec": {"Secrets": secrets}}}

    return {"ID": "s", "Spec": spec(secret), "PreviousSpec": spec(before)}


def gone(*services: dict[str, object], secrets: list[dict[str, object]]) -> list[str]:
    snapshot = read_snapshot(
        nodes=[], services=services, tasks=[], networks=[], secrets=secrets, taken_at=0.0
    )
    return sorted(file.id for kind, file in outlived(snapshot, "shop") if kind == "secret")


def test_the_newest_three_of_each_key_stay() -> None:
    versions = [file(number) for number in range(1, 7)]
    other = [file(number, key="other") for number in (1, 2)]
    assert gone(service("shop-key-6", "shop-key-5"), secrets=[*versions, *other]) == [
        "shop-key-1",
        "shop-key-2",
        "shop-key-3",
    ]


def test_what_flies_or_flew_before_stays_however_old() -> None:
    versions = [file(number) for number in range(1, 7)]
    assert gone(service("shop-key-1", "shop-key-2"), secrets=versions) == ["shop-key-3"]


def test_nothing_is_touched_that_a_launch_did_not_make_for_this_fleet() -> None:
    foreign = [file(number, fleet="other") for number in range(1, 7)]
    by_hand = [file(number, made=False) for number in range(1, 7)]
    assert gone(secrets=[*foreign, *by_hand]) == []
