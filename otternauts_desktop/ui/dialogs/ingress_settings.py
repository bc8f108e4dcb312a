"""What a person decides about the ingress of a cluster, and what its launch would change."""

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QCheckBox, QComboBox, QHBoxLayout, QWidget

from otternauts_desktop.core.errors import KnownError
from otternauts_desktop.core.fleet.traefik import STAGING, IngressSettings
from otternauts_desktop.core.flight.plan import Plan
from otternauts_desktop.core.swarm.state import Node
from otternauts_desktop.core.words import marked, tr
from otternauts_desktop.ui.buttons import Segments
from otternauts_desktop.ui.dialogs.frame import DialogFrame, field, form
from otternauts_desktop.ui.frames import Surface, column, row
from otternauts_desktop.ui.labels import SEMIBOLD, Label
from otternauts_desktop.ui.plan_view import PlanView

_SETTLE_MS: Final = 300
_PORTS: Final = (
    marked("Vessels see the addresses of their visitors. Only this outpost answers."),
    marked("Every outpost answers. Vessels don't see the addresses of their visitors."),
)


class IngressDialog(DialogFrame):
    """The work is done by who listens to its signals; nothing typed is lost on an error."""

    changed = Signal(object, str)
    """`IngressSettings` and the id of a node: what would their launch change?"""
    launch_requested = Signal(object, str)
    """The same: launch it."""

    def __init__(
        self,
        cluster: str,
        settings: IngressSettings,
        managers: Sequence[Node],
        pinned: str,
        *,
        network: bool,
        parent: QWidget | None = None,
    ) -> None:
        """`pinned` is the id of the node to begin with; `network`: the subnet is decided."""
        super().__init__(
            tr("Ingress of {cluster}", cluster=cluster),
            tr(
                "One Traefik answers on ports 80 and 443 for all fleets, and has certificates "
                "issued for their domains."
            ),
            tr("Launch the ingress"),
            parent,
        )
        self.setMinimumSize(940, 560)
        self.email = field(tr("E-mail"), settings.email, hint="you@example.com")
        self.email.setToolTip(tr("The authority writes there before a certificate runs out."))
        self.authority = Segments(
            (tr("Let's Encrypt"), tr("Its staging"), tr("Another")), tr("Authority")
        )
        self.url = field(
            tr("Address of the authority"), settings.ca, hint="https://ca.example/acme/directory"
        )
        self.ports = Segments((tr("On one outpost"), tr("On every outpost")), tr("Ports"))
        self.ports_words = Label(size=12, tone="fg2", wrap=True)
        self.outpost = QComboBox()
        self.outpost.setAccessibleName(tr("Outpost"))
        for node in managers:
            self.outpost.addItem(node.name, node.id)
        self.outpost.setCurrentIndex(max(self.outpost.findData(pinned), 0))
        self.encrypted = QCheckBox(tr("Encrypt what it says to vessels on other outposts"))
        self.encrypted.setChecked(settings.encrypted)
        self.subnet = field(tr("Subnet"), settings.subnet)
        self.image = field(tr("Image"), settings.image)
        for widget in (self.subnet, self.encrypted):
            widget.setEnabled(not network)
            if network:
                widget.setToolTip(tr("The network is there already and stays as it is."))

        lines = form()
        lines.addRow(Label(tr("E-mail")), self.email)
        lines.addRow(Label(tr("Authority")), _left(self.authority))
        lines.addRow(Label(), self.url)
        lines.addRow(Label(tr("Ports")), _left(self.ports))
        lines.addRow(Label(), self.ports_words)
        lines.addRow(Label(tr("Outpost")), self.outpost)
        lines.addRow(Label(tr("Subnet")), self.subnet)
        lines.addRow(Label(), self.encrypted)
        lines.addRow(Label(tr("Image")), self.image)
        self.plan_view = PlanView()
        frame = Surface("card")
        column(frame, margins=(1, 1, 1, 1)).addWidget(self.plan_view)
        right = column(spacing=6)
        right.addWidget(Label(tr("What will change"), weight=SEMIBOLD))
        right.addWidget(frame, 1)
        both = row(spacing=20)
        both.addLayout(lines, 1)
        both.addLayout(right, 1)
        self.body.addLayout(both, 1)

        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(_SETTLE_MS)
        self._timer.timeout.connect(lambda: self.changed.emit(self.settings(), self._node_id))
        for line in (self.email, self.url, self.subnet, self.image):
            line.textChanged.connect(lambda _: self._timer.start())
        self.outpost.currentIndexChanged.connect(lambda _: self._timer.start())
        self.encrypted.toggled.connect(lambda _: self._timer.start())
        self.authority.chosen.connect(self._choose_authority)
        self.ports.chosen.connect(self._choose_ports)
        self.authority.choose({"": 0, STAGING: 1}.get(settings.ca, 2))
        self.ports.choose(0 if settings.ports == "host" else 1)

    def settings(self) -> IngressSettings:
        """What stands there; whether it can be used is said by who uses it."""
        return IngressSettings(
            email=self.email.text().strip(),
            ca=("", STAGING, self.url.text().strip())[self.authority.current],
            ports="host" if self.ports.current == 0 else "ingress",
            encrypted=self.encrypted.isChecked(),
            subnet=self.subnet.text().strip(),
            image=self.image.text().strip(),
        )

    def show_plan(self, plan: Plan) -> None:
        """Show what the launch of these settings would change."""
        self.notice.hide()
        self.plan_view.show_plan(plan)
        self.primary.setEnabled(True)

    def show_no_plan(self, error: KnownError) -> None:
        """Say why these settings can't be launched as they stand."""
        self.plan_view.show_words(error.title, error.detail, error.next_step)
        self.primary.setEnabled(False)

    def confirm(self) -> None:
        self.show_busy(tr("Starting the job…"))
        self.launch_requested.emit(self.settings(), self._node_id)

    @property
    def _node_id(self) -> str:
        return str(self.outpost.currentData() or "")

    def _choose_authority(self, number: int) -> None:
        self.url.setVisible(number == 2)
        self._timer.start()

    def _choose_ports(self, number: int) -> None:
        self.ports_words.setText(tr(_PORTS[number]))
        self._timer.start()


def _left(widget: QWidget) -> QHBoxLayout:
    """At its own width: joined buttons would be pulled apart."""
    line = row()
    line.addWidget(widget)
    line.addStretch(1)
    return line
