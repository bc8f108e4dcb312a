"""Private keys: read from a file, a paste or the vault, or made new. Beside ssh.py at its door."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import asyncssh

from otternauts_desktop.core.errors import KeyUnusable, PassphraseNeeded
from otternauts_desktop.core.secret import Secret
from otternauts_desktop.core.swarm.cluster import Login
from otternauts_desktop.core.untrusted import shown
from otternauts_desktop.core.words import tr

COMMENT: Final = "otternauts"


@dataclass(frozen=True, slots=True)
class Credentials:
    """What opens a server, beside what its `Login` says."""

    private_key: Secret | None = None
    """A key that the vault keeps, in OpenSSH or PEM format."""
    passphrase: Secret | None = None
    """Of the key, wherever that lies."""
    jump: "Credentials | None" = None
    """What opens the jump host."""


NONE: Final = Credentials()
"""For a login that says all: a key file without a passphrase, or the agent."""


@dataclass(frozen=True, slots=True)
class KeyFacts:
    """What may be shown of a private key."""

    kind: str
    fingerprint: str
    public_line: str
    """For `authorized_keys`: kind, key, comment."""


def new_private_key(comment: str = COMMENT) -> Secret:
    """A new ed25519 private key in OpenSSH format."""
    key = asyncssh.generate_private_key("ssh-ed25519", comment=comment)
    return Secret(key.export_private_key("openssh").decode("ascii"))


def key_facts(private_key: Secret, passphrase: Secret | None = None) -> KeyFacts:
    """What a private key is. Raises `KeyUnusable`, or `PassphraseNeeded` where it is locked.

    The work of a thread: a passphrase takes a tenth of a second to be made a key of.
    """
    key = _imported(private_key.reveal().encode(), tr("What was given"), passphrase)
    line = shown(key.export_public_key("openssh").decode("utf-8", "replace").strip())
    return KeyFacts(key.get_algorithm(), key.get_fingerprint("sha256"), line)


def client_keys(login: Login, credentials: Credentials) -> "list[asyncssh.SSHKey] | tuple[()]":
    """The keys to log in with; none where the ssh-agent's are tried. Raises `KeyUnusable`.

    The work of a thread, as that of `key_facts`.
    """
    if credentials.private_key is not None:
        data = credentials.private_key.reveal().encode()
        return [_imported(data, tr("The stored key"), credentials.passphrase, login.key)]
    if login.key_file is None:
        if not os.environ.get("SSH_AUTH_SOCK"):
            raise KeyUnusable(
                detail=tr("No key file was given and no ssh-agent is running."),
                next_step=tr(
                    "Give the path of a private key, or start an agent and add one to it."
                ),
            )
        return ()
    path = Path(login.key_file)
    return [_imported(read_key_file(path), str(path), credentials.passphrase, login.key)]


def read_key_file(path: Path) -> bytes:
    """The bytes of a key file. Raises `KeyUnusable`."""
    try:
        return path.expanduser().read_bytes()
    except OSError as error:
        raise KeyUnusable(
            detail=f"{path}: {error.strerror}.", next_step=tr("Check the path and its permissions.")
        ) from error


def _imported(data: bytes, where: str, passphrase: Secret | None, key: str = "") -> asyncssh.SSHKey:
    words = passphrase.reveal() if passphrase is not None else None
    try:
        return asyncssh.import_private_key(data, words)
    except (asyncssh.KeyEncryptionError, asyncssh.KeyImportError) as error:
        # asyncssh tells a missing passphrase from a file that is no key by its words alone.
        if "assphrase" in str(error):
            if passphrase is not None:
                raise PassphraseNeeded(
                    detail=tr("The passphrase does not open {key}.", key=where), key=key
                ) from error
            raise PassphraseNeeded(
                detail=tr("{key} is protected by a passphrase.", key=where),
                next_step=tr(
                    "Give the passphrase, or add the key to your ssh-agent (ssh-add {key}) and "
                    "choose the agent.",
                    key=where,
                ),
                key=key,
            ) from error
        raise KeyUnusable(
            detail=tr("{key} is not a private key in a known format.", key=where),
            next_step=tr("Choose the private key, not the .pub file."),
        ) from error
