"""The one way up: facts are published here, after they are stored."""

import logging
from collections.abc import Callable

from otternauts_desktop.core.events import Event

_log = logging.getLogger(__name__)


class Bus:
    """Hands each event to every listener, in the order they subscribed, on the calling thread."""

    def __init__(self) -> None:
        self._listeners: list[Callable[[Event], None]] = []

    def subscribe(self, listener: Callable[[Event], None]) -> Callable[[], None]:
        """Call `listener` with each event from now on. Gives back what ends that."""
        self._listeners.append(listener)

        def unsubscribe() -> None:
            self._listeners.remove(listener)

        return unsubscribe

    def publish(self, event: Event) -> None:
        """Tell all listeners. One that fails is a bug: it is logged, the others still hear."""
        for listener in tuple(self._listeners):
            try:
                listener(event)
            except Exception:
                _log.exception("a listener failed on %s", type(event).__name__)
