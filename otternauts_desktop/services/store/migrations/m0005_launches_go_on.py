"""Launches that go on in a later run of the program: who has them, and how they were started."""

from typing import Final

STATEMENTS: Final = (
    "ALTER TABLE launches ADD COLUMN runner TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE launches ADD COLUMN seconds REAL NOT NULL DEFAULT 300.0",
    "ALTER TABLE launches ADD COLUMN resolve_image TEXT NOT NULL DEFAULT 'always'",
    "ALTER TABLE launches ADD COLUMN jobs_done TEXT NOT NULL DEFAULT '[]'",
)
