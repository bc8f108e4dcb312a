"""From the text to what is sent."""

import json

import pytest

from otternauts_desktop.core.errors import FlightPlanInvalid
from otternauts_desktop.core.fleet.compose import parse
from otternauts_desktop.core.fleet.findings import Severity
from otternauts_desktop.core.fleet.flight_plan import Beside, prepare, read
from otternauts_desktop.core.secret import Secret

PRD_SAMPLE = """\
version: "3.8"
services:
  web:
    image: ghcr.io/myorg/myapp:latest
    deploy:
      replicas: 2
    x-otternauts:
      domains:
        - myapp.com
        - www.myapp.com
      port: 3000
    environment:
      DATABASE_URL: postgres://db:5432/myapp
      API_KEY: ${API_KEY} # Resolved from Otternauts secrets
    depends_on:
      - db
  db:
    image: postgres:16
    volumes:
      - db_data:/var/lib/postgresql/data
    environment:
      POSTGRES_PASSWORD: ${DB_PASSWORD}
volumes:
  db_data:
"""
VALUES = {"API_KEY": Secret("k3y-k3y"), "DB_PASSWORD": Secret('p"a$s\\w:#\nörd')}


def test_the_sample_of_the_document_is_ready_to_send() -> None:
    prepared = prepare("shop", PRD_SAMPLE, VALUES)
    assert prepared.errors == ()
    web = prepared.data["services"]["web"]
    assert "version" not in prepared.data
    assert "depends_on" not in web
    assert web["networks"] == ["default", "traefik-public"]
    labels = web["deploy"]["labels"]
    assert (
        labels["traefik.http.routers.shop_web.rule"] == "Host(`myapp.com`) || Host(`www.myapp.com`)"
    )
    assert labels["traefik.http.services.shop_web.loadbalancer.server.port"] == "3000"
    assert prepared.data["networks"]["traefik-public"] == {
        "external": True,
        "name": "traefik-public",
    }
    assert {note.code for note in prepared.notes} == {"left-out", "no-order", "ingress"}


def test_values_go_through_dockers_second_interpolation_unharmed() -> None:
    body = prepare("shop", PRD_SAMPLE, VALUES).body()
    sent = json.loads(body)["services"]["db"]["environment"]["POSTGRES_PASSWORD"]
    assert sent == 'p"a$$s\\w:#\nörd'
    # The same text as YAML, with no line break in it and nothing that YAML folds.
    assert parse(body).data["services"]["db"]["environment"]["POSTGRES_PASSWORD"] == sent
    assert "\n" not in body


@pytest.mark.parametrize("value", ["\x7f", "\x85", "\u2028", "\ufeff", "\U0001f9a6", "\t", "\x01"])
def test_characters_that_yaml_refuses_or_folds_arrive(value: str) -> None:
    text = "services:\n  a:\n    image: x:1\n    environment:\n      V: ${V}\n"
    body = prepare("f", text, {"V": Secret(f"a{value}b")}).body()
    assert parse(body).data["services"]["a"]["environment"]["V"] == f"a{value}b"


def test_what_is_shown_holds_no_value() -> None:
    prepared = prepare("shop", PRD_SAMPLE, VALUES)
    for text in (prepared.shown(), repr(prepared), str(prepared.notes)):
        assert "k3y-k3y" not in text
        assert "\\w:#" not in text
    assert "k3y-k3y" in prepared.revealed()


def test_settings_are_lowered() -> None:
    text = """\
services:
  a:
    image: x:1
    command: sh -c "echo hi"
    restart: on-failure:3
    mem_limit: 512m
    cpus: 0.5
    tmpfs: /run:size=1m
    user: 1000
    stop_grace_period: 30
    environment: [B=2, A=1, FROM]
    labels: {on: true, n: 1.0}
    ports: ["8000-8001:80-81/udp", "127.0.0.1:90:90", {target: 70, published: "7000", mode: host}]
    x-otternauts: {accept: [port-opens-to-world]}
"""
    lowered = prepare("f", text, {"FROM": Secret("outside")}).data["services"]["a"]
    assert lowered["command"] == ["sh", "-c", "echo hi"]
    assert lowered["deploy"]["restart_policy"] == {"condition": "on-failure", "max_attempts": 3}
    assert lowered["deploy"]["resources"] == {"limits": {"memory": "512m", "cpus": "0.5"}}
    assert lowered["volumes"] == [{"type": "tmpfs", "target": "/run", "tmpfs": {"size": 1048576}}]
    assert (lowered["user"], lowered["stop_grace_period"]) == ("1000", "30s")
    assert lowered["environment"] == {"A": "1", "B": "2", "FROM": "outside"}
    assert lowered["labels"] == {"n": "1", "on": "true"}
    ports = [(p.get("published"), p["target"], p["protocol"], p["mode"]) for p in lowered["ports"]]
    assert ports == [
        (8000, 80, "udp", "ingress"),
        (8001, 81, "udp", "ingress"),
        (90, 90, "tcp", "ingress"),
        (7000, 70, "tcp", "host"),
    ]


