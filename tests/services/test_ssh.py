"""The SSH door, against real in-process servers that behave and misbehave."""

import asyncio
import shutil
import socket
import subprocess
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import asyncssh
import pytest

from otternauts_desktop.core.errors import (
    AuthenticationFailed,
    ConnectionRefused,
    HostKeyChanged,
    KeyUnusable,
    LinkLost,
    OutcomeUnknown,
    OutpostUnreachable,
    TooManyChannels,
    UnknownHost,
)
from otternauts_desktop.core.flight.commands import Command
from otternauts_desktop.core.swarm.cluster import Jump, Login
from otternauts_desktop.services import ssh
from otternauts_desktop.services.ssh import fingerprint_of, randomart_of
from otternauts_desktop.services.ssh_config import config_logins

Answer = Callable[["asyncssh.SSHServerProcess[bytes]"], Awaitable[None]]


@dataclass
class Server:
    """A server on loopback: `login` and `host_key` reach it."""

    login: Login
    host_key: str
    connections: list[asyncssh.SSHServerConnection]

    def drop_all(self) -> None:
        """Cut every connection as a pulled cable would be noticed."""
        for connection in self.connections:
            connection.abort()


@asynccontextmanager
async def serving(
    answer: Answer,
    tmp_path: Path,
    *,
    host_keys: tuple[str, ...] = ("ssh-ed25519",),
    forwards: bool = False,
) -> AsyncIterator[Server]:
    """Run a server that accepts one key of user otter and answers commands by `answer`."""
    client_key = asyncssh.generate_private_key("ssh-ed25519")
    key_file = tmp_path / "id_ed25519"
    client_key.write_private_key(key_file)
    keys = [asyncssh.generate_private_key(kind) for kind in host_keys]
    connections: list[asyncssh.SSHServerConnection] = []

    class Gate(asyncssh.SSHServer):
        def connection_made(self, conn: asyncssh.SSHServerConnection) -> None:
            connections.append(conn)

        def connection_requested(
            self, dest_host: str, dest_port: int, orig_host: str, orig_port: int
        ) -> bool:
            return forwards

        def begin_auth(self, username: str) -> bool:
            return True

        def public_key_auth_supported(self) -> bool:
            return True

        def validate_public_key(self, username: str, key: asyncssh.SSHKey) -> bool:
            return username == "otter" and key == client_key.convert_to_public()

    acceptor = await asyncssh.create_server(
        Gate, "127.0.0.1", 0, server_host_keys=keys, process_factory=answer, encoding=None
    )
    try:
        login = Login("127.0.0.1", "otter", acceptor.get_port(), str(key_file))
        line = " ".join(keys[0].export_public_key("openssh").decode().split()[:2])
        yield Server(login, line, connections)
    finally:
        acceptor.close()
        for connection in connections:
            connection.abort()
        await acceptor.wait_closed()


async def echo(process: "asyncssh.SSHServerProcess[bytes]") -> None:
    """Answer with the command and what came on stdin; exit 3."""
    data = await process.stdin.read()
    process.stdout.write(str(process.command).encode() + b"|" + data)
    process.stderr.write(b"warning \xff\n")
    process.exit(3)


async def test_a_command_gives_status_and_bytes(tmp_path: Path) -> None:
    async with serving(echo, tmp_path) as server:
        link = await ssh.connect(server.login, server.host_key)
        done = await link.run(Command(("docker", "it's", "$HOME"), b"\x00\xffbody"))
        await link.close()
    assert done.exit_status == 3
    assert done.stdout == b"docker 'it'\"'\"'s' '$HOME'|\x00\xffbody"
    assert done.stderr == b"warning \xff\n"


async def test_bytes_that_are_not_utf8_leave_the_connection_alive(tmp_path: Path) -> None:
    async with serving(echo, tmp_path) as server:
        link = await ssh.connect(server.login, server.host_key)
        first = await link.run(Command(("a",), b"\xff\xfe"))
        second = await link.run(Command(("b",), b""))
        await link.close()
    assert (first.exit_status, second.stdout) == (3, b"b|")


