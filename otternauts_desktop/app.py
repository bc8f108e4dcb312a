"""The composition root: builds every service by hand, in order, and closes them in reverse.

No Qt here: the window and the command line stand on the same services.
"""

import asyncio
import gc
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from otternauts_desktop import assets
from otternauts_desktop.core.fleet.dump import dump
from otternauts_desktop.core.swarm.cluster import Cluster, Login
from otternauts_desktop.core.words import marked, tr
from otternauts_desktop.services.alerts import Alerts
from otternauts_desktop.services.backups import Backups
from otternauts_desktop.services.bus import Bus
from otternauts_desktop.services.cleaning import Cleaning
from otternauts_desktop.services.command_log import CommandLog
from otternauts_desktop.services.courier import Courier
from otternauts_desktop.services.crossing import Packets
from otternauts_desktop.services.doctor import Doctor
from otternauts_desktop.services.evacuations import Evacuations
from otternauts_desktop.services.forwards import Forwards
from otternauts_desktop.services.gauge_history import GaugeHistory
from otternauts_desktop.services.gauges import Gauges
from otternauts_desktop.services.ingress import Ingress
from otternauts_desktop.services.jobs import Jobs
from otternauts_desktop.services.keys import Keys
from otternauts_desktop.services.launches import Launches
from otternauts_desktop.services.links import Links
from otternauts_desktop.services.locks import Locks
from otternauts_desktop.services.membership import Membership
from otternauts_desktop.services.onboarding import Onboarding
from otternauts_desktop.services.outposts import Outposts
from otternauts_desktop.services.preflight import Preflight
from otternauts_desktop.services.rebalancing import Rebalancing
from otternauts_desktop.services.registries import Registries
from otternauts_desktop.services.registry_logins import RegistryLogins
from otternauts_desktop.services.rollbacks import Rollbacks
from otternauts_desktop.services.sealing import Seal
from otternauts_desktop.services.shells import Shells
from otternauts_desktop.services.stages import Stages
from otternauts_desktop.services.store.alerts import AlertRecords
from otternauts_desktop.services.store.channels import ChannelRecords
from otternauts_desktop.services.store.clusters import ClusterRecords
from otternauts_desktop.services.store.database import open_database
from otternauts_desktop.services.store.drafts import DraftRecords
from otternauts_desktop.services.store.home import DATABASE, KEY_SETTING, key_of_sums
from otternauts_desktop.services.store.jobs import JobRecords, Runner
from otternauts_desktop.services.store.kept_values import KeptValueRecords
from otternauts_desktop.services.store.last_seen import LastSeenRecords
from otternauts_desktop.services.store.launches import LaunchRecords
from otternauts_desktop.services.store.notices import NoticeRecords
from otternauts_desktop.services.store.registry_logins import RegistryLoginRecords
from otternauts_desktop.services.store.samples import SAMPLES, SampleRecords
from otternauts_desktop.services.store.settings import SettingRecords
from otternauts_desktop.services.telemetry import Telemetry
from otternauts_desktop.services.transmissions import Transmissions
from otternauts_desktop.services.updates import Updates
from otternauts_desktop.services.value_uses import ValueUses
from otternauts_desktop.services.values import Values
from otternauts_desktop.services.vault import Vault
from otternauts_desktop.services.versions import Versions
from otternauts_desktop.simulator.fleets import FLEETS
from otternauts_desktop.simulator.practice import open_practice_cluster

PRACTICE_CLUSTER = marked("flight simulator")
SAMPLE = "hello"
"""A flight plan that is not launched yet lies beside the fleets of the practice cluster."""


