"""Flight plans of several files: merged, extended, included; with what lies beside them."""

import textwrap
from typing import Any

import pytest

from otternauts_desktop.core.errors import FlightPlanInvalid
from otternauts_desktop.core.fleet.beside import Beside
from otternauts_desktop.core.fleet.flight_plan import Prepared, files_wanted, prepare, read


def beside(files: dict[str, str], *overrides: str) -> Beside:
    """A folder with these files in it and no others."""
    found: dict[str, bytes | None] = {".env": None}
    found |= {name: textwrap.dedent(text).encode() for name, text in files.items()}
    return Beside("/home/otto/shop", "/home/otto", found, overrides)


def prepared(text: str, files: dict[str, str] | None = None, *overrides: str) -> Prepared:
    return prepare("shop", textwrap.dedent(text), {}, beside(files or {}, *overrides))


def service(text: str, files: dict[str, str] | None = None, *overrides: str) -> dict[str, Any]:
    """The service `web` as it would be sent."""
    found: dict[str, Any] = prepared(text, files, *overrides).data["services"]["web"]
    return found


def merged(base: str, over: str) -> dict[str, Any]:
    """`web` of two files merged, each given by its keys in one flow mapping."""
    plan = "services: {{web: {{image: 'x:1', {}}}, db: {{image: 'y:1'}}}}\n"
    objects = "networks: {one: , two: }\nvolumes: {a: , b: }\n"
    secrets = "secrets: {a: {external: true}, b: {external: true}}\n"
    text = plan.format(base) + objects + secrets
    return service(text, {"over.yml": f"services: {{web: {{{over}}}}}"}, "over.yml")


@pytest.mark.parametrize(
    ("base", "over", "key", "wanted"),
    [
        ("command: [a, b]", "command: c d", "command", ["c", "d"]),
        ("entrypoint: [a]", "entrypoint: [b]", "entrypoint", ["b"]),
        ("environment: [A=1, B=2]", "environment: {B: 3, C: 4}", "environment", "A=1 B=3 C=4"),
        ("labels: {a: 1}", "labels: [b=2]", "labels", "a=1 b=2"),
        ("user: a", "user: b", "user", "b"),
        ("cap_add: [A, B]", "cap_add: [B, C]", "cap_add", ["A", "B", "C"]),
        ("dns: 1.1.1.1", "dns: [8.8.8.8]", "dns", ["1.1.1.1", "8.8.8.8"]),
        ("working_dir: /a", "user: b", "working_dir", "/a"),
    ],
)
def test_a_later_file_wins_key_by_key(base: str, over: str, key: str, wanted: object) -> None:
    found = merged(base, over)[key]
    if isinstance(found, dict):
        found = " ".join(f"{name}={value}" for name, value in sorted(found.items()))
    assert found == wanted


def test_a_later_mount_takes_the_place_of_one_for_the_same_target() -> None:
    mounts = merged("volumes: ['a:/data', '/srv:/srv']", "volumes: ['b:/data:ro']")["volumes"]
    assert [(m["source"], m["target"], m.get("read_only", False)) for m in mounts] == [
        ("b", "/data", True),
        ("/srv", "/srv", False),
    ]


def test_ports_of_both_files_are_published_each_once() -> None:
    ports = merged("ports: ['80:80', '81:81']", "ports: ['81:81', '82:82']")["ports"]
    assert [port["published"] for port in ports] == [80, 81, 82]


def test_networks_and_deploy_are_merged_below() -> None:
    assert set(merged("networks: [one]", "networks: {two: {aliases: [w]}}")["networks"]) == {
        "one",
        "two",
    }
    deploy = merged(
        "deploy: {replicas: 1, placement: {constraints: [a==b]}}",
        "deploy: {replicas: 3, placement: {constraints: [c==d]}}",
    )["deploy"]
    assert deploy["replicas"] == 3
    assert deploy["placement"]["constraints"] == ["a==b", "c==d"]


