"""A million hostile log chunks: nothing gets through, no traceback, memory bounded."""

import random
import resource
import time
from collections.abc import Iterator

from tests.bench.figure import Figure
from tests.core.log_bytes import survive

CHUNKS = 1_000_000


def measure() -> Iterator[Figure]:
    """Read them; `survive` fails where one does harm."""
    survive(random.Random(0), 20_000)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    started = time.perf_counter()
    lines = survive(random.Random(1), CHUNKS)
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    took = time.perf_counter() - started
    yield Figure(
        f"{CHUNKS:,} hostile log chunks: growth of memory",
        grown,
        32,
        "MB",
        f"{lines:,} lines in {took:.0f} s, no control character in any",
    )
