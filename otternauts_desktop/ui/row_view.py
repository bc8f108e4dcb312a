"""The view and the painter of all tables and trees of rows: one look everywhere."""

from typing import Final

from PySide6.QtCore import (
    QItemSelectionModel,
    QModelIndex,
    QPersistentModelIndex,
    QPoint,
    QRect,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QFont, QFontMetrics, QKeyEvent, QMouseEvent, QPainter, QPen, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTreeView,
    QWidget,
)

from otternauts_desktop.core.words import tr
from otternauts_desktop.ui.cells import LEADER, SIMULATED, WORKER, Cell, Heading, Row
from otternauts_desktop.ui.labels import MEDIUM, REGULAR, SEMIBOLD
from otternauts_desktop.ui.row_tree import CELL_ROLE, ROW_ROLE, AnyIndex, RowTreeModel
from otternauts_desktop.ui.small_charts import paint_small_chart
from otternauts_desktop.ui.theme import theme

PAD: Final = 12
MARK: Final = 12
_MOST_PIPS: Final = 10
_LEAST: Final = 180
"""What a column that takes the free room should have at least."""


def cell_of(index: AnyIndex) -> Cell:
    """The cell an index stands for, also through a proxy."""
    cell = index.data(CELL_ROLE)
    return cell if isinstance(cell, Cell) else Cell()


def row_of(index: AnyIndex) -> Row | None:
    """The row an index stands for, also through a proxy."""
    row = index.data(ROW_ROLE)
    return row if isinstance(row, Row) else None


