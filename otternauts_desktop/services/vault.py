"""Secrets at rest: the system's keyring, or an encrypted file. The only door to both libraries.

Never plaintext, and never in the database. Where the system has no keyring, an encrypted file in
the data directory takes its place, opened by a passphrase (or `OTTERNAUTS_SECRET_KEY`).
"""

import asyncio
import base64
import hashlib
import json
import os
import queue
import secrets
import struct
import sys
import threading
import time
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar

from otternauts_desktop.core.kept_errors import (
    HomeInUse,
    KeyringSilent,
    SecretMissing,
    VaultDamaged,
    VaultLocked,
    VaultPassphraseWrong,
)
from otternauts_desktop.core.secret import Secret
from otternauts_desktop.core.words import tr
from otternauts_desktop.services.store.lock import FileLock

if TYPE_CHECKING:
    from keyring.backend import KeyringBackend

SERVICE: Final = "otternauts-desktop"
ENVIRONMENT: Final = "OTTERNAUTS_SECRET_KEY"
KEYRING_SECONDS: Final = 5.0
"""A keyring that asks its owner for a password answers when he does, which may be never."""
WINDOWS_PIECE: Final = 1_200
"""Characters: Windows takes 2,560 bytes of UTF-16 an entry, an RSA key has more."""
_PATIENCE_SECONDS: Final = 10.0
"""For another program that writes the file: milliseconds, unless the disk is very slow."""
_WHOLE: Final = "whole:"
_PIECES: Final = "pieces:"
_TRUSTED: Final = ("SecretService", "kwallet", "libsecret", "macOS", "Windows")
"""Backends of keyring that encrypt. `keyrings.alt` calls its own possibly insecure."""

# RFC 9106, second recommended option; about 150 ms.
COSTS: Final = {"rounds": 3, "lanes": 4, "memory_kib": 65_536}
_MOST_MEMORY_KIB: Final = 1_048_576
_FILE_HEAD: Final = struct.Struct(">BBI16s12s")
"""Rounds, lanes, memory in KiB, salt and nonce, behind the first words of an encrypted file."""

T = TypeVar("T")


class Vault:
    """Keeps secrets by name. Give `backend` and `piece` in tests only."""

    def __init__(
        self,
        home: Path,
        *,
        backend: "KeyringBackend | None" = None,
        piece: int | None = None,
        use_keyring: bool = True,
    ) -> None:
        self._file = _VaultFile(home / "vault.json")
        self._thread = _KeyringThread()
        self._backend = backend
        self._looked = backend is not None or not use_keyring
        self._piece = piece or (WINDOWS_PIECE if sys.platform == "win32" else 0)

    async def place(self) -> str:
        """Where secrets are kept: `keyring`, `file`, or `locked` while nobody opened the file."""
        if await self._keyring() is not None:
            return "keyring"
        return "file" if self._file.is_open or os.environ.get(ENVIRONMENT) else "locked"

    def file_exists(self) -> bool:
        """Whether the encrypted file has been made."""
        return self._file.exists

    async def get(self, name: str) -> Secret:
        """A secret. Raises `SecretMissing`, `VaultLocked`, `KeyringSilent`."""
        backend = await self._keyring()
        if backend is None:
            await self._open_file()
            value = await asyncio.to_thread(self._file.get, name)
        else:
            value = await self._thread.run(lambda: _get_pieces(backend, name))
        if value is None:
            raise SecretMissing(detail=tr('Nothing is kept under "{name}".', name=name))
        return Secret(value)

    async def put(self, name: str, value: Secret) -> None:
        """Keep a secret, replacing the one before. Raises `VaultLocked`, `KeyringSilent`."""
        backend = await self._keyring()
        text = value.reveal()
        if backend is None:
            await self._open_file()
            await asyncio.to_thread(self._file.put, name, text)
        else:
            piece = self._piece
            await self._thread.run(lambda: _put_pieces(backend, name, text, piece))

    async def remove(self, name: str) -> None:
        """Forget a secret; no harm where there is none."""
        backend = await self._keyring()
        if backend is None:
            await self._open_file()
            await asyncio.to_thread(self._file.put, name, None)
        else:
            await self._thread.run(lambda: _remove_pieces(backend, name))

    async def unlock(self, passphrase: Secret) -> None:
        """Open the encrypted file, making it where there is none.

        Raises `VaultPassphraseWrong` or `VaultDamaged`.
        """
        await asyncio.to_thread(self._file.open, passphrase)

    async def _open_file(self) -> None:
        if self._file.is_open:
            return
        key = os.environ.get(ENVIRONMENT)
        if not key:
            raise VaultLocked
        await self.unlock(Secret(key))

    async def _keyring(self) -> "KeyringBackend | None":
        """The system's keyring, None where the file is used."""
        if self._file.exists:  # once chosen, the file stays the place: nothing is in two
            return None
        if not self._looked:
            self._backend = await self._thread.run(_trusted_backend)
            self._looked = True
        return self._backend


# -- the system's keyring ---------------------------------------------------------------------


