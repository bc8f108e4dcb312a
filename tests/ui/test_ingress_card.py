"""The ingress on the cluster's page: what runs where, or how to launch it."""

from pytestqt.qtbot import QtBot

from otternauts_desktop.core.fleet.traefik import IngressSettings
from otternauts_desktop.core.flight.ingress import IngressSeen
from otternauts_desktop.core.swarm.health import Condition, Health
from otternauts_desktop.core.swarm.state import Node
from otternauts_desktop.ui.ingress_card import IngressCard

NODE = Node("n1", "orion-1", "manager", "active", "ready", "10.0.0.1")


def test_it_says_what_runs_where_or_how_to_launch_it(qtbot: QtBot) -> None:
    card = IngressCard()
    qtbot.addWidget(card)
    card.show_ingress(IngressSeen(None, None, None, (), False, (), ()))
    assert "Not launched yet" in card.words.text()
    assert not card.launch_button.isHidden()
    assert card.upgrade_button.isHidden()
    card.show_ingress(IngressSeen(None, None, None, (), False, ("old_edge",), ("old_edge",)))
    assert "old_edge" in card.words.text()
    condition = Condition(Health.HEALTHY, 1, 1)
    runs = IngressSeen(None, condition, IngressSettings("a@b.example"), (NODE,), True, (), ())
    card.show_ingress(runs)
    assert card.words.text() == "traefik:v3.7 on orion-1, which alone answers"
    assert card.caption.text() == "1/1"
    assert card.launch_button.isHidden()
    assert not card.settings_button.isHidden()
