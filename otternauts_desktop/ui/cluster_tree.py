"""The navigator: filter, tree of clusters, and what can be added to it."""

import json
from typing import Final

from PySide6.QtCore import (
    QModelIndex,
    QPersistentModelIndex,
    QPoint,
    QRect,
    QSize,
    QSortFilterProxyModel,
    Qt,
    Signal,
)
from PySide6.QtGui import QAction, QFontMetrics, QKeyEvent, QPainter, QPen
from PySide6.QtWidgets import (
    QAbstractItemView,
    QLineEdit,
    QMenu,
    QStackedWidget,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QToolButton,
    QTreeView,
    QWidget,
)

from otternauts_desktop.core.words import tr
from otternauts_desktop.ui.buttons import Button, IconButton
from otternauts_desktop.ui.cells import Cell
from otternauts_desktop.ui.cluster_tree_model import ClusterTreeModel
from otternauts_desktop.ui.frames import Surface, column, row, rule
from otternauts_desktop.ui.labels import MEDIUM, REGULAR, SEMIBOLD, Label
from otternauts_desktop.ui.places import WELCOME, Place
from otternauts_desktop.ui.row_view import badge_width, cell_of, paint_badge, paint_chevron, row_of
from otternauts_desktop.ui.theme import theme

ROW_HEIGHT: Final = 28
INDENT: Final = 16
_INSET: Final = 6


