"""What is launched after what."""

from otternauts_desktop.core.fleet.order import cycle, waves


def test_each_wave_needs_only_what_came_before() -> None:
    needs = {"web": ("api", "cache"), "api": ("db",), "cache": (), "db": (), "worker": ("db",)}
    assert waves(needs) == (("cache", "db"), ("api", "worker"), ("web",))


def test_what_is_no_vessel_is_not_waited_for() -> None:
    assert waves({"web": ("elsewhere",)}) == (("web",),)


def test_a_circle_is_named_in_the_order_of_its_needs() -> None:
    assert cycle({"a": ("b",), "b": ("c",), "c": ("b",)}) in (("b", "c", "b"), ("c", "b", "c"))
    assert cycle({"a": ("a",)}) == ("a", "a")
    assert cycle({"a": ("b",), "b": ()}) == ()
