"""Real servers looked over: what they are, and whether real packets cross, both ways."""

from pathlib import Path

import pytest

from otternauts_desktop.core.flight.preflight import CheckState
from otternauts_desktop.core.names import ClusterId, OutpostId
from otternauts_desktop.core.secret import Secret
from otternauts_desktop.core.swarm.cluster import Login, Outpost
from otternauts_desktop.services.crossing import Packets
from otternauts_desktop.services.keys import Keys
from otternauts_desktop.services.preflight import Preflight, Report
from otternauts_desktop.services.vault import Vault
from tests.lab.faults import dropping
from tests.lab.lab import Lab

pytestmark = [pytest.mark.lab, pytest.mark.seconds(300)]


async def looked_over(lab: Lab, tmp_path: Path, name: str, user: str = "sudoer") -> Report:
    vault = Vault(tmp_path, use_keyring=False)
    await vault.unlock(Secret("p"))
    node = lab.node(name)
    peers = [
        Outpost(
            *(OutpostId(n.name), ClusterId("lab"), n.name),
            Login(n.host, "otter", n.port, str(lab.key_file)),
            *(n.host_key, n.node_id, False),
        )
        for n in lab.nodes
        if n is not node
    ]
    login = Login(node.host, user, node.port, str(lab.key_file))
    return await Preflight(Keys(vault), Packets()).check(
        login, node.host_key, name=name, peers=peers
    )


def states(report: Report) -> dict[str, str]:
    return {check.key: check.state.value for check in report.checks}


async def test_a_server_of_a_healthy_swarm_passes(lab: Lab, tmp_path: Path) -> None:
    report = await looked_over(lab, tmp_path, "vega-1")
    assert not report.failed
    assert report.address == lab.node("vega-1").host
    for port in ("2377-tcp", "7946-tcp", "7946-udp", "4789-udp"):
        check = next(c for c in report.checks if c.key == f"port-{port}")
        assert check.state is CheckState.PASSED, check
        assert check.seen == "Open, tried in 4 directions"
    assert states(report)["swarm"] == "warned"


@pytest.mark.parametrize(
    ("user", "failed"), [("otter", {"sudo"}), ("nodocker", {"sudo", "docker"})]
)
async def test_what_a_user_may_not_do_is_found(
    lab: Lab, tmp_path: Path, user: str, failed: set[str]
) -> None:
    report = await looked_over(lab, tmp_path, "vega-1", user)
    assert {check.key for check in report.failed} == failed
    assert all(check.fix for check in report.failed)


@pytest.mark.parametrize(("protocol", "port"), [("udp", 4789), ("udp", 7946), ("tcp", 2377)])
async def test_a_port_that_a_firewall_drops_is_found_with_its_direction(
    lab: Lab, tmp_path: Path, protocol: str, port: int
) -> None:
    target, source = lab.node("orion-1"), lab.node("vega-1")
    with dropping(target, protocol, port, source):
        report = await looked_over(lab, tmp_path, source.name)
    (check,) = report.failed
    assert check.key == f"port-{port}-{protocol}"
    assert check.seen.startswith("vega-1 → orion-1: ")
    assert ";" not in check.seen
