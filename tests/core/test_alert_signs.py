"""What of a swarm is a sign of trouble, and what only looks like one."""

import json
from typing import Any

import pytest

from otternauts_desktop.core.alerts.alert import AlertKind, Severity, Sign
from otternauts_desktop.core.alerts.crashes import Crashes
from otternauts_desktop.core.alerts.quiet import Quiet, quiet
from otternauts_desktop.core.alerts.rules import DEFAULTS
from otternauts_desktop.core.alerts.signs import (
    Launched,
    Shield,
    images,
    judged,
    of_images,
    of_launches,
    of_samples,
    of_shields,
    of_silence,
    of_swarm,
)
from otternauts_desktop.core.flight.images import ImageSeen
from otternauts_desktop.core.flight.job import Job, JobState
from otternauts_desktop.core.gauges.rates import Sample, Use
from otternauts_desktop.core.names import JobId, OutpostId
from otternauts_desktop.core.swarm.state import Snapshot
from tests.core.alerting import NOW, node, service, swarm, task


def signs(snapshot: Snapshot, at_rest: Quiet | None = None) -> list[Sign]:
    crashes = Crashes().after(snapshot)
    return list(of_swarm(snapshot, DEFAULTS, crashes, at_rest or Quiet()))


def kinds(snapshot: Snapshot, at_rest: Quiet | None = None) -> set[AlertKind]:
    return {sign.kind for sign in signs(snapshot, at_rest)}


def test_a_service_that_runs_as_wanted_is_no_sign() -> None:
    assert signs(swarm([service()], [task(1)])) == []


def test_a_service_below_its_count_says_how_many_run_and_why() -> None:
    seen = swarm(
        [service(replicas=2)],
        [task(1), task(1, "pending", slot=2, error="no suitable node")],
    )
    (sign,) = signs(seen)
    assert (sign.kind, sign.severity) == (AlertKind.SERVICE, Severity.WARNING)
    assert (sign.values["running"], sign.values["wanted"]) == ("1", "2")
    assert sign.values["said"] == "no suitable node"
    assert signs(swarm([service()], []))[0].severity is Severity.CRITICAL


def test_a_service_scaled_to_none_is_healthy() -> None:
    assert signs(swarm([service(replicas=0)], [])) == []


@pytest.mark.parametrize(("restart", "trouble"), [("none", False), ("on-failure", False)])
def test_a_one_off_that_ended_well_is_healthy(restart: str, trouble: bool) -> None:
    seen = swarm([service(restart=restart)], [task(1, "complete", exit_code=0)])
    assert bool(signs(seen)) is trouble


def test_a_one_off_that_failed_is_not() -> None:
    seen = swarm([service(restart="none")], [task(1, "failed", exit_code=3)])
    assert kinds(seen) == {AlertKind.SERVICE}


def test_a_job_that_is_complete_or_at_work_is_healthy() -> None:
    job = service()
    job["Spec"]["Mode"] = {"ReplicatedJob": {"TotalCompletions": 1, "MaxConcurrent": 1}}
    for state in ("complete", "running"):
        assert signs(swarm([job], [task(1, state)])) == []


def test_an_update_under_way_is_no_sign_until_it_fails() -> None:
    moving = swarm(
        [service(update="updating", replicas=2)], [task(1), task(1, "preparing", slot=2)]
    )
    assert signs(moving) == []
    failing = swarm(
        [service(update="updating", replicas=2)],
        [task(1), task(2, "preparing", slot=2), task(1, "failed", slot=2)],
    )
    assert kinds(failing) == {AlertKind.SERVICE}


def crashing(count: int, state: str = "failed", ago: float = 30.0) -> list[dict[str, Any]]:
    ended = [task(n, state, ago=ago * n, exit_code=1) for n in range(1, count + 1)]
    return [task(0, ago=1.0), *ended]


def test_a_crash_loop_is_one_replica_that_crashes_again_and_again() -> None:
    assert kinds(swarm([service()], crashing(3))) == {AlertKind.CRASH_LOOP}
    assert kinds(swarm([service()], crashing(2))) == set()
    assert kinds(swarm([service()], crashing(3, ago=300.0))) == set()  # 15 minutes ago
    one_each = [task(1, "failed", slot=slot) for slot in (1, 2, 3)]
    one_each += [task(0, slot=slot, ago=1.0) for slot in (1, 2, 3)]
    assert kinds(swarm([service(replicas=3)], one_each)) == set()


def test_one_that_ends_well_for_ever_is_a_crash_loop_too() -> None:
    assert kinds(swarm([service()], crashing(3, "complete"))) == {AlertKind.CRASH_LOOP}
    assert kinds(swarm([service(restart="on-failure")], crashing(3, "complete"))) == set()


def test_tasks_that_were_stopped_by_an_update_are_no_crashes() -> None:
    assert kinds(swarm([service()], crashing(4, "shutdown"))) == set()


def test_crashes_are_remembered_when_docker_keeps_no_more_of_them() -> None:
    crashes = Crashes()
    for n in range(1, 4):
        at = NOW + 20 * n
        seen = swarm([service()], [task(n, "failed", ago=-20.0 * n)], at=at)
        crashes = crashes.after(seen)
    assert crashes.worst("web")[0] == 3
    later = crashes.after(swarm([service()], [], at=NOW + 1000))
    assert later.worst("web") == (0, "")


def test_a_wrong_clock_hides_no_crash_that_happens_while_somebody_looks() -> None:
    crashes = Crashes().after(swarm([service()], []))
    years = 10 * 365 * 86_400.0
    seen = swarm([service()], [task(n, "failed", ago=years) for n in (1, 2, 3)])
    assert crashes.after(seen).worst("web")[0] == 3
    assert Crashes().after(seen).worst("web")[0] == 0  # at the first look they are old


