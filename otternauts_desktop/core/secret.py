"""`Secret`: a value that will not print, compare or serialise itself."""

import hmac
from typing import NoReturn, final

MASK = "•••"


@final
class Secret:
    """Text that must reach no log, no repr, no argument list and no file.

    It has to be asked for by `reveal()`, which makes every use greppable. Comparison goes
    through `same_as`, because `==` on secrets tends to end in an assertion message.
    """

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def reveal(self) -> str:
        """The text itself: only where it is used up at once."""
        return self._text

    def same_as(self, other: "Secret") -> bool:
        """Whether both hold the same text, in constant time."""
        return hmac.compare_digest(self._text.encode(), other._text.encode())

    def __repr__(self) -> str:
        return f"Secret({MASK})"

    def __str__(self) -> str:
        return MASK

    def __format__(self, spec: str) -> str:
        return format(MASK, spec)

    def __eq__(self, other: object) -> bool:
        raise TypeError("secrets are compared with same_as()")

    def __hash__(self) -> int:
        raise TypeError("secrets are not hashable")

    def __reduce__(self) -> NoReturn:
        raise TypeError("secrets are not serialisable")


def masked(text: str, secrets: "list[Secret]") -> str:
    """`text` with every secret's value replaced, longest first, so none shows through.

    Values of one or two characters are left: masking "1" everywhere would destroy the text
    and protect nothing.
    """
    for value in sorted({s.reveal() for s in secrets}, key=len, reverse=True):
        if len(value) > 2:
            text = text.replace(value, MASK)
    return text
