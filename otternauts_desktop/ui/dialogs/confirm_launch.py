"""The check list before a launch: what changes, what is missing, and the one button.

With errors in the file there is nothing to launch.
"""

from collections.abc import Mapping, Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QWidget

from otternauts_desktop.core.errors import KnownError, VariablesMissing
from otternauts_desktop.core.fleet.flight_plan import Reading
from otternauts_desktop.core.secret import Secret
from otternauts_desktop.core.words import tr, trn
from otternauts_desktop.ui.dialogs.frame import DialogFrame
from otternauts_desktop.ui.dialogs.variables import VariableFields
from otternauts_desktop.ui.flight_plan_tab import Previewed
from otternauts_desktop.ui.frames import Surface, row
from otternauts_desktop.ui.labels import Label, MarkLabel
from otternauts_desktop.ui.plan_view import PlanView
from otternauts_desktop.ui.status_marks import WARNING


class ConfirmLaunch(DialogFrame):
    """Accepted means: launch. `entered()` are values to use with it."""

    def __init__(
        self,
        fleet: str,
        cluster: str,
        reading: Reading,
        values: Mapping[str, Secret],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(
            tr("Launch {fleet}?", fleet=fleet),
            tr("On {cluster}. This is what will change:", cluster=cluster),
            tr("Launch"),
            parent,
        )
        self.setMinimumSize(640, 520)
        self.plan_view = PlanView()
        self.plan_view.setMinimumHeight(240)
        self.body.addWidget(self.plan_view, 1)
        missing = [name for name in reading.required if name not in values]
        self.fields = VariableFields(missing, missing, values)
        self.fields.setVisible(bool(missing))
        self.body.addWidget(self.fields)
        self.resolve = QCheckBox(tr("Pin images to their digests (Docker asks the registry)"))
        self.resolve.setToolTip(
            tr(
                "Makes all outposts run the same image. "
                "Takes long where the registry can't be reached."
            )
        )
        self.resolve.setChecked(True)
        self.resolve.toggled.connect(self._show)
        self.body.addWidget(self.resolve)
        self.return_on_failure = QCheckBox(tr("If it fails, return to what flew before"))
        self.return_on_failure.setToolTip(
            tr("Brings back services, images and values as they are now, by a launch of its own.")
        )
        self.body.addWidget(self.return_on_failure)
        self.shields = Surface("notice-warn")
        self.shields.setAccessibleName(tr("Certificates"))
        self.shield_words = Label(wrap=True, selectable=True)
        line = row(self.shields, margins=(12, 8, 12, 8), spacing=10)
        line.addWidget(MarkLabel(WARNING, size=16), 0, Qt.AlignmentFlag.AlignTop)
        line.addWidget(self.shield_words, 1)
        self.shields.hide()
        self.body.addWidget(self.shields)
        self._pinned: Previewed | None = None
        self._plain: Previewed | None = None

    def entered(self) -> dict[str, Secret]:
        """Values typed here."""
        return self.fields.entered()

    def show_preview(self, pinned: Previewed, plain: Previewed) -> None:
        """Show what would happen where images are pinned to their digests, and where not."""
        self._pinned, self._plain = pinned, plain
        self._show()

    def _show(self) -> None:
        preview = self._pinned if self.resolve.isChecked() else self._plain
        if preview is None:
            return
        errors = preview.prepared.errors
        if errors:
            first = errors[0]
            self.plan_view.show_words(
                trn(
                    "{number} error to resolve first",
                    "{number} errors to resolve first",
                    len(errors),
                ),
                tr("Line {line}: {message}", line=first.line, message=first.message),
                first.fix,
            )
            self.primary.setEnabled(False)
            return
        self.primary.setEnabled(not preview.plan.missing)
        self.plan_view.show_plan(
            preview.plan, (*preview.prepared.findings, *preview.prepared.notes)
        )

    def show_shields(self, troubles: Sequence[KnownError]) -> None:
        """Say why certificates could not be had; it can be launched all the same."""
        texts = dict.fromkeys(trouble.text() for trouble in troubles)
        self.shield_words.setText("\n".join(texts))
        self.shields.setVisible(bool(texts))

    def show_no_preview(self, error: KnownError) -> None:
        """Say why it can't be told; missing values may be given here."""
        self.plan_view.show_words(error.title, error.detail, error.next_step)
        self.primary.setEnabled(isinstance(error, VariablesMissing))
