"""A shell that somebody opened on a simulated server or in a container: a few words, no more."""

import shlex
from typing import Final

import asyncssh

from otternauts_desktop.simulator.http_server import READ_SIZE

_KNOWN: Final = "It knows hostname, whoami, echo, stty size and exit; there is no real one here."


def opens_shell(words: tuple[str, ...]) -> bool:
    """Whether a `docker` command opens a shell in a container."""
    return words[:1] == ("exec",) and words[-3:-1] == ("sh", "-c") and "exec sh" in words[-1]


async def converse(process: "asyncssh.SSHServerProcess[bytes]", user: str, host: str) -> None:
    """Answer line by line until `exit` or the end of what is typed, then end the process."""
    screen = process.term_type is not None
    prompt = f"{user}@{host}:~$ ".encode() if screen else b""
    process.stdout.write(prompt)
    line, status = b"", 0
    while True:
        try:
            typed = await process.stdin.read(READ_SIZE)
        except asyncssh.TerminalSizeChanged:
            continue
        if not typed:
            break
        for number in typed:
            key = bytes([number])
            if key == b"\x04" and not line:
                process.exit(status)
                return
            if key not in b"\r\n":
                line += key
                process.stdout.write(key if screen else b"")
                continue
            process.stdout.write(b"\r\n" if screen else b"")
            said, status, over = _answer(line.decode(errors="replace"), process, user, host)
            line = b""
            process.stdout.write((said.replace("\n", "\r\n") if screen else said).encode())
            if over:
                process.exit(status)
                return
            process.stdout.write(prompt)
    process.exit(status)


def _answer(
    line: str, process: "asyncssh.SSHServerProcess[bytes]", user: str, host: str
) -> tuple[str, int, bool]:
    """What it says, its status, and whether the shell ends."""
    try:
        words = shlex.split(line)
    except ValueError:
        words = [line]
    match words:
        case []:
            return "", 0, False
        case ["exit", *rest]:
            return "", int(rest[0]) % 256 if rest and rest[0].isdecimal() else 0, True
        case ["hostname"]:
            return f"{host}\n", 0, False
        case ["whoami"]:
            return f"{user}\n", 0, False
        case ["echo", *rest]:
            return f"{' '.join(rest)}\n", 0, False
        case ["stty", "size"] if process.term_type is not None:
            columns, rows, _, _ = process.term_size
            return f"{rows} {columns}\n", 0, False
        case _:
            return f"sh: 1: {words[0]}: not found\n{_KNOWN}\n", 127, False
