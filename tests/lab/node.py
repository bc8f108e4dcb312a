"""One node of the lab: a root, a network address, an sshd and a dockerd of its own."""

import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

PASSWORD = "held by the paw"  # of the user `passworded`
_HERE = Path(__file__).parent
_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
_START_DOCKER = """\
#!/bin/bash
mkdir -p /run/docker
setsid dockerd --exec-opt native.cgroupdriver=cgroupfs --cgroup-parent /{cgroup} \\
  --insecure-registry 10.99.0.0/16 \\
  </dev/null >>/var/log/dockerd.log 2>&1 &
"""
_SSHD = """\
HostKey /etc/ssh/ssh_host_ed25519_key
AuthorizedKeysFile .ssh/authorized_keys /etc/ssh/lab_keys
UseDNS no
MaxStartups 200
PerSourcePenalties no
"""


def machine(*argv: str, timeout: float = 30, check: bool = True) -> str:
    """What a command on this machine itself says."""
    env = os.environ | {"PATH": _PATH}
    done = subprocess.run(argv, env=env, capture_output=True, timeout=timeout, check=False)
    if check and done.returncode:
        raise RuntimeError(f"{' '.join(argv)}: {done.stderr.decode(errors='replace').strip()}")
    return done.stdout.decode(errors="replace")


def wait_until(holds: Callable[[], bool], what: str, seconds: float = 60.0) -> None:
    """Look until something holds; TimeoutError says what didn't."""
    end = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > end:
            raise TimeoutError(f"{what}: not within {seconds:g} s")
        time.sleep(0.1)


def new_key_pair(file: Path, comment: str) -> None:
    """Make an ed25519 key pair: the private half at `file`, the public one at `file`.pub."""
    machine("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", comment, "-f", str(file))


