"""What the reading commands share: the database, codes as people type them, and how a question can fail."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import msgspec
from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError

from abasto.terminal import Failure
from schemas.codes import normalise_facility, normalise_item
from store.database import DatabaseNotReady, DatabaseUnusable
from store.faults import ProjectorFault
from store.queries import NotFound, find_facility, open_read_model
from store.settings import SettingError, StoreSettings


def settings_for(database: str | None, broker: str | None = None) -> StoreSettings:
    """The settings of the environment, with another database or broker when one is named."""
    try:
        settings = StoreSettings.from_environment()
    except SettingError as wrong:
        raise Failure(str(wrong)) from wrong
    changed = {name: value for name, value in (("database", database), ("brokers", broker)) if value is not None}
    return msgspec.structs.replace(settings, **changed)


@contextmanager
def clear_failures() -> Iterator[None]:
    """What is wrong with the database, or not in it, ends the command with a sentence."""
    try:
        yield
    except (DatabaseNotReady, DatabaseUnusable, NotFound, ProjectorFault, SettingError) as wrong:
        raise Failure(str(wrong)) from wrong
    except DBAPIError as error:
        raise Failure(f"The database did not answer: {' '.join(str(error.orig).split())}") from error


@contextmanager
def read_model(settings: StoreSettings) -> Iterator[Engine]:
    """The read model, with clear failures."""
    with clear_failures(), open_read_model(settings.database) as engine:
        yield engine


def facility_code(connection: Connection, text: str) -> str:
    """The code of a facility, from however a person typed it or from an alias."""
    return find_facility(connection, _tidy(normalise_facility, text)).facility


def item_code(text: str) -> str:
    """An item code, or the start of one, from however a person typed it."""
    return _tidy(normalise_item, text)


def _tidy(normalise: Callable[[str], str], text: str) -> str:
    try:
        return normalise(text)
    except ValueError:
        return text.strip()
