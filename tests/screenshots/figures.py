"""What the made-up cluster uses: a day of its outposts, an hour of its tasks, with a gap."""

import math
import random

from otternauts_desktop.app import MissionControl
from otternauts_desktop.core.events import SamplesTaken
from otternauts_desktop.core.gauges.rates import Sample, Use
from otternauts_desktop.core.names import ClusterId
from otternauts_desktop.core.swarm.state import Snapshot
from tests.ui.acme import NOW

_STEP, _DAY, _HOUR = 30, 86_400, 3600
_GAP = (NOW - 9 * _HOUR, NOW - 7.5 * _HOUR)
"""The laptop was closed."""


def _use(chance: random.Random, at: float, cpu: float, memory: float) -> Use:
    day = 1 + 0.5 * math.sin(math.tau * at / _DAY) + 0.15 * math.sin(math.tau * at / 1_700)

    def noisy(mean: float, part: float) -> float:
        return mean * day * math.exp(chance.gauss(0, part))

    return Use(
        noisy(cpu, 0.18),
        memory * (1 + 0.04 * math.sin(math.tau * at / 7_000) + chance.gauss(0, 0.004)),
        noisy(180_000, 0.4),
        noisy(90_000, 0.4),
        max(noisy(9_000, 0.9) - 5_000, 0.0),
        noisy(40_000, 0.5),
    )


def fill_figures(control: MissionControl, cluster_id: ClusterId, seen: Snapshot) -> None:
    """Let the cluster have been sampled up to now."""
    gauges, history = control.gauges, control.gauge_history
    for number, outpost in enumerate(control.outposts.outposts(cluster_id)):
        chance = random.Random(number)
        tasks = [
            task
            for task in seen.tasks
            if task.node_id == outpost.node_id and task.state == "running"
        ]
        for at in range(int(NOW) - _DAY, int(NOW) + 1, _STEP):
            if _GAP[0] < at < _GAP[1]:
                continue
            uses = {}
            if at > NOW - _HOUR:
                uses = {
                    task.id: _use(chance, at, 0.05 * (1 + n), 60e6 * (2 + n))
                    for n, task in enumerate(tasks)
                }
            sample = Sample(
                taken_at=float(at),
                seconds=30.0,
                skew=0.0,
                uptime=1e6,
                load=(0.6, 0.5, 0.4),
                cores=4,
                own=_use(chance, at, 0.4 + 0.2 * number, 2.4e9 + 0.7e9 * number),
                memory_total=8 * 10**9,
                disk_used=int(30e9 + 4e9 * number),
                disk_total=80 * 10**9,
                containers={},
            )
            history._add(SamplesTaken(cluster_id, outpost.id, sample, uses))
        gauges._samples[outpost.id], gauges._tasks[outpost.id] = sample, uses
