"""Values of variables: for this run, or kept, sealed, for later ones."""

from collections.abc import Iterable, Mapping

from PySide6.QtWidgets import QCheckBox, QLineEdit, QWidget

from otternauts_desktop.core.secret import Secret
from otternauts_desktop.core.words import tr
from otternauts_desktop.ui.dialogs.frame import DialogFrame, field, form
from otternauts_desktop.ui.labels import Label


class VariableFields(QWidget):
    """A hidden field for each name; one that is left empty keeps the value there is."""

    def __init__(
        self,
        names: Iterable[str],
        required: Iterable[str],
        values: Mapping[str, Secret],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._fields: dict[str, QLineEdit] = {}
        needed = set(required)
        lines = form()
        for name in names:
            hint = tr("has a default") if name not in needed else tr("needs a value")
            line = field(name, hint=tr("kept from before") if name in values else hint, secret=True)
            self._fields[name] = line
            lines.addRow(Label(name, mono=True), line)
        self.setLayout(lines)

    def entered(self) -> dict[str, Secret]:
        """What was typed, by name."""
        return {name: Secret(line.text()) for name, line in self._fields.items() if line.text()}

    def set_value(self, name: str, text: str) -> None:
        """Fill a field, as typing does."""
        self._fields[name].setText(text)


class VariablesDialog(DialogFrame):
    """Asks for the values of a flight plan's variables."""

    def __init__(
        self,
        names: Iterable[str],
        required: Iterable[str],
        values: Mapping[str, Secret],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(
            tr("Variables"),
            tr("Values go to the swarm only with a launch, and are known until you quit."),
            tr("Use these values"),
            parent,
        )
        self.fields = VariableFields(names, required, values)
        self.keep = QCheckBox(tr("Keep them for later runs, too, sealed on this machine"))
        self.body.addWidget(self.fields)
        self.body.addWidget(self.keep)
        self.body.addStretch(1)