def test_a_secret_for_the_same_target_is_replaced_and_told() -> None:
    text = "services: {web: {image: 'x:1', secrets: [a]}}\n"
    text += "secrets: {a: {external: true}, b: {external: true}}\n"
    over = "services: {web: {secrets: [{source: b, target: a}]}}"
    found = prepared(text, {"over.yml": over}, "over.yml")
    assert [s["source"] for s in found.data["services"]["web"]["secrets"]] == ["b"]
    assert any("later entry" in note.message for note in found.notes)


def test_reset_takes_away_and_override_replaces() -> None:
    text = """\
        services:
          web: {image: 'x:1', ports: ['80:80'], command: [a], environment: {A: 1, B: 2}}
          gone: {image: 'y:1'}
        """
    over = """\
        services:
          web: {ports: !reset [], command: !override [b], environment: {A: !reset null}}
          gone: !reset null
        """
    found = prepared(text, {"over.yml": over}, "over.yml").data["services"]
    assert set(found) == {"web"}
    assert "ports" not in found["web"]
    assert found["web"]["command"] == ["b"]
    assert found["web"]["environment"] == {"B": "2"}


# -- extends ------------------------------------------------------------------------------------


def test_a_service_extends_another_of_its_file() -> None:
    text = """\
        services:
          base: {image: 'x:1', environment: {A: 1, B: 2}, command: [a]}
          web: {extends: base, environment: {B: 3}}
        """
    found = service(text)
    assert (found["image"], found["command"]) == ("x:1", ["a"])
    assert found["environment"] == {"A": "1", "B": "3"}


def test_paths_of_an_extended_service_start_at_its_own_file() -> None:
    text = "services: {web: {extends: {file: common/base.yml, service: base}}}\n"
    files = {
        "common/base.yml": """\
            services:
              base: {image: 'x:1', env_file: base.env, volumes: ['./static:/static']}
            """,
        "common/base.env": "A=1\n",
    }
    found = service(text, files)
    assert found["environment"] == {"A": "1"}
    assert found["volumes"][0]["source"] == "/home/otto/shop/common/static"


def test_only_the_extended_service_of_another_file_is_taken() -> None:
    text = "services: {web: {extends: {file: base.yml, service: base}}}\n"
    files = {"base.yml": "services: {base: {image: 'x:1'}, other: {image: '${NOT_NEEDED}'}}"}
    assert set(prepared(text, files).data["services"]) == {"web"}


@pytest.mark.parametrize(
    ("text", "files", "words"),
    [
        ("services: {web: {extends: web}}", {}, "web -> web"),
        ("services: {web: {extends: b}, b: {extends: web}}", {}, "extends itself"),
        ("services: {web: {image: x, extends: nobody}}", {}, 'no service "nobody"'),
        ("services: {web: {extends: {file: no.yml, service: a}}}", {}, '"no.yml" can\'t be read'),
        (
            "services: {web: {extends: {file: a.yml, service: b}}}",
            {"a.yml": "services: {b: ["},
            "a.yml",
        ),
    ],
)
def test_what_can_not_be_extended_is_told(text: str, files: dict[str, str], words: str) -> None:
    findings = read(text, beside(files)).findings
    assert any(words in f"{finding.file} {finding.message}" for finding in findings)
    with pytest.raises(FlightPlanInvalid):
        prepared(text, files)


# -- include ------------------------------------------------------------------------------------


def test_included_files_bring_their_services_paths_and_variables() -> None:
    text = "include: [parts/db.yml]\nservices: {web: {image: 'x:1', depends_on: [db]}}\n"
    files = {
        "parts/db.yml": """\
            services: {db: {image: 'postgres:${TAG}', volumes: ['./init:/init', 'pg:/data']}}
            volumes: {pg: }
            """,
        "parts/.env": "TAG=16\n",
    }
    found = prepared(text, files)
    db = found.data["services"]["db"]
    assert db["image"] == "postgres:16"
    assert db["volumes"][0]["source"] == "/home/otto/shop/parts/init"
    assert "pg" in found.data["volumes"]


