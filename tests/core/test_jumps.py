"""Ways through other servers: what names one, and whose host key comes next."""

from dataclasses import replace

import pytest

from otternauts_desktop.core.swarm.cluster import Jump, Login
from otternauts_desktop.core.swarm.jumps import Hop, confirmed, read_hop, read_jump, to_confirm, way


@pytest.mark.parametrize(
    ("text", "hop"),
    [
        ("door", Hop("door")),
        (" otter@door.example:2222 ", Hop("door.example", "otter", 2222)),
        ("ssh://otter@door/", Hop("door", "otter")),
        ("[2001:db8::7]:22", Hop("2001:db8::7", "", 22)),
        ("otter@[fe80::1%eth0]", Hop("fe80::1%eth0", "otter")),
        ("", None),
        ("a b", None),
        ("door:99999", None),
        ("door:ssh", None),
        ("a@b@c", None),
        ("a,b", None),
    ],
)
def test_a_hop_is_read_as_ssh_reads_it(text: str, hop: Hop | None) -> None:
    assert read_hop(text) == hop


def test_what_is_not_said_of_a_hop_is_as_for_the_server_behind_it() -> None:
    login = Login("10.0.0.7", "otter", 2222, key_name="kept")
    door = Jump(Login("door", "otter", 22, key_name="kept"))
    assert read_jump("door", login) == door
    far = read_jump("door, guard@gate:7", login)
    assert far == Jump(Login("gate", "guard", 7, key_name="kept", jump=door))
    assert way(replace(login, jump=far)) == "otter@door,guard@gate:7"
    assert read_jump("door,", login) is None


def test_the_first_hop_is_confirmed_first_and_the_server_last() -> None:
    outer = Login("outer", "o")
    inner = Login("inner", "o", jump=Jump(outer))
    login = Login("server", "o", jump=Jump(inner))
    assert to_confirm(login) == outer
    login = confirmed(login, "key of outer")
    assert to_confirm(login).host == "inner"
    login = confirmed(login, "key of inner")
    assert to_confirm(login) is login
    assert login.jump == Jump(Login("inner", "o", jump=Jump(outer, "key of outer")), "key of inner")
    assert confirmed(login, "its own") is login
    assert to_confirm(outer) is outer
