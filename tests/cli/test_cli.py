"""The command line as a program: its output, its exit codes, what it keeps to itself."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from otternauts_desktop.core.fleet.compose import parse

FLEET = "services:\n  web:\n    image: nginx:1.27\n    environment: {KEY: '${KEY}'}\n"
CANARY = "c4nary-0f-16-bytes"


def otternauts(
    home: Path, *words: str, stdin: str = "", env: dict[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Run the program on its own data directory, nobody at the terminal."""
    return subprocess.run(
        [sys.executable, "-m", "otternauts_desktop", "--home", str(home), *words],
        input=stdin,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env={**os.environ, **(env or {})},
    )


@pytest.fixture
def plan_file(tmp_path: Path) -> str:
    file = tmp_path / "shop.yml"
    file.write_text(FLEET)
    return str(file)


def test_lint_says_where_and_why(tmp_path: Path) -> None:
    file = tmp_path / "bad.yml"
    file.write_text("services:\n  web:\n    imagee: x\n")
    done = otternauts(tmp_path, "lint", str(file))
    assert done.returncode == 1
    assert f"{file}:3:5: error: Compose knows no `imagee` here." in done.stdout
    findings = json.loads(otternauts(tmp_path, "--json", "lint", str(file)).stdout)
    assert {"line", "column", "severity", "code", "message", "fix"} < set(findings[0])


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"services: [", "Configuration error"),
        (b"a: " + b"x" * 10_000_000, "too large"),
        (b"\xff\xfe\x00", "not UTF-8"),
        (
            b"a: &a [1,1,1,1,1,1,1,1,1]\n"
            + b"".join(
                b"%c: &%c [%s]\n" % (98 + n, 98 + n, b",".join([b"*%c" % (97 + n)] * 9))
                for n in range(8)
            ),
            "too large",
        ),
    ],
    ids=["no YAML", "10 MB", "no text", "bomb"],
)
def test_a_bad_file_gets_one_sentence_and_changes_nothing(
    tmp_path: Path, content: bytes, words: str
) -> None:
    file = tmp_path / "bad.yml"
    file.write_bytes(content)
    done = otternauts(tmp_path / "home", "render", str(file))
    assert done.returncode == 1
    assert words in done.stderr
    assert done.stdout == ""
    assert len(done.stderr) < 600
    assert not (tmp_path / "home").exists()


def test_render_masks_values_unless_asked(tmp_path: Path, plan_file: str) -> None:
    done = otternauts(tmp_path, "render", plan_file, "--set", "KEY", env={"KEY": CANARY})
    assert done.returncode == 0
    assert CANARY not in done.stdout + done.stderr
    shown = otternauts(tmp_path, "render", plan_file, "--set", "KEY", "--reveal", stdin=CANARY)
    assert f"KEY: {CANARY}" in shown.stdout


def test_a_missing_value_is_named(tmp_path: Path, plan_file: str) -> None:
    done = otternauts(tmp_path, "--json", "render", plan_file)
    assert done.returncode == 1
    assert json.loads(done.stdout)["error"]["anchor"] == "variables-missing"
    assert "KEY (line 4)" in done.stderr


def test_without_a_cluster_the_next_step_is_said(tmp_path: Path) -> None:
    done = otternauts(tmp_path, "fleet", "list")
    assert done.returncode == 1
    assert "outpost add" in done.stderr


def test_unusable_arguments(tmp_path: Path) -> None:
    assert otternauts(tmp_path, "nosuchcommand").returncode == 2
    assert otternauts(tmp_path, "outpost", "add", "host").returncode == 2


def test_a_fleet_from_plan_to_logs_in_the_simulator(tmp_path: Path, plan_file: str) -> None:
    """One process for each command: the practice cluster begins anew each time."""
    fleets = json.loads(otternauts(tmp_path, "--simulate", "--json", "fleet", "list").stdout)
    assert {fleet["name"] for fleet in fleets} == {"shop", "blog", "monitoring"}
    shown = otternauts(tmp_path, "--simulate", "cluster", "show")
    assert "orion-1" in shown.stdout
    planned = otternauts(
        tmp_path, "--simulate", "plan", "trio", "--file", plan_file, "--set", "KEY", stdin=CANARY
    )
    assert planned.returncode == 2
    assert "+ web: create" in planned.stdout
    launched = otternauts(
        tmp_path,
        *("--simulate", "--json", "launch", "trio", "--file", plan_file),
        *("--set", "KEY", "--yes"),
        env={"KEY": CANARY},
    )
    assert launched.returncode == 0, launched.stderr
    outcome: dict[str, Any] = json.loads(launched.stdout)
    assert outcome["state"] == "converged"
    assert CANARY not in launched.stdout + launched.stderr
    logs = otternauts(tmp_path, "--simulate", "logs", "shop/web", "--tail", "5")
    assert logs.returncode == 0
    assert "web.1 | " in logs.stdout
    assert "web.2 | " in logs.stdout


def test_a_plan_as_json_keeps_its_names(tmp_path: Path, plan_file: str) -> None:
    planned = otternauts(
        tmp_path,
        *("--simulate", "--json", "plan", "shop", "--file", plan_file, "--set", "KEY"),
        stdin=CANARY,
    )
    document = json.loads(planned.stdout)
    assert {*document} == {
        *("nothing_to_do", "summary", "values_compared", "drifted", "changes", "things", "steps"),
        *("unpinned", "placement", "certificates"),
    }
    assert {*document["changes"][0]} == {
        *("vessel", "kind", "fields", "restarts", "starts", "stops", "order", "parallelism"),
        *("delay", "recreated", "is_job", "drifted", "digest", "new_digest", "effect"),
    }
    fields = [field for change in document["changes"] for field in change["fields"]]
    assert {*fields[0]} == {"field", "key", "kind", "old", "new", "restarts", "drifted"}
    assert {*document["things"][0]} == {"kind", "name", "fate"}
    assert {*document["placement"][0]} == {"vessel", "wanted", "places", "obstacles", "missing"}
    assert CANARY not in planned.stdout + planned.stderr
    guide = (Path(__file__).parents[2] / "docs" / "guide" / "launches.md").read_text()
    names = {*document, *document["changes"][0], *fields[0], *document["placement"][0]}
    assert [name for name in names if f"{name}`" not in guide and f"{name}[]`" not in guide] == []


