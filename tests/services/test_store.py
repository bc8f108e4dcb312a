"""The records: what is kept comes back, and what belongs together goes together."""

import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from otternauts_desktop.core.names import ClusterId, LaunchId, OutpostId
from otternauts_desktop.core.swarm.cluster import Cluster, Login, Outpost
from otternauts_desktop.services.store.clusters import ClusterRecords
from otternauts_desktop.services.store.database import Database, open_database
from otternauts_desktop.services.store.drafts import DraftRecords
from otternauts_desktop.services.store.last_seen import LastSeenRecords
from otternauts_desktop.services.store.launches import LaunchRecord, LaunchRecords
from otternauts_desktop.services.store.settings import SettingRecords, Value

HARBOUR = Cluster(ClusterId("c1"), "harbour", "swarm-1")
ORBIT = Cluster(ClusterId("c2"), "orbit", "swarm-2", simulated=True)
ALPHA = Outpost(
    id=OutpostId("o1"),
    cluster_id=HARBOUR.id,
    name="alpha-1",
    login=Login("alpha.example", "captain", 2222, "/keys/id_ed25519"),
    host_key="ssh-ed25519 AAAA",
    node_id="node-1",
    sudo=True,
)
BETA = Outpost(
    id=OutpostId("o0"),
    cluster_id=HARBOUR.id,
    name="beta-1",
    login=Login("beta.example", "captain"),
    host_key="ssh-ed25519 BBBB",
)


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = open_database(tmp_path / "home" / "mission_control.db")
    ClusterRecords(database).add(HARBOUR)
    yield database
    database.close()


def test_clusters_and_outposts_come_back_in_the_order_they_were_added(database: Database) -> None:
    records = ClusterRecords(database)
    records.add(ORBIT)
    records.add_outpost(ALPHA)
    records.add_outpost(BETA)
    assert records.all() == (HARBOUR, ORBIT)
    assert records.outposts(HARBOUR.id) == (ALPHA, BETA)
    assert records.outposts(ORBIT.id) == ()


def test_an_outpost_is_changed_and_removed(database: Database) -> None:
    records = ClusterRecords(database)
    records.add_outpost(ALPHA)
    records.add_outpost(BETA)
    moved = replace(ALPHA, login=Login("new.example", "pilot"), node_id="node-9", sudo=False)
    records.update_outpost(moved)
    assert records.outposts(HARBOUR.id) == (moved, BETA)
    records.remove_outpost(ALPHA.id)
    assert records.outposts(HARBOUR.id) == (BETA,)
    records.update_outpost(ALPHA)
    assert records.outposts(HARBOUR.id) == (BETA,)


def test_a_removed_cluster_takes_all_that_is_kept_of_it_along(database: Database) -> None:
    records = ClusterRecords(database)
    records.add_outpost(ALPHA)
    DraftRecords(database).save(HARBOUR.id, "shop", "services: {}")
    LastSeenRecords(database).save(HARBOUR.id, "{}", 5.0)
    _launch(database, "l1")
    records.remove(HARBOUR.id)
    assert records.all() == ()
    assert records.outposts(HARBOUR.id) == ()
    assert DraftRecords(database).fleets(HARBOUR.id) == ()
    assert LastSeenRecords(database).load(HARBOUR.id) is None
    assert LaunchRecords(database).history(HARBOUR.id, "shop") == ()


def test_drafts_are_kept_per_fleet_and_replaced(database: Database) -> None:
    drafts = DraftRecords(database)
    assert drafts.load(HARBOUR.id, "shop") is None
    drafts.save(HARBOUR.id, "shop", "one")
    drafts.save(HARBOUR.id, "blog", "")
    drafts.save(HARBOUR.id, "shop", "two ✓\n")
    assert drafts.load(HARBOUR.id, "shop") == "two ✓\n"
    assert drafts.load(HARBOUR.id, "blog") == ""
    assert drafts.fleets(HARBOUR.id) == ("blog", "shop")
    drafts.remove(HARBOUR.id, "blog")
    assert drafts.fleets(HARBOUR.id) == ("shop",)


