"""A link names a place or is refused: there is nothing else that one could say."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from otternauts_desktop.core.deep_links import DeepLink, LinkKind, LinkUnusable, read_link


@pytest.mark.parametrize(
    ("text", "link"),
    [
        ("otternauts://cluster/x1y2", DeepLink(LinkKind.CLUSTER, "x1y2")),
        ("otternauts://cluster/x1y2/", DeepLink(LinkKind.CLUSTER, "x1y2")),
        ("OTTERNAUTS://Cluster/x1y2", DeepLink(LinkKind.CLUSTER, "x1y2")),
        (
            "otternauts://cluster/flight%20simulator/fleet/shop",
            DeepLink(LinkKind.FLEET, "flight simulator", "shop"),
        ),
        (
            "otternauts://cluster/x/service/shop/web",
            DeepLink(LinkKind.SERVICE, "x", "shop", "web"),
        ),
        ("otternauts://cluster/x/outpost/n0de", DeepLink(LinkKind.OUTPOST, "x", "n0de")),
        ("otternauts://cluster/x/doctor", DeepLink(LinkKind.DOCTOR, "x")),
        ("otternauts://cluster/M%C3%BCnchen", DeepLink(LinkKind.CLUSTER, "München")),
    ],
)
def test_a_place_is_read(text: str, link: DeepLink) -> None:
    assert read_link(text) == link
    assert read_link(str(link)) == link


@pytest.mark.parametrize(
    "text",
    [
        *("", "otternauts:", "otternauts://", "otternauts://cluster", "otternauts://cluster/"),
        *("https://cluster/x", "javascript:alert(1)", "file:///etc/passwd", "x://cluster/x"),
        # Verbs, options and what a shell or a command line would make something of.
        *("otternauts://launch/shop", "otternauts://cluster/x/launch/shop"),
        *("otternauts://cluster/x/fleet/shop/launch", "otternauts://cluster/--home"),
        *("otternauts://cluster/x?yes=1", "otternauts://cluster/x#launch"),
        *("otternauts://cluster/$(id)", "otternauts://cluster/`id`", "otternauts://cluster/a;b"),
        *('otternauts://cluster/x" launch shop --yes', "otternauts://cluster/a&b|c"),
        # Another place than it seems.
        *("otternauts://user@cluster/x", "otternauts://cluster:22/x", "otternauts:///cluster/x"),
        *("otternauts://cluster/../x", "otternauts://cluster/%2e%2e/fleet/x"),
        *("otternauts://cluster/x/fleet/a%2Fb", "otternauts://cluster/x/fleet/a%5Cb"),
        *("otternauts://cluster//fleet/x", "otternauts://cluster/x//", "otternauts://cluster\\x"),
        "otternauts://cluster/x/fleet/%2573hop",  # read once, never twice
        # What can't be seen, or reads differently from what it is.
        *("otternauts://cluster/a%00b", "otternauts://cluster/a%0Ab", "otternauts://cluster/a\nb"),
        *("otternauts://cluster/%E2%80%AEx", "otternauts://cluster/%1b[31m"),
        *("otternauts://cluster/%FF", "otternauts://cluster/%zz", "otternauts://cluster/%"),
        *(" otternauts://cluster/x", "otternauts://cluster/x "),
        # Too few, too many, too long.
        *("otternauts://cluster/x/fleet", "otternauts://cluster/x/fleet/a/b"),
        *("otternauts://cluster/x/service/shop", "otternauts://cluster/x/doctor/now"),
        "otternauts://cluster/" + "a" * 200,
        "otternauts://cluster/x/fleet/" + "a" * 100_000,
    ],
)
def test_anything_else_is_refused_in_a_sentence_of_sane_length(text: str) -> None:
    with pytest.raises(LinkUnusable) as refused:
        read_link(text)
    assert len(refused.value.text()) < 300
    assert refused.value.text().isprintable()


@given(st.text(max_size=60))
@example("x/fleet/shop")
@example("%2e")
@example("%C2%AD")
def test_whatever_is_read_is_what_it_looks_like(path: str) -> None:
    try:
        link = read_link(f"otternauts://cluster/{path}")
    except LinkUnusable:
        return
    assert read_link(str(link)) == link
    for part in (link.cluster, link.name, link.vessel):
        assert part.isprintable()
        assert not {*part} & {*"/\\%\"'`$&|;<>*?"}
        assert not part.startswith((".", "-"))