@dataclass(slots=True)
class LabNode:
    """A host of the lab. `run` looks inside as root; the other verbs break and mend it."""

    name: str
    host: str
    bridge: str
    folder: Path
    base: Path
    node_id: str = ""
    port: int = 22
    user: str = "otter"

    @property
    def host_key(self) -> str:
        """The public half of the host key, as in known_hosts: `ssh-ed25519 AAAA...`."""
        line = (self.folder / "upper/etc/ssh/ssh_host_ed25519_key.pub").read_text()
        return " ".join(line.split()[:2])

    @property
    def alive(self) -> bool:
        """Whether its pid 1 runs (and is its own: a number used again is somebody else's)."""
        try:
            return Path(f"/proc/{self._pid()}/ns/net").samefile(f"/run/netns/{self._netns}")
        except (OSError, ValueError):
            return False

    def run(
        self, *argv: str, stdin: bytes = b"", timeout: float = 60
    ) -> subprocess.CompletedProcess[bytes]:
        """Run a command inside the node as root, past ssh: for oracles and preparations."""
        target = f"--target={self._pid()}"
        inside = ["nsenter", target, "--mount", "--pid", "--uts", "--ipc", "--net"]
        # Where this process is in a chroot, the namespace alone would lead to another root.
        inside += ["--root", "--wd", "--"]
        return subprocess.run(
            [*inside, *argv],
            env={"PATH": _PATH, "HOME": "/root", "LC_ALL": "C.UTF-8"},
            input=stdin,
            capture_output=True,
            timeout=timeout,
            check=False,
        )

    def ask(self, *argv: str, stdin: bytes = b"", timeout: float = 60) -> str:
        """What a command inside the node says; one that fails raises with its own words."""
        done = self.run(*argv, stdin=stdin, timeout=timeout)
        if done.returncode:
            words = done.stderr.decode(errors="replace").strip()
            raise RuntimeError(f"{self.name}: {' '.join(argv)}: {words}")
        return done.stdout.decode(errors="replace").strip()

    def prepare(self, public_key: str, hosts: str) -> None:
        """Lay out the node's own files; once, before its first boot."""
        for name in ("upper", "work", "root", "docker"):
            (self.folder / name).mkdir(parents=True)
        sudo = "sudoer ALL=(ALL) NOPASSWD: ALL\npassworded ALL=(ALL) ALL\n"
        self._write("etc/hostname", f"{self.name}\n")
        self._write("etc/hosts", hosts)
        self._write("etc/ssh/lab_keys", public_key)
        self._write("etc/ssh/sshd_config.d/lab.conf", _SSHD)
        self._write("etc/sudoers.d/otternauts", sudo, 0o440)
        self._write("etc/lab-password", PASSWORD, 0o600)
        start = _START_DOCKER.format(cgroup=self._netns)
        self._write("usr/local/sbin/lab-start-docker", start, 0o755)
        self._write("usr/local/sbin/lab-init", (_HERE / "node_init.sh").read_text(), 0o755)
        key = self.folder / "upper/etc/ssh/ssh_host_ed25519_key"
        new_key_pair(key, self.name)

    def boot(self, timeout: float = 60) -> None:
        """Switch it on, and wait until its sshd and its dockerd answer."""
        self.kill()
        netns = self._netns
        machine("ip", "netns", "add", netns)
        machine("ip", "link", "add", self._link, "type", "veth", "peer", "eth0", "netns", netns)
        machine("ip", "link", "set", self._link, "master", self.bridge, "up")
        machine("ip", "-n", netns, "addr", "add", f"{self.host}/24", "dev", "eth0")
        machine("ip", "-n", netns, "link", "set", "eth0", "up")
        log = self.folder / "boot.log"
        namespaces = ["unshare", "--mount", "--pid", "--uts", "--ipc", "--fork"]
        script = ["bash", str(_HERE / "node_boot.sh"), str(self.base), str(self.folder), self.name]
        with log.open("wb") as out:
            subprocess.run(
                # Forked away, so that a lab may outlive the one who booted it.
                ["setsid", "--fork", "nsenter", f"--net=/run/netns/{netns}", *namespaces, *script],
                env=os.environ | {"PATH": _PATH},
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                timeout=10,
                check=True,
            )
        try:
            wait_until(lambda: self.alive and self._sshd_answers(), f"{self.name}'s sshd", timeout)
            wait_until(self._dockerd_answers, f"{self.name}'s dockerd", timeout)
        except TimeoutError as late:
            raise TimeoutError(f"{late}\n{log.read_text(errors='replace')}") from None

    def kill(self) -> None:
        """Switch it off without a word, as a power cut would; no harm if it is off."""
        if self.alive:
            pid = self._pid()
            os.kill(pid, signal.SIGKILL)
            wait_until(lambda: _ended(pid), f"the end of {self.name}", 20)
        (self.folder / "pid").unlink(missing_ok=True)
        machine("ip", "link", "del", self._link, check=False)
        machine("ip", "netns", "del", self._netns, check=False)
        wait_until(self._cgroups_gone, f"the cgroups of {self.name}", 20)

    def cut_link(self) -> None:
        """Unplug its network cable."""
        machine("ip", "link", "set", self._link, "down")

    def mend_link(self) -> None:
        """Plug its network cable in again."""
        machine("ip", "link", "set", self._link, "up")

    def stop_docker(self, timeout: float = 30) -> None:
        """Stop dockerd (and with it its containers); sshd stays."""
        self.run("pkill", "-TERM", "-x", "dockerd")
        lives = ("pgrep", "-x", "dockerd")
        wait_until(lambda: self.run(*lives).returncode != 0, "the end of dockerd", timeout)

    def start_docker(self, timeout: float = 60) -> None:
        """Start dockerd again and wait until it answers."""
        self.ask("/usr/local/sbin/lab-start-docker")
        wait_until(self._dockerd_answers, f"{self.name}'s dockerd", timeout)

    def _pid(self) -> int:
        return int((self.folder / "pid").read_text())

    @property
    def _netns(self) -> str:
        return f"{self.bridge}-{self.name}"

    @property
    def _link(self) -> str:
        number, last = self.host.split(".")[2:]
        return f"otter{number}n{last}"

    def _write(self, path: str, text: str, mode: int = 0o644) -> None:
        file = self.folder / "upper" / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
        file.chmod(mode)

    def _sshd_answers(self) -> bool:
        try:
            with socket.create_connection((self.host, self.port), timeout=2) as door:
                return door.recv(4) == b"SSH-"
        except OSError:
            return False

    def _dockerd_answers(self) -> bool:
        ping = ("curl", "-fsm2", "--unix-socket", "/run/docker.sock", "http://docker/_ping")
        return self.run(*ping).stdout == b"OK"

    def _cgroups_gone(self) -> bool:
        """Remove the node's cgroups, innermost first; they empty a moment after its end."""
        left = False
        roots = Path("/sys/fs/cgroup")
        for top in (roots / self._netns, *roots.glob(f"*/{self._netns}")):
            for path, _, _ in os.walk(top, topdown=False):
                try:
                    Path(path).rmdir()
                except FileNotFoundError:
                    continue
                except OSError:
                    left = True
        return not left


def _ended(pid: int) -> bool:
    """Whether a pid 1 and with it all its processes are gone; it is a zombie only after them."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] in "ZX"
    except OSError:
        return True


def remove_folder(folder: Path) -> None:
    """Remove the files of nodes that are off; their mounts may take a moment to let go."""
    for _ in range(5):
        shutil.rmtree(folder, ignore_errors=True)
        if not folder.exists():
            return
        time.sleep(0.5)
    shutil.rmtree(folder)
