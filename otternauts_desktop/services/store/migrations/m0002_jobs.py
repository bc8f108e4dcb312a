"""Jobs and what they said."""

from typing import Final

STATEMENTS: Final = (
    """
    CREATE TABLE jobs (
        number INTEGER NOT NULL PRIMARY KEY,
        id TEXT NOT NULL UNIQUE,
        kind TEXT NOT NULL,
        title TEXT NOT NULL,
        lane TEXT NOT NULL,
        holds TEXT NOT NULL,
        runner TEXT NOT NULL,
        state TEXT NOT NULL,
        document TEXT NOT NULL,
        created_at REAL NOT NULL
    )
    """,
    """
    CREATE TABLE job_lines (
        number INTEGER NOT NULL PRIMARY KEY,
        job_id TEXT NOT NULL REFERENCES jobs (id) ON DELETE CASCADE,
        at REAL NOT NULL,
        text TEXT NOT NULL
    )
    """,
    "CREATE INDEX ix_job_lines_job_id ON job_lines (job_id)",
)
