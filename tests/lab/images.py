"""Images without a registry: stand-ins made of one static busybox, the same bytes on every node."""

import hashlib
import io
import json
import platform
import subprocess
import tarfile
from pathlib import Path

# Each says a line at its start and one every two seconds, and leaves at once when told to.
_STAND_IN = """\
trap "exit 0" TERM INT
echo "{name} is up"
{serve}
while :; do echo "{name} ticks at $(date +%T)"; sleep 2 & wait $!; done
"""
_SERVED = {"nginx:1.27": 80, "postgres:16": 5432, "redis:7-alpine": 6379}
_FILES = {
    "etc/passwd": "root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/:/bin/false\n",
    "etc/group": "root:x:0:\nnogroup:x:65534:\n",
    "etc/hosts": "127.0.0.1 localhost\n",
    "www/index.html": "hello from the lab\n",
}


def image_archive(base: Path) -> bytes:
    """What `docker load` takes: all images of the lab, their one layer stored once."""
    layer = _layer(base)
    digest = hashlib.sha256(layer).hexdigest()
    files = {"layer.tar": layer}
    manifest = []
    for tag, port in {"busybox:1.35": 0, **_SERVED}.items():
        config = _config(tag, port, digest)
        name = f"{hashlib.sha256(config).hexdigest()}.json"
        files[name] = config
        manifest.append({"Config": name, "RepoTags": [tag], "Layers": ["layer.tar"]})
    files["manifest.json"] = json.dumps(manifest).encode()
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        for name, content in files.items():
            _add(archive, name, content)
    return out.getvalue()


def _config(tag: str, port: int, layer: str) -> bytes:
    name = tag.partition(":")[0]
    serve = "httpd -f -p 80 -h /www &" if port == 80 else ""
    config: dict[str, object] = {
        "Env": ["PATH=/bin"],
        "Cmd": ["sh", "-c", _STAND_IN.format(name=name, serve=serve)] if port else ["sh"],
    }
    if port:
        config["ExposedPorts"] = {f"{port}/tcp": {}}
    image = {
        "architecture": {"aarch64": "arm64"}.get(platform.machine(), "amd64"),
        "os": "linux",
        "created": "2024-01-01T00:00:00Z",
        "config": config,
        "rootfs": {"type": "layers", "diff_ids": [f"sha256:{layer}"]},
        "history": [{"created": "2024-01-01T00:00:00Z"}],
    }
    return json.dumps(image).encode()


def _layer(base: Path) -> bytes:
    busybox = base / "usr/bin/busybox"
    listed = subprocess.run([busybox, "--list"], capture_output=True, timeout=10, check=True)
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as tar:
        for name, mode in {"bin": 0o755, "root": 0o700, "tmp": 0o1777, "var": 0o755}.items():
            folder = tarfile.TarInfo(name)
            folder.type, folder.mode = tarfile.DIRTYPE, mode
            tar.addfile(folder)
        _add(tar, "bin/busybox", busybox.read_bytes(), 0o755)
        for applet in sorted(set(listed.stdout.decode().split()) - {"busybox"}):
            link = tarfile.TarInfo(f"bin/{applet}")
            link.type, link.linkname = tarfile.SYMTYPE, "busybox"
            tar.addfile(link)
        for name, text in _FILES.items():
            _add(tar, name, text.encode())
    return out.getvalue()


def _add(tar: tarfile.TarFile, name: str, content: bytes, mode: int = 0o644) -> None:
    file = tarfile.TarInfo(name)
    file.size, file.mode = len(content), mode
    tar.addfile(file, io.BytesIO(content))
