"""A new fleet: its name, and what its flight plan starts from."""

import re
from pathlib import Path

from PySide6.QtWidgets import QFileDialog, QRadioButton, QWidget

from otternauts_desktop import assets
from otternauts_desktop.core.errors import BadName, FileUnreadable
from otternauts_desktop.core.names import fleet_name
from otternauts_desktop.core.words import tr
from otternauts_desktop.services.plan_files import read_plan
from otternauts_desktop.ui.buttons import Button
from otternauts_desktop.ui.dialogs.frame import DialogFrame, field, form
from otternauts_desktop.ui.frames import row
from otternauts_desktop.ui.labels import Label


class NewFleet(DialogFrame):
    """Gives `name` and `text` once accepted."""

    def __init__(self, taken: frozenset[str], parent: QWidget | None = None) -> None:
        super().__init__(
            tr("New fleet"),
            tr("A fleet is a stack of Docker Swarm. Nothing is launched yet."),
            tr("Create draft"),
            parent,
        )
        self._taken = taken
        self._file: tuple[str, str] | None = None
        """Path and text of the file chosen."""
        self.name_field = field(tr("Name"), hint="shop")
        lines = form()
        lines.addRow(Label(tr("Name")), self.name_field)
        self.body.addLayout(lines)
        self.sample = QRadioButton(tr("Start from a small example"))
        self.sample.setChecked(True)
        self.empty = QRadioButton(tr("Start empty"))
        self.from_file = QRadioButton(tr("Start from a Compose file"))
        self._choose = Button(tr("Choose…"), size="small")
        self._choose.clicked.connect(self._choose_file)
        self.body.addWidget(self.sample)
        self.body.addWidget(self.empty)
        line = row(spacing=8)
        line.addWidget(self.from_file)
        line.addWidget(self._choose)
        line.addStretch(1)
        self.body.addLayout(line)
        self.body.addStretch(1)

    @property
    def name(self) -> str:
        """The name of the fleet."""
        return self.name_field.text().strip()

    @property
    def text(self) -> str:
        """What its flight plan starts as."""
        if self.sample.isChecked():
            return assets.path("samples", "hello.yml").read_text(encoding="utf-8")
        if self.from_file.isChecked() and self._file is not None:
            return self._file[1]
        return "services:\n"

    @property
    def path(self) -> str:
        """The file that it starts from, "" for none."""
        return self._file[0] if self.from_file.isChecked() and self._file is not None else ""

    def read(self, path: str) -> None:
        """Take a file's text over; shows why where that can't be."""
        try:
            self._file = path, read_plan(path).text
        except FileUnreadable as error:
            self.show_error(error)
            return
        self.from_file.setText(tr("Start from {name}", name=Path(path).name))
        self.from_file.setChecked(True)

    def start_from(self, path: str) -> None:
        """Take a file over, and propose a name: its folder's for a `compose.yml`, else its own."""
        self.read(path)
        file = Path(path)
        usual = file.stem.startswith(("compose", "docker-compose"))
        words = (file.parent.name if usual else file.stem).lower()
        self.name_field.setText(re.sub(r"[^a-z0-9_-]+", "-", words).strip("-_")[:40])

    def confirm(self) -> None:
        try:
            self._check_name()
        except BadName as error:
            self.show_error(error)
            self.name_field.setFocus()
            return
        if self.from_file.isChecked() and self._file is None:
            self._choose_file()
            return
        self.accept()

    def _check_name(self) -> None:
        if fleet_name(self.name) in self._taken:
            raise BadName(
                detail=tr('There is a fleet "{fleet}" already.', fleet=self.name),
                next_step=tr("Choose another."),
            )

    def _choose_file(self) -> None:
        dialog = QFileDialog(self, tr("Choose a Compose file"))
        dialog.setNameFilter(tr("Compose files (*.yml *.yaml);;All files (*)"))
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.fileSelected.connect(self.read)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()
