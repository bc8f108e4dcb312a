"""One simulated server as it is reached: SSH on loopback, with a Docker engine behind it."""

import asyncio
from pathlib import Path
from typing import Any, Final, Literal, get_args

import asyncssh

from otternauts_desktop.simulator import shell
from otternauts_desktop.simulator.engine_api import EngineApi
from otternauts_desktop.simulator.http_server import READ_SIZE, serve
from otternauts_desktop.simulator.installing import install, installs, stands_in_the_way
from otternauts_desktop.simulator.looks import USER, look
from otternauts_desktop.simulator.membership import leave
from otternauts_desktop.simulator.ports import Serving
from otternauts_desktop.simulator.queries import EngineError
from otternauts_desktop.simulator.servers import Server, Servers
from otternauts_desktop.simulator.stack import Output
from otternauts_desktop.simulator.terminal import converse, opens_shell

Fault = Literal["refuse_auth", "change_host_key", "no_docker", "socket_forbidden", "not_in_a_swarm"]
LOOPBACK: Final = "127.0.0.1"
DOCKER_SOCKET: Final = "/var/run/docker.sock"

Process = asyncssh.SSHServerProcess[bytes]


class Host:
    """The way in to a server. `port` is known once it has started."""

    def __init__(
        self, servers: Servers, server: Server, client_key: asyncssh.SSHKey, key_file: Path
    ) -> None:
        """Writes its host key into `key_file`."""
        self._servers = servers
        self.server = server
        self._api = EngineApi(servers, server)
        self._client_key = client_key.convert_to_public()
        self._key = new_key(key_file)
        self._fault = ""
        self._silent_after = ""
        self._acceptor: asyncssh.SSHAcceptor | None = None
        self._connections: set[asyncssh.SSHServerConnection] = set()
        self._programs: set[asyncio.Task[None]] = set()
        self.port = 0
        self.host_key: str = " ".join(self._key.export_public_key("openssh").decode().split()[:2])
        """The public key it showed at first, in OpenSSH format."""

    @property
    def name(self) -> str:
        """Its host name."""
        return self.server.name

    @property
    def host(self) -> str:
        """The address to connect to: loopback."""
        return LOOPBACK

    @property
    def user(self) -> str:
        """Whom it lets in."""
        return USER

    @property
    def node_id(self) -> str:
        """What its swarm calls it, "" where it is in none."""
        return self.server.node.id if self.server.node is not None else ""

    @property
    def connection_count(self) -> int:
        """SSH connections that are open."""
        return len(self._connections)

    async def start(self) -> None:
        """Listen, on the same port as before; the node comes back to the swarm."""
        if self._acceptor is not None:
            return
        self._acceptor = await asyncssh.create_server(
            lambda: _Gate(self),
            LOOPBACK,
            self.port,
            server_host_keys=[self._shown_key()],
            process_factory=self._on_process,
            encoding=None,
            allow_scp=False,
            agent_forwarding=False,
            compression_algs=None,
        )
        self.port = self._acceptor.get_port()
        self.server.switch(up=True)

    async def stop(self) -> None:
        """Stop listening and cut all connections; the swarm loses the node a little later."""
        acceptor, self._acceptor = self._acceptor, None
        if acceptor is None:
            return
        acceptor.close()
        await self._cut()
        await acceptor.wait_closed()
        self.server.switch(up=False)

    async def break_by(self, fault: Fault | str) -> None:
        """Go wrong in one of the ways of `Fault`, for those who connect from now on."""
        if fault and fault not in get_args(Fault):
            raise ValueError(f"unknown fault: {fault}")
        self._fault = fault
        self._api.cut_off = fault == "not_in_a_swarm"
        if self._acceptor is not None:
            self._acceptor.update(server_host_keys=[self._shown_key()])
            await self._cut()

    async def mend(self) -> None:
        """Be well again."""
        self._silent_after = ""
        await self.break_by("")

    def fall_silent_after(self, deed: str) -> None:
        """Say nothing more once this was done (see `Server.deeds`), until it is mended.

        What was done then has its effect, and who asked for it does not hear of it.
        """
        self._silent_after = deed

    # -- for its connections -----------------------------------------------------------------

    async def may_speak(self) -> None:
        """Come back when something may be said: at once, or never."""
        if self._silent_after and self._silent_after in self.server.deeds:
            await asyncio.Event().wait()

    def admits(self, user: str, key: asyncssh.SSHKey) -> bool:
        """Whether a user with this key is let in."""
        known = self.server.any_key or key == self._client_key
        return user == USER and known and self._fault != "refuse_auth"

    def connected(self, connection: asyncssh.SSHServerConnection) -> None:
        """Note a connection, so that `stop` ends it."""
        self._connections.add(connection)

    def disconnected(self, connection: asyncssh.SSHServerConnection) -> None:
        """Forget a connection that ended."""
        self._connections.discard(connection)

    async def serve_socket(
        self, reader: "asyncssh.SSHReader[bytes]", writer: "asyncssh.SSHWriter[bytes]"
    ) -> None:
        """Be the Docker daemon at the other end of its socket."""
        program = asyncio.current_task()
        assert program is not None
        self._programs.add(program)
        try:
            await serve(_SocketPipe(self, reader, writer), self._api.answer)
        except (OSError, asyncssh.Error):
            return  # the client has hung up, as it may at any time
        finally:
            self._programs.discard(program)
            writer.close()

    @property
    def has_socket(self) -> bool:
        """Whether whoever is logged in may talk to a Docker daemon here."""
        return shell.broken(self.server, shell.DIAL, self._fault) is None

    def serving(self, host: str, port: int) -> Serving | None:
        """What answers at an address of its containers; None where nothing listens."""
        return self._api.ports.serving(host, port)

    def _leave(self, *, force: bool) -> Output:
        try:
            leave(self.server, force=force)
        except EngineError as error:
            return Output(1, "", f"Error response from daemon: {error}\n")
        return Output(0, "Node left the swarm.\n", "")

    def _shown_key(self) -> asyncssh.SSHKey:
        if self._fault == "change_host_key":
            return asyncssh.generate_private_key("ssh-ed25519")
        return self._key

    async def _cut(self) -> None:
        """End all connections and what runs on them."""
        programs, connections = list(self._programs), list(self._connections)
        for program in programs:
            program.cancel()
        for connection in connections:
            connection.abort()
        await asyncio.gather(*programs, return_exceptions=True)
        await asyncio.gather(*(connection.wait_closed() for connection in connections))

    async def _on_process(self, process: Process) -> None:
        program = asyncio.current_task()
        assert program is not None
        self._programs.add(program)
        try:
            await self._run(process, process.command or "")
        except (OSError, asyncssh.Error):
            # The client has hung up, as it may at any time: there is nobody left to tell.
            process.close()
        finally:
            self._programs.discard(program)

    async def _run(self, process: Process, line: str) -> None:
        if installs(line):
            await self._install(process)
            return
        if not line:
            await converse(process, USER, self.name)
            return
        call = shell.docker_call(line)
        if call is None:
            looked = look(self._servers, self.server, line)
            await self._finish(process, looked or shell.unknown_command(line))
        elif (failed := shell.broken(self.server, call, self._fault)) is not None:
            await self._finish(process, failed)
        elif call.is_dial:
            await serve(_ChannelPipe(self, process), self._api.answer)
            process.exit(0)
        elif opens_shell(call.words):
            await converse(process, "root", call.words[-4][:12])
        elif call.words[:2] == ("swarm", "leave"):
            await self._finish(process, self._leave(force="--force" in call.words))
        else:
            stdin = await process.stdin.read()
            done = shell.run(self.server.swarm, call, stdin, refusal=self._api.refusal)
            if done.status == 0 and call.words[0] != "exec":
                self.server.deeds.append(" ".join((*call.words[:2], call.words[-1])))
            await self._finish(process, done)

    async def _install(self, process: Process) -> None:
        if trouble := stands_in_the_way(self.server):
            await self._finish(process, Output(1, f"{trouble}\n", ""))
            return
        async for said in install(self.server, self._servers.pace.start):
            process.stdout.write(f"{said}\n".encode())
            await process.stdout.drain()
        await self._finish(process, Output(0, "", ""))

    async def _finish(self, process: Process, output: Output) -> None:
        await self.may_speak()
        process.stdout.write(output.stdout.encode())
        process.stderr.write(output.stderr.encode())
        process.exit(output.status)


