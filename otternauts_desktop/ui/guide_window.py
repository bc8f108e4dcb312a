"""The guide in a window of its own: its pages at the left, one beside. It needs no network."""

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QShortcut
from PySide6.QtWidgets import QLineEdit, QListWidget, QListWidgetItem, QWidget

from otternauts_desktop.core.words import tr
from otternauts_desktop.ui.frames import Split, Surface, column
from otternauts_desktop.ui.guide_text import GuideText
from otternauts_desktop.ui.theme import theme

SIZE = (980, 760)
FIRST = "first-launch"
_ORDER = ("first-launch", "window", "simulator", "outposts", "flight-plans", "launches", "secrets")
"""Pages in the order of use; the others follow by name."""


class GuideWindow(QWidget):
    """Non-modal: one reads beside the work. `pages` are names and Markdown texts."""

    def __init__(self, pages: dict[str, str], parent: QWidget | None = None) -> None:
        super().__init__(parent, Qt.WindowType.Window)
        self.setWindowTitle(tr("The guide"))
        self.resize(*SIZE)
        self._pages = pages
        self._current = ""
        self.field = QLineEdit()
        self.field.setPlaceholderText(tr("Find in the guide"))
        self.field.setAccessibleName(tr("Find in the guide"))
        self.field.setClearButtonEnabled(True)
        self.field.textChanged.connect(self._filter)
        self.field.returnPressed.connect(self.find_next)
        self.list = QListWidget()
        self.list.setAccessibleName(tr("Pages of the guide"))
        self.list.setProperty("surface", "nav")
        self.list.setMinimumWidth(200)
        rest = sorted(name for name in pages if name not in _ORDER)
        for name in (*(n for n in _ORDER if n in pages), *rest):
            item = QListWidgetItem(title_of(pages[name]) or name)
            item.setData(Qt.ItemDataRole.UserRole, name)
            item.setSizeHint(QSize(0, theme().px(28)))
            self.list.addItem(item)
        self.list.currentItemChanged.connect(self._chosen)
        self.text = GuideText()
        self.text.setAccessibleName(tr("Page of the guide"))
        self.text.page_requested.connect(self.show_page)
        side = Surface("nav")
        beside = column(side, margins=(8, 8, 8, 8), spacing=8)
        beside.addWidget(self.field)
        beside.addWidget(self.list, 1)
        split = Split(Qt.Orientation.Horizontal)
        split.addWidget(side)
        split.addWidget(self.text)
        split.setStretchFactor(1, 1)
        column(self).addWidget(split)
        QShortcut(Qt.Key.Key_Escape, self, self.close)
        QShortcut("Ctrl+F", self, self.field.setFocus)

    def show_page(self, name: str, anchor: str = "") -> None:
        """Show a page, from the heading `anchor` on; one that is not there leaves what is shown."""
        if name not in self._pages:
            return
        self._current = name
        for number in range(self.list.count()):
            item = self.list.item(number)
            if item.data(Qt.ItemDataRole.UserRole) == name:
                self.list.blockSignals(True)
                self.list.setCurrentItem(item)
                self.list.blockSignals(False)
        self.text.show_page(self._pages[name], anchor)

    def find_next(self) -> None:
        """Go to the next place in the page that has what is typed; from its foot to its top."""
        words = self.field.text()
        if words and not self.text.find(words):
            self.text.moveCursor(self.text.textCursor().MoveOperation.Start)
            self.text.find(words)

    def _filter(self, words: str) -> None:
        """Leave the pages that have the words, and go to the first place of them."""
        wanted = words.casefold()
        for number in range(self.list.count()):
            item = self.list.item(number)
            page = self._pages[item.data(Qt.ItemDataRole.UserRole)]
            item.setHidden(wanted not in page.casefold())
        self.find_next()

    def _chosen(self, item: QListWidgetItem | None) -> None:
        if item is not None:
            self.show_page(item.data(Qt.ItemDataRole.UserRole))
            self.find_next()


def title_of(markdown: str) -> str:
    """The first heading."""
    line = markdown.lstrip().partition("\n")[0]
    return line.removeprefix("# ").strip() if line.startswith("# ") else ""
