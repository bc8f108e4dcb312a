"""The vault: the system's keyring, in pieces where need be, or an encrypted file; never plain."""

import asyncio
import json
import os
import shutil
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from keyring.backend import KeyringBackend
from keyring.errors import PasswordDeleteError

from otternauts_desktop.core.kept_errors import (
    KeyringSilent,
    SecretMissing,
    VaultDamaged,
    VaultLocked,
    VaultPassphraseWrong,
)
from otternauts_desktop.core.secret import Secret
from otternauts_desktop.services import vault as vault_module
from otternauts_desktop.services.vault import ENVIRONMENT, SERVICE, Vault

CANARY = "canary-7f3a91-" + "x" * 3_000


class Memory(KeyringBackend):
    """A keyring whose entries hold so many characters and no more, as Windows' do."""

    priority = 1

    def __init__(self, limit: int) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.limit, self.entries, self.writes_left = limit, dict[str, str](), 10_000

    def get_password(self, service: str, username: str) -> str | None:
        assert service == SERVICE
        return self.entries.get(username)

    def set_password(self, service: str, username: str, password: str) -> None:
        if len(password) > self.limit or self.writes_left <= 0:
            raise OSError(1783, "The stub received bad data")
        self.writes_left -= 1
        self.entries[username] = password

    def delete_password(self, service: str, username: str) -> None:
        if self.entries.pop(username, None) is None:
            raise PasswordDeleteError(username)


def in_file(tmp_path: Path) -> Vault:
    return Vault(tmp_path, use_keyring=False)


async def test_a_key_larger_than_an_entry_goes_in_pieces_and_leaves_none(tmp_path: Path) -> None:
    memory = Memory(1_280)
    vault = Vault(tmp_path, backend=memory, piece=1_200)
    await vault.put("ssh-key/1", Secret(CANARY))
    assert len(memory.entries) > 1
    assert (await vault.get("ssh-key/1")).same_as(Secret(CANARY))
    await vault.put("ssh-key/1", Secret("short"))
    assert list(memory.entries) == ["ssh-key/1"], "old pieces are removed"
    await vault.remove("ssh-key/1")
    assert memory.entries == {}
    await vault.remove("ssh-key/1")
    with pytest.raises(SecretMissing):
        await vault.get("ssh-key/1")


async def test_a_write_that_breaks_off_leaves_the_secret_before(tmp_path: Path) -> None:
    for writes in range(4):
        memory = Memory(1_280)
        vault = Vault(tmp_path, backend=memory, piece=1_200)
        await vault.put("k", Secret("y" * 3_000))
        memory.writes_left = writes
        if writes < 4:
            with pytest.raises(VaultLocked):
                await vault.put("k", Secret(CANARY))
        assert (await vault.get("k")).same_as(Secret("y" * 3_000))


async def test_a_keyring_that_never_answers_blocks_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    release = threading.Event()

    class Asking(Memory):
        def get_password(self, service: str, username: str) -> str | None:
            release.wait(30)
            return None

    monkeypatch.setattr(vault_module, "KEYRING_SECONDS", 0.2)
    vault = Vault(tmp_path, backend=Asking(1_280))
    ticks = 0

    async def tick() -> None:
        nonlocal ticks
        while True:
            ticks += 1
            await asyncio.sleep(0.01)

    ticking = asyncio.create_task(tick())
    with pytest.raises(KeyringSilent):
        await vault.get("k")
    ticking.cancel()
    release.set()
    assert ticks > 3


async def test_what_a_killed_program_left_of_the_file_goes_with_the_next_write(
    tmp_path: Path,
) -> None:
    vault = in_file(tmp_path)
    await vault.unlock(Secret("held by the paw"))
    (tmp_path / "vault.0badcafe.part").write_bytes((tmp_path / "vault.json").read_bytes())
    await vault.put("k", Secret("v"))
    assert not list(tmp_path.glob("*.part"))


async def test_the_encrypted_file_keeps_secrets_and_shows_none(tmp_path: Path) -> None:
    vault = in_file(tmp_path)
    assert await vault.place() == "locked"
    with pytest.raises(VaultLocked):
        await vault.put("k", Secret(CANARY))
    assert not (tmp_path / "vault.json").exists()
    await vault.unlock(Secret("held by the paw"))
    await vault.put("k", Secret(CANARY))
    assert b"canary" not in (tmp_path / "vault.json").read_bytes()
    assert (tmp_path / "vault.json").stat().st_mode & 0o077 == 0
    later = in_file(tmp_path)
    with pytest.raises(VaultPassphraseWrong):
        await later.unlock(Secret("held by the tail"))
    await later.unlock(Secret("held by the paw"))
    assert (await later.get("k")).same_as(Secret(CANARY))


