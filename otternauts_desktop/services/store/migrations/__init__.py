"""The way from each version of the schema to the next: forward only, plain SQL.

A migration that was released is never edited; a later one corrects it.
"""

from typing import Final

from otternauts_desktop.services.store.migrations import (
    m0001_first_records,
    m0002_jobs,
    m0003_left_by_launches,
    m0004_keys_and_jumps,
    m0005_launches_go_on,
    m0006_versions,
    m0007_kept_values,
    m0008_registry_logins,
    m0009_alerts,
    m0010_channels,
)

MIGRATIONS: Final[tuple[tuple[str, ...], ...]] = (
    m0001_first_records.STATEMENTS,
    m0002_jobs.STATEMENTS,
    m0003_left_by_launches.STATEMENTS,
    m0004_keys_and_jumps.STATEMENTS,
    m0005_launches_go_on.STATEMENTS,
    m0006_versions.STATEMENTS,
    m0007_kept_values.STATEMENTS,
    m0008_registry_logins.STATEMENTS,
    m0009_alerts.STATEMENTS,
    m0010_channels.STATEMENTS,
)
"""The statements that lead from version N to N + 1 stand at index N."""