async def test_a_link_that_dies_under_a_command_is_an_unknown_outcome(tmp_path: Path) -> None:
    started = asyncio.Event()

    async def hang(process: "asyncssh.SSHServerProcess[bytes]") -> None:
        started.set()
        await process.stdin.read()
        await asyncio.sleep(60)

    async with serving(hang, tmp_path) as server:
        link = await ssh.connect(server.login, server.host_key)
        running = asyncio.create_task(link.run(Command(("docker", "stack", "deploy"))))
        await started.wait()
        server.drop_all()
        with pytest.raises(OutcomeUnknown):
            await running
        assert not link.alive
        with pytest.raises(LinkLost):
            await link.run(Command(("true",)))
        await link.close()


async def test_a_command_without_an_end_is_an_unknown_outcome(tmp_path: Path) -> None:
    async def hang(process: "asyncssh.SSHServerProcess[bytes]") -> None:
        await asyncio.sleep(60)

    async with serving(hang, tmp_path) as server:
        link = await ssh.connect(server.login, server.host_key)
        with pytest.raises(OutcomeUnknown, match=r"0\.2 s"):
            await link.run(Command(("sleep", "60")), seconds=0.2)
        assert link.alive
        await link.close()


async def test_exit_255_is_an_exit_and_not_a_lost_link(tmp_path: Path) -> None:
    async def leave(process: "asyncssh.SSHServerProcess[bytes]") -> None:
        process.exit(255)

    async with serving(leave, tmp_path) as server:
        link = await ssh.connect(server.login, server.host_key)
        assert (await link.run(Command(("x",)))).exit_status == 255
        await link.close()


async def test_a_changed_host_key_is_refused_before_login(tmp_path: Path) -> None:
    other = asyncssh.generate_private_key("ssh-ed25519").export_public_key("openssh").decode()
    async with serving(echo, tmp_path) as server:
        with pytest.raises(HostKeyChanged, match="could indicate a security issue"):
            await ssh.connect(server.login, other)


async def test_a_host_key_of_another_kind_counts_as_changed(tmp_path: Path) -> None:
    async with serving(echo, tmp_path, host_keys=("ecdsa-sha2-nistp256",)) as server:
        pinned = asyncssh.generate_private_key("ssh-ed25519").export_public_key("openssh").decode()
        with pytest.raises(HostKeyChanged):
            await ssh.connect(server.login, pinned)


async def test_scanning_asks_for_ed25519_first(tmp_path: Path) -> None:
    async with serving(echo, tmp_path, host_keys=("ssh-ed25519", "ssh-rsa")) as server:
        scanned = await ssh.scan_host_key("127.0.0.1", server.login.port)
    assert scanned.host_key == server.host_key
    assert scanned.fingerprint.startswith("SHA256:")
    assert len(scanned.randomart.splitlines()) == 11


async def test_wrong_user_and_wrong_key_fail_to_log_in(tmp_path: Path) -> None:
    stranger = tmp_path / "stranger"
    asyncssh.generate_private_key("ssh-ed25519").write_private_key(stranger)
    async with serving(echo, tmp_path) as server:
        login = server.login
        for wrong in (
            Login(login.host, "nobody", login.port, login.key_file),
            Login(login.host, "otter", login.port, str(stranger)),
        ):
            with pytest.raises(AuthenticationFailed, match="did not accept the key"):
                await ssh.connect(wrong, server.host_key)


async def test_keys_that_cannot_be_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SSH_AUTH_SOCK", raising=False)
    locked = tmp_path / "locked"
    asyncssh.generate_private_key("ssh-ed25519").write_private_key(locked, passphrase="x")
    public = tmp_path / "key.pub"
    public.write_text("ssh-ed25519 AAAA nonsense")
    async with serving(echo, tmp_path) as server:
        for key_file, words in (
            (str(locked), "ssh-add"),
            (str(public), "not the .pub file"),
            (str(tmp_path / "none"), "No such file"),
            (None, "no ssh-agent is running"),
        ):
            login = Login("127.0.0.1", "otter", server.login.port, key_file)
            with pytest.raises(KeyUnusable, match=words):
                await ssh.connect(login, server.host_key)


async def test_a_port_nobody_listens_on() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with pytest.raises(ConnectionRefused, match=str(port)):
        await ssh.scan_host_key("127.0.0.1", port)


async def test_a_name_that_does_not_resolve() -> None:
    with pytest.raises(UnknownHost, match="no host of that name"):
        await ssh.scan_host_key("nosuchhost.invalid", 22)


