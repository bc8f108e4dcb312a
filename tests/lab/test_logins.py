"""Ways in to real servers: a key that was made here, other servers on the way, another way."""

from dataclasses import replace
from pathlib import Path

import pytest

from otternauts_desktop.app import open_mission_control
from otternauts_desktop.core.errors import AuthenticationFailed
from otternauts_desktop.core.flight.commands import allow_key, show_host_key
from otternauts_desktop.core.secret import Secret
from otternauts_desktop.core.swarm.cluster import Login
from otternauts_desktop.core.swarm.jumps import confirmed, read_jump, to_confirm
from otternauts_desktop.services import vault
from tests.lab.lab import Lab

pytestmark = [pytest.mark.lab, pytest.mark.seconds(120)]


async def test_a_key_made_here_opens_a_server_once_its_command_was_run_there(
    lab: Lab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(vault, "_trusted_backend", lambda: None)
    node = lab.nodes[0]
    async with open_mission_control(tmp_path) as control:
        await control.keys.unlock(Secret("held by the paw"))
        name, facts = await control.keys.make(f"otternauts@{node.host}")
        login = Login(node.host, "sudoer", node.port, key_name=name)
        scanned = await control.outposts.scan_host_key(login)
        head, *art = node.ask(*show_host_key(scanned.host_key).argv).splitlines()
        assert head.split()[1] == scanned.fingerprint
        assert "\n".join(art).strip() == scanned.randomart
        with pytest.raises(AuthenticationFailed):
            await control.outposts.try_login(login, scanned.host_key)
        command = allow_key(facts.public_line).line()
        try:
            node.ask("su", "-", "sudoer", "-c", command)
            await control.outposts.try_login(login, scanned.host_key)
            folder = "/home/sudoer/.ssh"
            modes = node.ask("stat", "-c", "%a", folder, f"{folder}/authorized_keys")
            assert modes.split() == ["700", "600"]
        finally:
            node.ask("rm", "-rf", "/home/sudoer/.ssh")


async def test_an_outpost_is_reached_through_two_others_from_now_on(
    lab: Lab, tmp_path: Path
) -> None:
    room, gate, door = lab.nodes
    key = str(lab.key_file)
    async with open_mission_control(tmp_path) as control:
        direct = Login(room.host, "otter", room.port, key)
        outpost = await control.outposts.add(direct, host_key=room.host_key)
        login = replace(direct, jump=read_jump(f"sudoer@{door.host},{gate.host}", direct))
        seen = []
        while (hop := to_confirm(login)) is not login:
            scanned = await control.outposts.scan_host_key(hop)
            login = confirmed(login, scanned.host_key)
            seen.append(scanned.host_key)
        assert seen == [door.host_key, gate.host_key]
        scanned = await control.outposts.scan_host_key(login)
        await control.outposts.change_login(outpost.id, login, scanned.host_key)
        snapshot = await control.telemetry.refresh(outpost.cluster_id)
        assert len(snapshot.nodes) == len(lab.nodes)
        assert control.outposts.outpost(outpost.id).login.jump == login.jump
