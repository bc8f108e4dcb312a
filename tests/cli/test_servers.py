"""Clusters and outposts by command line, each command a process, all on one practice cluster."""

import asyncio
import json
import os
import pty
import select
import subprocess
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import asyncssh
import pytest

from otternauts_desktop.core.fleet.traefik import LABEL
from otternauts_desktop.core.swarm.cluster import Jump, Login
from tests.cli.test_cli import otternauts
from tests.services.practice import flying

pytestmark = pytest.mark.seconds(120)

MAIL = ("--email", "crew@example.com")


class Terminal:
    """Runs the program while the practice cluster goes on in this process."""

    def __init__(self, home: Path) -> None:
        self.home = home

    async def run(self, *words: str, code: int = 0) -> subprocess.CompletedProcess[str]:
        done = await asyncio.to_thread(otternauts, self.home, *words)
        assert done.returncode == code, done.stdout + done.stderr
        return done

    async def json(self, *words: str, code: int = 0) -> Any:
        return json.loads((await self.run("--json", *words, code=code)).stdout)


@asynccontextmanager
async def terminal(tmp_path: Path) -> AsyncIterator[Terminal]:
    async with flying(tmp_path):
        yield Terminal(tmp_path / "home")


async def test_the_doctor_shows_who_reaches_whom(tmp_path: Path) -> None:
    async with flying(tmp_path) as (_, practice, _):
        shell = Terminal(tmp_path / "home")
        done = await shell.run("cluster", "doctor")
        head, *rows = done.stdout.splitlines()
        assert head.split() == ["FROM", "/", "TO", "orion-1", "orion-2", "vega-1"]
        assert rows[0].split() == ["orion-1", "-", "ok", "ok"]
        assert "vega-1 → orion-1: ok" in done.stderr
        seen = await shell.json("cluster", "doctor")
        assert (seen["state"], len(seen["ways"])) == ("passed", 6)
        assert {check["key"] for check in seen["ways"][0]["checks"]} >= {"port-4789-udp"}

        await practice.host("orion-2").stop()
        broken = await shell.run("cluster", "doctor", code=3)
        assert broken.stdout.splitlines()[1].split() == ["orion-1", "-", "?", "ok"]
        assert "\norion-2: " in broken.stdout


async def test_the_ingress_is_planned_launched_upgraded_and_told(tmp_path: Path) -> None:
    async with terminal(tmp_path) as shell:
        absent = await shell.json("ingress", "status", code=3)
        assert (absent["state"], absent["image"]) == ("not launched", "")
        plan = await shell.json("ingress", "plan", *MAIL, code=2)
        assert plan["outpost"] == "orion-1"
        assert plan["placement"] == []
        assert not [thing for thing in plan["things"] if thing["fate"] == "missing"]
        assert "providers.swarm.endpoint" in plan["file"]
        asked = await shell.run("ingress", "launch", *MAIL, code=2)
        assert "Nothing was done" in asked.stderr
        refused = await shell.run(
            "ingress", "launch", *MAIL, "--outpost", "vega-1", "--yes", code=1
        )
        assert "promote" in refused.stderr
        bad = await shell.json("ingress", "plan", "--email", "nobody", code=1)
        assert "no e-mail address" in bad["error"]["detail"]

        job = await shell.json("ingress", "launch", *MAIL, "--outpost", "orion-2", "--yes")
        assert [step["state"] for step in job["steps"]] == ["done"] * 3
        status = await shell.json("ingress", "status")
        assert (status["state"], status["outposts"]) == ("healthy", ["orion-2"])
        assert (status["ports"], status["errors"]) == ("host", [])
        # The same again: there is nothing to do, and the outpost is kept.
        same = await shell.json("ingress", "plan", *MAIL)
        assert (same["nothing_to_do"], same["outpost"]) == (True, "orion-2")

        await shell.run("ingress", "upgrade", "--image", "traefik:v3.8")
        assert (await shell.json("ingress", "status"))["image"] == "traefik:v3.8"
        old = await shell.json("ingress", "upgrade", "--image", "traefik:v2.11", code=1)
        assert "too old" in old["error"]["detail"]


