"""What a launch set out to do, in few words."""

from otternauts_desktop.core.flight.plan import Change, ChangeKind
from otternauts_desktop.core.flight.planned import planned
from otternauts_desktop.core.flight.settings import FieldChange, FieldKind


def words(kind: ChangeKind, *fields: tuple[str, str, str]) -> str:
    made = tuple(FieldChange(f, "", FieldKind.CHANGED, old, new) for f, old, new in fields)
    (one,) = planned([Change("web", kind, made)])
    return one.words


def test_of_an_image_that_stays_the_same_only_the_tag_is_named() -> None:
    update = ChangeKind.UPDATE
    assert words(update, ("image", "acme/shop:1.4", "acme/shop:1.5")) == "image 1.4 -> 1.5"
    assert words(update, ("image", "nginx:1", "caddy:2")) == "image nginx:1 -> caddy:2"
    told = words(update, ("deploy.replicas", "2", "3"), ("environment", "", "A"), ("ports", "", ""))
    assert told == "replicas 2 -> 3, environment, …"


def test_a_new_vessel_is_told_by_its_image() -> None:
    assert words(ChangeKind.CREATE, ("image", "", "redis:7")) == "redis:7"
    assert words(ChangeKind.UNCHANGED) == ""