def test_the_long_form_of_include_merges_files_and_sets_the_folder() -> None:
    text = """\
        include:
          - path: [parts/a.yml, parts/b.yml]
            project_directory: elsewhere
            env_file: my.env
        services: {web: {image: 'x:1'}}
        """
    files = {
        "parts/a.yml": "services: {a: {image: 'a:${TAG}', volumes: ['./x:/x']}}",
        "parts/b.yml": "services: {a: {command: [b]}}",
        "my.env": "TAG=7\n",
    }
    found = prepared(text, files).data["services"]["a"]
    assert (found["image"], found["command"]) == ("a:7", ["b"])
    assert found["volumes"][0]["source"] == "/home/otto/shop/elsewhere/x"


@pytest.mark.parametrize(
    ("text", "files", "code"),
    [
        ("include: [a.yml]", {"a.yml": "include: [a.yml]"}, "circular"),
        (
            "include: [a.yml]",
            {"a.yml": "include: [b.yml]", "b.yml": "include: [a.yml]"},
            "circular",
        ),
        ("include: [no.yml]", {}, "missing-file"),
        ("include: a.yml", {"a.yml": "services: {a: {image: x}}"}, "wrong-type"),
        ("include: [a.yml]", {"a.yml": "services: {web: {image: other}}"}, "conflict"),
    ],
)
def test_what_can_not_be_included_is_told(text: str, files: dict[str, str], code: str) -> None:
    text += "\nservices: {web: {image: 'x:1'}}\n"
    found = read(text, beside(files)).findings
    assert code in {finding.code for finding in found}
    with pytest.raises(FlightPlanInvalid):
        prepared(text, files)


# -- variables and env files --------------------------------------------------------------------


def test_later_env_files_win_and_the_service_wins_over_them() -> None:
    text = """\
        services:
          web:
            image: x:1
            env_file: [a.env, {path: b.env}, {path: none.env, required: false}]
            environment: {C: own}
        """
    files = {"a.env": "A=1\nB=1\nC=1\n", "b.env": "B=2\nC=2\n"}
    found = beside(files)
    missing = Beside(found.directory, found.home, {**found.files, "none.env": None})
    data = prepare("shop", textwrap.dedent(text), {}, missing).data
    assert data["services"]["web"]["environment"] == {"A": "1", "B": "2", "C": "own"}


def test_a_file_that_is_needed_and_not_there_is_told_at_its_line() -> None:
    text = "services:\n  web:\n    image: x:1\n    env_file:\n      - no.env\n"
    found = [f for f in read(text, beside({})).findings if f.severity == "error"]
    assert [(f.line, f.code) for f in found] == [(5, "missing-file")]


def test_all_files_are_asked_for_one_after_the_other() -> None:
    text = "include: [a.yml]\nservices: {web: {extends: {file: b.yml, service: b}}}\n"
    files: dict[str, bytes | None] = {}
    contents = {
        "a.yml": b"services: {a: {image: x, env_file: a.env}}\nconfigs: {c: {file: c.conf}}\n",
        "b.yml": b"services: {b: {image: x, env_file: [b.env]}}",
    }
    asked: list[set[str]] = []
    while wanted := files_wanted(text, {}, Beside("/home/otto", files=dict(files))):
        asked.append(set(wanted))
        files |= {name: contents.get(name, b"") for name in wanted}
    assert set().union(*asked) == {".env", "a.yml", "b.yml", "a.env", "b.env"}


def test_profiles_choose_services() -> None:
    text = "services: {web: {image: x}, debug: {image: y, profiles: [dev]}}\n"
    assert set(prepared(text).data["services"]) == {"web"}
    active = prepared(text, {".env": "COMPOSE_PROFILES=dev,other\n"}).data["services"]
    assert set(active) == {"web", "debug"}
