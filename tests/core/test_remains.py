"""What a container tells that the swarm does not know: a failed check, a lack of memory."""

from otternauts_desktop.core.flight.progress import Cause
from otternauts_desktop.core.flight.remains import Remains, read_remains, with_remains

ENDED_WELL = Cause(
    "web", "web on a: It ended with exit code 0.", "Read its last lines.", "finished"
)
CHECKS = [
    {"ExitCode": 0, "Output": "fine"},
    {"ExitCode": 1, "Output": "\n".join(f"line {n}" for n in range(20)) + "\x1b[2J\n"},
]


def test_a_failed_health_check_is_told_though_the_program_ended_well() -> None:
    health = {"Status": "unhealthy", "FailingStreak": 1, "Log": CHECKS}
    container = {"State": {"Health": health}, "Config": {"Healthcheck": {"Retries": 1}}}
    remains = read_remains(container)
    assert (remains.unhealthy, len(remains.check_said)) == (True, 10)
    cause = with_remains(ENDED_WELL, "a", remains)
    assert cause.sentence.startswith("web on a: It is unhealthy: ")
    assert cause.docker_said == "finished"
    assert cause.log[-1].startswith("health check: line 19")
    assert "\x1b" not in "".join(cause.log)


def test_a_lack_of_memory_is_told_with_its_way_on() -> None:
    cause = with_remains(ENDED_WELL, "a", read_remains({"State": {"OOMKilled": True}}))
    assert cause.sentence == ENDED_WELL.sentence
    assert "deploy.resources.limits.memory" in cause.next_step


def test_nothing_told_leaves_the_cause_as_it_is() -> None:
    for container in ({}, {"State": None}, {"State": {"Health": {"Status": "unhealthy"}}}):
        assert read_remains(container) == Remains()
    assert with_remains(ENDED_WELL, "a", Remains()) == ENDED_WELL
