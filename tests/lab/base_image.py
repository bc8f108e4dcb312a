"""The file system every node stands on: Debian with sshd and Docker, built once."""

import hashlib
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

CACHE = Path.home() / ".cache" / "otternauts-lab"
SUITE = "trixie"
PACKAGES = (
    *("openssh-server", "sudo", "docker.io", "docker-cli", "iproute2", "iptables"),
    *("ca-certificates", "curl", "procps", "netcat-openbsd", "busybox-static"),
    "docker-registry",
)
_HASH = hashlib.sha256(" ".join((SUITE, *PACKAGES)).encode()).hexdigest()[:12]
BASE = CACHE / f"base-{_HASH}"


@contextmanager
def locked(path: Path, *, wait: bool = True) -> Iterator[bool]:
    """Hold a lock file, also against other processes; False if busy and not to be waited for."""
    import fcntl  # only there where a lab can be

    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        except BlockingIOError:
            yield False
        else:
            yield True


def base_image() -> Path:
    """The folder with the base image, built now if it is not there yet (about a minute)."""
    with locked(CACHE / "base.lock"):
        if not BASE.is_dir():
            part = BASE.with_suffix(".part")
            if part.exists():
                shutil.rmtree(part)
            _build(part)
            part.rename(BASE)
    return BASE


def _build(root: Path) -> None:
    if not shutil.which("debootstrap", path=_PATH):
        _install_debootstrap()
    # In a mount namespace of its own, so that a build that dies leaves nothing mounted.
    debootstrap = ["debootstrap", "--variant=minbase", f"--include={','.join(PACKAGES)}"]
    command = ["unshare", "--mount", *debootstrap, SUITE, str(root), mirror()]
    log = CACHE / "base.log"
    with log.open("wb") as out:
        built = subprocess.run(
            command, env=_environment(), stdout=out, stderr=out, timeout=900, check=False
        )
    if built.returncode:
        raise RuntimeError(f"debootstrap failed; the last lines of {log}:\n{_tail(log)}")
    for key in (root / "etc/ssh").glob("ssh_host_*"):
        key.unlink()  # every node has its own
    for package in (root / "var/cache/apt/archives").glob("*.deb"):
        package.unlink()
    (root / "etc/resolv.conf").write_text("")


def mirror() -> str:
    """The Debian mirror this machine itself uses."""
    apt = Path("/etc/apt")
    sources = [apt / "sources.list", *sorted((apt / "sources.list.d").glob("*.[ls]*"))]
    for source in sources:
        for line in source.read_text().splitlines() if source.exists() else ():
            found = re.search(r"\bhttps?://\S+/debian/?(?=\s|$)", line)
            if found and not line.lstrip().startswith("#"):
                return found[0]
    raise LookupError("this machine's apt sources name no Debian mirror")


def _install_debootstrap() -> None:
    install = ["apt-get", "install", "-y", "-q", "debootstrap"]
    for command in (["apt-get", "update", "-q"], install):
        subprocess.run(command, env=_environment(), timeout=300, check=True, capture_output=True)


_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


def _environment() -> dict[str, str]:
    return os.environ | {"PATH": _PATH, "LC_ALL": "C", "DEBIAN_FRONTEND": "noninteractive"}


def _tail(log: Path) -> str:
    return "\n".join(log.read_text(errors="replace").splitlines()[-10:])
