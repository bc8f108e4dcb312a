"""What may be typed at a place, what a key means, and where a name is defined."""

import pytest

from otternauts_desktop.core.fleet.completion import Surroundings, complete
from otternauts_desktop.core.fleet.compose_keys import ROOT, Key, key_at
from otternauts_desktop.core.fleet.definitions import definition
from otternauts_desktop.core.fleet.folding import header, last_line, opens
from otternauts_desktop.core.fleet.key_help import key_help
from otternauts_desktop.core.fleet.outline import path_at, spot
from otternauts_desktop.core.fleet.service_keys import DEPLOY, HEALTHCHECK, LOWERED, TAKEN

AROUND = Surroundings(("orion-1", "vega-1"), {"disk": ("ssd", "hdd")}, ("API_KEY", "DB_PASSWORD"))
TAIL = """
networks:
  front:
volumes:
  data:
secrets:
  cert: {external: true}
configs:
  conf:
    file: x
"""


def at(text: str) -> tuple[list[str], int, int]:
    """Lines, line and column of the `|` in a text."""
    lines = text.split("\n")
    for number, line in enumerate(lines):
        if "¦" in line:
            lines[number] = line.replace("¦", "")
            return lines, number, line.index("¦")
    raise AssertionError(text)


def offered(text: str) -> list[str]:
    return [c.text for c in complete(*at(text + TAIL), AROUND).candidates]


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("ser¦", "services"),
        ("services:\n  web:\n    im¦", "image"),
        ("services:\n  web:\n    deploy:\n      rep¦", "replicas"),
        ("services:\n  web:\n    deploy:\n      update_config:\n        ord¦", "order"),
        ("services:\n  web:\n    deploy:\n      update_config:\n        order: ¦", "start-first"),
        ("services:\n  web:\n    deploy:\n      update_config: {order: st¦", "start-first"),
        ("services:\n  web:\n    deploy:\n      update_config: {par¦", "parallelism"),
        ("services:\n  web:\n    healthcheck:\n      tes¦", "test"),
        ("services:\n  web:\n    ports:\n      - tar¦", "target"),
        ("services:\n  web:\n    ports:\n    - target: 80\n      mo¦", "mode"),
        ("services:\n  web:\n    ports:\n    - target: 80\n      mode: ho¦", "host"),
        ("services:\n  web:\n    x-otternauts:\n      dom¦", "domains"),
        ("services:\n  web:\n    volumes:\n      - d¦", "data"),
        ("services:\n  web:\n    networks:\n      - fr¦", "front"),
        ("services:\n  web:\n    networks: [fr¦", "front"),
        ("services:\n  web:\n    networks:\n      fr¦", "front"),
        ("services:\n  web:\n    secrets:\n      - ce¦", "cert"),
        ("services:\n  web:\n    secrets:\n      - source: ¦", "cert"),
        ("services:\n  web:\n    configs: [c¦", "conf"),
        ("services:\n  web:\n    depends_on:\n      - d¦\n  db:\n    image: x", "db"),
        ("services:\n  db:\n    image: x\n  web:\n    depends_on: [d¦", "db"),
        ("services:\n  db:\n    image: x\n  web:\n    depends_on:\n      d¦", "db"),
        ("services:\n  web:\n    environment:\n      A: ${AP¦", "API_KEY"),
        ("services:\n  web:\n    command: |\n      echo ${DB¦", None),
        ("services:\n  web:\n    <<: *b¦\nx-b: &base\n  init: true", "*base"),
        ("volumes:\n  v:\n    ext¦", "external"),
        ("services:\n  web:  # ima¦", None),
        ("services:\n  web:\n    image: ngi¦", None),
        ("services:\n  w¦", None),
    ],
)
def test_what_fits_there(text: str, first: str | None) -> None:
    assert next(iter(offered(text)), None) == first


def test_constraints_are_of_the_cluster() -> None:
    place = "services:\n  web:\n    deploy:\n      placement:\n        "
    assert offered(place + 'constraints:\n          - "node.h¦') == [
        "node.hostname==orion-1",
        "node.hostname==vega-1",
    ]
    assert "node.labels.disk==ssd" in offered(place + "constraints: [node.l¦")
    assert offered(place + "preferences:\n          - spread: ¦") == ["node.labels.disk"]


def test_what_is_there_already_is_not_offered() -> None:
    text = "services:\n  web:\n    image: x\n    ¦\n    deploy:\n      replicas: 2\n"
    assert not {"image", "deploy"} & set(offered(text))
    assert "environment" in offered(text)
    assert offered("services:\n  web:\n    restart: always¦") == []


