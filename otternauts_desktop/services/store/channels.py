"""Channels that alerts are sent to; their addresses are in the vault."""

from sqlalchemy import Connection, delete, select
from sqlalchemy.dialects.sqlite import insert

from otternauts_desktop.core.alerts.alert import Severity
from otternauts_desktop.core.alerts.channel import Channel, ChannelKind
from otternauts_desktop.core.errors import BadName
from otternauts_desktop.core.words import tr
from otternauts_desktop.services.store.database import Database
from otternauts_desktop.services.store.tables import CHANNELS


class ChannelRecords:
    """The table of channels."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def all(self) -> tuple[Channel, ...]:
        """Every channel, in the order in which they were added."""
        with self._database.reading() as connection:
            return channels_in(connection)

    def add(self, channel: Channel) -> None:
        """Keep a new one. Raises `BadName` where there is one of that name."""
        row = {
            "id": channel.id,
            "name": channel.name,
            "kind": channel.kind.value,
            "target": channel.target,
            "cluster_id": channel.cluster_id,
            "least": channel.least.value,
            "tells_cleared": int(channel.tells_cleared),
            "allows_local": int(channel.allows_local),
            "sent_at": channel.sent_at,
            "trouble": channel.trouble,
        }
        if any(known.name == channel.name for known in self.all()):
            raise BadName(detail=tr('There is a channel "{name}" already.', name=channel.name))
        with self._database.writing() as connection:
            connection.execute(insert(CHANNELS).values(**row))

    def remove(self, channel_id: str) -> None:
        """Forget one, and what was still to be sent to it."""
        with self._database.writing() as connection:
            connection.execute(delete(CHANNELS).where(CHANNELS.c.id == channel_id))


def channels_in(connection: Connection) -> tuple[Channel, ...]:
    """Every channel, in the order in which they were added."""
    rows = connection.execute(select(CHANNELS).order_by(CHANNELS.c.number))
    return tuple(
        Channel(
            id=row.id,
            name=row.name,
            kind=ChannelKind(row.kind),
            target=row.target,
            cluster_id=row.cluster_id,
            least=Severity(row.least),
            tells_cleared=bool(row.tells_cleared),
            allows_local=bool(row.allows_local),
            sent_at=row.sent_at,
            trouble=row.trouble,
        )
        for row in rows
    )