@pytest.mark.parametrize("name", ["a..b", "x" * 70 + ".example", "a\0b"])
async def test_a_text_that_is_no_host_name_is_told(name: str) -> None:
    with pytest.raises(UnknownHost):
        await ssh.scan_host_key(name)


async def test_a_text_that_is_no_user_name_is_told(tmp_path: Path) -> None:
    async with serving(echo, tmp_path) as server:
        for name in ("root\n", "a\x1b[2Jb"):
            login = replace(server.login, user=name)
            with pytest.raises(AuthenticationFailed) as caught:
                await ssh.connect(login, server.host_key)
            assert "\x1b" not in caught.value.detail


async def test_a_server_that_says_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ssh, "CONNECT_SECONDS", 0.3)
    silent = socket.socket()
    silent.bind(("127.0.0.1", 0))
    silent.listen()
    with silent, pytest.raises(OutpostUnreachable, match="did not answer"):
        await ssh.scan_host_key("127.0.0.1", silent.getsockname()[1])


async def test_channels_are_bounded(tmp_path: Path) -> None:
    async def hang(process: "asyncssh.SSHServerProcess[bytes]") -> None:
        await process.stdin.read()
        process.exit(0)

    async with serving(hang, tmp_path) as server:
        link = await ssh.connect(server.login, server.host_key)
        open_channels = [await link.open_channel(Command(("cat",))) for _ in range(9)]
        with pytest.raises(TooManyChannels):
            await link.open_channel(Command(("cat",)))
        for channel in open_channels:
            channel.close()
        await asyncio.sleep(0.1)
        assert (await link.run(Command(("cat",)))).ok
        await link.close()


async def test_more_commands_than_channels_wait_for_their_turn(tmp_path: Path) -> None:
    running = most = 0

    async def work(process: "asyncssh.SSHServerProcess[bytes]") -> None:
        nonlocal running, most
        running += 1
        most = max(most, running)
        await asyncio.sleep(0.05)
        running -= 1
        process.exit(0)

    async with serving(work, tmp_path) as server:
        link = await ssh.connect(server.login, server.host_key)
        done = await asyncio.gather(*(link.run(Command(("true",))) for _ in range(40)))
        assert all(one.ok for one in done)
        assert 1 < most <= ssh.MAX_CHANNELS
        await link.close()


@pytest.mark.skipif(not shutil.which("ssh-keygen"), reason="needs OpenSSH's own ssh-keygen")
@pytest.mark.parametrize("kind", ["ed25519", "ecdsa -b 256", "ecdsa -b 521", "rsa -b 2048"])
def test_the_fingerprint_is_drawn_as_openssh_draws_it(tmp_path: Path, kind: str) -> None:
    file = tmp_path / "key"
    words = ["ssh-keygen", "-q", "-N", "", "-f", str(file), "-t", *kind.split()]
    subprocess.run(words, check=True)
    public = file.with_suffix(".pub")
    drawn = subprocess.run(
        ["ssh-keygen", "-lvf", str(public)], capture_output=True, text=True, check=True
    )
    head, *art = drawn.stdout.splitlines()
    assert fingerprint_of(public.read_text()) == head.split()[1]
    assert randomart_of(public.read_text()).splitlines() == art


def test_hosts_of_an_ssh_configuration(tmp_path: Path) -> None:
    key = tmp_path / "deploy_key"
    key.touch()
    config = tmp_path / "config"
    config.write_text(
        "Host orion web-*\n"
        "  HostName 192.0.2.7\n  Port 2222\n  User deploy\n"
        f"  IdentityFile {key}\n"
        "Host behind\n  HostName 10.0.0.9\n  User deploy\n  ProxyJump captain@orion\n"
        "Host hidden\n  ProxyCommand nc %h %p\n"
        "Host vega\n  User root\n"
        "Host *\n  User fallback\n"
    )
    assert config_logins(config) == (
        Login("192.0.2.7", "deploy", 2222, str(key)),
        Login(
            *("10.0.0.9", "deploy", 22),
            jump=Jump(Login("192.0.2.7", "captain", 2222, str(key))),
        ),
        Login("vega", "root", 22, None),
    )
    assert config_logins(tmp_path / "missing") == ()
