"""The ingress of a cluster, in a line: whether Traefik runs, where, and how to launch it."""

from PySide6.QtWidgets import QWidget

from otternauts_desktop.core.fleet.traefik import IngressSettings
from otternauts_desktop.core.flight.ingress import IngressSeen
from otternauts_desktop.core.words import tr
from otternauts_desktop.ui.frames import Card, row
from otternauts_desktop.ui.labels import Label, MarkLabel
from otternauts_desktop.ui.status_marks import WAITING, WARNING, of_health


class IngressCard(Card):
    """Shows it; launching and the rest are the command line's so far."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(tr("Ingress"), parent)
        self._mark = MarkLabel(WAITING, size=12)
        self.words = Label(wrap=True, selectable=True, tone="fg2")
        line = row(margins=(12, 8, 12, 8), spacing=8)
        line.addWidget(self._mark)
        line.addWidget(self.words, 1)
        self.body.addLayout(line)

    def show_ingress(self, seen: IngressSeen) -> None:
        """Show how it stands now."""
        settings, condition = seen.settings, seen.condition
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
    return tr("Not launched yet: otternauts ingress launch --email YOU")