def test_restart_no_means_no() -> None:
    for written in ("no", '"no"', "false"):
        text = f"services:\n  a:\n    image: x:1\n    restart: {written}\n"
        deploy = prepare("f", text, {}).data["services"]["a"]["deploy"]
        assert deploy["restart_policy"] == {"condition": "none"}


@pytest.mark.parametrize(
    ("service", "code"),
    [
        ("imagee: x", "unknown-key"),
        ("privileged: true", "unsafe-drop"),
        ('ports: ["127.0.0.1:80:80"]', "port-opens-to-world"),
        ("env_file: .env", "missing-file"),
        ('ports: ["abc:80"]', "bad-value"),
        ('ports: ["70000:80"]', "bad-value"),
        ('ports: ["1-3:80-81"]', "bad-value"),
        ("restart: sometimes", "bad-value"),
        ('command: "echo \'x"', "bad-value"),
        ("volumes: [./here:/there]", "relative-bind"),
        ("volumes: [data:/there]", "undefined"),
        ("networks: [nope]", "undefined"),
        ("secrets: [nope]", "undefined"),
        ("ports: 80", "wrong-type"),
        ("deploy: {replica: 2}", "unknown-key"),
        ("x-otternauts: {domain: a.b}", "unknown-key"),
    ],
)
def test_errors_stand_at_their_line(service: str, code: str) -> None:
    text = f"services:\n  a:\n    image: x:1\n    {service}\n"
    findings = [f for f in read(text).findings if f.severity is Severity.ERROR]
    assert [(f.code, f.line) for f in findings] == [(code, 4)]
    assert prepare("f", text, {}).errors == tuple(findings)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("- a\n", "not-compose"),
        ("services:\n", "no-services"),
        ("services:\n  a b:\n    image: x:1\n", "bad-service-name"),
        ("services:\n  a:\n", "not-a-mapping"),
        ("services:\n  a: {}\n", "no-image"),
        ("service:\n  a: {}\n", "unknown-key"),
        ("include: [x.yml]\nservices:\n  a:\n    image: x:1\n", "missing-file"),
        (
            "services:\n  a:\n    image: x:1\n    secrets: [s]\nsecrets:\n  s: {file: x}\n",
            "missing-file",
        ),
        ("a: [", "invalid-yaml"),
        ("[" * 100 + "]" * 100, "too-large"),
    ],
)
def test_errors_of_the_whole_file(text: str, code: str) -> None:
    assert code in [f.code for f in read(text).findings if f.severity is Severity.ERROR]


@pytest.mark.parametrize(
    ("text", "words", "line"),
    [
        ("", "no vessel", 1),
        ("services:\n  a:\n    image: x:1\n    extends: {service: b}\n", "no service", 4),
        ("services:\n  a:\n    image: x:1\n    extends: {service: a}\n", "extends itself", 4),
        ("include: [x.yml]\nservices:\n  a:\n    image: x:1\n", "x.yml", 1),
    ],
)
def test_what_cannot_be_rendered_at_all_says_why(text: str, words: str, line: int) -> None:
    with pytest.raises(FlightPlanInvalid) as caught:
        prepare("f", text, {})
    assert words in caught.value.detail
    assert caught.value.line == line


def test_what_stands_in_the_way_of_a_launch_is_rendered_all_the_same() -> None:
    text = "services:\n  a:\n    build: .\n    privileged: true\n    volumes: [./here:/there]\n"
    prepared = prepare("f", text, {}, Beside(directory="/home/me/app"))
    assert {f.code for f in prepared.errors} == {"no-image", "unsafe-drop", "relative-bind"}
    sent = prepared.data["services"]["a"]
    assert sent["image"] == "f-a"
    assert [v["source"] for v in sent["volumes"]] == ["/home/me/app/here"]


