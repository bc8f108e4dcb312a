"""The flight simulator's swarm behind ways that count bytes: `python -m tests.bench.idle_far_side`.

Tells on stdout how to log in; answers each line of stdin with the bytes that have passed, both
ways; ends with its stdin.
"""

import asyncio
import json
import sys
from pathlib import Path

from otternauts_desktop.simulator.practice import open_practice_cluster


class _Ways:
    """Passes bytes on and counts them."""

    def __init__(self) -> None:
        self.count = 0

    async def open(self, port: int) -> int:
        """A port that leads to another."""

        async def passed_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            there, back = await asyncio.open_connection("127.0.0.1", port)
            await asyncio.gather(self._pass(reader, back), self._pass(there, writer))

        server = await asyncio.start_server(passed_on, "127.0.0.1", 0)
        return int(server.sockets[0].getsockname()[1])

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while data := await reader.read(65_536):
                self.count += len(data)
                writer.write(data)
                await writer.drain()
        except ConnectionError:
            pass  # one end was killed: the other hears of it below
        finally:
            writer.close()


async def _main(folder: Path) -> None:
    ways = _Ways()
    async with open_practice_cluster(folder) as practice:
        told = {
            host.name: {
                "user": host.user,
                "port": await ways.open(host.port),
                "host_key": host.host_key,
                "key_file": str(practice.key_file),
            }
            for host in practice.hosts
        }
        print(json.dumps(told), flush=True)
        while await asyncio.to_thread(sys.stdin.readline):
            print(ways.count, flush=True)


if __name__ == "__main__":
    asyncio.run(_main(Path(sys.argv[1])))
