"""The grid of the network doctor: a row for each outpost that sends, a column for each that hears.

Each cell is a mark: its shape says the state, its word is beside it where there is room, and in
the tooltip and for screen readers everywhere.
"""

from typing import Final

from PySide6.QtCore import (
    QAbstractTableModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QRect,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QPainter, QPen, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QWidget,
)

from otternauts_desktop.core.flight.doctor import Examination
from otternauts_desktop.core.flight.preflight import CheckState
from otternauts_desktop.core.words import tr
from otternauts_desktop.ui.labels import MEDIUM
from otternauts_desktop.ui.row_tree import AnyIndex
from otternauts_desktop.ui.status_marks import UNREACHABLE, WAITING, Mark, of_check
from otternauts_desktop.ui.theme import theme

MARK_ROLE: Final = int(Qt.ItemDataRole.UserRole) + 1
HEIGHT: Final = 32
_NARROW, _WIDE, _NAMES = 52, 150, 150
_MARK: Final = 14


class DoctorModel(QAbstractTableModel):
    """Shows what `show_examination` was last given."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.seen = Examination()

    def show_examination(self, seen: Examination) -> None:
        """Take over how far it has come; the cell under the cursor stays."""
        if seen.patients != self.seen.patients:
            self.beginResetModel()
            self.seen = seen
            self.endResetModel()
            return
        self.seen = seen
        if last := len(seen.patients):
            self.dataChanged.emit(self.index(0, 0), self.index(last - 1, last - 1))

    def mark(self, source: int, target: int) -> Mark | None:
        """How the way stands; None for an outpost's way to itself."""
        if source == target:
            return None
        if way := self.seen.ways.get((source, target)):
            return of_check(way.state)
        lost = any(self.seen.patients[end].trouble for end in (source, target))
        return UNREACHABLE if lost else WAITING

    def words(self, source: int, target: int) -> str:
        """A way in one sentence."""
        patients, mark = self.seen.patients, self.mark(source, target)
        if mark is None:
            return tr("{outpost} itself", outpost=patients[source].name)
        way = self.seen.ways.get((source, target))
        bad = [c for c in way.checks if c.state is not CheckState.PASSED] if way else []
        said = [mark.word, *(f"{check.name}: {check.seen}" for check in bad)]
        ends = f"{patients[source].name} → {patients[target].name}"
        return f"{ends}: {', '.join(said)}"

    def rowCount(self, parent: AnyIndex = QModelIndex()) -> int:  # noqa: B008 - Qt's own signature
        return 0 if parent.isValid() else len(self.seen.patients)

    def columnCount(self, parent: AnyIndex = QModelIndex()) -> int:  # noqa: B008 - Qt's own signature
        return self.rowCount(parent)

    def data(self, index: AnyIndex, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if not index.isValid():
            return None
        if role == MARK_ROLE:
            return self.mark(index.row(), index.column())
        if role in (Qt.ItemDataRole.ToolTipRole, Qt.ItemDataRole.AccessibleTextRole):
            words = self.words(index.row(), index.column())
            # A zero-width mark at the head keeps Qt from reading the text as markup.
            return f"\u200b{words}" if role == Qt.ItemDataRole.ToolTipRole else words
        return None

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> object:
        if not 0 <= section < len(self.seen.patients):
            return None
        patient = self.seen.patients[section]
        if role == Qt.ItemDataRole.DisplayRole:
            return patient.name
        if role == Qt.ItemDataRole.ToolTipRole:
            return "\u200b" + " ".join(p for p in (patient.name, patient.address) if p)
        if role == Qt.ItemDataRole.AccessibleTextRole:
            sends = orientation is Qt.Orientation.Vertical
            name = patient.name
            return tr("from {outpost}", outpost=name) if sends else tr("to {outpost}", outpost=name)
        return None


class DoctorGrid(QTableView):
    """As high as its rows. The arrow keys go from way to way."""

    way_chosen = Signal(int, int)
    """Places of the outpost that sends and of the one that hears."""

    def __init__(self, model: DoctorModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setModel(model)
        self.setItemDelegate(_WayDelegate(self))
        self.setProperty("surface", "panel")
        name = tr("Ways between outposts: rows send, columns hear")
        self.setAccessibleName(name)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setShowGrid(False)
        self.setCornerButtonEnabled(False)
        self.setTabKeyNavigation(False)
        self.setMouseTracking(True)
        across, down = self.horizontalHeader(), self.verticalHeader()
        across.setAccessibleName(tr("Columns: {name}", name=name))
        down.setAccessibleName(tr("Rows: {name}", name=name))
        for header in (across, down):
            header.setSectionsClickable(False)
            header.setHighlightSections(False)
            header.setTextElideMode(Qt.TextElideMode.ElideRight)
            header.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        across.setMinimumSectionSize(_NARROW)
        across.setDefaultAlignment(Qt.AlignmentFlag.AlignCenter)
        down.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        model.modelReset.connect(self._fit)
        self.selectionModel().currentChanged.connect(self._choose)
        theme().changed.connect(self._fit)
        self._fit()

    def choose(self, source: int, target: int) -> None:
        """Go to a way."""
        self.setCurrentIndex(self.model().index(source, target))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._share()

    def sizeHint(self) -> QSize:
        return QSize(super().sizeHint().width(), self.maximumHeight())

    def _choose(self, index: QModelIndex) -> None:
        if index.isValid():
            self.way_chosen.emit(index.row(), index.column())

    def _fit(self) -> None:
        t = theme()
        across, down = self.horizontalHeader(), self.verticalHeader()
        across.setFont(t.ui_font(12, MEDIUM))
        down.setFont(t.ui_font(12, MEDIUM))
        across.setFixedHeight(t.px(HEIGHT))
        down.setDefaultSectionSize(t.px(HEIGHT))
        down.setFixedWidth(t.px(_NAMES))
        self._share()

    def _share(self) -> None:
        """Columns share the room, within reason; a bar for the rest."""
        t, count = theme(), max(self.model().rowCount(), 1)
        wide = (self.width() - t.px(_NAMES) - 4) // count
        wide = min(max(wide, t.px(_NARROW)), t.px(_WIDE))
        self.horizontalHeader().setDefaultSectionSize(wide)
        bar = 12 if wide * count + t.px(_NAMES) > self.width() else 2
        self.setFixedHeight(t.px(HEIGHT) * (count + 1) + bar)


class _WayDelegate(QStyledItemDelegate):
    """A mark in the middle, with its word where there is room."""

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        t, rect, state = theme(), option.rect, option.state
        view = option.widget
        chosen = bool(state & QStyle.StateFlag.State_Selected)
        if chosen:
            focused = view is not None and view.hasFocus()
            painter.fillRect(rect, t.color("select" if focused else "selectin"))
        elif state & QStyle.StateFlag.State_MouseOver:
            painter.fillRect(rect, t.color("hover"))
        painter.fillRect(rect.left(), rect.bottom(), rect.width(), 1, t.color("line0"))
        if chosen and view is not None and view.hasFocus():
            painter.setPen(QPen(t.color("accent"), 1))
            painter.drawRect(rect.adjusted(0, 0, -1, -1))
        mark = index.data(MARK_ROLE)
        if not isinstance(mark, Mark):
            painter.setPen(t.color("fg3"))
            painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, "·")
            return
        painter.setFont(t.ui_font(12))
        wide = painter.fontMetrics().horizontalAdvance(mark.word)
        whole = _MARK + 6 + wide
        worded = whole + 12 <= rect.width()
        left = rect.center().x() - (whole if worded else _MARK) // 2
        ratio = painter.device().devicePixelRatioF()
        picture = t.mark(mark, _MARK, ratio=ratio)
        painter.drawPixmap(left, rect.center().y() - _MARK // 2 + 1, picture)
        if worded:
            painter.setPen(t.color("fg2"))
            room = QRect(left + _MARK + 6, rect.top(), wide + 2, rect.height())
            painter.drawText(room, int(Qt.AlignmentFlag.AlignVCenter), mark.word)
