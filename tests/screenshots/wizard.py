"""Scenes of adding an outpost: the key, the fingerprint, the checks, the passphrases."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any, Final

from otternauts_desktop.core.errors import (
    AuthenticationFailed,
    ManagesAnotherSwarm,
    PassphraseNeeded,
)
from otternauts_desktop.core.flight.commands import allow_key
from otternauts_desktop.core.flight.preflight import Check, CheckState
from otternauts_desktop.core.swarm.cluster import Login
from otternauts_desktop.services.ssh import ScannedKey, fingerprint_of, randomart_of
from otternauts_desktop.ui.dialogs.add_outpost import AddOutpost
from otternauts_desktop.ui.dialogs.change_login import ChangeLogin
from otternauts_desktop.ui.dialogs.key_choice import KeyWay
from otternauts_desktop.ui.dialogs.key_passphrase import KeyPassphrase
from otternauts_desktop.ui.dialogs.open_vault import OpenVault
from otternauts_desktop.ui.places import cluster_place, outpost_place
from tests.screenshots.shop import flying_shop
from tests.screenshots.stage import PROD, Stage

_KEY: Final = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIKyrI6UEZqCCpjuCp1CLL8fFIxgA2bXIhsqfHdW2hS5N"
_PASSED, _FAILED = CheckState.PASSED, CheckState.FAILED
_CHECKS: Final = (
    Check("ssh", "SSH connection", _PASSED, "Signed in as deploy within 0.3 s"),
    Check("clock", "Clock", _PASSED, "0.2 s apart from this machine"),
    Check(
        "sudo",
        "Passwordless sudo",
        _FAILED,
        "sudo: a password is required",
        "Passwordless sudo is required. Configure /etc/sudoers.d/otternauts for the user deploy.",
        "echo 'deploy ALL=(ALL) NOPASSWD: ALL' | sudo tee /etc/sudoers.d/otternauts && "
        "sudo chmod 0440 /etc/sudoers.d/otternauts && sudo visudo -c",
    ),
    Check(
        "system",
        "Operating system",
        _PASSED,
        "Debian GNU/Linux 12 (bookworm), x86_64, 4 cores, 8 GB memory",
    ),
    Check("disk", "Disk space", _PASSED, "38.0 GB free, 5 GB needed"),
)


async def _typed(stage: Stage) -> Any:
    stage.desk.go(cluster_place(PROD))
    stage.window.actions_.run("outpost.add")
    add = await stage.dialog(AddOutpost)
    add.form.show_login(Login("203.0.113.24", "deploy"))
    add.name.setText("nova-1")
    return add


async def _new_key(stage: Stage) -> None:
    add = await _typed(stage)
    add.form.keys.ways.choose(KeyWay.NEW)
    command = allow_key(f"{_KEY} otternauts@203.0.113.24").line()
    add.form.keys.show_made("kept", command, "deploy@203.0.113.24")


async def _paste(stage: Stage) -> None:
    add = await _typed(stage)
    add.form.keys.ways.choose(KeyWay.PASTE)


async def _fingerprint(stage: Stage) -> None:
    add = await _typed(stage)
    add.next_hop()
    shown = ScannedKey(fingerprint_of(_KEY), _KEY, randomart_of(_KEY))
    add.show_fingerprint(shown)
    add.pasted.setText(f"256 {shown.fingerprint} root@nova-1 (ED25519)")


async def _preflight(stage: Stage) -> None:
    add = await _typed(stage)
    add.show_set_up([(PROD, "acme-prod")], PROD)
    add.set_up.show_looking("nova-1")
    add.set_up.show_checks(_CHECKS, may_go_on=False)


async def _take_over(stage: Stage) -> None:
    add = await _typed(stage)
    add.next_hop()
    add.show_fingerprint(ScannedKey(fingerprint_of(_KEY), _KEY, randomart_of(_KEY)))
    add.show_error(ManagesAnotherSwarm())


async def _change_login(stage: Stage) -> None:
    stage.desk.go(outpost_place(PROD, stage.control.outposts.outposts(PROD)[3].node_id))
    stage.window.actions_.run("outpost.change_login")
    change = await stage.dialog(ChangeLogin)
    change.form.keys.take_file("~/.ssh/id_ed25519")
    change.show_error(AuthenticationFailed(detail="deploy@203.0.113.21 did not accept the key."))


async def _no_ingress(stage: Stage) -> None:
    seen = flying_shop()
    bare = replace(seen, services=tuple(s for s in seen.services if s.fleet != "ingress"))
    stage.see(bare)
    stage.desk.go(cluster_place(PROD))
    await stage.desk.ingress.offer(PROD)


async def _vault(stage: Stage) -> None:
    OpenVault(new=True, parent=stage.window).open()
    await stage.settle()


async def _passphrase(stage: Stage) -> None:
    needed = PassphraseNeeded(detail="/home/otto/.ssh/id_ed25519 is protected by a passphrase.")
    KeyPassphrase(needed, stage.window).open()
    await stage.settle()


WIZARD: Final[dict[str, Callable[[Stage], Awaitable[None]]]] = {
    "add-outpost-new-key": _new_key,
    "add-outpost-paste": _paste,
    "add-outpost-fingerprint": _fingerprint,
    "add-outpost-preflight": _preflight,
    "add-outpost-take-over": _take_over,
    "change-login": _change_login,
    "no-ingress": _no_ingress,
    "vault-new": _vault,
    "key-passphrase": _passphrase,
}