def test_a_lost_outpost_and_one_that_was_put_aside() -> None:
    assert kinds(swarm([], [], [node("a", state="down")])) == {AlertKind.OUTPOST}
    assert signs(swarm([], [], [node("a", state="unknown")])) == []
    assert signs(swarm([], [], [node("a", state="down", availability="drain")])) == []
    drained = node("m", role="manager", state="down", availability="drain")
    assert AlertKind.OUTPOST in kinds(swarm([], [], [drained]))
    assert signs(swarm([], [], [node("a", state="down")]), Quiet(nodes=frozenset({"id-a"}))) == []


def managers(count: int, reachable: int) -> Snapshot:
    return swarm(
        [],
        [],
        [node(f"m{n}", role="manager", reachable=n < reachable) for n in range(count)],
    )


@pytest.mark.parametrize(
    ("count", "reachable", "risky"),
    [(1, 1, False), (2, 2, False), (3, 3, False), (3, 2, True), (5, 4, False), (5, 3, True)],
)
def test_a_quorum_is_at_risk_when_no_more_may_be_lost(
    count: int, reachable: int, risky: bool
) -> None:
    assert (AlertKind.QUORUM in kinds(managers(count, reachable))) is risky


def test_silence_is_a_lost_quorum_or_a_lost_cluster() -> None:
    assert of_silence("…", leaderless=True)[0].kind is AlertKind.QUORUM
    assert of_silence("…", leaderless=False)[0].kind is AlertKind.CLUSTER


def test_a_leader_that_knows_nothing_yet_tells_nothing_of_services() -> None:
    assert AlertKind.SERVICE in judged(swarm([], []))
    assert AlertKind.SERVICE not in judged(swarm([], [], [node("a", state="unknown")]))


def job(**arguments: str) -> Job:
    return Job(JobId("j"), "outpost.evacuate", "", "c", arguments, NOW, JobState.RUNNING)


def test_what_an_evacuation_or_a_launch_moves_is_left_in_peace() -> None:
    seen = swarm([service(), service("db")], [task(1, on="a"), task(1, of="db", on="b")])
    moving = quiet(seen, [job(node="id-a")], [], Quiet())
    assert moving == Quiet(frozenset({"web"}), frozenset({"id-a"}))
    gone = swarm([service(), service("db")], [task(1, of="db", on="b")])
    still = quiet(gone, [job(node="id-a")], [], moving)
    assert kinds(gone) == {AlertKind.SERVICE}
    assert kinds(gone, still) == set()
    assert quiet(gone, [], [], still) == Quiet()
    assert quiet(seen, [], ["shop"], Quiet()).services == {"web", "db"}
    moves = json.dumps([["more", "db", "1"]])
    assert quiet(seen, [job(moves=moves)], [], Quiet()).services == {"db"}


def test_a_failed_launch_is_news_for_a_day() -> None:
    failed = Launched("shop", 4, "failed", NOW - 60, "exit 1")
    (sign,) = of_launches([failed, Launched("blog", 1, "converged", NOW)], DEFAULTS, NOW)
    assert (sign.kind, sign.subject) == (AlertKind.LAUNCH, "shop/4")
    assert of_launches([failed], DEFAULTS, NOW + 86_400) == ()


def test_a_certificate_is_a_sign_from_two_weeks_before_its_end() -> None:
    def seen(days: float) -> tuple[Sign, ...]:
        return of_shields([Shield("a.example", "shop", NOW + days * 86_400)], DEFAULTS, NOW)

    assert seen(20) == ()
    assert seen(13.5)[0].values["days"] == "13"
    assert seen(13.5)[0].severity is Severity.WARNING
    assert seen(-1)[0].severity is Severity.CRITICAL


def test_a_newer_image_is_a_tag_that_stands_for_another_digest() -> None:
    seen = swarm([service(image="nginx:1.27@sha256:old"), service("db", image="postgres:16")], [])
    assert images(seen) == ("nginx:1.27",)
    assert of_images(seen, {"nginx:1.27": ImageSeen("sha256:old")}) == ()
    assert of_images(seen, {"nginx:1.27": ImageSeen(trouble="no")}) == ()
    (sign,) = of_images(seen, {"nginx:1.27": ImageSeen("sha256:new")})
    assert sign.values["service"] == "shop_web"


A = OutpostId("a")


def sample(skew: float | None = 0.0, used: int = 0) -> Sample:
    return Sample(NOW, 0.0, skew, 1.0, (0, 0, 0), 2, Use(), 0, used, 100, {})


def test_a_disk_that_is_nearly_full() -> None:
    assert of_samples({A: ("vega-1", sample(used=89))}, DEFAULTS) == ()
    (sign,) = of_samples({A: ("vega-1", sample(used=95))}, DEFAULTS)
    assert (sign.kind, sign.values) == (AlertKind.DISK, {"outpost": "vega-1", "percent": "95"})


def test_a_clock_that_is_off_is_an_outposts_own_and_not_this_machines() -> None:
    def off(*skews: float | None) -> list[str]:
        seen = {OutpostId(f"{n}"): (f"o{n}", sample(skew)) for n, skew in enumerate(skews)}
        return [sign.values["outpost"] for sign in of_samples(seen, DEFAULTS)]

    assert off(0.2, -45.0, 1.0) == ["o1"]
    assert off(600.0, 601.0, 599.5) == []
    assert off(600.0, 601.0, 900.0) == ["o2"]
    assert off(45.0) == ["o0"]
    assert off(None) == []
