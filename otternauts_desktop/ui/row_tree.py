"""A Qt model over whole, immutable rows: it works out itself which of them changed.

Selection, open branches and the scroll position survive a refresh, because rows that stay are
never taken out: there are only inserts, removals, moves and changes of single rows.
"""

from collections.abc import Sequence
from itertools import count
from typing import Final

from PySide6.QtCore import QAbstractItemModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from otternauts_desktop.core.words import tr
from otternauts_desktop.ui.cells import Cell, Heading, Row

CELL_ROLE: Final = int(Qt.ItemDataRole.UserRole) + 1
ROW_ROLE: Final = int(Qt.ItemDataRole.UserRole) + 2
KEY_ROLE: Final = int(Qt.ItemDataRole.UserRole) + 3

AnyIndex = QModelIndex | QPersistentModelIndex
_EMPTY: Final = Row("", ())
_NO_CELL: Final = Cell()


class _Node:
    """Where a row stands in the tree. Lives as long as the row's key does."""

    __slots__ = ("children", "id", "parent", "position", "row")

    def __init__(self, number: int, row: Row, parent: "_Node | None") -> None:
        self.id = number
        self.row = row
        self.parent = parent
        self.children: list[_Node] = []
        self.position = 0


class RowTreeModel(QAbstractItemModel):
    """Shows what `show_rows` was last given."""

    def __init__(self, headings: Sequence[Heading], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._headings = tuple(headings)
        self._numbers = count(1)
        self._root = _Node(0, _EMPTY, None)
        # By number, not by pointer: an index that outlived its row then finds nothing.
        self._nodes: dict[int, _Node] = {0: self._root}

    # -- changing ----------------------------------------------------------------------------

    def show_rows(self, rows: Sequence[Row]) -> None:
        """Take over the whole new state; keys must be unique among siblings."""
        self._show_children(self._root, tuple(rows))

    def _show_children(self, parent: _Node, rows: tuple[Row, ...]) -> None:
        self._remove_gone(parent, {row.key for row in rows})
        kept = {node.row.key for node in parent.children}
        place = 0
        while place < len(rows):
            if rows[place].key not in kept:
                end = place
                while end < len(rows) and rows[end].key not in kept:
                    end += 1
                self._insert(parent, place, rows[place:end])
                place = end
                continue
            self._bring(parent, place, rows[place].key)
            self._change(parent.children[place], rows[place])
            place += 1

    def _remove_gone(self, parent: _Node, keys: set[str]) -> None:
        last = len(parent.children) - 1
        while last >= 0:
            if parent.children[last].row.key in keys:
                last -= 1
                continue
            first = last
            while first > 0 and parent.children[first - 1].row.key not in keys:
                first -= 1
            self.beginRemoveRows(self._index(parent), first, last)
            for node in parent.children[first : last + 1]:
                self._forget(node)
            del parent.children[first : last + 1]
            _number(parent, first)
            self.endRemoveRows()
            last = first - 1

    def _insert(self, parent: _Node, place: int, rows: Sequence[Row]) -> None:
        self.beginInsertRows(self._index(parent), place, place + len(rows) - 1)
        parent.children[place:place] = [self._grow(row, parent) for row in rows]
        _number(parent, place)
        self.endInsertRows()

    def _bring(self, parent: _Node, place: int, key: str) -> None:
        """Move the row of that key to `place`; it is there or further down."""
        found = place
        while parent.children[found].row.key != key:
            found += 1
        if found == place:
            return
        index = self._index(parent)
        self.beginMoveRows(index, found, found, index, place)
        parent.children.insert(place, parent.children.pop(found))
        _number(parent, place)
        self.endMoveRows()

    def _change(self, node: _Node, row: Row) -> None:
        before, node.row = node.row, row
        if before.cells != row.cells or before.spanned != row.spanned:
            last = max(len(self._headings) - 1, 0)
            self.dataChanged.emit(
                self.createIndex(node.position, 0, node.id),
                self.createIndex(node.position, last, node.id),
            )
        if before.children != row.children:
            self._show_children(node, row.children)

    def _grow(self, row: Row, parent: _Node) -> _Node:
        node = _Node(next(self._numbers), row, parent)
        self._nodes[node.id] = node
        node.children = [self._grow(child, node) for child in row.children]
        _number(node, 0)
        return node

    def _forget(self, node: _Node) -> None:
        del self._nodes[node.id]
        for child in node.children:
            self._forget(child)

    # -- finding -----------------------------------------------------------------------------

    def find(self, *path: str) -> QModelIndex:
        """The index of the row at a path of keys from the top; invalid where there is none."""
        node = self._root
        for key in path:
            match = next((child for child in node.children if child.row.key == key), None)
            if match is None:
                return QModelIndex()
            node = match
        return self._index(node)

    def row_at(self, index: AnyIndex) -> Row | None:
        """The row an index stands for."""
        node = self._nodes.get(index.internalId()) if index.isValid() else None
        return node.row if node else None

    def _index(self, node: _Node) -> QModelIndex:
        if node is self._root:
            return QModelIndex()
        return self.createIndex(node.position, 0, node.id)

    def _node(self, index: AnyIndex) -> _Node:
        return self._nodes[index.internalId()] if index.isValid() else self._root

    # -- what Qt asks ------------------------------------------------------------------------

    def index(self, row: int, column: int, parent: AnyIndex = QModelIndex()) -> QModelIndex:  # noqa: B008 - Qt's own signature
        node = self._node(parent)
        if 0 <= row < len(node.children) and 0 <= column < len(self._headings):
            return self.createIndex(row, column, node.children[row].id)
        return QModelIndex()

    def parent(self, index: AnyIndex = QModelIndex()) -> QModelIndex:  # type: ignore[override]  # noqa: B008 - QObject.parent() is overloaded
        node = self._nodes.get(index.internalId()) if index.isValid() else None
        return self._index(node.parent) if node and node.parent else QModelIndex()

    def rowCount(self, parent: AnyIndex = QModelIndex()) -> int:  # noqa: B008 - Qt's own signature
        return 0 if parent.column() > 0 else len(self._node(parent).children)

    def columnCount(self, parent: AnyIndex = QModelIndex()) -> int:  # noqa: B008 - Qt's own signature
        return len(self._headings)

    def data(self, index: AnyIndex, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        row = self.row_at(index)
        if row is None:
            return None
        if role == ROW_ROLE:
            return row
        if role == KEY_ROLE:
            return row.key
        cell = row.cells[index.column()] if index.column() < len(row.cells) else _NO_CELL
        if role == CELL_ROLE:
            return cell
        if role == Qt.ItemDataRole.DisplayRole:
            return cell.text
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return cell.spoken
        if role == Qt.ItemDataRole.ToolTipRole:
            # A zero-width mark at the head keeps Qt from reading the text as markup.
            return "\u200b" + cell.tip if cell.tip else None
        return None

    def headerData(
        self,
        section: int,
        orientation: Qt.Orientation,
        role: int = Qt.ItemDataRole.DisplayRole,
    ) -> object:
        if orientation is Qt.Orientation.Horizontal and 0 <= section < len(self._headings):
            heading = self._headings[section]
            if role == Qt.ItemDataRole.DisplayRole:
                return tr(heading.title)
            if role == Qt.ItemDataRole.TextAlignmentRole:
                side = Qt.AlignmentFlag.AlignRight if heading.right else Qt.AlignmentFlag.AlignLeft
                return side | Qt.AlignmentFlag.AlignVCenter
        return None


def _number(parent: _Node, start: int) -> None:
    for position in range(start, len(parent.children)):
        parent.children[position].position = position