async def test_certificates_are_kept_in_a_file_and_put_back(tmp_path: Path) -> None:
    async with terminal(tmp_path) as shell:
        kept, copy = tmp_path / "acme.json", tmp_path / "copy.json"
        none = await shell.json("ingress", "backup", str(copy), code=1)
        assert "No ingress runs" in none["error"]["detail"]
        await shell.run("ingress", "launch", *MAIL, "--yes")
        kept.write_bytes(b'{"letsencrypt": {"Certificates": []}}\n')
        await shell.run("ingress", "restore", str(kept))
        for _ in range(20):  # it starts anew
            done = await asyncio.to_thread(otternauts, shell.home, "ingress", "backup", str(copy))
            if done.returncode == 0:
                break
        assert copy.read_bytes() == kept.read_bytes()
        assert copy.stat().st_mode & 0o777 == 0o600
        again = await shell.json("ingress", "backup", str(copy), code=1)
        assert "exists already" in again["error"]["detail"]
        copy.unlink()
        copy.write_text("no json")
        bad = await shell.json("ingress", "restore", str(copy), code=1)
        assert "no acme.json" in bad["error"]["detail"]


async def test_domains_are_looked_at_by_name(tmp_path: Path) -> None:
    async with terminal(tmp_path) as shell:
        found = await shell.json("ingress", "check", "nosuch.invalid", code=1)
        assert found[0]["domain"] == "nosuch.invalid"
        assert found[0]["error"]["anchor"] == "domain-elsewhere"
        file = tmp_path / "site.yml"
        file.write_text(
            "services:\n  web:\n    image: nginx:1.27\n"
            "    x-otternauts: {port: 80, domains: [nosuch.invalid]}\n"
        )
        plan = await shell.json("plan", "site", "--file", str(file), code=2)
        assert plan["certificates"][0]["error"]["anchor"] == "domain-elsewhere"


async def test_an_outpost_is_emptied_brought_back_and_gets_its_share_again(tmp_path: Path) -> None:
    async with flying(tmp_path) as (control, practice, cluster_id):
        shell = Terminal(tmp_path / "home")
        vega = practice.swarm.nodes[practice.host("vega-1").node_id]
        preview = await shell.json("outpost", "evacuate", "vega-1", "--preview", code=2)
        assert preview["outpost"] == "vega-1"
        assert {service["way"] for service in preview["services"]} <= {
            *("moves", "restarts", "stops", "ends")
        }
        asked = await shell.run("outpost", "evacuate", "vega-1", code=2)
        assert "Nothing was done" in asked.stderr
        assert vega.availability == "active"
        unknown = await shell.json("outpost", "evacuate", "nowhere", "--yes", code=1)
        assert "orion-1" in unknown["error"]["detail"]

        job = await shell.json("outpost", "evacuate", "vega-1", "--yes")
        assert (job["state"], job["title"]) == ("done", "Evacuate vega-1")
        assert vega.availability == "drain"
        empty = await shell.run("outpost", "evacuate", "vega-1", "--preview")
        assert "Nothing runs on vega-1." in empty.stdout

        back = await shell.json("outpost", "return", "vega-1")
        assert (back["state"], vega.availability) == ("done", "active")
        assert LABEL not in vega.labels

        await control.telemetry.refresh(cluster_id)
        moves = await shell.json("cluster", "rebalance", "--preview", code=2)
        assert {move["to"] for move in moves["moves"]} == {"vega-1"}
        asked = await shell.run("cluster", "rebalance", code=2)
        assert "Nothing was done" in asked.stderr
        even = await shell.json("cluster", "rebalance", "--yes")
        assert even["state"] == "done"
        assert "even" in (await shell.run("cluster", "rebalance")).stdout