class _KeyringThread:
    """Runs calls to the keyring one after another, on a thread that never holds up the exit.

    Some wait without limit for the person to type a password (SecretStorage, issue 33).
    """

    def __init__(self) -> None:
        self._work: queue.SimpleQueue[Callable[[], None]] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None

    async def run(self, call: Callable[[], T]) -> T:
        """What `call` gives. Raises `KeyringSilent` after a while, `VaultLocked` where refused."""
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[T] = loop.create_future()

        def settle(result: T | None, error: Exception | None) -> None:
            if not answer.done():
                if error is not None:
                    answer.set_exception(error)
                else:
                    answer.set_result(result)  # type: ignore[arg-type]

        def work() -> None:
            result, error = None, None
            try:
                result = call()
            except Exception as caught:
                error = caught
            with suppress(RuntimeError):  # the loop has ended meanwhile
                loop.call_soon_threadsafe(settle, result, error)

        if self._thread is None:
            self._thread = threading.Thread(target=self._serve, name="keyring", daemon=True)
            self._thread.start()
        self._work.put(work)
        try:
            async with asyncio.timeout(KEYRING_SECONDS):
                return await answer
        except TimeoutError:
            raise KeyringSilent from None
        except Exception as error:
            kind = f"{type(error).__module__}.{type(error).__name__}"
            raise VaultLocked(
                detail=tr("The system's keyring refused ({kind}).", kind=kind),
                next_step=tr("Unlock the keyring of your system and try again."),
            ) from error

    def _serve(self) -> None:
        while True:
            self._work.get()()


def _trusted_backend() -> "KeyringBackend | None":
    """The best backend of this system that encrypts, None where there is none."""
    from keyring.backend import get_all_keyring

    found = [
        backend
        for backend in get_all_keyring()
        if type(backend).__module__.removeprefix("keyring.backends.") in _TRUSTED
    ]
    return max(found, key=lambda backend: float(backend.priority), default=None)


def _get_pieces(backend: "KeyringBackend", name: str) -> str | None:
    head = backend.get_password(SERVICE, name)
    if head is None or head.startswith(_WHOLE):
        return head and head.removeprefix(_WHOLE)
    generation, count, digest = _pieces_of(head)
    parts = [backend.get_password(SERVICE, f"{name}#{generation}.{n}") for n in range(count)]
    text = "".join(part or "" for part in parts)
    if hashlib.sha256(text.encode()).hexdigest() != digest:
        return None  # half of it is gone: as good as nothing
    return text


def _put_pieces(backend: "KeyringBackend", name: str, text: str, piece: int) -> None:
    """Write the pieces first and the head last, so that a break leaves the secret before."""
    before = backend.get_password(SERVICE, name)
    if not piece or len(text) + len(_WHOLE) <= piece:
        backend.set_password(SERVICE, name, _WHOLE + text)
    else:
        parts = [text[start : start + piece] for start in range(0, len(text), piece)]
        generation = secrets.token_hex(4)
        for number, part in enumerate(parts):
            backend.set_password(SERVICE, f"{name}#{generation}.{number}", part)
        digest = hashlib.sha256(text.encode()).hexdigest()
        backend.set_password(SERVICE, name, f"{_PIECES}{generation}:{len(parts)}:{digest}")
    _drop_pieces(backend, name, before)


def _remove_pieces(backend: "KeyringBackend", name: str) -> None:
    before = backend.get_password(SERVICE, name)
    if before is not None:
        backend.delete_password(SERVICE, name)
        _drop_pieces(backend, name, before)


def _drop_pieces(backend: "KeyringBackend", name: str, head: str | None) -> None:
    if head is not None and head.startswith(_PIECES):
        generation, count, _ = _pieces_of(head)
        for number in range(count):
            backend.delete_password(SERVICE, f"{name}#{generation}.{number}")


def _pieces_of(head: str) -> tuple[str, int, str]:
    generation, count, digest = head.removeprefix(_PIECES).split(":")
    return generation, int(count), digest


# -- the encrypted file -----------------------------------------------------------------------


