"""Bringing Traefik to another version: which one, and what that costs."""

from PySide6.QtWidgets import QWidget

from otternauts_desktop.core.fleet.traefik import IMAGE
from otternauts_desktop.core.words import tr
from otternauts_desktop.ui.dialogs.frame import DialogFrame, field, form
from otternauts_desktop.ui.labels import Label


class UpgradeIngress(DialogFrame):
    """Gives `image` once accepted."""

    def __init__(self, runs: str, parent: QWidget | None = None) -> None:
        super().__init__(
            tr("Upgrade Traefik?"),
            tr(
                "Traefik stops, then the new one starts: for some seconds no domain answers. "
                "All else stays as it is. Should the new one not come up, Swarm puts the old one "
                "back."
            ),
            tr("Upgrade"),
            parent,
        )
        self.image_field = field(tr("Image"), IMAGE)
        lines = form()
        lines.addRow(Label(tr("Runs now")), Label(runs, selectable=True))
        lines.addRow(Label(tr("Image")), self.image_field)
        self.body.addLayout(lines)
        self.body.addStretch(1)

    @property
    def image(self) -> str:
        """What it is to run."""
        return self.image_field.text().strip()
