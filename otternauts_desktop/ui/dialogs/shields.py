"""Whether certificates can be had: each domain looked at, and what Traefik says was refused."""

from collections.abc import Mapping, Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from otternauts_desktop.core.errors import KnownError
from otternauts_desktop.core.flight.preflight import Check, CheckState
from otternauts_desktop.core.words import tr
from otternauts_desktop.ui.check_list import CheckList
from otternauts_desktop.ui.dialogs.frame import DialogFrame
from otternauts_desktop.ui.frames import Surface, column, scrolled


class ShieldsDialog(DialogFrame):
    """Nothing to confirm: its button looks again."""

    look_requested = Signal()

    def __init__(self, cluster: str, parent: QWidget | None = None) -> None:
        super().__init__(
            tr("Certificates of {cluster}", cluster=cluster),
            tr(
                "Whether DNS sends each domain to this cluster, and whether port 80 answers: both "
                "as seen from here. Behind a proxy the first is bound to fail, which is fine."
            ),
            tr("Look again"),
            parent,
        )
        self.setMinimumSize(640, 420)
        self.cancel.setText(tr("Close"))
        self.checks = CheckList()
        frame = Surface("card")
        column(frame, margins=(1, 1, 1, 1)).addWidget(scrolled(self.checks))
        self.body.addWidget(frame, 1)

    def confirm(self) -> None:
        self.look_requested.emit()

    def show_troubles(
        self, domains: Mapping[str, KnownError | None], refused: Sequence[KnownError]
    ) -> None:
        """Show what was found: by domain, and in Traefik's last lines."""
        self.show_busy("")
        checks = [_check(domain, trouble) for domain, trouble in domains.items()]
        checks += [_check(tr("Traefik says"), trouble) for trouble in refused]
        if not checks:
            words = tr("No fleet that flies here has a domain.")
            checks = [Check("none", tr("Domains"), CheckState.PASSED, words)]
        self.checks.show_checks(checks)


def _check(name: str, trouble: KnownError | None) -> Check:
    if trouble is None:
        return Check(name, name, CheckState.PASSED, tr("Nothing is in the way"))
    seen = f"{trouble.title} {trouble.detail}".strip()
    return Check(name, name, CheckState.FAILED, seen, trouble.next_step)