class NavigatorDelegate(QStyledItemDelegate):
    """Paints a row of the navigator: mark or icon, name; at the right badge and count."""

    def sizeHint(
        self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> QSize:
        return QSize(80, theme().px(ROW_HEIGHT))

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        painter.save()
        _paint_row(painter, option.rect.adjusted(2, 0, -12, 0), cell_of(index))
        painter.restore()


def _paint_row(painter: QPainter, area: QRect, cell: Cell) -> None:
    t = theme()
    ratio = painter.device().devicePixelRatioF()
    middle = area.center().y() + 1
    right = _paint_right(painter, area, cell)
    x = area.left()
    if cell.icon:
        tone = "fg1" if cell.strong else "fg2"
        painter.drawPixmap(x, middle - 8, t.pixmap(cell.icon, 16, tone, ratio=ratio))
        x += 22
    if cell.mark:
        painter.drawPixmap(x + 2, middle - 6, t.mark(cell.mark, 12, ratio=ratio))
        x += 22
    painter.setFont(t.ui_font(13, SEMIBOLD if cell.strong else REGULAR))
    painter.setPen(t.color(cell.tone))
    room = max(right - x - 6, 0)
    text = painter.fontMetrics().elidedText(cell.text, Qt.TextElideMode.ElideRight, room)
    painter.drawText(QRect(x, area.top(), room, area.height()), Qt.AlignmentFlag.AlignVCenter, text)


def _paint_right(painter: QPainter, area: QRect, cell: Cell) -> int:
    """Draw what is aligned to the right edge; gives back where it starts."""
    t = theme()
    ratio = painter.device().devicePixelRatioF()
    right, middle = area.right() + 1, area.center().y() + 1
    if cell.count:
        bold = cell.count_tone in ("bad", "accent")
        font = t.ui_font(12, SEMIBOLD if bold else REGULAR)
        width = QFontMetrics(font).horizontalAdvance(cell.count)
        painter.setFont(font)
        painter.setPen(t.color(cell.count_tone))
        painter.drawText(
            QRect(right - width, area.top(), width + 1, area.height()),
            Qt.AlignmentFlag.AlignVCenter,
            cell.count,
        )
        right -= width + 6
    if cell.count_mark:
        painter.drawPixmap(right - 12, middle - 6, t.mark(cell.count_mark, 12, ratio=ratio))
        right -= 18
    if cell.badge:
        width = badge_width(cell.badge)
        right -= width
        paint_badge(painter, QPoint(right, middle), cell.badge)
        right -= 8
    if cell.note:
        font = t.ui_font(11)
        width = QFontMetrics(font).horizontalAdvance(cell.note)
        painter.setFont(font)
        painter.setPen(t.color("fg3"))
        painter.drawText(
            QRect(right - width, area.top(), width + 1, area.height()),
            Qt.AlignmentFlag.AlignVCenter,
            cell.note,
        )
        right -= width + 6
    return right


class NavigatorView(QTreeView):
    """The tree itself: the selection is rounded and set in from the edges."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(tr("Navigator"))
        self.setProperty("surface", "nav")
        self.setItemDelegate(NavigatorDelegate(self))
        self.setHeaderHidden(True)
        self.header().setAccessibleName(tr("Columns: Navigator"))
        self.setIndentation(INDENT)
        self.setUniformRowHeights(True)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setExpandsOnDoubleClick(True)
        self.setMouseTracking(True)
        theme().changed.connect(self._restyle)

    def drawRow(
        self,
        painter: QPainter,
        options: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        t = theme()
        top, height = options.rect.top(), options.rect.height()
        state = options.state
        rect = QRect(0, top, self.viewport().width() - _INSET + 2, height)
        selected = self.selectionModel().isSelected(index)
        hovered = bool(state & QStyle.StateFlag.State_MouseOver)
        if selected or hovered:
            painter.save()
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            ground = "hover"
            if selected:
                ground = "select" if self.isActiveWindow() else "selectin"
            painter.setBrush(t.color(ground))
            current = selected and self.hasFocus()
            painter.setPen(QPen(t.color("accent"), 1) if current else Qt.PenStyle.NoPen)
            inset = 0.5 if current else 0.0
            painter.drawRoundedRect(rect.toRectF().adjusted(inset, inset, -inset, -inset), 6, 6)
            painter.restore()
        super().drawRow(painter, options, index)

    def drawBranches(
        self, painter: QPainter, rect: QRect, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        if index.model().hasChildren(index):
            paint_chevron(painter, rect, opened=self.isExpanded(index))

    def rowsAboutToBeRemoved(
        self, parent: QModelIndex | QPersistentModelIndex, start: int, end: int
    ) -> None:
        """Where the current row goes, none is current: Qt's choice of another is no one's wish."""
        index = self.currentIndex()
        while index.isValid() and index.parent() != parent:
            index = index.parent()
        if index.isValid() and start <= index.row() <= end:
            self.setCurrentIndex(QModelIndex())
        super().rowsAboutToBeRemoved(parent, start, end)

    def _restyle(self) -> None:
        self.scheduleDelayedItemsLayout()
        self.viewport().update()


class ClusterTree(Surface):
    """The navigator panel."""

    place_chosen = Signal(object)
    """A `Place` was selected."""
    menu_requested = Signal(object, QPoint)
    """The menu of a `Place` is wanted at a point of the screen."""
    add_outpost_requested = Signal()
    new_fleet_requested = Signal()
    refresh_requested = Signal()

    def __init__(self, model: ClusterTreeModel, parent: QWidget | None = None) -> None:
        super().__init__("nav", parent)
        self._model = model
        self._proxy = QSortFilterProxyModel(self)
        self._proxy.setSourceModel(model)
        self._proxy.setRecursiveFilteringEnabled(True)
        self._proxy.setAutoAcceptChildRows(True)
        self._proxy.setFilterCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        self._quiet = False
        self._place = WELCOME
        self._open: dict[str, bool] = {}
        """Each branch the person has seen, by the keys down to it: open or closed."""

        self.filter_field = QLineEdit()
        self.filter_field.setPlaceholderText(tr("Filter"))
        self.filter_field.setAccessibleName(tr("Filter the navigator"))
        self.filter_field.setProperty("kind", "quiet")
        self.filter_field.setClearButtonEnabled(True)
        for clear_button in self.filter_field.findChildren(QToolButton):
            clear_button.setAccessibleName(tr("Clear the filter"))
        self.filter_field.addAction(
            QAction(theme().icon("search", "fg3"), "", self.filter_field),
            QLineEdit.ActionPosition.LeadingPosition,
        )
        self.filter_field.textChanged.connect(self._filter)

        self.view = NavigatorView()
        self.view.setModel(self._proxy)
        self.view.selectionModel().currentChanged.connect(self._current_changed)
        self.view.activated.connect(self._choose)
        self.view.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.view.customContextMenuRequested.connect(self._ask_menu)
        self.view.expanded.connect(lambda index: self._note_branch(index, opened=True))
        self.view.collapsed.connect(lambda index: self._note_branch(index, opened=False))

        self._empty = Surface("nav")
        blank = column(self._empty, margins=(20, 24, 20, 0), spacing=6)
        blank.addWidget(Label(tr("No clusters yet"), weight=SEMIBOLD))
        blank.addWidget(
            Label(
                tr("Your clusters, outposts and fleets will appear here."),
                size=12,
                tone="fg2",
                wrap=True,
            )
        )
        blank.addStretch(1)
        self._stack = QStackedWidget()
        self._stack.addWidget(self._empty)
        inset = QWidget()  # margins of the viewport are the header's
        row(inset, margins=(_INSET, 2, 2, 0)).addWidget(self.view)
        self._stack.addWidget(inset)

        self.add_button = Button(
            tr("Add outpost or fleet"), icon="plus", kind="ghost", size="small"
        )
        menu = QMenu(self.add_button)
        menu.addAction(tr("Add outpost…"), self.add_outpost_requested.emit)
        # Made here and not by the menu: PySide forgets that one when the navigator changes parent.
        self._fleet_action = QAction(tr("New fleet…"), self)
        self._fleet_action.triggered.connect(lambda: self.new_fleet_requested.emit())
        menu.addAction(self._fleet_action)
        self.add_button.clicked.connect(
            lambda: menu.popup(self.add_button.mapToGlobal(QPoint(0, -menu.sizeHint().height())))
        )
        self.refresh_button = IconButton("refresh", tr("Refresh"), size=24, shortcut="F5")
        self.refresh_button.clicked.connect(self.refresh_requested)

        outer = column(self)
        field = row(margins=(8, 6, 8, 6))
        field.addWidget(self.filter_field)
        outer.addLayout(field)
        outer.addWidget(self._stack, 1)
        outer.addWidget(rule())
        footer = QWidget()
        foot = row(footer, margins=(6, 0, 8, 0))
        foot.addWidget(self.add_button)
        foot.addStretch(1)
        foot.addWidget(self.refresh_button)
        footer.setFixedHeight(31)
        outer.addWidget(footer)
        self.setMinimumWidth(200)
        self.setMaximumWidth(420)
        self._set_fonts()
        theme().changed.connect(self._set_fonts)
        model.rowsInserted.connect(self._opened_first_time)
        model.rowsRemoved.connect(self._update_empty)
        self._update_empty()

    def show_place(self, place: Place) -> None:
        """Select the row of a place, without announcing it."""
        self._place = place
        index = self._proxy.mapFromSource(self._model.index_of(place))
        self._quiet = True
        try:
            if index.isValid():
                self.view.setCurrentIndex(index)
                self.view.scrollTo(index)
            else:
                self.view.selectionModel().clear()
        finally:
            self._quiet = False

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self.filter_field.text():
            self.filter_field.clear()
        else:
            super().keyPressEvent(event)

    def branches_text(self) -> str:
        """Which branches are open and which closed, to be kept."""
        return json.dumps(self._open)

    def restore_branches(self, text: str) -> None:
        """Take up what `branches_text` gave; nonsense is left aside."""
        try:
            kept = json.loads(text)
        except ValueError:
            return
        if isinstance(kept, dict):
            self._open = {key: opened for key, opened in kept.items() if isinstance(opened, bool)}
            self._set_branches(QModelIndex())

    def _filter(self, text: str) -> None:
        self._proxy.setFilterFixedString(text)
        if text:
            self._quiet = True
            self.view.expandAll()
            self._quiet = False
        else:
            self._set_branches(QModelIndex())
        self.show_place(self._place)

    def _note_branch(self, index: QModelIndex, *, opened: bool) -> None:
        if not self._quiet and not self.filter_field.text():
            self._open[_path(index)] = opened

    def _set_branches(self, parent: QModelIndex) -> None:
        for number in range(self._proxy.rowCount(parent)):
            index = self._proxy.index(number, 0, parent)
            if self._proxy.rowCount(index):
                self.view.setExpanded(index, self._open.get(_path(index), False))
                self._set_branches(index)

    def _current_changed(self, index: QModelIndex, _before: QModelIndex) -> None:
        if not self._quiet:
            self._choose(index)

    def _choose(self, index: QModelIndex) -> None:
        row = row_of(index)
        if row is not None and isinstance(row.subject, Place):
            self.place_chosen.emit(row.subject)

    def _ask_menu(self, point: QPoint) -> None:
        row = row_of(self.view.indexAt(point))
        if row is not None and isinstance(row.subject, Place):
            self.menu_requested.emit(row.subject, self.view.viewport().mapToGlobal(point))

    def _opened_first_time(self, parent: QModelIndex, first: int, last: int) -> None:
        """Clusters and their groups start open; what the person closes later stays closed."""
        self._update_empty()
        self._open_new(parent, first, last)

    def _open_new(self, parent: QModelIndex, first: int, last: int) -> None:
        depth, ancestor = 0, parent
        while ancestor.isValid():
            depth, ancestor = depth + 1, ancestor.parent()
        if depth:
            self._open_as_known(parent, default=depth < 3)
        for number in range(first, last + 1):
            index = self._model.index(number, 0, parent)
            if children := self._model.rowCount(index):
                self._open_as_known(index, default=depth < 2)
                self._open_new(index, 0, children - 1)

    def _open_as_known(self, index: QModelIndex, *, default: bool) -> None:
        key = _path(index)
        opened = self._open.setdefault(key, default)
        if not self.filter_field.text():
            self.view.setExpanded(self._proxy.mapFromSource(index), opened)

    def _update_empty(self) -> None:
        some = self._model.rowCount() > 0
        self._stack.setCurrentIndex(1 if some else 0)
        self._fleet_action.setVisible(some)
        self.refresh_button.setVisible(some)

    def _set_fonts(self) -> None:
        self.filter_field.setFont(theme().ui_font(13))
        self.add_button.setFont(theme().ui_font(12, MEDIUM))


def _path(index: QModelIndex) -> str:
    """The keys of the rows down to one."""
    keys = []
    while index.isValid():
        if row := row_of(index):
            keys.append(row.key)
        index = index.parent()
    return "/".join(reversed(keys))
