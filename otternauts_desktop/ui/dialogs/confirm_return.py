"""Before a fleet returns to a former version: what changes, and what does not come back."""

from collections.abc import Mapping

from PySide6.QtWidgets import QWidget

from otternauts_desktop.core.fleet.flight_plan import Reading
from otternauts_desktop.core.secret import Secret
from otternauts_desktop.core.words import tr
from otternauts_desktop.ui.dialogs.confirm_launch import ConfirmLaunch


class ConfirmReturn(ConfirmLaunch):
    """Accepted means: return. Images are those of the version, so there is no choice."""

    def __init__(
        self,
        fleet: str,
        version: int,
        reading: Reading,
        values: Mapping[str, Secret],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(fleet, "", reading, values, parent)
        title = tr("Return {fleet} to version {number}?", fleet=fleet, number=version)
        self.setWindowTitle(title)
        self.heading.setText(title)
        self.words.setText(
            tr(
                "Its flight plan flies again with the image digests of then, one-off jobs aside. "
                "Volumes keep their data, and values of variables are those of now."
            )
        )
        self.primary.setText(tr("Return to base"))
        self.resolve.hide()
        self.return_on_failure.hide()
