"""What is still to be sent to channels: written with the alert itself, so that nothing is lost."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from sqlalchemy import Connection, delete, select, update
from sqlalchemy.dialects.sqlite import insert

from otternauts_desktop.core.alerts.alert import Alert, News
from otternauts_desktop.core.alerts.channel import GATHER_SECONDS
from otternauts_desktop.services.store.alert_rows import alert_of
from otternauts_desktop.services.store.channels import channels_in
from otternauts_desktop.services.store.database import Database
from otternauts_desktop.services.store.tables import ALERTS, CHANNELS, CLUSTERS, NOTICES


@dataclass(frozen=True, slots=True)
class Notice:
    """Something that a channel is still to be told."""

    number: int
    alert: Alert
    news: News
    tries: int
    """How often it was tried in vain."""
    due_at: float
    """Wall clock, seconds since 1970."""


class NoticeRecords:
    """The table of notices, in the order in which they came."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def due(self, channel_id: str) -> tuple[Notice, ...]:
        """What is still to be sent to a channel, oldest first."""
        query = (
            select(NOTICES, *(column.label(f"of_{column.name}") for column in ALERTS.c))
            .join(ALERTS, ALERTS.c.id == NOTICES.c.alert_id)
            .where(NOTICES.c.channel_id == channel_id)
            .order_by(NOTICES.c.number)
        )
        with self._database.reading() as connection:
            return tuple(
                Notice(
                    row.number,
                    alert_of({c.name: row._mapping[f"of_{c.name}"] for c in ALERTS.c}),
                    News(row.news),
                    row.tries,
                    row.due_at,
                )
                for row in connection.execute(query)
            )

    def sent(self, channel_id: str, numbers: Collection[int], at: float) -> None:
        """Notices were sent; their channel works."""
        with self._database.writing() as connection:
            connection.execute(delete(NOTICES).where(NOTICES.c.number.in_(numbers)))
            connection.execute(
                update(CHANNELS).where(CHANNELS.c.id == channel_id).values(sent_at=at, trouble="")
            )

    def put_off(
        self, channel_id: str, later: Iterable[Notice], given_up: Collection[int], trouble: str
    ) -> None:
        """Notices were not sent: some are tried later, some never again; and why."""
        with self._database.writing() as connection:
            for notice in later:
                connection.execute(
                    update(NOTICES)
                    .where(NOTICES.c.number == notice.number)
                    .values(tries=notice.tries, due_at=notice.due_at)
                )
            connection.execute(delete(NOTICES).where(NOTICES.c.number.in_(given_up)))
            connection.execute(
                update(CHANNELS).where(CHANNELS.c.id == channel_id).values(trouble=trouble)
            )


def put_notices(connection: Connection, news: Iterable[tuple[Alert, News]], now: float) -> None:
    """Note down what channels are to be told, in the transaction that makes it so."""
    news = tuple(news)
    if not news:
        return
    simulated = connection.execute(select(CLUSTERS.c.id).where(CLUSTERS.c.simulated == 1))
    practice = set(simulated.scalars())
    for channel in channels_in(connection):
        for alert, kind in news:
            # What goes wrong in the flight simulator wakes nobody who did not ask for that.
            meant = channel.cluster_id is not None or alert.cluster_id not in practice
            if meant and channel.wants(alert, kind):
                connection.execute(
                    insert(NOTICES).values(
                        channel_id=channel.id,
                        alert_id=alert.id,
                        news=kind.value,
                        tries=0,
                        due_at=now + GATHER_SECONDS,
                    )
                )