def test_the_network_of_the_host_is_a_network_in_swarm() -> None:
    text = "services:\n  a:\n    image: x:1\n    network_mode: host\n"
    data = prepare("f", text, {}).data
    assert data["services"]["a"]["networks"] == ["host"]
    assert data["networks"]["host"] == {"external": True, "name": "host"}


def test_a_variable_named_without_a_value_is_told() -> None:
    text = "services:\n  a:\n    image: x:1\n    environment: [NOBODY]\n"
    prepared = prepare("f", text, {})
    assert [(f.code, f.line) for f in prepared.findings] == [("variable-unset", 4)]
    assert "environment" not in prepared.data["services"]["a"]


@pytest.mark.parametrize(
    ("extension", "words"),
    [
        ("{domains: ['https://a.b'], port: 1}", "no https://"),
        ("{domains: ['*.a.b'], port: 1}", "wildcard"),
        ("{domains: [a.b.com]}", "port"),
        ("{domains: [{host: a.b.com, path: api}], port: 1}", "/api"),
        ("{domains: [{host: a.b.com, redirect: 5}], port: 1}", "true or false"),
        ("{domains: [a.b.com], port: 70000}", "65535"),
        ("{accept: [anything]}", "can't be acknowledged"),
        ("{pre_deploy: {timeout: 5m}}", "needs a `command:`"),
        ("{pre_deploy: [{command: x, timeout: soon}]}", "duration"),
    ],
)
def test_bad_wishes_say_why(extension: str, words: str) -> None:
    text = f"services:\n  a:\n    image: x:1\n    x-otternauts: {extension}\n"
    errors = prepare("f", text, {}).errors
    assert [error.line for error in errors] == [4] * len(errors)
    assert any(words in error.message + error.fix for error in errors)


def test_jobs_before_a_launch_have_all_that_their_vessel_has() -> None:
    text = """\
services:
  web:
    image: x:1
    environment: {A: "$$1"}
    ports: ["80:80"]
    healthcheck: {test: "true"}
    deploy: {replicas: 3, resources: {limits: {memory: 64m}}}
    x-otternauts:
      domains: [a.example.com]
      pre_deploy:
        - command: migrate --to "the end"
          timeout: 5m
        - command: [seed, 1]
"""
    first, second = prepare("f", text, {}).pre_deploy
    assert (first.vessel, first.name, first.timeout) == ("web", "web-pre-deploy", 300)
    assert (second.name, second.settings["command"]) == ("web-pre-deploy-2", ["seed", "1"])
    assert first.settings == {
        "command": ["migrate", "--to", "the end"],
        "deploy": {
            "mode": "replicated-job",
            "replicas": 1,
            "resources": {"limits": {"memory": "64m"}},
            "restart_policy": {"condition": "none"},
        },
        "environment": {"A": "$1"},
        "image": "x:1",
        "networks": ["default", "traefik-public"],
    }


def test_the_body_can_hold_some_services_or_a_job() -> None:
    text = "services:\n" + "".join(
        f"  {name}:\n    image: x:1\n    x-otternauts: {{pre_deploy: {{command: 'echo $$A'}}}}\n"
        for name in "ab"
    )
    prepared = prepare("f", text, {})
    assert prepared.waves == (("a", "b"),)
    assert list(json.loads(prepared.body(["b"]))["services"]) == ["b"]
    job = json.loads(prepared.job_body(prepared.pre_deploy[1]))["services"]
    assert job["b-pre-deploy"]["command"] == ["echo", "$$A"]


def test_domains_become_ascii() -> None:
    text = (
        "services:\n  a:\n    image: x:1\n    x-otternauts: {domains: [Bücher.Example], port: 1}\n"
    )
    labels = prepare("f", text, {}).data["services"]["a"]["deploy"]["labels"]
    assert labels["traefik.http.routers.f_a.rule"] == "Host(`xn--bcher-kva.example`)"


def test_names_that_get_too_long_together() -> None:
    text = f"services:\n  {'a' * 40}:\n    image: x:1\n"
    (error,) = prepare("f" * 30, text, {}).errors
    assert "63" in error.message