async def test_the_environment_opens_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OTTERNAUTS_SECRET_KEY", "held by the paw")
    await in_file(tmp_path).put("k", Secret(CANARY))
    assert (await in_file(tmp_path).get("k")).same_as(Secret(CANARY))


async def test_a_file_that_was_tampered_with_is_refused(tmp_path: Path) -> None:
    vault = in_file(tmp_path)
    await vault.unlock(Secret("p"))
    await vault.put("a", Secret("one"))
    await vault.put("b", Secret("two"))
    file = tmp_path / "vault.json"
    document = json.loads(file.read_text())
    entries = document["entries"]
    entries["a"], entries["b"] = entries["b"], entries["a"]
    file.write_text(json.dumps(document))
    with pytest.raises(VaultDamaged):
        await vault.get("a")
    document["argon2id"]["memory_kib"] = 10**9
    file.write_text(json.dumps(document))
    with pytest.raises(VaultDamaged):
        await in_file(tmp_path).unlock(Secret("p"))
    file.write_text("{")
    with pytest.raises(VaultDamaged):
        await in_file(tmp_path).unlock(Secret("p"))


REAL = """
import asyncio, sys
from pathlib import Path
from otternauts_desktop.core.secret import Secret
from otternauts_desktop.services.vault import Vault

async def main():
    vault = Vault(Path(sys.argv[1]))
    print(await vault.place())
    await vault.put("ssh-key/1", Secret("k" * 3000))
    print((await vault.get("ssh-key/1")).same_as(Secret("k" * 3000)))
    await vault.remove("ssh-key/1")
    await vault.remove("ssh-key/1")

asyncio.run(main())
"""


needs_secret_service = pytest.mark.skipif(
    not all(shutil.which(tool) for tool in ("dbus-run-session", "gnome-keyring-daemon")),
    reason="a real Secret Service needs dbus-run-session and gnome-keyring-daemon",
)


def with_secret_service(
    home: Path, *arguments: str, stdin: str = ""
) -> subprocess.CompletedProcess[str]:
    """Run Python on a machine whose keyring, in `home`, is open."""
    script = (
        'printf "\\n" | gnome-keyring-daemon --unlock --components=secrets >/dev/null 2>&1; '
        'exec "$0" "$@"'
    )
    inherited = {name: value for name, value in os.environ.items() if name != ENVIRONMENT}
    return subprocess.run(
        ["dbus-run-session", "--", "sh", "-c", script, sys.executable, *arguments],
        env={
            **inherited,
            "HOME": str(home),
            "XDG_RUNTIME_DIR": str(home),
            "PYTHONPATH": str(Path(__file__).parents[2]),
        },
        input=stdin,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@needs_secret_service
def test_a_real_secret_service(tmp_path: Path) -> None:
    done = with_secret_service(tmp_path, "-c", REAL, str(tmp_path))
    assert done.stdout.split() == ["keyring", "True"], done.stderr
    assert not (tmp_path / "vault.json").exists()


_WRITER = """\
import asyncio, sys
from pathlib import Path
from otternauts_desktop.core.secret import Secret
from otternauts_desktop.services.vault import Vault

async def main():
    vault = Vault(Path(sys.argv[1]), use_keyring=False)
    await vault.unlock(Secret("a passphrase"))
    for number in range(10):
        await vault.put(f"{sys.argv[2]}-{number}", Secret(sys.argv[2]))

asyncio.run(main())
"""


async def test_programs_that_make_and_write_the_file_at_once_lose_nothing(tmp_path: Path) -> None:
    writers = [
        subprocess.Popen([sys.executable, "-c", _WRITER, str(tmp_path), name]) for name in "abc"
    ]
    assert [writer.wait(60) for writer in writers] == [0, 0, 0]
    vault = in_file(tmp_path)
    await vault.unlock(Secret("a passphrase"))
    for name in "abc":
        for number in range(10):
            assert (await vault.get(f"{name}-{number}")).reveal() == name
