"""The labels of an outpost: one a line, as they stand in the swarm."""

from collections.abc import Mapping

from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QPlainTextEdit, QWidget

from otternauts_desktop.core.errors import BadName
from otternauts_desktop.core.words import tr
from otternauts_desktop.ui.dialogs.frame import DialogFrame
from otternauts_desktop.ui.theme import theme


class LabelsDialog(DialogFrame):
    """Accepted means: make them so. `added` and `removed` say what is to change."""

    def __init__(
        self, outpost: str, labels: Mapping[str, str], parent: QWidget | None = None
    ) -> None:
        super().__init__(
            tr("Labels of {outpost}", outpost=outpost),
            tr("One a line: name=value. Flight plans choose outposts by them (node.labels.name)."),
            tr("Set labels"),
            parent,
        )
        self._before = dict(labels)
        self.field = QPlainTextEdit("\n".join(f"{n}={v}" for n, v in sorted(labels.items())))
        self.field.setAccessibleName(tr("Labels"))
        self.field.setProperty("kind", "field")
        self.field.setFont(theme().mono(13))
        self.field.setTabChangesFocus(True)
        self.field.setMinimumHeight(140)
        self.body.addWidget(self.field, 1)

    def showEvent(self, event: QShowEvent) -> None:
        """The labels have the focus."""
        super().showEvent(event)
        self.field.setFocus()

    def confirm(self) -> None:
        """Accept what can be read; else say which line can't."""
        try:
            self._read()
        except BadName as error:
            self.show_error(error)
        else:
            self.accept()

    @property
    def added(self) -> dict[str, str]:
        """Labels that are new, or have another value now."""
        return {n: v for n, v in self._read().items() if self._before.get(n) != v}

    @property
    def removed(self) -> list[str]:
        """Names of labels that are no longer there."""
        return sorted(self._before.keys() - self._read().keys())

    def _read(self) -> dict[str, str]:
        labels: dict[str, str] = {}
        for line in self.field.toPlainText().splitlines():
            name, _, value = line.strip().partition("=")
            if not line.strip():
                continue
            if not name.strip() or any(letter.isspace() for letter in name.strip()):
                raise BadName(
                    detail=tr('"{line}" has no name of a label.', line=line.strip()),
                    next_step=tr("Write name=value, the name without spaces."),
                )
            labels[name.strip()] = value.strip()
        return labels