class CellDelegate(QStyledItemDelegate):
    """Paints a `Cell`: mark or icon, text, badge, note, then pips or a bar."""

    def __init__(self, parent: QWidget | None = None, *, height: int = 32, dense: int = 28) -> None:
        super().__init__(parent)
        self._height = height
        self._dense = dense

    def sizeHint(
        self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> QSize:
        t = theme()
        cell = cell_of(index)
        nested = index.parent().isValid()
        height = t.px(self._dense if nested else self._height)
        if cell.wrap and isinstance(view := option.widget, QTreeView):
            # Where it stands is reckoned: asking the view would lay it out anew, from in here.
            left = view.indentation() * (int(view.rootIsDecorated()) + int(nested))
            width = max(view.viewport().width() - left - PAD - 4, 120)
            needed = QFontMetrics(font_of(cell)).boundingRect(
                QRect(0, 0, width, 10_000), int(Qt.TextFlag.TextWordWrap), cell.text
            )
            height = max(height, needed.height() + 12)
        return QSize(60, height)

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        cell = cell_of(index)
        area = option.rect.adjusted(PAD if index.column() else 4, 0, -PAD, 0)
        painter.save()
        painter.setClipRect(option.rect)
        paint_cell(painter, area, cell)
        painter.restore()


def font_of(cell: Cell) -> QFont:
    """The font a cell is painted in."""
    t = theme()
    if cell.mono:
        return t.mono(12, SEMIBOLD if cell.strong else REGULAR)
    return t.ui_font(13, MEDIUM if cell.strong else REGULAR)


def paint_cell(painter: QPainter, area: QRect, cell: Cell) -> None:
    """Paint a cell into `area`, without its ground."""
    t = theme()
    ratio = painter.device().devicePixelRatioF()
    x = area.left()
    line = QRect(area)
    if cell.wrap:
        line.setHeight(min(area.height(), t.px(28)))
    middle = line.center().y() + 1
    if cell.icon:
        painter.drawPixmap(x, middle - 8, t.pixmap(cell.icon, 16, "fg2", ratio=ratio))
        x += 24
    if cell.mark:
        painter.drawPixmap(x, middle - MARK // 2, t.mark(cell.mark, MARK, ratio=ratio))
        x += MARK + 8
    painter.setFont(font_of(cell))
    painter.setPen(t.color(cell.tone))
    room = QRect(x, area.top(), max(area.right() - x + 1, 0), area.height())
    if cell.wrap:
        painter.drawText(
            room.adjusted(0, 6, 0, 0),
            int(Qt.TextFlag.TextWordWrap | Qt.AlignmentFlag.AlignLeft),
            cell.text,
        )
        return
    if cell.spark or cell.part is not None:
        left = QRect(x, middle - 10, min(area.width() - t.px(54), 90), 20)
        paint_small_chart(painter, left, cell)
    side = Qt.AlignmentFlag.AlignRight if cell.right else Qt.AlignmentFlag.AlignLeft
    text = painter.fontMetrics().elidedText(
        cell.text.replace("\n", " "), Qt.TextElideMode.ElideRight, room.width()
    )
    painter.drawText(room, int(side | Qt.AlignmentFlag.AlignVCenter), text)
    x += painter.fontMetrics().horizontalAdvance(text) + 8
    if cell.badge:
        x += paint_badge(painter, QPoint(x, middle), cell.badge) + 6
    if cell.note:
        painter.setFont(t.ui_font(12))
        painter.setPen(t.color("fg3"))
        room = QRect(x, area.top(), max(area.right() - x + 1, 0), area.height())
        note = painter.fontMetrics().elidedText(
            cell.note, Qt.TextElideMode.ElideRight, room.width()
        )
        painter.drawText(room, int(Qt.AlignmentFlag.AlignVCenter), note)
    if cell.pips is not None:
        # Pips line up in a column, whatever the width of the count before them.
        _paint_pips(painter, QPoint(max(x, area.left() + t.px(32)), middle), cell)
    if cell.segments:
        paint_segments(painter, QRect(area.left(), middle - 4, area.width(), 8), cell.segments)


def badge_width(text: str) -> int:
    """How wide a badge gets."""
    return QFontMetrics(theme().ui_font(11, SEMIBOLD)).horizontalAdvance(tr(text)) + 12


def paint_badge(painter: QPainter, left_middle: QPoint, text: str) -> int:
    """Draw a role or `SIM`; gives back the width. The leader is filled, a worker is plain text."""
    t = theme()
    width, height = badge_width(text), t.px(18)
    rect = QRect(left_middle.x(), left_middle.y() - height // 2, width, height)
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    ink = {LEADER: "accent", SIMULATED: "warn"}.get(text, "fg2")
    if text != WORKER:
        frame = {LEADER: "accentln", SIMULATED: "warnln"}.get(text, "line")
        painter.setPen(t.color(frame))
        painter.setBrush(t.color("accentbg") if text == LEADER else Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(rect.toRectF().adjusted(0.5, 0.5, -0.5, -0.5), 4, 4)
    painter.setFont(t.ui_font(11, SEMIBOLD if text in (LEADER, SIMULATED) else REGULAR))
    painter.setPen(t.color(ink))
    painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, tr(text))
    painter.restore()
    return width


def _paint_pips(painter: QPainter, left_middle: QPoint, cell: Cell) -> None:
    assert cell.pips is not None
    t = theme()
    running, wanted = cell.pips
    total = max(running, wanted)
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    x, y = left_middle.x(), left_middle.y() - 4
    if total > _MOST_PIPS:
        width = 80
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(t.color("raised"))
        painter.drawRoundedRect(x, y, width, 8, 2, 2)
        painter.setBrush(t.color(cell.pips_tone))
        painter.drawRoundedRect(x, y, max(round(width * running / total), 2), 8, 2, 2)
    else:
        for number in range(total):
            if number < running:
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(t.color("ok" if cell.pips_tone != "idle" else "idle"))
                painter.drawRoundedRect(x, y, 8, 8, 2, 2)
            else:
                painter.setPen(QPen(t.color(cell.pips_tone), 1.2))
                painter.setBrush(Qt.BrushStyle.NoBrush)
                painter.drawRoundedRect(
                    QRect(x, y, 8, 8).toRectF().adjusted(0.6, 0.6, -0.6, -0.6), 1.5, 1.5
                )
            x += 10
    painter.restore()


def paint_segments(painter: QPainter, rect: QRect, tones: tuple[str, ...]) -> None:
    """Draw a bar of segments: full in their tone, outlined for what moves, empty for `line`."""
    t = theme()
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    gap = 3 if len(tones) <= 40 else 0
    width = (rect.width() - gap * (len(tones) - 1)) / len(tones)
    for number, tone in enumerate(tones):
        piece = rect.toRectF()
        piece.setLeft(rect.left() + number * (width + gap))
        piece.setWidth(max(width, 1.0))
        if tone == "line":
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(t.color("raised"))
        elif tone == "accent":
            painter.setPen(QPen(t.color("accent"), 1))
            painter.setBrush(t.color("accentbg"))
            piece.adjust(0.5, 0.5, -0.5, -0.5)
        else:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(t.color(tone))
        painter.drawRoundedRect(piece, 2, 2)
    painter.restore()


class RowView(QTreeView):
    """A table, or a tree with columns. Enter or a double click opens the row."""

    opened = Signal(object)
    """The row that is to be opened."""

    def __init__(
        self,
        model: RowTreeModel,
        headings: tuple[Heading, ...],
        name: str,
        parent: QWidget | None = None,
        *,
        tree: bool = False,
        surface: str = "page",
        height: int = 32,
        dense: int = 28,
        fit: bool = False,
    ) -> None:
        super().__init__(parent)
        self._height, self._dense, self._fit, self._headings = height, dense, fit, headings
        self.setAccessibleName(name)
        self.header().setAccessibleName(tr("Columns: {name}", name=name))
        self.setProperty("surface", surface)
        self.setModel(model)
        self.setItemDelegate(CellDelegate(self, height=height, dense=dense))
        self.setRootIsDecorated(tree)
        self.setItemsExpandable(tree)
        self.setIndentation(20 if tree else 8)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setMouseTracking(True)
        self.setExpandsOnDoubleClick(False)
        header = self.header()
        header.setSectionsClickable(False)
        header.setMinimumSectionSize(40)
        header.setStretchLastSection(False)
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        for number, heading in enumerate(headings):
            mode = QHeaderView.ResizeMode
            header.setSectionResizeMode(number, mode.Interactive if heading.width else mode.Stretch)
        self._set_fonts()
        theme().changed.connect(self._set_fonts)
        model.rowsInserted.connect(self._span_inserted)
        for moved in (model.rowsInserted, model.rowsRemoved):
            moved.connect(self._fit_rows)
        for moved in (self.expanded, self.collapsed):
            moved.connect(self._fit_rows)
        self.activated.connect(self._open)

    def current_row(self) -> Row | None:
        """The row under the cursor of the keyboard."""
        return row_of(self.currentIndex())

    def chosen_row(self) -> Row | None:
        """The row that is selected, not only under the cursor."""
        index = self.currentIndex()
        return row_of(index) if self.selectionModel().isSelected(index) else None

    def drawRow(
        self,
        painter: QPainter,
        options: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        t = theme()
        rect = QRect(0, options.rect.top(), self.viewport().width(), options.rect.height())
        state = options.state
        if self.selectionModel().isRowSelected(index.row(), index.parent()):
            token = "select" if self.hasFocus() else "selectin"
            painter.fillRect(rect, t.color(token))
        elif state & QStyle.StateFlag.State_MouseOver:
            painter.fillRect(rect, t.color("hover"))
        painter.fillRect(rect.left(), rect.bottom(), rect.width(), 1, t.color("line0"))
        if (
            self.hasFocus()
            and index.row() == self.currentIndex().row()
            and (index.parent() == self.currentIndex().parent())
        ):
            painter.fillRect(0, rect.top(), 2, rect.height() - 1, t.color("accent"))
        super().drawRow(painter, options, index)

    def drawBranches(
        self, painter: QPainter, rect: QRect, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        if self.rootIsDecorated() and index.model().hasChildren(index):
            paint_chevron(painter, rect, opened=self.isExpanded(index))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.currentIndex().isValid():
            self._open(self.currentIndex())
        else:
            super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        super().mousePressEvent(event)
        if not self.indexAt(event.position().toPoint()).isValid():
            self.selectionModel().setCurrentIndex(
                QModelIndex(), QItemSelectionModel.SelectionFlag.Clear
            )

    def _open(self, index: QModelIndex) -> None:
        if row := row_of(index):
            self.opened.emit(row)

    def _span_inserted(self, parent: QModelIndex, first: int, last: int) -> None:
        for number in range(first, last + 1):
            index = self.model().index(number, 0, parent)
            if (row := row_of(index)) and row.spanned:
                self.setFirstColumnSpanned(number, parent, True)
            children = self.model().rowCount(index)
            if children:
                self._span_inserted(index, 0, children - 1)

    def _set_fonts(self) -> None:
        self.header().setFont(theme().ui_font(12, MEDIUM))
        self.header().setFixedHeight(theme().px(28))
        for number, heading in enumerate(self._headings):
            if heading.width:
                self.header().resizeSection(number, theme().px(heading.width))
        self._fit_columns()
        self._fit_rows()
        self.scheduleDelayedItemsLayout()
        self.viewport().update()

    def _fit_rows(self) -> None:
        """No higher than its rows: what is below belongs to what comes next."""
        if self._fit:
            rows = max(self.model().rowCount(), 1)
            tops = [self.model().index(number, 0) for number in range(self.model().rowCount())]
            nested = sum(self.model().rowCount(top) for top in tops if self.isExpanded(top))
            inside = rows * theme().px(self._height) + nested * theme().px(self._dense)
            self.setMaximumHeight(theme().px(28) + inside + 2)
            self.updateGeometry()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit_columns()

    def _fit_columns(self) -> None:
        """Leave out what is least needed until the rest has room."""
        widths = [theme().px(heading.width or _LEAST) for heading in self._headings]
        wanted, room = sum(widths), self.viewport().width()
        for number in sorted(range(len(widths)), key=lambda n: -self._headings[n].spare):
            left_out = wanted > room and self._headings[number].spare > 0
            self.setColumnHidden(number, left_out)
            if left_out:
                wanted -= widths[number]

    def sizeHint(self) -> QSize:
        hint = super().sizeHint()
        return QSize(hint.width(), self.maximumHeight()) if self._fit else hint


def paint_chevron(painter: QPainter, rect: QRect, *, opened: bool) -> None:
    """Draw the arrow of a branch at the right of `rect`."""
    picture = theme().pixmap(
        "chev-d" if opened else "chev-r", 14, "fg2", ratio=painter.device().devicePixelRatioF()
    )
    painter.drawPixmap(rect.right() - 15, rect.center().y() - 6, picture)
