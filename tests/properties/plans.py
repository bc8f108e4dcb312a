"""Generated flight plans: texts that are one, texts that nearly are, and texts that are not."""

from typing import Any

import yaml
from hypothesis import strategies as st

NAMES = st.from_regex(r"[a-z][a-z0-9]{0,8}", fullmatch=True)
WORDS = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cs", "Cc"))
    | st.sampled_from("$\"'\\:#{}[]&*"),
    max_size=12,
)
SCALARS = st.one_of(
    WORDS,
    st.integers(-5, 70_000),
    st.booleans(),
    st.none(),
    st.floats(0, 100, allow_nan=False),
    st.sampled_from(["yes", "010", "1e3", "2020-01-01", "0x10", "1_000", "~", "12:30:45", "${A}"]),
)

_PORTS = st.one_of(
    st.builds("{}:{}".format, st.integers(1, 65_535), st.integers(1, 65_535)),
    st.builds("127.0.0.1:{}:80/udp".format, st.integers(1, 65_535)),
    st.builds(lambda t, p: {"target": t, "published": p}, st.integers(1, 65_535), SCALARS),
    st.integers(1, 65_535),
)
_VOLUMES = st.sampled_from(
    ["data:/data", "/srv:/srv:ro", "./here:/there", "/anon", "nope:/x", "~/y:/y"]
)
_SERVICE: dict[str, st.SearchStrategy[Any]] = {
    "image": st.just("nginx:1.27") | SCALARS,
    "build": st.just(".") | st.just({"context": "."}),
    "command": st.lists(WORDS, max_size=3) | WORDS,
    "environment": st.dictionaries(NAMES, SCALARS, max_size=4) | st.lists(WORDS, max_size=3),
    "labels": st.dictionaries(NAMES, SCALARS, max_size=3),
    "ports": st.lists(_PORTS, max_size=3),
    "volumes": st.lists(_VOLUMES, max_size=3),
    "restart": st.sampled_from(["no", "always", "on-failure:3", "sometimes", False]),
    "mem_limit": st.sampled_from(["512m", "1.5gb", 1048576, "lots"]),
    "cpus": SCALARS,
    "depends_on": st.lists(NAMES, max_size=2)
    | st.dictionaries(NAMES, st.just({"condition": "service_started"}), max_size=2),
    "deploy": st.fixed_dictionaries(
        {}, optional={"replicas": SCALARS, "mode": st.sampled_from(["global", "replicated", "x"])}
    ),
    "healthcheck": st.fixed_dictionaries(
        {}, optional={"test": WORDS | st.lists(WORDS, max_size=3), "interval": SCALARS}
    ),
    "networks": st.lists(NAMES, max_size=2),
    "privileged": st.booleans(),
    "tmpfs": st.sampled_from(["/run", ["/run", "/tmp:size=1m"], 5]),
    "user": SCALARS,
    "stop_grace_period": SCALARS,
    "ulimits": st.just({"nofile": {"soft": 1, "hard": 2}}) | st.just({"nproc": 5}),
    "imagee": WORDS,
    "x-mine": SCALARS,
    "x-otternauts": st.fixed_dictionaries(
        {},
        optional={
            "domains": st.lists(st.just("a.example.com") | WORDS, max_size=2),
            "port": SCALARS,
            "accept": st.lists(st.sampled_from(["unsafe-drop", "nonsense"]), max_size=2),
        },
    ),
}
_PLAN = st.fixed_dictionaries(
    {
        "services": st.dictionaries(
            NAMES, st.fixed_dictionaries({}, optional=_SERVICE) | SCALARS, min_size=1, max_size=3
        )
    },
    optional={
        "version": st.just("3.8") | SCALARS,
        "name": WORDS,
        "volumes": st.just({"data": None}) | SCALARS,
        "networks": st.dictionaries(NAMES, st.none() | st.just({"external": True}), max_size=2),
        "configs": st.just({"c": {"content": "hello"}}),
        "servicess": SCALARS,
    },
)


def _written(plan: Any, *, flow: bool) -> str:
    return yaml.safe_dump(plan, default_flow_style=flow, allow_unicode=True, sort_keys=False)


PLAN_TEXTS = st.builds(_written, _PLAN, flow=st.booleans())


@st.composite
def torn_texts(draw: st.DrawFn) -> str:
    """A flight plan with a piece cut out and something put in."""
    text = draw(PLAN_TEXTS)
    start = draw(st.integers(0, len(text)))
    end = draw(st.integers(start, min(start + 20, len(text))))
    piece = draw(
        st.sampled_from(["", "\t", "- ", "&a *a", "<<: *a", "!reset", "\x00", "${", "{[", "---\n"])
    )
    return text[:start] + piece + text[end:]