class _VaultFile:
    """Secrets under AES-256-GCM; its key lies beside them, under a key made by Argon2id.

    Every secret is bound to its name, so that none can be passed off as another.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._key: bytes | None = None

    @property
    def exists(self) -> bool:
        return self._path.exists()

    @property
    def is_open(self) -> bool:
        return self._key is not None

    def open(self, passphrase: Secret) -> None:
        if not self.exists:
            with self._alone():
                if not self.exists:  # of two programs that make it, the second opens it
                    self._make(passphrase)
        document = self._read()
        try:
            parameters = document["argon2id"]
            wrapping = _derived(passphrase, base64.b64decode(parameters["salt"]), parameters)
            key_sealed = document["key"]
        except (KeyError, TypeError, ValueError) as error:
            raise VaultDamaged(detail=f"{self._path}: {error}.") from error
        key_opened = opened(wrapping, "key", key_sealed)
        if key_opened is None:
            raise VaultPassphraseWrong
        self._key = key_opened

    def _make(self, passphrase: Secret) -> None:
        salt = secrets.token_bytes(16)
        wrapping = _derived(passphrase, salt, COSTS)
        self._write(
            {
                "version": 1,
                "argon2id": {"salt": _text(salt), **COSTS},
                "key": sealed(wrapping, "key", secrets.token_bytes(32)),
                "entries": {},
            }
        )

    def get(self, name: str) -> str | None:
        assert self._key is not None
        entry = self._read()["entries"].get(name)
        if entry is None:
            return None
        value = opened(self._key, f"entry:{name}", entry)
        if value is None:
            raise VaultDamaged(detail=tr('The entry "{name}" was changed.', name=name))
        return value.decode()

    def put(self, name: str, value: str | None) -> None:
        assert self._key is not None
        with self._alone():
            document = self._read()
            if value is None:
                document["entries"].pop(name, None)
            else:
                document["entries"][name] = sealed(self._key, f"entry:{name}", value.encode())
            self._write(document)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Keep other programs (and threads) from writing what is read here before it is written.

        Raises `HomeInUse` where one of them takes too long.
        """
        self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = FileLock(self._path.with_suffix(".lock"))
        until = time.monotonic() + _PATIENCE_SECONDS
        while not lock.take():
            if time.monotonic() > until:
                raise HomeInUse(detail=str(self._path))
            time.sleep(0.01)
        try:
            yield
        finally:
            lock.release()

    def _read(self) -> dict[str, Any]:
        try:
            document = json.loads(self._path.read_text("utf-8"))
            if document["version"] != 1 or not isinstance(document["entries"], dict):
                raise VaultDamaged(detail=str(self._path))
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise VaultDamaged(detail=f"{self._path}: {error}.") from error
        return dict(document)

    def _write(self, document: dict[str, Any]) -> None:
        """Replace the file as a whole, private from its first moment. Call it `_alone`."""
        for stale in self._path.parent.glob(f"{self._path.stem}.*.part"):
            stale.unlink(missing_ok=True)  # of a program that was killed while it wrote
        part = self._path.with_suffix(f".{secrets.token_hex(4)}.part")
        file = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            with os.fdopen(file, "w", encoding="utf-8") as out:
                json.dump(document, out, indent=1)
                out.flush()
                os.fsync(out.fileno())
            part.replace(self._path)
        except BaseException:
            part.unlink(missing_ok=True)
            raise


def _derived(passphrase: Secret, salt: bytes, costs: Mapping[str, Any]) -> bytes:
    """A key from a passphrase. `ValueError` for costs that no honest file has."""
    from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

    rounds, lanes, memory = (int(costs[key]) for key in ("rounds", "lanes", "memory_kib"))
    if not (0 < rounds <= 16 and 0 < lanes <= 16 and 0 < memory <= _MOST_MEMORY_KIB):
        raise ValueError("absurd costs")
    return Argon2id(
        salt=salt, length=32, iterations=rounds, lanes=lanes, memory_cost=memory
    ).derive(passphrase.reveal().encode())


def sealed(key: bytes, bound_to: str, value: bytes) -> dict[str, str]:
    """AES-256-GCM of `value`, which `opened` gives back for the same `bound_to` alone."""
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    nonce = secrets.token_bytes(12)
    return {
        "nonce": _text(nonce),
        "sealed": _text(AESGCM(key).encrypt(nonce, value, bound_to.encode())),
    }


def opened(key: bytes, bound_to: str, box: Any) -> bytes | None:
    """What was sealed; None where key, name or bytes are not those of the sealing."""
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    try:
        nonce, data = (base64.b64decode(box[part]) for part in ("nonce", "sealed"))
        return AESGCM(key).decrypt(nonce, data, bound_to.encode())
    except (InvalidTag, KeyError, TypeError, ValueError):
        return None


def sealed_file(
    passphrase: Secret, words: bytes, content: bytes, costs: Mapping[str, int] = COSTS
) -> bytes:
    """A file that begins with `words` and that a passphrase opens, on any machine.

    All of it is bound together: no byte can be changed. Give `costs` in tests only.
    """
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    salt, nonce = secrets.token_bytes(16), secrets.token_bytes(12)
    head = words + _FILE_HEAD.pack(
        costs["rounds"], costs["lanes"], costs["memory_kib"], salt, nonce
    )
    return head + AESGCM(_derived(_as_typed(passphrase), salt, costs)).encrypt(nonce, content, head)


def opened_file(passphrase: Secret, words: bytes, data: bytes) -> bytes | None:
    """What `sealed_file` was given; None where passphrase, words or any byte are others."""
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    head, box = data[: len(words) + _FILE_HEAD.size], data[len(words) + _FILE_HEAD.size :]
    try:
        rounds, lanes, memory, salt, nonce = _FILE_HEAD.unpack(head[len(words) :])
        costs = {"rounds": rounds, "lanes": lanes, "memory_kib": memory}
        key = _derived(_as_typed(passphrase), salt, costs)
        return AESGCM(key).decrypt(nonce, box, words + head[len(words) :])
    except (InvalidTag, ValueError, struct.error):
        return None


def _as_typed(passphrase: Secret) -> Secret:
    """The same for every keyboard: systems differ in how they compose letters with marks."""
    return Secret(unicodedata.normalize("NFC", passphrase.reveal()))


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")
