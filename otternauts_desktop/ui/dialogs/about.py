"""What this program is, and whose work it stands on."""

import re
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from platform import python_version
from typing import Final

from PySide6.QtWidgets import QWidget

from otternauts_desktop.core.words import marked, tr
from otternauts_desktop.ui.cells import Cell, Heading, Row
from otternauts_desktop.ui.dialogs.frame import DialogFrame
from otternauts_desktop.ui.frames import row
from otternauts_desktop.ui.labels import SEMIBOLD, Label, OttoLabel
from otternauts_desktop.ui.row_tree import RowTreeModel
from otternauts_desktop.ui.row_view import RowView

_HEADINGS: Final = (
    Heading(marked("Library"), 220),
    Heading(marked("Version"), 110),
    Heading(marked("Licence")),
)
_OWN: Final = "otternauts-desktop"
_NEEDED: Final = re.compile(r"(?P<name>[\w.-]+)(\[(?P<extras>[^]]+)])?")
_EXTRA: Final = re.compile(r"extra == ['\"]([^'\"]+)")
_BETWEEN: Final = re.compile(r"[-_.]+")
_FONTS: Final = ("Inter", "JetBrains Mono")


def libraries() -> list[tuple[str, str, str]]:
    """Name, version and licence of everything that the program stands on, sorted."""
    found = {"": ("Python", python_version(), "PSF-2.0")}
    waiting, seen = [(_OWN, "")], set[tuple[str, str]]()
    while waiting:
        name, extras = wanted = waiting.pop()
        if wanted in seen:
            continue
        seen.add(wanted)
        try:
            installed = distribution(name)
        except PackageNotFoundError:
            continue  # needed on other systems only
        for line in installed.requires or ():
            needed, extra = _NEEDED.match(line), _EXTRA.search(line)
            if needed and (extra is None or extra[1] in extras.split(",")):
                waiting.append((needed["name"], needed["extras"] or ""))
        key = _BETWEEN.sub("-", name).casefold()
        found[key] = (installed.metadata["Name"], installed.version, _licence(installed))
    del found[_OWN]
    fonts = ((name, tr("font"), "OFL-1.1") for name in _FONTS)
    return sorted([*found.values(), *fonts], key=lambda entry: entry[0].casefold())


def _licence(installed: Distribution) -> str:
    facts = installed.metadata
    stated = [*(facts.get_all("License-Expression") or ()), *(facts.get_all("License") or ())]
    if stated and len(stated[0]) <= 60:
        return str(stated[0])
    classified = [
        line.rpartition(" :: ")[2]
        for line in facts.get_all("Classifier") or ()
        if line.startswith("License")
    ]
    return ", ".join(classified) or "".join(stated).strip().partition("\n")[0][:60]


class About(DialogFrame):
    """Version, promise, licence, and the list of libraries."""

    def __init__(self, version: str, parent: QWidget | None = None) -> None:
        super().__init__("Otternauts Desktop", "", tr("Close"), parent)
        self.setMinimumSize(600, 520)
        self.cancel.hide()
        head = row(spacing=16)
        head.addWidget(OttoLabel("face", 44))
        words = Label(
            tr(
                "Version {version}, licence Apache-2.0. Mission control for Docker Swarm: "
                "nothing but SSH. Nothing about you or your servers "
                "leaves this machine, except to your servers.",
                version=version,
            ),
            wrap=True,
            tone="fg2",
        )
        head.addWidget(words, 1)
        self.body.addLayout(head)
        self.body.addWidget(Label(tr("Libraries and fonts"), weight=SEMIBOLD))
        self.model = RowTreeModel(_HEADINGS)
        self.view = RowView(self.model, _HEADINGS, tr("Libraries"), surface="panel", height=24)
        self.model.show_rows(
            tuple(
                Row(name, (Cell(name), Cell(number, tone="fg2"), Cell(licence, tone="fg2")))
                for name, number, licence in libraries()
            )
        )
        self.body.addWidget(self.view, 1)