def test_what_is_saved_late_for_a_removed_cluster_is_dropped(database: Database) -> None:
    gone = ClusterId("gone")
    DraftRecords(database).save(gone, "shop", "text")
    LastSeenRecords(database).save(gone, "{}", 1.0)
    assert DraftRecords(database).fleets(gone) == ()
    assert LastSeenRecords(database).load(gone) is None


def test_launches_are_numbered_per_fleet_and_listed_newest_first(database: Database) -> None:
    records = LaunchRecords(database)
    assert [_launch(database, "l1"), _launch(database, "l2")] == [1, 2]
    assert _launch(database, "l3", fleet="blog") == 1
    records.record_end(LaunchId("l1"), state="failed", ended_at=9.0, cause='{"vessel": "web"}')
    newest, oldest = records.history(HARBOUR.id, "shop")
    assert (newest.id, newest.version, newest.state, newest.ended_at) == ("l2", 2, "running", 0.0)
    assert (oldest.id, oldest.state, oldest.ended_at) == ("l1", "failed", 9.0)
    assert oldest.cause == '{"vessel": "web"}'
    assert oldest.template == "services: {}"
    assert oldest.body_sha256 == "0" * 64


def test_the_last_sighting_replaces_the_one_before(database: Database) -> None:
    records = LastSeenRecords(database)
    assert records.load(HARBOUR.id) is None
    records.save(HARBOUR.id, '{"nodes": []}', 1.5)
    records.save(HARBOUR.id, '{"nodes": [1]}', 2.5)
    seen = records.load(HARBOUR.id)
    assert seen is not None
    assert (seen.document, seen.taken_at) == ('{"nodes": [1]}', 2.5)


@pytest.mark.parametrize("value", [None, True, 3, 2.5, "text", ["a", 1], {"x": {"y": None}}])
def test_settings_come_back_as_they_were(database: Database, value: Value) -> None:
    settings = SettingRecords(database)
    assert settings.get("window.geometry", "unset") == "unset"
    settings.put("window.geometry", "before")
    settings.put("window.geometry", value)
    assert settings.get("window.geometry", "unset") == value
    settings.remove("window.geometry")
    assert settings.get("window.geometry") is None


def test_a_failed_write_leaves_nothing_behind(database: Database) -> None:
    with pytest.raises(RuntimeError), database.writing() as connection:
        connection.exec_driver_sql("DELETE FROM clusters")
        raise RuntimeError
    assert ClusterRecords(database).all() == (HARBOUR,)


def test_everything_is_there_after_a_restart(tmp_path: Path) -> None:
    path = tmp_path / "mission_control.db"
    database = open_database(path)
    ClusterRecords(database).add(HARBOUR)
    database.close()
    database = open_database(path)
    assert ClusterRecords(database).all() == (HARBOUR,)
    database.close()


def test_many_threads_write_at_once(database: Database) -> None:
    def write(number: int) -> None:
        for turn in range(5):
            DraftRecords(database).save(HARBOUR.id, f"fleet{number}", f"text {turn}")
            _launch(database, f"l{number}-{turn}")

    threads = [threading.Thread(target=write, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    history = LaunchRecords(database).history(HARBOUR.id, "shop")
    assert [record.version for record in history] == list(range(30, 0, -1))
    assert len(DraftRecords(database).fleets(HARBOUR.id)) == 6


def _launch(database: Database, launch_id: str, fleet: str = "shop") -> int:
    return LaunchRecords(database).record_intent(
        LaunchRecord(
            id=LaunchId(launch_id),
            cluster_id=HARBOUR.id,
            fleet=fleet,
            version=0,
            template="services: {}",
            body_sha256="0" * 64,
            state="running",
            started_at=1.0,
        )
    )