def new_key(file: Path) -> asyncssh.SSHKey:
    """A new ed25519 key, kept in a file that only its owner can read."""
    key = asyncssh.generate_private_key("ssh-ed25519")
    file.touch(mode=0o600)
    file.chmod(0o600)
    file.write_bytes(key.export_private_key("openssh"))
    return key


class _Gate(asyncssh.SSHServer):
    """Lets in whoever holds the practice cluster's key."""

    def __init__(self, host: Host) -> None:
        self._host = host
        self._connection: asyncssh.SSHServerConnection | None = None

    def connection_made(self, conn: asyncssh.SSHServerConnection) -> None:
        self._connection = conn
        self._host.connected(conn)

    def connection_lost(self, exc: Exception | None) -> None:
        if self._connection is not None:
            self._host.disconnected(self._connection)

    def begin_auth(self, username: str) -> bool:
        return True

    def public_key_auth_supported(self) -> bool:
        return True

    def connection_requested(
        self, dest_host: str, dest_port: int, orig_host: str, orig_port: int
    ) -> bool | Serving:
        """Lets one go on from here to the other servers, which all are on loopback, and to what
        listens in its containers."""
        if dest_host == LOOPBACK:
            return True
        serving = self._host.serving(dest_host, dest_port)
        if serving is None:
            raise asyncssh.ChannelOpenError(asyncssh.OPEN_CONNECT_FAILED, "Connection refused")
        return serving

    def unix_connection_requested(self, dest_path: str) -> Any:
        """Leads to the Docker daemon, and nowhere else."""
        if dest_path != DOCKER_SOCKET or self._connection is None or not self._host.has_socket:
            raise asyncssh.ChannelOpenError(asyncssh.OPEN_CONNECT_FAILED, "Connection failed")
        return self._connection.create_unix_channel(encoding=None), self._host.serve_socket

    def validate_public_key(self, username: str, key: asyncssh.SSHKey) -> bool:
        return self._host.admits(username, key)


class _SocketPipe:
    """A connection to the daemon's socket, for the HTTP server."""

    def __init__(
        self,
        host: Host,
        reader: "asyncssh.SSHReader[bytes]",
        writer: "asyncssh.SSHWriter[bytes]",
    ) -> None:
        self._host = host
        self._reader = reader
        self._writer = writer

    async def read(self) -> bytes:
        return await self._reader.read(READ_SIZE)

    async def write(self, data: bytes) -> None:
        await self._host.may_speak()
        self._writer.write(data)
        await self._writer.drain()

    @property
    def hung_up(self) -> bool:
        return self._reader.at_eof() or self._writer.is_closing()


class _ChannelPipe:
    """A program's standard streams, for the HTTP server."""

    def __init__(self, host: Host, process: Process) -> None:
        self._host = host
        self._process = process

    async def read(self) -> bytes:
        return await self._process.stdin.read(READ_SIZE)

    async def write(self, data: bytes) -> None:
        await self._host.may_speak()
        self._process.stdout.write(data)
        await self._process.stdout.drain()

    @property
    def hung_up(self) -> bool:
        return self._process.stdin.at_eof() or self._process.is_closing()