def test_how_a_key_is_written() -> None:
    text = "services:\n  web:\n    ¦"
    written = {c.text: c.insert for c in complete(*at(text), AROUND).candidates}
    assert written["image"] == "image: "
    assert written["deploy"] == "deploy:\n\t"
    assert written["ports"] == "ports:\n\t- "
    (variable, *_) = complete(*at("a: ${AP¦"), AROUND).candidates
    assert variable.insert == "API_KEY}"
    (variable, *_) = complete(*at("a: ${AP¦}"), AROUND).candidates
    assert variable.insert == "API_KEY"


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("services:\n  web:\n    im¦age: x", ("services", "web", "image")),
        ("a:\n- b: 1\n  c¦: 2", ("a", "*", "c")),
        ("a:\n  - - b¦: 1", ("a", "*", "*", "b")),
        ("a:\n  # x:\n\n  b¦: 1", ("a", "b")),
        ("\"a b\":\n  'c': 1¦", ("a b", "c")),
        ("a: |\n  b¦: 1", None),
        ("a: >-\n  b\n\n  c¦: 1\nd: 2", None),
        ("a:\n  b: |\n    x: 1\n  c¦: 2", ("a", "c")),
        ("a: 1\nb¦: 2", ("b",)),
        ("¦", None),
    ],
)
def test_paths(text: str, path: tuple[str, ...] | None) -> None:
    assert path_at(*at(text)) == path


@pytest.mark.parametrize(
    "text", ["- - -", ": :", "{", "[a: {b", "'", '"', "a: ${", "|", "- |", "?"]
)
def test_no_text_is_too_broken(text: str) -> None:
    lines = [text, "  " + text, text]
    for line in range(3):
        for column in range(len(lines[line]) + 1):
            spot(lines, line, column)
            path_at(lines, line, column)
            definition(lines, line, column)
            complete(lines, line, column, AROUND)


FILE = """\
x-base: &base
  networks: [front]
services:
  web:
    <<: *base
    volumes:
      - data:/var/lib
      - type: volume
        source: data
    networks:
      back:
    secrets:
      - cert
    depends_on: [db]
  db:
    image: x
networks:
  front:
  back:
    internal: true
volumes:
  # all of it
  data:
secrets:
  cert:
    external: true
"""


@pytest.mark.parametrize(
    ("line", "word", "target"),
    [
        (5, "*base", (1, 9)),
        (7, "data", (23, 3)),
        (9, "data", (23, 3)),
        (11, "back", (19, 3)),
        (13, "cert", (25, 3)),
        (14, "db", (15, 3)),
        (16, "x", None),
        (3, "services", None),
    ],
)
def test_definitions(line: int, word: str, target: tuple[int, int] | None) -> None:
    lines = FILE.split("\n")
    found = definition(lines, line - 1, lines[line - 1].index(word) + 1)
    assert (found and (found[0] + 1, found[1] + 1)) == target


def test_words_on_keys() -> None:
    words = key_help(("services", "web", "deploy", "replicas"))
    assert words.startswith("replicas: ")
    assert "Without it: 1" in words
    assert "start-first" in key_help(("services", "a", "deploy", "update_config", "order"))
    assert key_help(("services", "web", "privileged")).startswith("privileged: Swarm drops it")
    assert key_help(("services", "web", "build")) != ""
    assert key_help(("services", "web", "nonsense")) == ""
    assert key_help(("volumes", "data", "driver")) != ""
    assert key_help(()) == ""


def test_every_key_that_lint_knows_is_explained() -> None:
    rare = {"credential_spec", "isolation", "mem_reservation", "pids_limit"}
    service = key_at(("services", "x"))
    assert service is not None
    assert set(service.keys) >= (TAKEN | LOWERED) - rare
    assert set(service.keys["deploy"].keys) == DEPLOY
    assert set(service.keys["healthcheck"].keys) == HEALTHCHECK

    def silent(key: Key, path: str) -> list[str]:
        mine = [f"{path}.{name}" for name, k in key.keys.items() if not k.help]
        inner = [*key.keys.items(), ("<name>", key.every), ("*", key.items)]
        return mine + [s for name, k in inner if k for s in silent(k, f"{path}.{name}")]

    assert [
        path for path in silent(ROOT, "") if not path.endswith((".config", ".soft", ".hard"))
    ] == []


def test_folding_by_indentation() -> None:
    lines = "a:\n  b: |\n    x\n\n    # y\n  # z\n\nc:\n- d: 1\n  e: 2\n- f\n\n# end\n".split("\n")
    assert [number for number in range(len(lines)) if opens(lines, number)] == [0, 1, 7, 8]
    assert [last_line(lines, number) for number in (0, 1, 7, 8, 10)] == [2, 2, 10, 9, 10]
    assert [header(lines, number) for number in (2, 3, 9, 10, 12)] == [1, None, 8, 7, None]
