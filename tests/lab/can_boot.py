"""Whether the lab can boot on this machine, found out by trying."""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

_PROBES = {
    "this machine gives no new mount, pid, uts and ipc namespaces": (
        "unshare --mount --pid --uts --ipc --fork true"
    ),
    "this machine can't mount overlayfs": (
        "mkdir -p l u w m && unshare --mount "
        "mount -t overlay o -o lowerdir=$PWD/l,upperdir=$PWD/u,workdir=$PWD/w $PWD/m"
    ),
    "this machine can't change the root of a process": (
        "mkdir -p p && unshare --mount bash -ec "
        "'mount -t tmpfs t p; mkdir p/old p/proc; cd p; pivot_root . old'"
    ),
    "this machine can't make network namespaces": "ip netns add $N && ip netns del $N",
    "this machine can't make bridges": "ip link add $N type bridge && ip link del $N",
    "this machine can't make veth pairs": "ip link add $N type veth && ip link del $N",
    "this machine can't make VXLAN devices, which overlay networks need": (
        "ip link add $N type vxlan id 99 dstport 4789 && ip link del $N"
    ),
    "this machine shows no cgroups": (
        "test -d /sys/fs/cgroup/memory || test -e /sys/fs/cgroup/cgroup.controllers"
    ),
}


def why_not() -> str:
    """Why the lab can't boot here, in one sentence; "" where it can."""
    if sys.platform != "linux":
        return "the lab needs Linux"
    if os.geteuid() != 0:
        return "the lab needs root"
    if _in_chroot():
        return "the lab can't run in a chroot: what enters a container would land outside it"
    from tests.lab.base_image import BASE, CACHE

    path = os.environ.get("PATH", "") + ":/usr/local/sbin:/usr/sbin:/sbin"
    for tool in ("bash", "ip", "unshare", "nsenter", "setsid", "ssh-keygen"):
        if not shutil.which(tool, path=path):
            return f"the lab needs the command {tool}"
    builders = ("debootstrap", "apt-get")
    if not BASE.is_dir() and not any(shutil.which(tool, path=path) for tool in builders):
        return "the lab needs debootstrap, and there is no apt-get to install it with"
    CACHE.mkdir(parents=True, exist_ok=True)
    name = f"ottprobe{os.getpid()}"[:15]
    with tempfile.TemporaryDirectory(dir=CACHE) as folder:
        for sentence, probe in _PROBES.items():
            if not _works(probe, Path(folder), os.environ | {"PATH": path, "N": name}):
                return sentence
    return ""


def _in_chroot() -> bool:
    """Whether another root lies behind this one: a mount namespace entered leads there."""
    try:
        return not os.path.samestat(Path("/").stat(), Path("/proc/1/root/.").stat())
    except OSError:
        return False


def _works(probe: str, folder: Path, env: dict[str, str]) -> bool:
    shell = ["bash", "-c", probe]
    try:
        done = subprocess.run(
            shell, cwd=folder, env=env, capture_output=True, timeout=20, check=False
        )
    except subprocess.TimeoutExpired:
        return False
    return done.returncode == 0
