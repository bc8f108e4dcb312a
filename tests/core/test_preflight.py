"""What a server's answers amount to, and the command that mends what is not well."""

import os
import shlex
import subprocess
from dataclasses import replace
from itertools import permutations
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from otternauts_desktop.core.flight.crossing import (
    End,
    ask_tcp,
    crossing_check,
    crossing_checks,
    rounds,
    send_udp,
    tcp_crossing,
    udp_crossing,
)
from otternauts_desktop.core.flight.preflight import (
    NO_FACTS,
    Check,
    CheckState,
    ask_facts,
    best_address,
    checks_of,
    clock_check,
    read_facts,
)

WELL = """\
user=deploy
uid=1000
sudo=ok
os=debian 12
os_name=Debian GNU/Linux 12 (bookworm)
machine=x86_64
cores=4
memory_kib=8388608
disk_kib=39845888
docker_cli=Docker version 28.5.2, build ecc6942
docker=28.5.2
swarm=inactive false
address=eth0 93.184.216.24/24 dynamic
address=eth1 10.0.0.5/16
address=docker0 172.17.0.1/16
mtu=eth1 1500
listens=tcp 22
drops=0
"""


def checked(**changes: str) -> dict[str, Check]:
    """The checks of a server that is well but for `changes`; "" takes a line out."""
    lines = [line for line in WELL.splitlines() if line.partition("=")[0] not in changes] + [
        f"{key}={value}" for key, value in changes.items() if value
    ]
    return {check.key: check for check in checks_of(read_facts("\n".join(lines).encode()))}


def test_a_server_that_is_well_passes_every_check() -> None:
    checks = checked()
    assert {check.state for check in checks.values()} == {CheckState.PASSED}
    assert checks["system"].seen == "Debian GNU/Linux 12 (bookworm), x86_64, 4 cores, 8 GB memory"
    assert checks["address"].seen == "10.0.0.5 (eth1)"


@pytest.mark.parametrize(
    ("key", "changes", "state", "seen", "fix"),
    [
        ("sudo", {"sudo": "sudo: a password is required"}, "failed", "password", "visudo -c"),
        ("system", {"os": "arch ", "os_name": "Arch"}, "warned", "Arch", ""),
        ("disk", {"disk_kib": "3145728"}, "failed", "3.0 GB free, 5 GB needed", "du -xh"),
        ("docker", {"docker": "20.10.24+dfsg1"}, "failed", "20.10.24", "get.docker.com"),
        ("docker", {"docker": "", "docker_cli": ""}, "warned", "Not installed", ""),
        (
            "docker",
            {"docker": "", "docker_trouble": "permission denied while trying"},
            "failed",
            "permission denied",
            "usermod -aG docker -- deploy",
        ),
        (
            "docker",
            {"docker": "", "docker_trouble": "Cannot connect to the Docker daemon"},
            "failed",
            "Cannot connect",
            "systemctl enable --now docker",
        ),
        ("swarm", {"swarm": "active true"}, "warned", "Manages a swarm", ""),
        ("mtu", {"mtu": "eth1 1450"}, "warned", "1450 bytes", ""),
        ("firewall", {"ufw": "Status: active"}, "warned", "ufw is active", "ufw allow from PEER"),
        ("firewall", {"firewalld": "running"}, "warned", "firewalld", "firewall-cmd"),
        (
            "firewall",
            {"drops": "1", "dropping": "inet filter in;put"},
            "warned",
            "nftables",
            "sudo nft insert rule inet filter 'in;put' ip saddr PEER udp dport '{ 7946, 4789 }' "
            "accept",
        ),
    ],
)
def test_what_is_not_well_is_said_with_what_mends_it(
    key: str, changes: dict[str, str], state: str, seen: str, fix: str
) -> None:
    check = checked(**changes)[key]
    assert check.state == state
    assert seen in check.seen
    assert fix in check.fix
    assert check.advice


def test_a_user_with_a_hostile_name_is_named_by_number() -> None:
    check = checked(user="x ALL=(ALL) ALL $(id)", sudo="sudo: a password is required")["sudo"]
    assert "echo '#1000 ALL=(ALL) NOPASSWD: ALL' |" in check.fix
    assert "$(id)" not in check.fix


@given(st.binary())
def test_any_answer_can_be_read(answer: bytes) -> None:
    checks_of(read_facts(answer))


@given(st.text(), st.integers(0, 65_535))
def test_an_address_is_one_word_to_the_shell(address: str, port: int) -> None:
    for command in (ask_tcp(address, port), send_udp(address, port, 100)):
        assert tuple(shlex.split(command.line())) == command.argv


@pytest.mark.parametrize(
    ("theirs", "state"), [(100.5, "passed"), (161.0, "warned"), (9_000.0, "failed")]
)
def test_clocks_have_to_agree(theirs: float, state: str) -> None:
    assert clock_check(theirs, 100.0, 101.0).state == state


def test_the_address_is_the_one_that_the_others_reach() -> None:
    facts = read_facts(WELL.encode())
    assert best_address(facts, "93.184.216.24", ["93.184.216.7"]) == "93.184.216.24"
    assert best_address(facts, "93.184.216.24", ["10.0.0.9"]) == "10.0.0.5"
    assert best_address(facts, "93.184.216.24") == "10.0.0.5"
    assert best_address(read_facts(b""), "93.184.216.24") == ""


