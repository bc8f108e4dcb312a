"""Launches as versions to return to: digests, what was sent, who launched and from which commit."""

from typing import Final

STATEMENTS: Final = (
    "ALTER TABLE launches ADD COLUMN pins TEXT NOT NULL DEFAULT '{}'",
    "ALTER TABLE launches ADD COLUMN rendered TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE launches ADD COLUMN operator TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE launches ADD COLUMN returns_to INTEGER NOT NULL DEFAULT 0",
    "ALTER TABLE launches ADD COLUMN git_commit TEXT NOT NULL DEFAULT ''",
)