async def test_an_outpost_changes_its_part_in_the_swarm_and_leaves_it(tmp_path: Path) -> None:
    async with flying(tmp_path) as (control, practice, cluster_id):
        shell = Terminal(tmp_path / "home")
        vega = practice.swarm.nodes[practice.host("vega-1").node_id]
        job = await shell.json("outpost", "promote", "vega-1")
        assert (job["title"], vega.role) == ("Promote vega-1", "manager")
        assert "a manager already" in (await shell.run("outpost", "promote", "vega-1")).stdout
        job = await shell.json("outpost", "demote", "vega-1", "--yes")
        assert [step["state"] for step in job["steps"]] == ["done"] * 2
        assert vega.role == "worker"

        asked = await shell.run("outpost", "drain", "vega-1", code=2)
        assert "Nothing was done" in asked.stderr
        await shell.run("outpost", "drain", "vega-1", "--yes")
        assert vega.availability == "drain"
        await shell.run("outpost", "activate", "vega-1")
        assert vega.availability == "active"
        assert await shell.json("outpost", "label", "vega-1") == {"disk": "ssd"}
        await shell.run("outpost", "label", "vega-1", "zone=a", "--remove", "disk")
        assert vega.labels == {"zone": "a"}

        job = await shell.json("outpost", "remove", "vega-1", "--yes")
        assert [step["state"] for step in job["steps"]] == ["done"] * 5
        assert vega.id not in practice.swarm.nodes
        assert len(control.outposts.outposts(cluster_id)) == 2


