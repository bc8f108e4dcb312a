"""Scenes of the storage page: what lies on the outposts' disks."""

from collections.abc import Awaitable, Callable
from typing import Final

from otternauts_desktop.core.flight.cleaning import Version, cleaning
from otternauts_desktop.core.swarm.storage import (
    CacheRecord,
    Disk,
    StoredContainer,
    StoredImage,
    StoredVolume,
)
from otternauts_desktop.ui.places import storage_place
from otternauts_desktop.ui.storage_desk import Look
from tests.screenshots.stage import PROD, Stage

_MB: Final = 1_000_000


def _image(number: int, tag: str, size: int, *, pulled: bool = True) -> StoredImage:
    digest = f"{number:064x}"
    repository = tag.rpartition(":")[0]
    digests = (f"{repository}@sha256:{digest}",) if pulled else ()
    return StoredImage(f"sha256:{digest}", (tag,) if tag else (), digests, size * _MB, 0)


def _disk(node_id: str, outpost: str, volume: StoredVolume | None) -> Disk:
    images = (
        _image(1, "ghcr.io/acme/shop:1.4.2", 412),
        _image(2, "ghcr.io/acme/shop:1.4.1", 409),
        _image(3, "ghcr.io/acme/shop:1.3.9", 398),
        _image(4, "ghcr.io/acme/shop:1.2.0", 371),
        _image(5, "postgres:15", 432),
        _image(6, "shop-by-hand:test", 655, pulled=False),
        StoredImage(f"sha256:{7:064x}", (), (), 187 * _MB, 0),
    )
    ended = StoredContainer("c1", "tried-something", images[4].id, "exited", 3 * _MB, "", ())
    lonely = StoredVolume("old_data", "local", 1_930 * _MB, 0, "", remote=False)
    return Disk(
        node_id,
        outpost,
        images,
        (ended,),
        (lonely, volume) if volume else (lonely,),
        (CacheRecord("b1", "[build 4/9] RUN npm ci", 1_310 * _MB, in_use=False),),
        layers=sum(image.size for image in images),
    )


def _storage(share: int) -> Callable[[Stage], Awaitable[None]]:
    async def scene(stage: Stage) -> None:
        snapshot = stage.control.telemetry.snapshot(PROD)
        assert snapshot is not None
        data = StoredVolume("shop_db_data", "local", 8_420 * _MB, 1, "shop", remote=False)
        disks = [
            _disk(node.id, node.name, data if number == 1 else None)
            for number, node in enumerate(snapshot.nodes[:3])
        ]
        lost = snapshot.nodes[3]
        disks.append(Disk(lost.id, lost.name, trouble="The outpost can't be reached. Timed out."))
        images = {"web": "ghcr.io/acme/shop:1.4.1"}
        plan = cleaning(snapshot, disks, [Version("shop", 41, images, {})], 3)
        chosen = {i.key for i in plan.items if i.by_name and i.outpost == disks[0].outpost}
        stage.desk.storage.looks[PROD] = Look(plan, chosen if share == 1 else set())
        stage.desk.go(storage_place(PROD))
        stage.desk.storage.page.shares.choose(share)

    return scene


STORAGE: Final = {"storage": _storage(0), "storage-chosen": _storage(1)}
