"""ONE suite for both far sides: what a server's disk holds, and how things are removed from it."""

from typing import Any

import pytest

from otternauts_desktop.core.errors import EngineRefused, NothingFound
from otternauts_desktop.core.swarm.storage import Disk, read_disk
from otternauts_desktop.services.engine import Engine, open_engine
from otternauts_desktop.services.ssh import connect
from tests.contract.far_side import Open
from tests.contract.test_contract import clean, deploy, opened
from tests.services.practice import until_async

__all__ = ["opened"]

pytestmark = pytest.mark.seconds(120)

TEXT = """\
services:
  db:
    image: busybox:1.35
    command: sleep 100000
    volumes: [data:/data]
    stop_grace_period: 1s
    deploy: {placement: {constraints: ["node.hostname == vega-1"]}}
volumes: {data: {}}
"""


async def disk(engine: Engine) -> tuple[Disk, dict[str, Any]]:
    answer = await engine.get("/system/df", seconds=60)
    return read_disk("node", "vega-1", answer), answer


async def test_what_is_in_use_is_listed_with_its_size_and_refused_without_force(
    opened: Open,
) -> None:
    async with clean(opened, "c-disk") as side:
        await deploy(side, "c-disk", TEXT)
        (task,) = await side.running("c-disk_db", 1)
        link = await connect(side.worker, side.worker_key)
        try:
            engine = await open_engine(link, sudo=False, on_call=lambda *_: None)
            try:
                seen, answer = await disk(engine)
                assert {"LayersSize", "Images", "Containers", "Volumes", "BuildCache"} <= {*answer}
                assert seen.layers > 0
                container = next(c for c in seen.containers if c.task_id == task.id)
                assert container.state == "running"
                assert container.volumes == ("c-disk_data",)
                image = next(i for i in seen.images if i.id == container.image_id)
                assert image.size > 0
                about = await engine.get(f"/images/{image.id}/json")
                assert about["Id"] == image.id
                volume = next(v for v in seen.volumes if v.name == "c-disk_data")
                assert (volume.driver, volume.fleet, volume.links) == ("local", "c-disk", 1)
                assert volume.size >= 0
                assert not volume.remote
                for path in (
                    f"/containers/{container.id}",
                    f"/images/{image.id}",
                    "/volumes/c-disk_data",
                ):
                    with pytest.raises(EngineRefused) as refused:
                        await engine.delete(path)
                    assert refused.value.status == 409
                for kind in ("containers", "images", "volumes"):
                    with pytest.raises(NothingFound):
                        await engine.delete(f"/{kind}/nothing-of-that-name")
                gone = await engine.post("/build/prune", {}, {"filters": {"id": ["no-such"]}})
                assert (gone["CachesDeleted"], gone["SpaceReclaimed"]) == (None, 0)
                after, _ = await disk(engine)
                assert {i.id for i in after.images} == {i.id for i in seen.images}

                await side.clear("c-disk")

                async def free() -> bool:
                    seen, _ = await disk(engine)
                    return not any("c-disk_data" in c.volumes for c in seen.containers)

                await until_async(free)
                await engine.delete("/volumes/c-disk_data")
                after, _ = await disk(engine)
                assert "c-disk_data" not in [v.name for v in after.volumes]
            finally:
                await engine.close()
        finally:
            await link.close()
