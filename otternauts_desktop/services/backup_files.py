"""The files of backups: what is in one, and that no byte of it has changed.

    words | rounds, lanes, memory, salt, nonce | AES-256-GCM of the contents | SHA-256 of all before
    words |                                                     the contents | SHA-256 of all before

The first is sealed with a passphrase and holds secrets; the second is a copy of the database for
the same machine. The sum tells a damaged file from a wrong passphrase; against whoever means harm
the seal stands.
"""

import base64
import binascii
import hashlib
import json
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from otternauts_desktop.core.kept_errors import (
    BackupDamaged,
    BackupNewer,
    BackupPassphraseWrong,
    BackupUnusable,
    PassphraseTooShort,
)
from otternauts_desktop.core.secret import Secret
from otternauts_desktop.services.vault import COSTS, opened_file, sealed_file

_NAME: Final = b"OTTERNAUTS "
_SEALED: Final = _NAME + b"BACKUP 1\n"
_PLAIN: Final = _NAME + b"COPY 1\n"
_SUM_BYTES: Final = 32
_MOST_BYTES: Final = 1 << 30
"""Of contents: what is larger is no honest file."""
SHORTEST_PASSPHRASE: Final = 8


@dataclass(frozen=True)
class Contents:
    """What a backup holds."""

    made_at: float
    """Wall clock, seconds since 1970."""
    database: bytes = field(repr=False)
    sums_key: bytes = field(repr=False)
    entries: Mapping[str, Secret] = field(default_factory=dict)
    """Of the vault, by name; none in a copy for the same machine."""


def sealed_backup(
    contents: Contents, passphrase: Secret, costs: Mapping[str, int] = COSTS
) -> bytes:
    """A file that the passphrase opens. Raises `PassphraseTooShort`; give `costs` in tests only."""
    if len(passphrase.reveal()) < SHORTEST_PASSPHRASE:
        raise PassphraseTooShort
    return _with_sum(sealed_file(passphrase, _SEALED, _packed(contents), costs))


def plain_copy(contents: Contents) -> bytes:
    """A file for the same machine; the vault's entries are left out."""
    return _with_sum(_PLAIN + _packed(replace(contents, entries={})))


def is_sealed(data: bytes) -> bool:
    """Whether a passphrase is needed to open it.

    Raises `BackupUnusable` where it is no backup, `BackupDamaged` or `BackupNewer`.
    """
    if not data.startswith(_NAME):
        raise BackupUnusable
    if hashlib.sha256(data[:-_SUM_BYTES]).digest() != data[-_SUM_BYTES:]:
        raise BackupDamaged
    if not data.startswith((_SEALED, _PLAIN)):
        raise BackupNewer
    return data.startswith(_SEALED)


def opened_backup(data: bytes, passphrase: Secret | None = None) -> Contents:
    """What is in a file. Raises as `is_sealed`, and `BackupPassphraseWrong`."""
    if not is_sealed(data):
        return _unpacked(data[len(_PLAIN) : -_SUM_BYTES])
    packed = opened_file(passphrase or Secret(""), _SEALED, data[:-_SUM_BYTES])
    if packed is None:
        raise BackupPassphraseWrong
    return _unpacked(packed)


def _with_sum(data: bytes) -> bytes:
    return data + hashlib.sha256(data).digest()


def _packed(contents: Contents) -> bytes:
    """A line of JSON, then the database: JSON of that would hold up the window."""
    document = {
        "made_at": contents.made_at,
        "sums_key": base64.b64encode(contents.sums_key).decode(),
        "entries": {name: value.reveal() for name, value in contents.entries.items()},
    }
    return zlib.compress(json.dumps(document).encode() + b"\n" + contents.database, 1)


def _unpacked(packed: bytes) -> Contents:
    try:
        unpacking = zlib.decompressobj()
        text = unpacking.decompress(packed, _MOST_BYTES)
        if not unpacking.eof or unpacking.unused_data:
            raise BackupDamaged
        head, _, database = text.partition(b"\n")
        document = json.loads(head)
        return Contents(
            float(document["made_at"]),
            database,
            base64.b64decode(document["sums_key"], validate=True),
            {str(name): Secret(str(value)) for name, value in document["entries"].items()},
        )
    except (zlib.error, binascii.Error, ValueError, KeyError, TypeError, AttributeError) as error:
        raise BackupDamaged(detail=f"{type(error).__name__}.") from None
