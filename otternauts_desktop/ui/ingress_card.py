"""The ingress of a cluster, in a line: whether Traefik runs and where, and what can be done."""

from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from otternauts_desktop.core.fleet.traefik import IngressSettings
from otternauts_desktop.core.flight.ingress import IngressSeen
from otternauts_desktop.core.words import tr
from otternauts_desktop.ui.buttons import Button
from otternauts_desktop.ui.frames import Card, row
from otternauts_desktop.ui.labels import Label, MarkLabel
from otternauts_desktop.ui.status_marks import WAITING, WARNING, of_health


class IngressCard(Card):
    """Shows it. Its buttons are entries of the registry."""

    action_requested = Signal(str)
    """The id of an entry."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(tr("Ingress"), parent)
        self._mark = MarkLabel(WAITING, size=12)
        self.words = Label(wrap=True, selectable=True, tone="fg2")
        line = row(margins=(12, 8, 12, 8), spacing=8)
        line.addWidget(self._mark)
        line.addWidget(self.words, 1)
        self.body.addLayout(line)
        self.launch_button = self._button(tr("Launch the ingress…"), "ingress.launch", "launch")
        self.check_button = self._button(tr("Certificates…"), "ingress.check", "shield")
        self.settings_button = self._button(tr("Settings…"), "ingress.launch", "sliders")
        self.upgrade_button = self._button(tr("Upgrade…"), "ingress.upgrade", "updown")

    def _button(self, text: str, action: str, icon: str) -> Button:
        button = Button(text, icon=icon, kind="ghost", size="small")
        button.clicked.connect(partial(self.action_requested.emit, action))
        self.add_action(button)
        return button

    def show_ingress(self, seen: IngressSeen) -> None:
        """Show how it stands now."""
        settings, condition = seen.settings, seen.condition
        self.launch_button.setVisible(settings is None and not seen.foreign)
        for button in (self.settings_button, self.upgrade_button):
            button.setVisible(settings is not None)
        if settings is None or condition is None:
            self._mark.show_mark(WARNING if seen.old else WAITING)
            self.words.setText(_absent(seen))
            self.caption.setText("")
            return
        self._mark.show_mark(of_health(condition.health))
        self.caption.setText(condition.count)
        self.words.setText(_place(seen, settings))


def _place(seen: IngressSeen, settings: IngressSettings) -> str:
    """What runs, where, and which outposts answer."""
    where = ", ".join(node.name for node in seen.pinned)
    if not where:
        return tr("{image}, pinned to no outpost", image=settings.image)
    if settings.ports == "host":
        return tr("{image} on {outpost}, which alone answers", image=settings.image, outpost=where)
    return tr("{image} on {outpost}; every outpost answers", image=settings.image, outpost=where)


def _absent(seen: IngressSeen) -> str:
    if seen.old:
        return tr("{services} is too old for today's Docker.", services=", ".join(seen.old))
    if seen.foreign:
        return tr("{services}, not launched from here", services=", ".join(seen.foreign))
    return tr("Not launched yet: fleets with domains are not reached from outside.")
