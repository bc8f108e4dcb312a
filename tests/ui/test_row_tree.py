"""The model behind all tables and trees: right after any change, checked by Qt's own tester."""

import random

from PySide6.QtCore import QItemSelectionModel, QPersistentModelIndex
from PySide6.QtTest import QAbstractItemModelTester

from otternauts_desktop.ui.cells import Cell, Heading, Row
from otternauts_desktop.ui.row_tree import RowTreeModel

HEADINGS = (Heading("A"), Heading("B"))


def rows_of(model: RowTreeModel) -> list[tuple[str, list[str]]]:
    found = []
    for number in range(model.rowCount()):
        index = model.index(number, 0)
        inner = [str(model.index(child, 0, index).data()) for child in range(model.rowCount(index))]
        found.append((str(index.data()), inner))
    return found


def row(key: str, text: str, *children: str) -> Row:
    inner = tuple(Row(child, (Cell(child), Cell())) for child in children)
    return Row(key, (Cell(text), Cell()), inner)


def test_any_change_ends_in_what_was_shown() -> None:
    dice = random.Random(7)
    model = RowTreeModel(HEADINGS)
    tester = QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    for _ in range(300):
        keys = dice.sample("abcdefghij", dice.randint(0, 10))
        rows = tuple(
            row(key, key * dice.randint(1, 2), *dice.sample("uvwxyz", dice.randint(0, 6)))
            for key in keys
        )
        model.show_rows(rows)
        wanted = [(r.cells[0].text, [child.key for child in r.children]) for r in rows]
        assert rows_of(model) == wanted
    assert tester.model() is model


def test_selection_survives_a_refresh() -> None:
    model = RowTreeModel(HEADINGS)
    model.show_rows((row("a", "a"), row("b", "b", "x"), row("c", "c")))
    kept = QPersistentModelIndex(model.find("b", "x"))
    selection = QItemSelectionModel(model)
    selection.select(model.find("c"), QItemSelectionModel.SelectionFlag.Select)
    model.show_rows((row("c", "C"), row("new", "new"), row("b", "b", "w", "x")))
    assert kept.data() == "x"
    assert [index.data() for index in selection.selectedIndexes()] == ["C"]


def test_equal_rows_are_not_repainted() -> None:
    model = RowTreeModel(HEADINGS)
    model.show_rows((row("a", "a"), row("b", "b")))
    changed: list[int] = []
    model.dataChanged.connect(lambda first, last: changed.append(first.row()))
    model.show_rows((row("a", "a"), row("b", "other")))
    assert changed == [1]
