"""Builds what people install, into dist/: a bundle of one folder, packed as this system has it,
wheel and sdist, the list of what is in it (CycloneDX), and the sums of all files.

Usage: python packaging/build.py   (`make package` runs it, and then proves the result)
"""

import hashlib
import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from otternauts_desktop import __version__
from otternauts_desktop.ui.dialogs.about import libraries

ROOT: Final = Path(__file__).resolve().parents[1]
BUILD: Final = ROOT / "build"
DIST: Final = ROOT / "dist"
UV: Final = os.environ.get("UV") or str(ROOT / ".uv" / "bin" / "uv")
VENV: Final = BUILD / "package-venv"
"""Only what the program needs, exactly as the lock file has it, and PyInstaller."""


def run(*words: str | Path, **environment: str) -> str:
    """Run a command in the project's folder; gives its output. Ends the build where it fails."""
    done = subprocess.run(
        [str(word) for word in words],
        cwd=ROOT,
        env={**os.environ, **environment},
        stdout=subprocess.PIPE,
        text=True,
        check=False,
    )
    if done.returncode:
        raise SystemExit(f"{words[0]} failed ({done.returncode}): {done.stdout}")
    return done.stdout


def commit_time() -> str:
    """Seconds since 1970 of the commit, so that two builds of it are alike."""
    return run("git", "log", "-1", "--format=%ct").strip()


def bundle() -> Path:
    """The program with its own Python and Qt, in one folder."""
    run(
        *(UV, "sync", "--frozen", "--quiet", "--system-certs", "--no-default-groups"),
        *("--group", "package", "--no-editable", "--reinstall-package", "otternauts-desktop"),
        UV_PROJECT_ENVIRONMENT=str(VENV),
        UV_PYTHON_DOWNLOADS="never",
    )
    run(sys.executable, ROOT / "packaging" / "icons.py", BUILD / "icons")
    python = VENV / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
    run(
        *(python, "-m", "PyInstaller", "--noconfirm", "--log-level", "ERROR"),
        *("--distpath", BUILD / "bundle", "--workpath", BUILD / "pyinstaller"),
        ROOT / "packaging" / "otternauts.spec",
        SOURCE_DATE_EPOCH=commit_time(),
        PYTHONHASHSEED="1",
    )
    return BUILD / "bundle" / "otternauts"


def licences() -> str:
    """Name, version and licence of each library, one a line."""
    return "".join(f"{name} {version}: {licence}\n" for name, version, licence in libraries())


def disk_image() -> None:
    """For macOS. Untested: see packaging/README.md."""
    image = DIST / f"otternauts-{__version__}-macos-{platform.machine()}.dmg"
    run(ROOT / "packaging" / "macos" / "make-dmg", BUILD / "bundle" / "Otternauts.app", image)


def installer(folder: Path) -> None:
    """For Windows, signed where there is a certificate. Untested: see packaging/README.md."""
    certificate = os.environ.get("WINDOWS_CERTIFICATE_FILE")
    target = DIST / f"otternauts-{__version__}-windows{'' if certificate else '-unsigned'}.exe"
    programs = [folder / "otternauts.exe", folder / "otternauts-desktop.exe"]
    _sign_for_windows(certificate, programs)
    run(
        *("makensis", "-V2", f"-DVERSION={__version__}", f"-DBUNDLE={folder}"),
        *(f"-DTARGET={target}", f"-DICON={BUILD / 'icons' / 'otternauts.ico'}"),
        ROOT / "packaging" / "windows" / "otternauts.nsi",
    )
    _sign_for_windows(certificate, [target])


def _sign_for_windows(certificate: str | None, files: Sequence[Path]) -> None:
    if certificate:
        stamp = "http://timestamp.digicert.com"
        # signtool takes the passphrase as an argument only; nobody else is on the builder.
        word = os.environ["WINDOWS_CERTIFICATE_WORD"]
        run(
            *("signtool", "sign", "/fd", "sha256", "/td", "sha256", "/tr", stamp),
            *("/f", certificate, "/p", word, *map(str, files)),
        )


def python_packages() -> None:
    """Wheel and sdist, for `pipx install`."""
    run(UV, "build", "--quiet", "--system-certs", "--out-dir", DIST)
    (DIST / ".gitignore").unlink()


def bill_of_materials() -> None:
    """All libraries with their versions and sums, for programs that look for known faults."""
    target = DIST / f"otternauts-{__version__}.cdx.json"
    target.write_text(
        run(
            *(UV, "export", "--quiet", "--frozen", "--no-default-groups"),
            *("--no-emit-project", "--format", "cyclonedx1.5"),
        ),
        encoding="utf-8",
    )


def sums() -> None:
    """SHA256SUMS of everything in dist/, as `sha256sum --check` reads it."""
    files = sorted(DIST.iterdir())
    lines = [f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}\n" for path in files]
    (DIST / "SHA256SUMS").write_text("".join(lines), encoding="ascii")


def main() -> None:
    """Build everything that this system can."""
    shutil.rmtree(DIST, ignore_errors=True)
    DIST.mkdir()
    folder = bundle()
    print(run(folder / "otternauts", "self-test"), end="", flush=True)
    if sys.platform == "linux":
        from linux_packages import deb, tar

        deb(folder)
        tar(folder)
    elif sys.platform == "darwin":
        disk_image()
    elif sys.platform == "win32":
        installer(folder)
    python_packages()
    bill_of_materials()
    sums()
    for path in sorted(DIST.iterdir()):
        print(f"{path.stat().st_size / 1_000_000:8.1f} MB  dist/{path.name}")


if __name__ == "__main__":
    main()
