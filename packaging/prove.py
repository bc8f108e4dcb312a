"""Installs the `.deb` in fresh roots of Debian without Python, and sees whether it holds there.

In each root: the version before is installed and its database laid out; the new version upgrades
it, tries all its parts, migrates the database, opens its window on an X server, and is removed
again, after which nothing is left but what the person kept.

Usage: python packaging/prove.py [--before DEB]   (root, debootstrap, Xvfb; `make package`
runs it). Without --before, the version before is this one under a lower number, with a database
of the schema before.
"""

import argparse
import os
import re
import shutil
import statistics
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from PIL import Image

import build
from linux_packages import deb
from otternauts_desktop import __version__
from otternauts_desktop.services.store.database import open_database
from otternauts_desktop.services.store.home import DATABASE
from otternauts_desktop.services.store.migrations import MIGRATIONS

SUITES: Final = ("bookworm", "trixie")
LARGEST_MB: Final = 60
SLOWEST_MS: Final = 400
SIZE: Final = (1440, 900)
DISPLAY: Final = ":94"
BEFORE: Final = "0.0.1"
ROUNDS: Final = 7


class Root:
    """A fresh Debian, as a person's machine has it before anything is installed."""

    def __init__(self, suite: str, folder: Path) -> None:
        self.suite = suite
        self.folder = folder

    def run(self, *words: str, user: str = "root", check: bool = True, **environment: str) -> str:
        """Run a command in it; gives what it said. Ends the proof where it fails."""
        base = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "HOME": "/root", "LANG": "C.UTF-8"}
        if user != "root":
            base["HOME"] = f"/home/{user}"
        done = subprocess.run(
            ["chroot", f"--userspec={user}:{user}", str(self.folder), *words],
            env={**base, "DEBIAN_FRONTEND": "noninteractive", **environment},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        if check and done.returncode:
            raise SystemExit(f"{self.suite}: {' '.join(words)} failed:\n{done.stdout}")
        return done.stdout

    def own_files(self) -> set[str]:
        """Everything with the program's name, outside of people's homes and apt's own records."""
        places = ("etc", "opt", "usr", "var")
        found = (path for place in places for path in (self.folder / place).rglob("*otternauts*"))
        names = {f"/{path.relative_to(self.folder)}" for path in found}
        return {name for name in names if not name.startswith(("/var/cache/apt", "/var/lib/apt"))}


@contextmanager
def fresh_root(suite: str) -> Iterator[Root]:
    """A root of that Debian, unpacked from a kept archive; gone at the end."""
    kept = Path(os.environ.get("XDG_CACHE_HOME", "~/.cache")).expanduser() / "otternauts-roots"
    archive = kept / f"{suite}.tar"
    with tempfile.TemporaryDirectory(prefix=f"otternauts-{suite}-") as temporary:
        folder = Path(temporary) / "root"
        if not archive.exists():
            kept.mkdir(parents=True, exist_ok=True)
            build.run("debootstrap", "--variant=minbase", suite, folder, _mirror())
            build.run("tar", "-C", folder, "-cf", archive.with_suffix(".part"), ".")
            archive.with_suffix(".part").rename(archive)
            shutil.rmtree(folder)
        folder.mkdir()
        build.run("tar", "-C", folder, "-xpf", archive)
        shutil.copy("/etc/resolv.conf", folder / "etc")
        mounts = [
            ("-t", "proc", "proc", folder / "proc"),
            ("--rbind", "/tmp/.X11-unix", folder / "tmp" / ".X11-unix"),
        ]
        (folder / "tmp" / ".X11-unix").mkdir()
        try:
            for words in mounts:
                build.run("mount", *words)
            yield Root(suite, folder)
        finally:
            for words in reversed(mounts):
                subprocess.run(["umount", "--quiet", str(words[-1])], check=False)


def _mirror() -> str:
    """The mirror that this machine is set to use."""
    sources = [Path("/etc/apt/sources.list"), *Path("/etc/apt/sources.list.d").iterdir()]
    text = "\n".join(path.read_text("utf-8") for path in sources if path.is_file())
    lines = [line for line in text.splitlines() if not line.lstrip().startswith("#")]
    found = re.search(r"https?://\S+/debian/?(?=\s|$)", "\n".join(lines))
    return found[0] if found else "http://deb.debian.org/debian"


@contextmanager
def screen() -> Iterator[Path]:
    """An X server without a monitor; gives the file that is its picture."""
    Path("/tmp/.X11-unix").mkdir(mode=0o1777, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        across, down = SIZE
        words = [DISPLAY, "-screen", "0", f"{across}x{down}x24", "-fbdir", folder, "-ac"]
        server = subprocess.Popen(["Xvfb", *words, "-nolisten", "tcp"], stderr=subprocess.DEVNULL)
        try:
            socket = Path("/tmp/.X11-unix") / f"X{DISPLAY[1:]}"
            for _ in range(100):
                if socket.exists():
                    break
                time.sleep(0.1)
            yield Path(folder) / "Xvfb_screen0"
        finally:
            server.terminate()
            server.wait()


def picture(frame: Path) -> Image.Image:
    """What is on the screen now."""
    across, down = SIZE
    points = frame.read_bytes()[-across * down * 4 :]
    return Image.frombytes("RGB", SIZE, points, "raw", "BGRX")


def lay_out_home(root: Root) -> None:
    """A person, and the database that the version before has made for him."""
    root.run("useradd", "--create-home", "otter")
    home = root.folder / "home" / "otter" / ".otternauts"
    open_database(home / DATABASE, migrations=MIGRATIONS[:-1]).close()
    root.run("chown", "-R", "otter:otter", "/home/otter/.otternauts")


def unpacked(root: Root) -> str:
    """The `tar.xz`, unpacked where the person may write; gives what its self-test said."""
    (archive,) = build.DIST.glob(f"otternauts-{__version__}-linux-*.tar.xz")
    home = root.folder / "home" / "otter"
    build.run("tar", "-C", home, "-xf", archive)
    program = f"/home/otter/{archive.name.removesuffix('.tar.xz')}/otternauts"
    return root.run(program, "self-test", "--only", "window", user="otter", DISPLAY=DISPLAY)


def schema(root: Root) -> int:
    """The version of the person's database: SQLite keeps it in bytes 60 to 63."""
    head = (root.folder / "home" / "otter" / ".otternauts" / DATABASE).read_bytes()[:64]
    return int.from_bytes(head[60:64], "big")


def window(root: Root, frame: Path) -> Image.Image:
    """Open the window, as the person would from the menu, and look at it after some seconds."""
    opened = _opened(root, "--simulate", DISPLAY=DISPLAY)
    try:
        time.sleep(8)
        if opened.poll() is not None:
            raise SystemExit(f"{root.suite}: the window went away ({opened.returncode}).")
        return picture(frame)
    finally:
        opened.terminate()
        opened.communicate()


def warm_start(root: Root) -> list[float]:
    """Milliseconds from the start of the program to its first picture, without a screen, sorted.

    Qt itself says when it has flushed one.
    """
    times = []
    for _ in range(ROUNDS + 1):
        began = time.monotonic()
        opened = _opened(
            root, QT_QPA_PLATFORM="offscreen", QT_LOGGING_RULES="qt.widgets.painting.debug=true"
        )
        assert opened.stderr is not None
        while "Flushing" not in opened.stderr.readline():
            if opened.poll() is not None:
                raise SystemExit(f"{root.suite}: the window went away ({opened.returncode}).")
        times.append((time.monotonic() - began) * 1000)
        opened.kill()
        opened.communicate()
    return sorted(times[1:])  # the first one reads the files from the disk


def _opened(root: Root, *words: str, **environment: str) -> subprocess.Popen[str]:
    """The program, started by the person."""
    base = {"HOME": "/home/otter", "PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LANG": "C.UTF-8"}
    return subprocess.Popen(
        ["chroot", "--userspec=otter:otter", str(root.folder), "/usr/bin/otternauts", *words],
        env={**base, **environment},
        stderr=subprocess.PIPE,
        text=True,
    )


def prove(suite: str, before: Path, package: Path) -> None:
    """All of it, in one root. Ends the program with what does not hold."""
    with fresh_root(suite) as root, screen() as frame:
        for path in (before, package):
            shutil.copy(path, root.folder / "tmp")
        root.run("apt-get", "-q", "update")
        install = ("apt-get", "-qy", "--no-install-recommends", "install")
        root.run(*install, f"/tmp/{before.name}")
        if root.run("sh", "-c", "command -v python3 || true"):
            raise SystemExit(f"{suite}: there is a Python in the root, which would prove nothing.")
        lay_out_home(root)
        old = schema(root)
        root.run(*install, f"/tmp/{package.name}")
        tested = root.run("otternauts", "self-test", user="otter")
        tested += root.run(
            "otternauts", "self-test", "--only", "window", user="otter", DISPLAY=DISPLAY
        )
        tested += unpacked(root)
        print(f"{suite}:\n{tested}", end="", flush=True)
        if "platform xcb" not in tested:
            raise SystemExit(f"{suite}: the window was not painted on X.")
        root.run("otternauts", "cluster", "list", user="otter", check=False)
        if (old, schema(root)) != (len(MIGRATIONS) - 1, len(MIGRATIONS)):
            raise SystemExit(f"{suite}: the database went from {old} to {schema(root)}.")
        seen = window(root, frame)
        seen.save(build.BUILD / f"window-{suite}.png")
        if len(seen.getcolors(maxcolors=1 << 24) or ()) < 200:
            raise SystemExit(f"{suite}: the window stays empty: build/window-{suite}.png")
        times = warm_start(root)
        root.run("apt-get", "-qy", "purge", "otternauts")
        root.run("apt-get", "-qy", "autoremove", "--purge")
        if left := root.own_files():
            raise SystemExit(f"{suite}: removing it leaves {sorted(left)}")
        if schema(root) != len(MIGRATIONS):
            raise SystemExit(f"{suite}: removing it took the person's data along.")
    median = statistics.median(times)
    holds = "holds" if median <= SLOWEST_MS else "DOES NOT HOLD; was the machine busy?"
    print(
        f"ok      upgraded with its database from {old} to {len(MIGRATIONS)}, removed cleanly\n"
        f"        first picture of a warm start after {median:.0f} ms "
        f"({times[0]:.0f} to {times[-1]:.0f}), at most {SLOWEST_MS}: {holds}"
    )


def main() -> None:
    """Prove the package of this version in dist/."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--before", type=Path, help="a .deb of the version before")
    given = parser.parse_args().before
    (package,) = build.DIST.glob(f"otternauts_{__version__}_*.deb")
    size = package.stat().st_size / 1_000_000
    if size >= LARGEST_MB:
        raise SystemExit(f"{package.name} has {size:.1f} MB, at most {LARGEST_MB} are wanted.")
    with tempfile.TemporaryDirectory() as folder:
        bundle = build.BUILD / "bundle" / "otternauts"
        quick = ("-Zgzip", "-z1")
        before = given or deb(bundle, version=BEFORE, into=Path(folder), packing=quick)
        for suite in SUITES:
            prove(suite, before, package)


if __name__ == "__main__":
    main()