def settle() -> None:
    """Take what start-up made out of the garbage collector's rounds, and have fewer of them.

    Modules and widgets live as long as the program; walking over all of them held up the window
    for 40 ms now and then (`make bench ARGS=stall`), and looking through log lines, of which
    hundreds of thousands come in a second, took a fifth of the time to read them (`logs`).
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


@dataclass(frozen=True)
class MissionControl:
    """All services, open. `practice` starts the flight simulator and adopts its cluster."""

    bus: Bus
    command_log: CommandLog
    alerts: Alerts
    courier: Courier
    outposts: Outposts
    telemetry: Telemetry
    gauges: Gauges
    gauge_history: GaugeHistory
    launches: Launches
    registries: Registries
    registry_logins: RegistryLogins
    jobs: Jobs
    keys: Keys
    preflight: Preflight
    doctor: Doctor
    onboarding: Onboarding
    membership: Membership
    ingress: Ingress
    evacuations: Evacuations
    rebalancing: Rebalancing
    cleaning: Cleaning
    forwards: Forwards
    shells: Shells
    rollbacks: Rollbacks
    transmissions: Transmissions
    settings: SettingRecords
    updates: Updates
    values: Values
    value_uses: ValueUses
    backups: Backups
    records: LaunchRecords
    home: Path
    _stack: AsyncExitStack
    _clusters: ClusterRecords

    async def practice(self) -> Cluster:
        """Open the flight simulator for as long as this runs; gives back its cluster.

        Its hosts live on loopback and end with the program, so what an earlier run left of it
        is forgotten first. Nothing leaves the machine.
        """
        for cluster in self.outposts.clusters():
            if cluster.simulated:
                await self.outposts.remove_cluster(cluster.id)
        practice = await self._stack.enter_async_context(
            open_practice_cluster(self.home / "simulator")
        )
        self.outposts.practice_logins = {
            host.name: Login(host.host, host.user, host.port, str(practice.key_file))
            for host in (*practice.hosts, *practice.bare)
        }
        for host in practice.hosts:
            outpost = await self.outposts.add(
                self.outposts.practice_logins[host.name],
                host_key=host.host_key,
                name=host.name,
                cluster_name=tr(PRACTICE_CLUSTER),
            )
            await self.telemetry.refresh(outpost.cluster_id)
        cluster = self.outposts.cluster_named(tr(PRACTICE_CLUSTER))
        for fleet, compose in FLEETS.items():
            self.launches.save_draft(cluster.id, fleet, dump(compose))
        sample = assets.path("samples", f"{SAMPLE}.yml").read_text(encoding="utf-8")
        self.launches.save_draft(cluster.id, SAMPLE, sample)
        return cluster


@asynccontextmanager
async def open_mission_control(
    home: Path, *, simulate: bool = False, watch: bool = False
) -> AsyncIterator[MissionControl]:
    """Open all services on the data directory `home`; `watch` keeps every cluster fresh.

    Raises `DatabaseNewer`, `DatabaseDamaged` or `FileUnreadable`, with nothing changed.
    """
    async with AsyncExitStack() as stack:
        await asyncio.to_thread(_make_private, home)
        database = await asyncio.to_thread(open_database, home / DATABASE)
        stack.callback(database.close)
        bus = Bus()
        command_log = CommandLog(bus)
        clusters = ClusterRecords(database)
        records = LaunchRecords(database)
        vault, settings = Vault(home), SettingRecords(database)
        keys, seal = Keys(vault), Seal(vault, settings)
        links = Links(bus, command_log, keys)
        stack.push_async_callback(links.close)
        telemetry = Telemetry(bus, links, clusters, LastSeenRecords(database))
        stack.push_async_callback(telemetry.close)
        gauges = Gauges(bus, links, clusters, telemetry)
        gauge_history = GaugeHistory(bus, clusters, telemetry, SampleRecords(home / SAMPLES))
        stack.push_async_callback(gauge_history.close)
        stack.push_async_callback(gauges.close)
        transmissions = Transmissions(telemetry)
        key = await asyncio.to_thread(key_of_sums, home, str(settings.get(KEY_SETTING, "")))
        drafts, runners = DraftRecords(database), home / "runners"
        login_records = RegistryLoginRecords(database)
        logins = RegistryLogins(vault, login_records, telemetry)
        registries = Registries(telemetry, logins)
        versions = Versions(bus, telemetry, records)
        stack.push_async_callback(versions.close)
        stages = Stages(links, telemetry, transmissions, registries, logins, records, key)
        launches = Launches(
            bus, links, telemetry, stages, versions, drafts, records, Runner(runners), key
        )
        stack.push_async_callback(launches.close)
        jobs = Jobs(bus, JobRecords(database), Runner(runners))
        stack.push_async_callback(jobs.close)
        channel_records = ChannelRecords(database)
        courier = Courier(bus, vault, clusters, channel_records, NoticeRecords(database))
        alert_records = AlertRecords(database)
        alerts = Alerts(
            home,
            bus,
            clusters,
            launches,
            records,
            jobs,
            registries,
            settings,
            courier,
            alert_records,
        )
        stack.push_async_callback(alerts.close)
        outposts, packets = Outposts(bus, links, keys, clusters, telemetry), Packets()
        preflight = Preflight(keys, packets)
        forwards = Forwards(links, telemetry, outposts)
        stack.push_async_callback(forwards.close)
        practice_stack = await stack.enter_async_context(AsyncExitStack())
        control = MissionControl(
            bus=bus,
            command_log=command_log,
            alerts=alerts,
            courier=courier,
            outposts=outposts,
            telemetry=telemetry,
            gauges=gauges,
            gauge_history=gauge_history,
            launches=launches,
            registries=registries,
            registry_logins=logins,
            jobs=jobs,
            keys=keys,
            preflight=preflight,
            doctor=Doctor(keys, outposts, telemetry, packets),
            onboarding=Onboarding(keys, outposts, preflight, telemetry, jobs),
            membership=Membership(links, telemetry, outposts, jobs),
            ingress=Ingress(links, telemetry, outposts, transmissions, launches, jobs),
            evacuations=Evacuations(links, telemetry, jobs),
            rebalancing=Rebalancing(links, telemetry, jobs),
            cleaning=Cleaning(telemetry, versions, records, jobs),
            forwards=forwards,
            shells=Shells(links, telemetry, outposts, home),
            rollbacks=Rollbacks(links, telemetry, Locks(telemetry, records)),
            transmissions=transmissions,
            settings=settings,
            updates=Updates(settings),
            values=Values(seal, KeptValueRecords(database)),
            value_uses=ValueUses(launches, telemetry),
            backups=Backups(home, vault, seal, clusters, login_records, channel_records, key),
            records=records,
            home=home,
            _stack=practice_stack,
            _clusters=clusters,
        )
        if simulate:
            await control.practice()
        if watch:
            for cluster in clusters.all():
                telemetry.watch(cluster.id)
            gauges.start()
            gauge_history.start()
        yield control


def _make_private(home: Path) -> None:
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