def end(name: str, *listens: tuple[str, int], manages: bool = True, ufw: str = "") -> End:
    facts = replace(NO_FACTS, values={"ufw": ufw}, listens=frozenset(listens))
    return End(name, facts, f"10.0.0.{len(name)}", manages)


def test_a_shut_port_is_named_with_both_ends() -> None:
    orion, vega = end("orion", ("tcp", 2377)), end("vega")
    crossings = (
        tcp_crossing(orion, vega, 7946, b"open\n"),
        tcp_crossing(vega, orion, 7946, b"silent\n"),
        udp_crossing(orion, vega, 4789, sent=60, counted=61, others=0),
        udp_crossing(vega, orion, 4789, sent=60, counted=900, others=800),
        tcp_crossing(orion, vega, 2377, b"refused\n"),
        tcp_crossing(vega, orion, 2377, b"refused\n"),
    )
    checks = {check.key: check for check in crossing_checks(crossings)}
    assert checks["port-7946-tcp"].state == "failed"
    assert "vega → orion" in checks["port-7946-tcp"].seen
    assert "orion → vega" not in checks["port-7946-tcp"].seen
    assert checks["port-4789-udp"].state == "warned"
    assert "refused by a firewall" in checks["port-2377-tcp"].seen


@pytest.mark.parametrize(
    ("values", "fix"),
    [
        ({}, "sudo iptables -I INPUT -s 10.0.0.4 -p udp --dport 4789 -j ACCEPT"),
        (
            {"ufw": "Status: active"},
            "sudo ufw allow from 10.0.0.4 to any port 4789 proto udp",
        ),
        (
            {"firewalld": "running"},
            'sudo firewall-cmd --permanent \'--add-rich-rule=rule family="ipv4" source '
            'address="10.0.0.4" port port="4789" protocol="udp" accept\' '
            "&& sudo firewall-cmd --reload",
        ),
        (
            {"dropping": "ip filter INPUT"},
            "sudo nft insert rule ip filter INPUT ip saddr 10.0.0.4 udp dport 4789 accept",
        ),
    ],
)
def test_the_command_that_opens_a_port_is_that_of_the_firewall_there(
    values: dict[str, str], fix: str
) -> None:
    orion = replace(end("orion"), facts=replace(NO_FACTS, values=values))
    shut = udp_crossing(end("vega"), orion, 4789, sent=60, counted=0, others=0)
    check = crossing_check(shut)
    assert check.fix == fix
    assert "connections between vessels on the two time out" in check.advice


def test_a_worker_needs_no_port_of_managers() -> None:
    worker = end("vega", manages=False)
    check = crossing_check(tcp_crossing(end("orion"), worker, 2377, b"silent\n"))
    assert check.state == "warned"
    assert "once this one is promoted" in check.advice


def test_large_packets_that_get_lost_are_a_matter_of_the_mtu_and_not_of_the_port() -> None:
    lost = udp_crossing(end("orion"), end("vega"), 4789, sent=60, counted=0, others=0, full=True)
    check = crossing_check(lost)
    assert (check.key, check.state, check.fix) == ("full-4789-udp", "failed", "")
    assert "less than 1500 bytes fit" in check.advice
    assert "com.docker.network.driver.mtu" in check.advice


def test_what_does_not_arrive_is_counted() -> None:
    seen = udp_crossing(end("orion"), end("vega"), 4789, sent=60, counted=3, others=2)
    assert not seen.open
    assert seen.seen == "1 of 60 packets arrived"


def test_each_is_sent_to_by_one_alone_in_a_round() -> None:
    ways = [pair for pairs in rounds("abcde") for pair in pairs]
    assert sorted(ways) == sorted(permutations("abcde", 2))
    for pairs in rounds("abcde"):
        assert len({target for _, target in pairs}) == 5


RULES = """\
table ip nat {
	chain PREROUTING {
		type nat hook prerouting priority dstnat; policy accept;
	}
}
table inet filter {
	chain input {
		type filter hook input priority filter; policy drop;
		ct state established accept
	}
	chain forward {
		type filter hook forward priority filter; policy drop;
	}
}
"""


def test_the_chain_that_drops_what_comes_in_is_found(tmp_path: Path) -> None:
    (tmp_path / "rules").write_text(RULES)
    for name, script in (
        ("nft", f"cat {tmp_path}/rules"),
        ("sudo", '[ "$1" = -n ] && shift; exec "$@"'),
    ):
        (tmp_path / name).write_text(f"#!/bin/sh\n{script}\n")
        (tmp_path / name).chmod(0o755)
    command = ask_facts()
    done = subprocess.run(
        ["/bin/sh", "-c", command.line()],
        input=command.stdin,
        env={**os.environ, "PATH": f"{tmp_path}:{os.environ['PATH']}"},
        capture_output=True,
        timeout=30,
        check=True,
    )
    facts = read_facts(done.stdout)
    assert (facts.values["drops"], facts.values["dropping"]) == ("1", "inet filter input")
