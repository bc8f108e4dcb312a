"""The part of the Engine API that is about a server's disk."""

import json
import re
from collections.abc import Callable
from typing import Any

from otternauts_desktop.simulator.http_server import Answer
from otternauts_desktop.simulator.queries import Query
from otternauts_desktop.simulator.records import Json, Task
from otternauts_desktop.simulator.servers import Server, Servers
from otternauts_desktop.simulator.storage import Storage


class StorageApi:
    """What the daemon of one node answers about images, volumes and what has ended."""

    def __init__(
        self,
        servers: Servers,
        server: Server,
        here: Callable[[], list[Task]],
        name_of: Callable[[Task], str],
    ) -> None:
        """`here` are the tasks with a container on the node."""
        self._servers = servers
        self._server = server
        self._here = here
        self._name_of = name_of
        self.routes: tuple[tuple[re.Pattern[str], Callable[..., Answer]], ...] = (
            (re.compile("/system/df"), self._usage),
            (re.compile("/images/(.+)/json"), self._image),
        )
        self.writes: tuple[tuple[str, re.Pattern[str], Callable[..., Answer]], ...] = (
            ("DELETE", re.compile("/images/(.+)"), self._remove_image),
            ("DELETE", re.compile("/containers/([^/]+)"), self._remove_container),
            ("DELETE", re.compile("/volumes/([^/]+)"), self._remove_volume),
            ("POST", re.compile("/build/prune"), self._prune),
        )

    def _storage(self) -> Storage:
        self._server.storage.catch_up(self._here(), self._servers.clock())
        return self._server.storage

    def _usage(self, query: Query) -> Answer:
        return _json(self._storage().usage(self._here(), self._name_of))

    def _image(self, query: Query, reference: str) -> Answer:
        return _json(self._storage().inspect_image(reference))

    def _remove_image(self, query: Query, document: Json, reference: str) -> Answer:
        return _json(self._storage().remove_image(reference, self._here()))

    def _remove_container(self, query: Query, document: Json, reference: str) -> Answer:
        task = next((t for t in self._here() if t.container_id == reference), None)
        self._storage().remove_container(task, reference)
        return Answer(204)

    def _remove_volume(self, query: Query, document: Json, name: str) -> Answer:
        self._storage().remove_volume(name, self._here())
        return Answer(204)

    def _prune(self, query: Query, document: Json) -> Answer:
        return _json(self._storage().prune_cache(query))


def _json(value: Any) -> Answer:
    return Answer(200, json.dumps(value).encode() + b"\n")
