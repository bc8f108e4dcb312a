"""Packs the bundle for Linux: a `.deb` that says what it needs, and a `tar.xz` for the rest."""

import gzip
import hashlib
import shutil
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import build
from otternauts_desktop import __version__

HERE: Final = Path(__file__).parent / "linux"
MAINTAINER: Final = "Otternauts Desktop contributors <desktop@otternauts.dev>"
NEEDS: Final = (
    "libc6 (>= 2.36)",  # of Debian 12, where it is built
    *("libstdc++6 (>= 12)", "libgcc-s1", "libegl1", "libgl1"),
    *("libxcb1", "libwayland-client0", "libwayland-cursor0"),
    *("fontconfig-config", "xkb-data", "libx11-data"),
)
"""What the bundle leaves to the system: the C libraries, graphics, and files of X and fonts."""
HELPED_BY: Final = ("ca-certificates", "fonts-dejavu-core", "gnome-keyring | kwalletmanager")
CONTROL: Final = """\
Package: otternauts
Version: {version}
Architecture: {architecture}
Maintainer: {maintainer}
Installed-Size: {kilobytes}
Depends: {needs}
Recommends: {helped_by}
Suggests: git
Section: admin
Priority: optional
Description: mission control for Docker Swarm
 It takes bare servers to a running application of several containers behind HTTPS and keeps it
 running: over SSH, without an agent on the servers, an account or telemetry. A window and a
 command line, and a flight simulator to practise in.
"""


def deb(
    bundle: Path,
    *,
    version: str = __version__,
    into: Path = build.DIST,
    packing: Sequence[str] = ("-Zxz", "--threads-max=2"),
) -> Path:
    """Make `otternauts_<version>_<architecture>.deb` of the bundle."""
    root = build.BUILD / "deb"
    shutil.rmtree(root, ignore_errors=True)
    _lay_out(bundle, root, version)
    files = sorted(path for path in root.rglob("*") if path.is_file() and not path.is_symlink())
    kilobytes = sum(path.stat().st_size for path in files) // 1024
    architecture = build.run("dpkg", "--print-architecture").strip()
    control = CONTROL.format(
        version=version,
        architecture=architecture,
        maintainer=MAINTAINER,
        kilobytes=kilobytes,
        needs=", ".join(NEEDS),
        helped_by=", ".join(HELPED_BY),
    )
    debian = root / "DEBIAN"
    debian.mkdir()
    (debian / "control").write_text(control, "utf-8")
    sums = (
        f"{hashlib.md5(path.read_bytes()).hexdigest()}  {path.relative_to(root)}\n"
        for path in files
    )
    (debian / "md5sums").write_text("".join(sums), "utf-8")
    _open_to_all(root)
    target = into / f"otternauts_{version}_{architecture}.deb"
    build.run(
        *("dpkg-deb", "--root-owner-group", *packing, "--build", str(root), str(target)),
        SOURCE_DATE_EPOCH=build.commit_time(),
    )
    shutil.rmtree(root)
    return target


def tar(bundle: Path) -> Path:
    """Make `otternauts-<version>-linux-<machine>.tar.xz`: unpack it anywhere and start it there."""
    machine = build.run("uname", "-m").strip()
    name = f"otternauts-{__version__}-linux-{machine}"
    root = build.BUILD / "tar" / name
    shutil.rmtree(root.parent, ignore_errors=True)
    shutil.copytree(bundle, root, symlinks=True)
    _desktop_files(root / "share", __version__)
    shutil.copy(build.ROOT / "LICENSE", root)
    (root / "libraries.txt").write_text(build.licences(), "utf-8")
    _open_to_all(root)
    target = build.DIST / f"{name}.tar.xz"
    build.run(
        *("tar", "--create", "--xz", "--file", target, "--sort=name", "--owner=0", "--group=0"),
        *("--numeric-owner", f"--mtime=@{build.commit_time()}", "-C", root.parent, name),
        XZ_OPT="-T2",
    )
    shutil.rmtree(root.parent)
    return target


def _lay_out(bundle: Path, root: Path, version: str) -> None:
    """The files of the package, where they will lie."""
    shutil.copytree(bundle, root / "usr" / "lib" / "otternauts", symlinks=True)
    program = root / "usr" / "bin" / "otternauts"
    program.parent.mkdir()
    program.symlink_to("../lib/otternauts/otternauts")
    share = root / "usr" / "share"
    _desktop_files(share, version)
    papers = share / "doc" / "otternauts"
    papers.mkdir(parents=True)
    shutil.copy(HERE / "copyright", papers)
    (papers / "libraries.txt").write_text(build.licences(), "utf-8")
    _packed(build.ROOT / "CHANGELOG.md", papers / "changelog.gz")
    manual = share / "man" / "man1"
    manual.mkdir(parents=True)
    _packed(HERE / "otternauts.1", manual / "otternauts.1.gz")


def _desktop_files(share: Path, version: str) -> None:
    """What makes a desktop show the program among the others."""
    applications, metainfo = share / "applications", share / "metainfo"
    applications.mkdir(parents=True)
    shutil.copy(HERE / "otternauts.desktop", applications)
    metainfo.mkdir()
    told = (HERE / "dev.otternauts.desktop.metainfo.xml").read_text("utf-8")
    date = time.strftime("%Y-%m-%d", time.gmtime(int(build.commit_time())))
    told = told.replace("@VERSION@", version).replace("@DATE@", date)
    component = metainfo / "dev.otternauts.desktop.metainfo.xml"
    component.write_text(told, "utf-8")
    if shutil.which("appstreamcli"):
        build.run("appstreamcli", "validate", "--no-net", component)
    if shutil.which("desktop-file-validate"):
        build.run("desktop-file-validate", applications / "otternauts.desktop")
    for picture in sorted((build.BUILD / "icons").glob("*.png")):
        size = picture.stem
        folder = share / "icons" / "hicolor" / f"{size}x{size}" / "apps"
        folder.mkdir(parents=True)
        shutil.copy(picture, folder / "otternauts.png")
    scalable = share / "icons" / "hicolor" / "scalable" / "apps"
    scalable.mkdir(parents=True)
    shutil.copy(build.BUILD / "icons" / "otternauts.svg", scalable)


def _packed(source: Path, target: Path) -> None:
    """As Debian wants its papers: packed, and alike in every build."""
    target.write_bytes(gzip.compress(source.read_bytes(), mtime=0))


def _open_to_all(root: Path) -> None:
    """Everyone may read, only the owner write, whatever the builder's umask was."""
    subprocess.run(["chmod", "-R", "u=rwX,go=rX", str(root)], check=True)
