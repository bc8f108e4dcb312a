"""The one registry of everything a person can do.

Menus, the command palette, shortcuts, tooltips and the shortcut sheet are all fed from here, so
there is no button without a name and no key that only one of them knows.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QWidget


@dataclass(frozen=True)
class Entry:
    """One thing to do. `id` is stable: kept shortcuts and recent choices name it."""

    id: str
    menu: str
    action: QAction
    default_keys: str
    available: Callable[[], bool]
    in_menu: bool
    of_place: bool
    """It is about what is in view, and stands in the menu of that, too."""
    within: QWidget | None
    """Its keys count while the focus is in there; None for everywhere."""

    @property
    def title(self) -> str:
        """Its words, without the mnemonic's mark."""
        return self.action.text().replace("&", "")

    @property
    def keys(self) -> str:
        """The shortcut in force, as the person's system writes it; "" for none."""
        return key_names(self.action.shortcut())


def key_names(keys: QKeySequence | str) -> str:
    """How the person's system and language write a shortcut: `Ctrl+K`, `Strg+K`."""
    return QKeySequence(keys).toString(QKeySequence.SequenceFormat.NativeText)


def _always() -> bool:
    return True


class Actions(QObject):
    """Holds the entries, in the order in which they were added."""

    keys_changed = Signal(str, str)
    """An entry's id and its new shortcut, "" for the default."""
    ran = Signal(str)
    """The id of what was done."""

    def __init__(self, owner: QObject) -> None:
        super().__init__(owner)
        self._entries: dict[str, Entry] = {}
        self._kept: Mapping[str, str] = {}

    def add(
        self,
        id: str,  # noqa: A002 - what it is
        menu: str,
        title: str,
        do: Callable[[], object],
        *,
        keys: str = "",
        available: Callable[[], bool] = _always,
        in_menu: bool = True,
        of_place: bool = True,
        within: QWidget | None = None,
    ) -> QAction:
        """Make something doable. Raises `ValueError` for an id or a shortcut that is taken."""
        if id in self._entries:
            raise ValueError(f"there is an action {id} already")
        if keys and self.holder(keys) is not None:
            raise ValueError(f"{keys} is taken")
        action = QAction(title, self.parent())
        action.triggered.connect(lambda _checked=False: self._do(id, do))
        if within is not None:
            action.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            within.addAction(action)
        self._entries[id] = Entry(*(id, menu, action, keys, available, in_menu, of_place, within))
        action.setShortcut(QKeySequence(self._kept.get(id, keys)))
        return action

    def take_keys(self, kept: Mapping[str, str]) -> None:
        """Put the person's own shortcuts in force, for entries that come later, too."""
        self._kept = dict(kept)
        for entry in self._entries.values():
            entry.action.setShortcut(QKeySequence(kept.get(entry.id, entry.default_keys)))

    def set_keys(self, id: str, keys: str) -> None:  # noqa: A002 - as above
        """Change a shortcut. Raises `ValueError`, naming who has it, where it is taken."""
        holder = self.holder(keys) if keys else None
        if holder is not None and holder.id != id:
            raise ValueError(holder.title)
        self._entries[id].action.setShortcut(QKeySequence(keys))
        self.keys_changed.emit(id, keys)

    def reset_keys(self, id: str) -> None:  # noqa: A002 - as above
        """Back to the shortcut that it came with."""
        self.set_keys(id, self._entries[id].default_keys)

    def holder(self, keys: str) -> Entry | None:
        """Who has a shortcut."""
        wanted = QKeySequence(keys)
        return next((e for e in self._entries.values() if e.action.shortcut() == wanted), None)

    def entry(self, id: str) -> Entry:  # noqa: A002 - as above
        """The entry of that id."""
        return self._entries[id]

    def all(self) -> tuple[Entry, ...]:
        """Everything, in order."""
        return tuple(self._entries.values())

    def refresh(self) -> None:
        """Enable what can be done now, and nothing else."""
        for entry in self._entries.values():
            entry.action.setEnabled(entry.available())

    def run(self, id: str) -> None:  # noqa: A002 - as above
        """Do it, as a click would."""
        self.refresh()
        self._entries[id].action.trigger()

    def _do(self, id: str, do: Callable[[], object]) -> None:  # noqa: A002 - as above
        self.ran.emit(id)
        do()
