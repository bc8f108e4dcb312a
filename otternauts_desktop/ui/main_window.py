"""The frame: menus, navigator, pages, the dock at the foot, and the status bar.

It knows no service. What a person asks for leaves it as signals; `desk.py` does it.
"""

from typing import Final

from PySide6.QtCore import QByteArray, QMimeData, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import (
    QMainWindow,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from otternauts_desktop.core.words import marked, tr
from otternauts_desktop.ui.actions import Actions
from otternauts_desktop.ui.bell import Bell
from otternauts_desktop.ui.buttons import IconButton, PaletteButton
from otternauts_desktop.ui.cluster_tree import ClusterTree
from otternauts_desktop.ui.cluster_tree_model import ClusterTreeModel
from otternauts_desktop.ui.dock import HEIGHT, Dock
from otternauts_desktop.ui.frames import Split, Surface, column, row, rule
from otternauts_desktop.ui.labels import Label
from otternauts_desktop.ui.navigator_split import NavigatorSplit
from otternauts_desktop.ui.notice_bar import NoticeBar
from otternauts_desktop.ui.panes import focus_into, make_pane
from otternauts_desktop.ui.places import WELCOME, Place
from otternauts_desktop.ui.status_line import StatusLine
from otternauts_desktop.ui.toast import Toast
from otternauts_desktop.ui.view_actions import register_view_actions
from otternauts_desktop.ui.welcome_page import WelcomePage

SIZE: Final = (1440, 900)
SMALLEST: Final = (1024, 680)
_FRAME: Final = 20
"""Pixels that the frame and the title of a window take at most, on each side."""
MENUS: Final = (
    marked("File"),
    marked("Edit"),
    marked("View"),
    marked("Go"),
    marked("Cluster"),
    marked("Outpost"),
    marked("Fleet"),
    marked("Comms"),
    marked("Help"),
)


class MainWindow(QMainWindow):
    """Built in two steps: what the first picture needs, then (`furnish`) the pages."""

    place_chosen = Signal(object)
    add_outpost_requested = Signal()
    new_fleet_requested = Signal()
    import_requested = Signal()
    simulator_requested = Signal()
    refresh_requested = Signal()
    about_requested = Signal()
    palette_requested = Signal()
    file_dropped = Signal(str)
    """Path of a Compose file that was dropped on the window."""
    shortcuts_requested = Signal()
    closing = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setWindowTitle("Otternauts")
        self.resize(first_size(self.screen().availableSize()))
        self.setMinimumSize(*SMALLEST)
        self.setAcceptDrops(True)
        self._may_close = False
        self.tree_model = ClusterTreeModel(self)
        self.tree = ClusterTree(self.tree_model)
        self.welcome = WelcomePage()
        self.notice = NoticeBar()
        self.pages = QStackedWidget()
        self.pages.addWidget(self.welcome)
        self.dock = Dock()
        self.status = StatusLine()
        self.actions_ = Actions(self)
        self._place = WELCOME
        self._back: list[Place] = []
        self._forward: list[Place] = []

        center = Surface("page")
        self._center: QVBoxLayout = column(center)
        notice_line = row(margins=(16, 8, 16, 0))
        notice_line.addWidget(self.notice)
        self._center.addLayout(notice_line)
        self._center.addWidget(self.pages, 1)
        self._vertical = Split(Qt.Orientation.Vertical)
        self._vertical.addWidget(center)
        self._vertical.addWidget(self.dock)
        self._vertical.setStretchFactor(0, 1)
        self._vertical.setSizes([600, HEIGHT])
        right = QWidget()
        body = column(right)
        body.addWidget(self._vertical, 1)
        body.addWidget(rule())
        body.addWidget(self.dock.strip)
        self.navigator = NavigatorSplit(self.tree, right)
        whole = Surface("page")
        outer = column(whole)
        outer.addWidget(self._tool_bar())
        outer.addWidget(rule())
        outer.addWidget(self.navigator, 1)
        self.setCentralWidget(whole)
        self.setStatusBar(self.status)
        self.toast = Toast(self)
        for part in (self.tree, self.notice, self.pages, self.dock):
            make_pane(part)
        self.welcome.add_button.setFocus()
        self._register()
        self.build_menus()
        self.tree.place_chosen.connect(self.place_chosen)
        self.tree.add_outpost_requested.connect(self.add_outpost_requested)
        self.tree.new_fleet_requested.connect(self.new_fleet_requested)
        self.tree.refresh_requested.connect(self.refresh_requested)
        self.welcome.add_outpost_requested.connect(self.add_outpost_requested)
        self.welcome.import_requested.connect(self.import_requested)
        self.welcome.simulator_requested.connect(self.simulator_requested)

    # -- pieces ------------------------------------------------------------------------------

    def _tool_bar(self) -> QWidget:
        bar = Surface("nav")
        bar.setFixedHeight(40)
        line = row(bar, margins=(8, 0, 12, 0), spacing=6)
        self.navigator_button = IconButton("sidebar", tr("Show the navigator"), checkable=True)
        self.navigator_button.setChecked(True)
        self.navigator_button.toggled.connect(self.navigator.show_navigator)
        self.navigator.shown.connect(self.navigator_button.setChecked)
        self.back_button = IconButton("chev-l", tr("Back"), shortcut="Alt+Left")
        self.forward_button = IconButton("chev-r", tr("Forward"), shortcut="Alt+Right")
        self.back_button.clicked.connect(self.go_back)
        self.forward_button.clicked.connect(self.go_forward)
        self.crumbs = Label(tr("Welcome"))
        for widget in (self.navigator_button, rule(vertical=True), self.back_button):
            line.addWidget(widget)
        line.addWidget(self.forward_button)
        line.addSpacing(6)
        line.addWidget(self.crumbs)
        line.addStretch(1)
        self.palette_button = PaletteButton(tr("Go to anything or run a command"), "Ctrl+K")
        self.palette_button.clicked.connect(self.palette_requested)
        line.addWidget(self.palette_button)
        line.addStretch(1)
        self.busy = Label(size=12, tone="fg2")
        line.addWidget(self.busy)
        self.bell = Bell()
        line.addWidget(self.bell)
        self._update_history()
        return bar

    def _register(self) -> None:
        """What the frame itself can do; the desk adds the rest, then `build_menus` is called."""
        add = self.actions_.add
        add(
            "outpost.add",
            "Outpost",
            tr("Add outpost…"),
            self.add_outpost_requested.emit,
            keys="Ctrl+N",
            of_place=False,
        )
        add(
            "outpost.import",
            "Outpost",
            tr("Import from SSH config…"),
            self.import_requested.emit,
            keys="Ctrl+I",
            of_place=False,
        )
        add(
            "simulator.open",
            "File",
            tr("Flight simulator"),
            self.simulator_requested.emit,
            keys="Ctrl+Shift+N",
        )
        add("quit", "File", tr("Quit"), self.close, keys="Ctrl+Q")
        add("palette", "Go", tr("Go to anything…"), self.palette_requested.emit, keys="Ctrl+K")
        add(
            "palette.too",
            "Go",
            tr("Run a command…"),
            self.palette_requested.emit,
            keys="Ctrl+Shift+P",
            in_menu=False,
        )
        add(
            "go.back",
            "Go",
            tr("Back"),
            self.go_back,
            keys="Alt+Left",
            available=lambda: self.has_past,
        )
        add(
            "go.forward",
            "Go",
            tr("Forward"),
            self.go_forward,
            keys="Alt+Right",
            available=lambda: self.has_future,
        )
        add("go.welcome", "Go", tr("Welcome page"), lambda: self.place_chosen.emit(WELCOME))
        add("view.refresh", "View", tr("Refresh"), self.refresh_requested.emit, keys="F5")
        add("view.navigator", "View", tr("Navigator"), self.navigator_button.toggle, keys="Ctrl+B")
        add(
            "view.filter",
            "View",
            tr("Filter the navigator"),
            self._filter,
            keys="Ctrl+Shift+E",
        )
        register_view_actions(self.actions_, self, self.dock)
        add("help.keys", "Help", tr("Keyboard shortcuts…"), self.shortcuts_requested.emit, keys="?")
        add("help.about", "Help", tr("About Otternauts"), self.about_requested.emit)

    def _filter(self) -> None:
        self.navigator_button.setChecked(True)
        self.tree.filter_field.setFocus()

    def build_menus(self) -> None:
        """Fill the menu bar from the registry."""
        self.menuBar().clear()
        for name in MENUS:
            menu = self.menuBar().addMenu(f"&{tr(name)}")
            menu.aboutToShow.connect(self.actions_.refresh)
            for entry in self.actions_.all():
                if entry.menu == name and entry.in_menu:
                    menu.addAction(entry.action)
        # A shortcut works wherever the focus is, shown in a menu or not.
        for entry in self.actions_.all():
            if entry.within is None:
                self.addAction(entry.action)
        self.actions_.refresh()

    # -- pages and docks ---------------------------------------------------------------------

    def add_page(self, page: QWidget) -> None:
        """Put a page into the stack."""
        self.pages.addWidget(page)

    def show_page(self, place: Place, page: QWidget, crumbs: list[str]) -> None:
        """Bring a page to the front and note the way back."""
        if place.page != self._place.page:
            self._back.append(self._place)
            self._forward.clear()
        self._place = place
        focus = self.focusWidget()
        followed = focus is not None and self.pages.isAncestorOf(focus)
        self.pages.setCurrentWidget(page)
        if followed:
            focus_into(page)
        self.crumbs.setText("  ›  ".join(crumbs))
        self.setWindowTitle(" - ".join([*reversed(crumbs[-2:]), "Otternauts"]))
        self.tree.show_place(place)
        self._update_history()
        self.actions_.refresh()

    @property
    def place(self) -> Place:
        """Where the person is."""
        return self._place

    @property
    def has_past(self) -> bool:
        """Whether there is a place to go back to."""
        return bool(self._back)

    @property
    def has_future(self) -> bool:
        """Whether there is a place to go forward to."""
        return bool(self._forward)

    def go_back(self) -> None:
        """To the place before this one."""
        self._travel(self._back, self._forward)

    def go_forward(self) -> None:
        """To the place that `go_back` left."""
        self._travel(self._forward, self._back)

    def _travel(self, source: list[Place], target: list[Place]) -> None:
        if source:
            target.append(self._place)
            self._place = source.pop()
            self.place_chosen.emit(self._place)
            self._update_history()

    def _update_history(self) -> None:
        self.back_button.setEnabled(self.has_past)
        self.forward_button.setEnabled(self.has_future)

    # -- dropping ----------------------------------------------------------------------------

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """A Compose file may come in; anything else is left to whoever wants it."""
        if dropped_plan(event.mimeData()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """Nothing is launched by it: the file becomes a draft."""
        if path := dropped_plan(event.mimeData()):
            event.acceptProposedAction()
            self.file_dropped.emit(path)

    # -- leaving -----------------------------------------------------------------------------

    def closeEvent(self, event: QCloseEvent) -> None:
        """Closing is asked for first: a launch may be under way, a draft not kept yet."""
        if self._may_close:
            super().closeEvent(event)
            return
        event.ignore()
        QTimer.singleShot(0, self.closing.emit)

    def come_to_front(self) -> None:
        """Somebody started the program again: here it is."""
        if self.isMinimized():
            self.showNormal()
        self.raise_()
        self.activateWindow()

    def leave(self) -> None:
        """Close for good."""
        self._may_close = True
        self.close()

    def geometry_text(self) -> str:
        """Size and place of the window, to be kept."""
        return bytes(self.saveGeometry().toBase64().data()).decode("ascii")

    def restore_geometry_text(self, text: str) -> None:
        """Take over what `geometry_text` gave; nonsense is ignored by Qt."""
        self.restoreGeometry(QByteArray.fromBase64(QByteArray(text.encode("ascii", "replace"))))


def first_size(available: QSize) -> QSize:
    """As drawn, or what a smaller screen has room for beside the frame of a window."""
    return (
        QSize(*SIZE).boundedTo(available - QSize(_FRAME, 2 * _FRAME)).expandedTo(QSize(*SMALLEST))
    )


def dropped_plan(data: QMimeData) -> str:
    """Path of the YAML file that is dragged, "" where it is something else."""
    for url in data.urls():
        if url.isLocalFile() and url.toLocalFile().lower().endswith((".yml", ".yaml")):
            return url.toLocalFile()
    return ""
