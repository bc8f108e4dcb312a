"""Names and values that mean something to a shell or to Docker arrive as they are or not at all."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest

from tests.lab.can_boot import why_not
from tests.lab.lab import Lab
from tests.lab.node import LabNode, wait_until
from tests.lab.terminal import Terminal

pytestmark = [pytest.mark.lab, pytest.mark.lab_long]

MARK: Final = "broken-out"
HOSTILE: Final = f"-a b 'c' \"d\" $(touch /tmp/{MARK}) `touch /tmp/{MARK}`; touch /tmp/{MARK}\n#é"
IN_ONE_LINE: Final = HOSTILE.replace("\n", " ")
HOST_NAME: Final = f"-x $(touch {MARK}) '\"; id"
FLEET: Final = "hostile"
PLAN: Final = {
    "services": {
        "web": {
            "image": "busybox:1.35",
            "command": ["sh", "-c", "sleep 100000", HOSTILE],
            "environment": {"HOSTILE": HOSTILE.replace("$", "$$")},
            "labels": {IN_ONE_LINE: HOSTILE.replace("$", "$$")},
            "stop_grace_period": "1s",
            "configs": [{"source": "settings", "target": f"/etc/{IN_ONE_LINE}"}],
            "volumes": [{"type": "bind", "source": f"/srv/{IN_ONE_LINE}", "target": "/srv/it"}],
            "networks": {"back": {"aliases": [IN_ONE_LINE]}},
            "deploy": {"labels": {IN_ONE_LINE: HOSTILE.replace("$", "$$")}},
        }
    },
    "configs": {"settings": {"content": HOSTILE.replace("$", "$$")}},
    "networks": {"back": {"labels": {"a": IN_ONE_LINE.replace("$", "$$")}}},
}
NAMES: Final = (HOSTILE, "-x", "../x")


@pytest.fixture
def hostile() -> Iterator[Lab]:
    """A server of one's worst dreams: what it says its name is would be a command."""
    if reason := why_not():
        pytest.skip(reason)
    lab = Lab.boot(("orion-1",), managers=1)
    try:
        node = lab.nodes[0]
        node.ask("mkdir", "-p", f"/srv/{IN_ONE_LINE}")
        node.ask("tee", "/proc/sys/kernel/hostname", stdin=HOST_NAME.encode())
        node.stop_docker()
        node.start_docker()
        wait_until(
            lambda: HOST_NAME in node.run("docker", "node", "ls").stdout.decode(), "its name"
        )
        yield lab
    finally:
        lab.down()


def nothing_was_run(node: LabNode) -> bool:
    """Whether no text was taken for a command, by whoever's shell."""
    found = node.ask("find", "/", "-xdev", "-name", f"*{MARK}*", "-not", "-path", "/srv/*")
    return found == "" and not list(Path("/tmp").glob(f"*{MARK}*"))


def test_they_arrive_as_they_are(hostile: Lab, tmp_path: Path) -> None:
    (node,) = hostile.nodes
    folder = tmp_path / IN_ONE_LINE.replace("/", "|")
    folder.mkdir()
    key, file = folder / "-key", folder / "-plan.yml"
    shutil.copy(hostile.key_file, key)
    file.write_text(json.dumps({**PLAN, "services": PLAN["services"]}, ensure_ascii=False))
    terminal = Terminal(tmp_path / "home")
    printed = node.ask("ssh-keygen", "-lf", "/etc/ssh/ssh_host_ed25519_key.pub").split()[1]
    added = terminal.run(
        *("outpost", "add", node.host, "--user", "sudoer", "--key", str(key)),
        *("--name", IN_ONE_LINE, "--fingerprint", printed),
    )
    assert added.returncode == 0, added.stderr
    words = (FLEET, "--file", str(file), "--yes", "--resolve-image", "never")
    assert terminal.json("launch", *words)["state"] == "converged"
    assert _environment(node) == HOSTILE
    spec = json.loads(node.ask("docker", "service", "inspect", f"{FLEET}_web"))[0]["Spec"]
    container = spec["TaskTemplate"]["ContainerSpec"]
    assert spec["Labels"][IN_ONE_LINE] == HOSTILE
    assert container["Labels"][IN_ONE_LINE] == HOSTILE
    assert container["Args"][-1] == HOSTILE
    assert container["Mounts"][0]["Source"] == f"/srv/{IN_ONE_LINE}"
    assert spec["TaskTemplate"]["Networks"][0]["Aliases"][0] == IN_ONE_LINE
    assert terminal.json("plan", *words[:3])["nothing_to_do"]

    for command in (("fleet", "export", FLEET), ("fleet", "status", FLEET), ("logs", FLEET)):
        assert terminal.run(*command).returncode == 0
    done = terminal.run("outpost", "label", IN_ONE_LINE, f"zone={IN_ONE_LINE}")
    assert done.returncode == 0, done.stderr
    labels = json.loads(node.ask("docker", "node", "inspect", "self"))[0]["Spec"]["Labels"]
    assert labels == {"zone": IN_ONE_LINE}
    for action in ("drain", "activate"):
        yes = ("--yes",) if action == "drain" else ()
        assert terminal.run("outpost", action, IN_ONE_LINE, *yes).returncode == 0
    assert terminal.run("cluster", "doctor").returncode in (0, 3)
    assert terminal.run("outpost", "check", IN_ONE_LINE).returncode in (0, 3)
    assert terminal.json("fleet", "remove", FLEET, "--yes") == {"removed": FLEET}
    assert nothing_was_run(node)


def _environment(node: LabNode) -> str:
    container = node.ask("docker", "ps", "-q", "--filter", f"name={FLEET}_web").split()[0]
    data = node.ask("docker", "exec", container, "cat", "/proc/1/environ")
    return dict(line.partition("=")[::2] for line in data.split("\0"))["HOSTILE"]


def test_what_can_not_be_a_name_is_refused_before_a_server_hears_of_it(
    lab: Lab, tmp_path: Path
) -> None:
    node, terminal = lab.nodes[0], Terminal(tmp_path / "home")
    terminal.add(lab, node)
    good = tmp_path / "plan.yml"
    good.write_text("services:\n  web:\n    image: busybox:1.35\n")
    for name in NAMES:
        vessel: dict[str, Any] = {"services": {name: {"image": "busybox:1.35"}}}
        bad = tmp_path / "bad.yml"
        bad.write_text(json.dumps(vessel))
        for words in (
            ("launch", "--file", str(good), "--yes", "--", name),
            ("launch", "named", "--file", str(bad), "--yes"),
            ("fleet", "remove", "--yes", "--", name),
            ("fleet", "export", "--", name),
            ("fleet", "unlock", "--yes", "--", name),
            ("fleet", "return", "--yes", "--", name),
            ("logs", "--", name),
            ("outpost", "drain", "--yes", "--", name),
        ):
            done = terminal.run(*words)
            assert done.returncode == 1, (words, done)
            assert done.stderr.strip(), words
    for user in (HOSTILE, "-oProxyCommand=id", "root\n"):
        login = ("outpost", "add", node.host, f"--user={user}", "--key", str(lab.key_file))
        done = terminal.run(*login, "--accept-new")
        assert done.returncode == 1
    for host in ("-oProxyCommand=id", f"$(touch /tmp/{MARK})", "a b", "a..b"):
        key = ("--user", "otter", "--key", str(lab.key_file), "--accept-new")
        done = terminal.run("outpost", "add", *key, "--", host)
        assert done.returncode == 1, done
    said = node.ask("docker", "service", "ls", "-q")
    assert said == ""
    assert nothing_was_run(node)