def test_a_plan_without_any_server(tmp_path: Path, plan_file: str) -> None:
    plan = ("--json", "plan", "shop", "--offline", "--file", plan_file, "--set", "KEY=v")
    nothing = otternauts(tmp_path, *plan)
    assert nothing.returncode == 2
    assert "No cluster is known here" in nothing.stderr
    document = json.loads(nothing.stdout)
    assert [change["kind"] for change in document["changes"]] == ["create"]
    assert document["placement"] == []
    assert document["seen_at"] is None

    online = ("--simulate", *plan[:3], *plan[4:], "--resolve-image", "never")
    there = json.loads(otternauts(tmp_path, *online).stdout)
    last = otternauts(tmp_path, *plan)
    assert "no server was asked" in last.stderr
    seen = json.loads(last.stdout)
    assert (there.pop("values_compared"), seen.pop("values_compared")) == (True, False)
    assert seen.pop("seen_at") > 0
    assert there.pop("certificates") == []  # nobody is asked without a server
    assert seen == there


def test_a_plan_without_any_server_needs_what_was_seen(tmp_path: Path) -> None:
    done = otternauts(tmp_path, "--cluster", "prod", "plan", "shop", "--offline")
    assert done.returncode == 1
    assert 'There is no cluster "prod".' in done.stderr
    kept = otternauts(tmp_path, "plan", "shop", "--offline")
    assert kept.returncode == 1
    assert "No flight plan of shop is kept here" in kept.stderr


def test_a_launch_that_fails_says_the_cause(tmp_path: Path) -> None:
    file = tmp_path / "lost.yml"
    file.write_text("services:\n  web:\n    image: acme/missing:1\n")
    done = otternauts(tmp_path, "--simulate", "launch", "lost", "--file", str(file), "--yes")
    assert done.returncode == 3
    assert "Failed to pull image acme/missing:1" in done.stdout
    assert "Docker said: No such image: acme/missing:1" in done.stdout


def test_nobody_to_ask_means_nothing_is_done(tmp_path: Path, plan_file: str) -> None:
    done = otternauts(
        tmp_path, "--simulate", "launch", "trio", "--file", plan_file, "--set", "KEY=x"
    )
    assert done.returncode == 2
    assert "Nothing was done" in done.stderr


def test_the_command_line_needs_no_qt(tmp_path: Path) -> None:
    program = (
        "import sys; from otternauts_desktop.__main__ import main; main(['cluster', 'list']); "
        "sys.exit(any(name.startswith('PySide6') for name in sys.modules))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        env={**os.environ, "OTTERNAUTS_HOME": str(tmp_path)},
        check=False,
        timeout=30,
    )
    assert done.returncode == 0


def test_what_lies_beside_a_flight_plan_is_read(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("TAG=1.27\n")
    (tmp_path / "base.yml").write_text("services:\n  base:\n    image: nginx:${TAG}\n")
    (tmp_path / "web.env").write_text("GREETING=hello ${TAG}\n")
    (tmp_path / "shop.yml").write_text(
        "services:\n"
        "  web:\n    extends: {file: base.yml, service: base}\n    env_file: web.env\n"
        "  seldom:\n    image: busybox\n    profiles: [seldom]\n"
    )
    (tmp_path / "more.yml").write_text("services:\n  web:\n    deploy: {replicas: 3}\n")
    files = [str(tmp_path / name) for name in ("shop.yml", "more.yml")]
    done = otternauts(tmp_path, "--json", "render", *files, "--reveal", "--profile", "seldom")
    rendered = parse(json.loads(done.stdout)["file"]).data["services"]
    assert rendered["web"]["image"] == "nginx:1.27"
    assert rendered["web"]["environment"] == {"GREETING": "hello 1.27"}
    assert rendered["web"]["deploy"]["replicas"] == 3
    assert set(rendered) == {"web", "seldom"}
    (tmp_path / "other.env").write_text("TAG=2\n")
    done = otternauts(
        tmp_path, "render", files[0], "--reveal", "--env-file", str(tmp_path / "other.env")
    )
    assert "nginx:2" in done.stdout
    assert "busybox" not in done.stdout


def test_what_can_not_be_launched_is_rendered_and_told(tmp_path: Path) -> None:
    file = tmp_path / "shop.yml"
    file.write_text("services:\n  web:\n    image: nginx\n    privileged: true\n")
    done = otternauts(tmp_path, "render", str(file))
    assert done.returncode == 0
    assert "image: nginx" in done.stdout
    assert "4:5: error:" in done.stderr
    assert otternauts(tmp_path, "lint", str(file)).returncode == 1


def test_lint_mends_what_needs_no_decision(tmp_path: Path) -> None:
    file = tmp_path / "shop.yml"
    text = "# mine\nservices:\n  web:\n    imagee: nginx  # kept\n    privileged: true\n"
    file.write_text(text)
    done = otternauts(tmp_path, "lint", "--fix", str(file))
    assert file.read_text() == text.replace("imagee", "image")
    assert "unsafe-drop" in done.stdout
    assert done.returncode == 1