async def test_a_server_is_added_by_a_key_that_is_kept_and_a_wrong_cluster_makes_no_swarm(
    tmp_path: Path,
) -> None:
    async with flying(tmp_path) as (control, practice, cluster_id):
        host, env = practice.host("bare-2"), {"OTTERNAUTS_SECRET_KEY": "held by the paw"}
        where = ("outpost", "add", host.host, "--user", host.user, "--port", str(host.port))
        how = (*where, "--name", "bare-2", "--accept-new", "--set-up")

        def run(*words: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
            return otternauts(tmp_path / "home", "--json", *words, stdin=stdin, env=env)

        wrong = await asyncio.to_thread(run, "--cluster", "practise", *how, "--agent")
        assert "--new-swarm NAME" in json.loads(wrong.stdout)["error"]["next_step"]
        taken = await asyncio.to_thread(run, *how, "--agent", "--new-swarm", "practice")
        assert "already" in json.loads(taken.stdout)["error"]["detail"]
        assert control.jobs.all() == ()

        made = json.loads((await asyncio.to_thread(run, *how, "--new-key")).stdout)
        assert made["public_key"].startswith("ssh-ed25519 ")
        assert "authorized_keys" in made["command"]
        added = await asyncio.to_thread(run, *how, "--kept-key", made["kept_key"])
        assert json.loads(added.stdout)["state"] == "done", added.stderr
        kept = control.outposts.outposts(cluster_id)[-1]
        assert (kept.name, kept.login.key_name) == ("bare-2", made["kept_key"])

        text = practice.key_file.read_text()
        nothing = await asyncio.to_thread(run, *where, "--accept-new", "--key-paste", stdin="x")
        assert json.loads(nothing.stdout)["error"]["anchor"] == "key-unusable"
        again = await asyncio.to_thread(run, *how, "--key-paste", stdin=text)
        assert json.loads(again.stdout)["state"] == "done", again.stderr


async def test_a_server_is_added_through_another_and_both_are_confirmed(tmp_path: Path) -> None:
    async with flying(tmp_path) as (control, practice, _):
        host, door = practice.host("foreign-1"), practice.hosts[2]
        shell = Terminal(tmp_path / "home")
        where = ("outpost", "add", host.host, "--user", host.user, "--port", str(host.port))
        how = (*where, "--key", str(practice.key_file), "--name", "far")
        way = ("--jump", f"{door.user}@{door.host}:{door.port}")
        unread = await shell.json(*how, "--jump", "a b@", "--accept-new", code=1)
        assert "user@host:port" in unread["error"]["next_step"]
        one = ("--fingerprint", control.outposts.fingerprint_of(door.host_key))
        other = ("--fingerprint", control.outposts.fingerprint_of(host.host_key))
        half = await shell.json(*how, *way, *one, code=1)
        assert half["error"]["anchor"] == "host-key-changed"
        unsure = await shell.json(*how, *way, code=1)
        assert "ssh_host_ed25519_key.pub" in unsure["error"]["next_step"]
        added = await shell.json(*how, *way, *one, *other)
        assert added["outpost"] == "far"
        cluster = control.outposts.clusters()[-1]
        (outpost,) = control.outposts.outposts(cluster.id)
        assert outpost.login.jump is not None
        assert outpost.login.jump.host_key == door.host_key


async def test_the_passphrase_of_a_key_is_asked_for_at_a_terminal(tmp_path: Path) -> None:
    async with flying(tmp_path) as (control, practice, _):
        host = practice.host("foreign-1")
        locked = tmp_path / "locked"
        asyncssh.read_private_key(practice.key_file).write_private_key(
            locked, passphrase="fish", rounds=16, ignore_few_rounds=True
        )
        words = ("outpost", "add", host.host, "--user", host.user, "--port", str(host.port))
        how = (*words, "--key", str(locked), "--accept-new")
        shell = Terminal(tmp_path / "home")
        nobody = await shell.json(*how, code=1)
        assert nobody["error"]["anchor"] == "passphrase-needed"
        said = await asyncio.to_thread(
            at_terminal, shell.home, how, ["bird\n", "n\n", "fish\n", "n\n"]
        )
        assert "is protected by a passphrase" in said
        assert "does not open" in said
        assert "fish" not in said
        assert len(control.outposts.clusters()) == 2


def at_terminal(home: Path, words: Sequence[str], answers: Sequence[str]) -> str:
    """Run the program with a terminal, answering each question; gives what it showed."""
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "otternauts_desktop", "--home", str(home), *words]
    with subprocess.Popen(
        command, stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True
    ) as program:
        os.close(theirs)
        shown, left = "", list(answers)
        asked = 0
        while select.select([ours], [], [], 60)[0]:
            try:
                shown += os.read(ours, 4096).decode()
            except OSError:  # Linux says so at the end of a terminal
                break
            questions = shown.count("Passphrase of the key: ") + shown.count("[y/N] ")
            if questions > asked and left:
                asked = questions
                os.write(ours, left.pop(0).encode())
        os.close(ours)
    assert program.returncode == 0, shown
    return shown


async def test_the_login_of_an_outpost_is_changed(tmp_path: Path) -> None:
    async with flying(tmp_path) as (control, practice, cluster_id):
        shell, copy = Terminal(tmp_path / "home"), tmp_path / "copy"
        copy.write_bytes(practice.key_file.read_bytes())
        orion, vega = practice.hosts[0], practice.hosts[2]
        other = ("outpost", "login", "orion-1", "--port", str(vega.port))
        wrong = await shell.json(*other, "--accept-new", code=1)
        assert wrong["error"]["anchor"] == "another-server"
        door = f"{vega.user}@{vega.host}:{vega.port}"
        how = ("outpost", "login", "orion-1", "--key", str(copy), "--jump", door)
        done = await shell.json(
            *how, "--fingerprint", control.outposts.fingerprint_of(vega.host_key)
        )
        assert done["login"] == f"{orion.user}@{orion.host}:{orion.port}"

        def login() -> Login:
            return control.outposts.outposts(cluster_id)[0].login

        assert login().key_file == str(copy)
        assert login().jump == Jump(
            Login(vega.host, vega.user, vega.port, str(copy)), vega.host_key
        )
        await shell.run("outpost", "login", "orion-1", "--jump", "none")
        assert login().jump is None
