"""Scenes of what lies on the outposts' disks, and of the ways to what runs there."""

from collections.abc import Awaitable, Callable
from typing import Final

from otternauts_desktop.core.flight.cleaning import Version, cleaning
from otternauts_desktop.core.swarm.forward import Forward
from otternauts_desktop.core.swarm.storage import (
    CacheRecord,
    Disk,
    StoredContainer,
    StoredImage,
    StoredVolume,
)
from otternauts_desktop.core.swarm.targets import Target
from otternauts_desktop.ui.dialogs.ports import PortsDialog
from otternauts_desktop.ui.dialogs.shell import ShellDialog
from otternauts_desktop.ui.places import cluster_place, storage_place
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


async def ports(stage: Stage) -> None:
    """Ports that are forwarded: one in use, one that leads nowhere, one that was stopped."""
    stage.desk.go(cluster_place(PROD))
    dialog = PortsDialog(["shop/storefront", "shop/db"], "shop/storefront", "3000", stage.window)
    storefront, db = (Target(words=words) for words in ("shop/storefront", "shop/db"))
    lost = "The connection to the outpost was lost."
    dialog.show_forwards(
        (
            Forward("a", PROD, storefront, 3000, 3000, connections=2, carried=12_000),
            Forward("b", PROD, db, 5432, 5432, trouble=lost),
            Forward("c", PROD, Target(words="vega-1"), 9100, 9100, listening=False),
        )
    )
    dialog.choose("a")
    dialog.open()


async def shell(stage: Stage) -> None:
    """The command of a shell in a task, where no terminal program was found."""
    stage.desk.go(cluster_place(PROD))
    dialog = ShellDialog(["shop/web", "vega-1"], "shop/web", stage.window)
    dialog.show_command("ssh -t otter@vega-1.acme.dev 'docker exec -it 4f1c9d2e7a80 sh'")
    dialog.none.show()
    dialog.open()


STORAGE: Final = {
    "shell": shell,
    "ports": ports,
    "storage": _storage(0),
    "storage-chosen": _storage(1),
}
