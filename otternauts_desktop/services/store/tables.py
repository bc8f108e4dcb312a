"""The tables as they are now. How an older file gets there stands in migrations/."""

from typing import Final

from sqlalchemy import (
    REAL,
    Column,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
    text,
)

METADATA: Final = MetaData()


def _number() -> Column[int]:
    """The order in which rows were added. Spelled out, because VACUUM renumbers a hidden rowid."""
    return Column("number", Integer, primary_key=True)


def _cluster_id(*, index: bool = False, primary_key: bool = False) -> Column[str]:
    return Column(
        "cluster_id",
        Text,
        ForeignKey("clusters.id", ondelete="CASCADE"),
        nullable=False,
        index=index,
        primary_key=primary_key,
    )


CLUSTERS: Final = Table(
    "clusters",
    METADATA,
    _number(),
    Column("id", Text, nullable=False, unique=True),
    Column("name", Text, nullable=False, unique=True),
    Column("swarm_id", Text, nullable=False),
    Column("simulated", Integer, nullable=False),
)

OUTPOSTS: Final = Table(
    "outposts",
    METADATA,
    _number(),
    Column("id", Text, nullable=False, unique=True),
    _cluster_id(index=True),
    Column("name", Text, nullable=False),
    Column("host", Text, nullable=False),
    Column("user", Text, nullable=False),
    Column("port", Integer, nullable=False),
    Column("key_file", Text),
    Column("host_key", Text, nullable=False),
    Column("node_id", Text, nullable=False),
    Column("sudo", Integer, nullable=False),
    Column("key_name", Text),
    Column("jump", Text),
)

DRAFTS: Final = Table(
    "drafts",
    METADATA,
    _cluster_id(),
    Column("fleet", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("updated_at", REAL, nullable=False),
    PrimaryKeyConstraint("cluster_id", "fleet"),
)

LAUNCHES: Final = Table(
    "launches",
    METADATA,
    _number(),
    Column("id", Text, nullable=False, unique=True),
    _cluster_id(),
    Column("fleet", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("template", Text, nullable=False),
    Column("body_sha256", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("started_at", REAL, nullable=False),
    Column("ended_at", REAL, nullable=False),
    Column("cause", Text, nullable=False),
    Column("runner", Text, nullable=False, server_default=""),
    Column("seconds", REAL, nullable=False, server_default=text("300.0")),
    Column("resolve_image", Text, nullable=False, server_default="always"),
    Column("jobs_done", Text, nullable=False, server_default="[]"),
    Column("pins", Text, nullable=False, server_default="{}"),
    Column("rendered", Text, nullable=False, server_default=""),
    Column("operator", Text, nullable=False, server_default=""),
    Column("returns_to", Integer, nullable=False, server_default=text("0")),
    Column("git_commit", Text, nullable=False, server_default=""),
    UniqueConstraint("cluster_id", "fleet", "version"),
)

LEFT: Final = Table(
    "left_by_launches",
    METADATA,
    _cluster_id(),
    Column("fleet", Text, nullable=False),
    Column("sums", Text, nullable=False),
    PrimaryKeyConstraint("cluster_id", "fleet"),
)

LAST_SEEN: Final = Table(
    "last_seen",
    METADATA,
    _cluster_id(primary_key=True),
    Column("document", Text, nullable=False),
    Column("taken_at", REAL, nullable=False),
)

KEPT_VALUES: Final = Table(
    "kept_values",
    METADATA,
    _cluster_id(),
    Column("fleet", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("sealed", Text, nullable=False),
    Column("changed_at", REAL, nullable=False),
    PrimaryKeyConstraint("cluster_id", "fleet", "name"),
)

REGISTRY_LOGINS: Final = Table(
    "registry_logins",
    METADATA,
    Column("id", Text, nullable=False, primary_key=True),
    Column("registry", Text, nullable=False),
    Column("user", Text, nullable=False),
    Column("cluster_id", Text, ForeignKey("clusters.id", ondelete="CASCADE")),
    Column("checked", Integer, nullable=False),
    Column("changed_at", REAL, nullable=False),
    Index("registry_logins_place", "registry", text("coalesce(cluster_id, '')"), unique=True),
)

ALERTS: Final = Table(
    "alerts",
    METADATA,
    _number(),
    Column("id", Text, nullable=False, unique=True),
    _cluster_id(index=True),
    Column("kind", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("severity", Text, nullable=False),
    Column("named", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("held", REAL, nullable=False),
    Column("absent", REAL, nullable=False),
    Column("raised_at", REAL, nullable=False),
    Column("cleared_at", REAL, nullable=False),
    Column("snoozed_until", REAL, nullable=False),
    Index(
        "alerts_open",
        *("cluster_id", "kind", "subject"),
        unique=True,
        sqlite_where=text("state != 'cleared'"),
    ),
)

ALERT_RULES: Final = Table(
    "alert_rules",
    METADATA,
    _cluster_id(),
    Column("kind", Text, nullable=False),
    Column("enabled", Integer, nullable=False),
    Column("threshold", REAL, nullable=False),
    Column("raise_after", REAL, nullable=False),
    Column("clear_after", REAL, nullable=False),
    PrimaryKeyConstraint("cluster_id", "kind"),
)

CHANNELS: Final = Table(
    "channels",
    METADATA,
    _number(),
    Column("id", Text, nullable=False, unique=True),
    Column("name", Text, nullable=False, unique=True),
    Column("kind", Text, nullable=False),
    Column("target", Text, nullable=False),
    Column("cluster_id", Text, ForeignKey("clusters.id", ondelete="CASCADE")),
    Column("least", Text, nullable=False),
    Column("tells_cleared", Integer, nullable=False),
    Column("allows_local", Integer, nullable=False),
    Column("sent_at", REAL, nullable=False),
    Column("trouble", Text, nullable=False),
)

NOTICES: Final = Table(
    "notices",
    METADATA,
    _number(),
    Column(
        "channel_id",
        Text,
        ForeignKey("channels.id", ondelete="CASCADE"),
        nullable=False,
        index=True,
    ),
    Column("alert_id", Text, ForeignKey("alerts.id", ondelete="CASCADE"), nullable=False),
    Column("news", Text, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("due_at", REAL, nullable=False),
)

JOBS: Final = Table(
    "jobs",
    METADATA,
    _number(),
    Column("id", Text, nullable=False, unique=True),
    Column("kind", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("lane", Text, nullable=False),
    Column("holds", Text, nullable=False),
    Column("runner", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("document", Text, nullable=False),
    Column("created_at", REAL, nullable=False),
)

JOB_LINES: Final = Table(
    "job_lines",
    METADATA,
    _number(),
    Column("job_id", Text, ForeignKey("jobs.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("at", REAL, nullable=False),
    Column("text", Text, nullable=False),
)

SETTINGS: Final = Table(
    "settings",
    METADATA,
    Column("key", Text, primary_key=True),
    Column("value", Text, nullable=False),
)
