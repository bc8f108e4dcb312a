"""The window as a screen reader has it: roles, names and states over AT-SPI.

What can't be found here can't be found by a person who does not see the screen either.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from jeepney import DBusAddress, Properties, new_method_call
from jeepney.io.blocking import DBusConnection, open_dbus_connection
from jeepney.low_level import Message, MessageType

_STATES: Final = {
    1: "active",
    4: "checked",
    8: "enabled",
    11: "focusable",
    12: "focused",
    23: "selected",
    25: "showing",
}
"""Numbers of AtspiStateType."""
PARTS: Final = frozenset({"tree item", "table cell", "list item", "page tab", "menu item"})
"""Roles that live inside a control: it has the focus, they have its cursor."""
_SCREEN: Final = 0
"""AtspiCoordType: measured from the corner of the screen."""

Address = tuple[str, str]
"""Name on the bus, and object path."""


class Gone(Exception):
    """It was there a moment ago, and is not any more."""


@dataclass(frozen=True, slots=True)
class Item:
    """One thing of a window that is showing."""

    address: Address
    role: str
    name: str
    description: str
    text: str
    """What stands in a field or an editor."""
    states: frozenset[str]
    window: str
    """Name of the window it belongs to."""

    @property
    def words(self) -> str:
        """All that it says."""
        return " ".join(part for part in (self.name, self.text, self.description) if part)

    @property
    def is_control(self) -> bool:
        """Whether Tab should lead to it."""
        return (
            {"focusable", "enabled"} <= self.states and self.role not in PARTS and self.role != ""
        )


class Reader:
    """Reads the windows of one program, as they are at that moment."""

    def __init__(self, session_bus: str) -> None:
        """Connect to the bus that the session bus names."""
        with open_dbus_connection(session_bus) as session:
            door = DBusAddress("/org/a11y/bus", "org.a11y.Bus", "org.a11y.Bus")
            where = _answer(session, new_method_call(door, "GetAddress"))[0]
        self._bus = open_dbus_connection(where)

    def close(self) -> None:
        """Leave the bus."""
        self._bus.close()

    def items(self) -> list[Item]:
        """All that is showing, the active window first."""
        found: list[tuple[bool, list[Item]]] = []
        desktop = ("org.a11y.atspi.Registry", "/org/a11y/atspi/accessible/root")
        try:
            for application in self._children(desktop):
                for window in self._children(application):
                    states = self._states(window)
                    if "showing" in states:
                        items = list(self._walk(window, self._property(window, "Name")))
                        found.append(("active" in states, items))
        except Gone:
            return self.items()  # it changed under the walk: look again
        found.sort(key=lambda entry: not entry[0])
        return [item for _, items in found for item in items]

    def middle(self, item: Item) -> tuple[int, int]:
        """Where on the screen to point at it."""
        x, y, width, height = self._call(item.address, "Component", "GetExtents", "u", _SCREEN)[0]
        return x + width // 2, y + height // 2

    def _walk(self, address: Address, window: str) -> Iterator[Item]:
        states = self._states(address)
        if "showing" not in states:
            return
        role = self._call(address, "Accessible", "GetRoleName")[0]
        yield Item(
            address,
            role,
            self._property(address, "Name"),
            self._property(address, "Description"),
            self._call(address, "Text", "GetText", "ii", 0, -1)[0] if role == "text" else "",
            states,
            window,
        )
        for child in self._children(address):
            yield from self._walk(child, window)

    def _children(self, address: Address) -> list[Address]:
        return [(name, path) for name, path in self._call(address, "Accessible", "GetChildren")[0]]

    def _states(self, address: Address) -> frozenset[str]:
        low, high = self._call(address, "Accessible", "GetState")[0]
        bits = low | high << 32
        return frozenset(name for number, name in _STATES.items() if bits >> number & 1)

    def _property(self, address: Address, name: str) -> str:
        call = Properties(_interface(address, "Accessible")).get(name)
        return str(_answer(self._bus, call)[0][1])

    def _call(
        self, address: Address, interface: str, method: str, signature: str = "", *body: int
    ) -> tuple[Any, ...]:
        call = new_method_call(_interface(address, interface), method, signature or None, body)
        return _answer(self._bus, call)


def _interface(address: Address, interface: str) -> DBusAddress:
    return DBusAddress(address[1], address[0], f"org.a11y.atspi.{interface}")


def _answer(bus: DBusConnection, call: Message) -> tuple[Any, ...]:
    reply = bus.send_and_get_reply(call, timeout=10)
    if reply.header.message_type is MessageType.error:
        raise Gone(reply.body)
    return reply.body
