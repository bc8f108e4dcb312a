"""Settings: small values that the program keeps for the person, by name."""

import json

from sqlalchemy import delete, select
from sqlalchemy.dialects.sqlite import insert

from otternauts_desktop.services.store.database import Database
from otternauts_desktop.services.store.tables import SETTINGS

Value = None | bool | int | float | str | list["Value"] | dict[str, "Value"]
"""What JSON can hold."""


class SettingRecords:
    """Values by dotted key, such as `window.geometry`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def get(self, key: str, default: Value = None) -> Value:
        """The value of a key, `default` where none is kept."""
        query = select(SETTINGS.c.value).where(SETTINGS.c.key == key)
        with self._database.reading() as connection:
            text = connection.execute(query).scalar_one_or_none()
        if text is None:
            return default
        value: Value = json.loads(text)
        return value

    def put(self, key: str, value: Value) -> None:
        """Keep a value, replacing the one before."""
        text = json.dumps(value)
        with self._database.writing() as connection:
            connection.execute(
                insert(SETTINGS)
                .values(key=key, value=text)
                .on_conflict_do_update(index_elements=["key"], set_={"value": text})
            )

    def put_new(self, key: str, value: Value) -> bool:
        """Keep a value where there is none yet; gives whether there was none."""
        row = insert(SETTINGS).values(key=key, value=json.dumps(value))
        with self._database.writing() as connection:
            done = connection.execute(row.on_conflict_do_nothing(index_elements=["key"]))
            return done.rowcount == 1

    def remove(self, key: str) -> None:
        """Forget a key."""
        with self._database.writing() as connection:
            connection.execute(delete(SETTINGS).where(SETTINGS.c.key == key))
