"""Sends one message through apprise. The only door to it, in a process of its own.

So the window neither waits for its import (a second) nor keeps its memory (40 MB). What it sends
can be watched exactly there: every connection and every program that Python starts is seen by an
audit hook, whatever name, redirect or number led to it.
"""

import asyncio
import contextlib
import io
import json
import logging
import sys
from dataclasses import asdict, dataclass
from typing import Any, Final
from urllib.parse import parse_qsl, unquote, urlsplit

from otternauts_desktop.core.alerts.addresses import is_local
from otternauts_desktop.core.channel_errors import ChannelUnusable, NotDelivered, TargetRefused
from otternauts_desktop.core.secret import Secret, masked
from otternauts_desktop.core.untrusted import shown

WORD: Final = "--messenger"
"""Makes the program do what `serve` does, and nothing else."""
SECONDS: Final = 60.0
_HERE: Final = frozenset(
    {"dbus", "glib", "gnome", "growl", "kde", "macosx", "qt", "syslog", "windows"}
)
"""Services of apprise that show or write something on this machine: the window does that."""


@dataclass(frozen=True, slots=True)
class Message:
    """What is to be sent. Without a `title` the address is only looked at."""

    title: str = ""
    body: str = ""
    kind: str = "warning"
    """`info`, `success`, `warning` or `failure`, as apprise has them."""


async def send(url: Secret, message: Message, *, allow_local: bool) -> str:
    """Send it by a process of its own; gives the name of the service.

    Raises `ChannelUnusable`, `TargetRefused` and `NotDelivered`; none of them shows the address.
    """
    # Without the current directory in the path of imports, whatever lies there.
    module = [] if hasattr(sys, "frozen") else ["-P", "-m", "otternauts_desktop"]
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, *module, WORD),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    asked = {"url": url.reveal(), "allow_local": allow_local, **asdict(message)}
    try:
        async with asyncio.timeout(SECONDS):
            out, _ = await process.communicate(json.dumps(asked).encode())
    except TimeoutError:
        raise NotDelivered(detail="…") from None
    finally:
        if process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()
    try:
        answer = json.loads(out)
    except ValueError:
        raise NotDelivered(detail=f"exit {process.returncode}") from None
    said = masked(shown(str(answer["said"]), limit=500), secrets_in(url))
    if answer["outcome"] == "unusable":
        raise ChannelUnusable(detail=said)
    if answer["outcome"] == "refused":
        raise TargetRefused(detail=said)
    if answer["outcome"] != "done":
        raise NotDelivered(detail=said)
    return said


def secrets_in(url: Secret) -> list[Secret]:
    """Whatever in an address may be a token: nothing of it belongs into a text."""
    text = url.reveal()
    words = {text, text.strip()}
    with contextlib.suppress(ValueError):
        parts = urlsplit(text)
        words |= {parts.username or "", parts.password or "", parts.netloc}
        words |= set(parts.path.split("/")) | {value for _, value in parse_qsl(parts.query)}
    return [Secret(form) for word in words if len(word) > 3 for form in (word, unquote(word))]


# -- the other side ---------------------------------------------------------------------------


def serve() -> int:
    """Send the message that stands on standard input; say on standard output how that went."""
    asked = json.load(sys.stdin)
    # Whatever libraries print is no answer of ours.
    with contextlib.redirect_stdout(io.StringIO()):
        outcome, said = _deliver(asked)
    json.dump({"outcome": outcome, "said": said}, sys.stdout)
    return 0


def _deliver(asked: dict[str, Any]) -> tuple[str, str]:
    import apprise

    heard = _Heard()
    logging.getLogger("apprise").addHandler(heard)
    url = str(asked["url"]).strip()
    if urlsplit(url).scheme.lower() in _HERE:
        return "unusable", ""
    asset = apprise.AppriseAsset(secure_logging=True, async_mode=False, app_id="Otternauts")
    target = apprise.Apprise.instantiate(url, asset=asset, suppress_exceptions=True)
    if target is None:
        return "unusable", ""
    if not asked["title"]:
        return "done", str(target.service_name)
    refused: list[str] = []
    if not asked["allow_local"]:
        sys.addaudithook(lambda event, arguments: _watch(event, arguments, refused))
    sender = apprise.Apprise(asset=asset)
    sender.add(target)
    done = sender.notify(
        title=str(asked["title"]),
        body=str(asked["body"]),
        notify_type=apprise.NotifyType(asked["kind"]),
        body_format=apprise.NotifyFormat.TEXT,
    )
    if done:
        return "done", str(target.service_name)
    if refused:
        return "refused", refused[0]
    return "failed", " ".join(heard.lines)


def _watch(event: str, arguments: tuple[Any, ...], refused: list[str]) -> None:
    """Refuse what a message must not do. Python tells of it before it is done (PEP 578)."""
    if event in ("socket.connect", "socket.sendto", "socket.sendmsg"):
        address = arguments[1]
        if address is None:  # on a connection that was looked at already
            return
        host = str(address[0]) if isinstance(address, tuple) else str(address)
        if is_local(host):
            refused.append(host)
            raise OSError("refused")
    elif event in ("subprocess.Popen", "os.exec", "os.posix_spawn", "os.system", "os.startfile"):
        refused.append(event)
        raise OSError("refused")


class _Heard(logging.Handler):
    """Keeps what apprise warns of: its reason why nothing was sent."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(record.getMessage())
