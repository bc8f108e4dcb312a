"""Before a service is rolled back: what changes, and that it is one step only."""

from PySide6.QtWidgets import QWidget

from otternauts_desktop.core.flight.plan import Plan
from otternauts_desktop.core.words import tr
from otternauts_desktop.ui.dialogs.frame import DialogFrame
from otternauts_desktop.ui.plan_view import PlanView


class ConfirmRollback(DialogFrame):
    """Accepted means: roll back."""

    def __init__(self, service: str, plan: Plan, parent: QWidget | None = None) -> None:
        super().__init__(
            tr("Roll {service} back?", service=service),
            tr(
                "To what it was before its last update, as Docker remembers it. The next launch of "
                "its flight plan makes it what that wants again."
            ),
            tr("Roll back"),
            parent,
        )
        self.setMinimumSize(600, 440)
        self.plan_view = PlanView()
        self.plan_view.show_plan(plan)
        self.body.addWidget(self.plan_view, 1)
