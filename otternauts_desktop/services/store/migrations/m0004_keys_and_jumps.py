"""Outposts whose key the vault keeps, and outposts behind a jump host."""

from typing import Final

STATEMENTS: Final = (
    "ALTER TABLE outposts ADD COLUMN key_name TEXT",
    "ALTER TABLE outposts ADD COLUMN jump TEXT",
)
