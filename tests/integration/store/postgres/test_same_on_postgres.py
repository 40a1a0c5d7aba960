"""What holds on SQLite holds on PostgreSQL: the same tests, another database."""

import pytest

from tests.unit.store.test_database import (
    test_a_database_of_a_newer_release_is_left_alone,
    test_a_naive_time_is_refused,
    test_a_reader_is_not_kept_waiting_by_a_writer,
    test_migrating_twice_changes_nothing,
    test_migrations_make_exactly_the_tables_of_the_program,
    test_times_are_kept_as_instants_and_read_back_aware,
)
from tests.unit.store.test_indicator_metrics import *  # noqa: F403 - all of them
from tests.unit.store.test_indicators import *  # noqa: F403 - all of them
from tests.unit.store.test_projections import *  # noqa: F403 - all of them
from tests.unit.store.test_projector import *  # noqa: F403 - all of them, those written later too
from tests.unit.store.test_projector_stops import *  # noqa: F403 - all of them
from tests.unit.store.test_queries import *  # noqa: F403 - all of them
from tests.unit.store.test_rebuild import *  # noqa: F403 - all of them
from tests.unit.store.test_supervision import *  # noqa: F403 - all of them
from tests.unit.store.test_wide_alerts import *  # noqa: F403 - all of them

pytestmark = pytest.mark.integration

__all__ = [
    "test_a_database_of_a_newer_release_is_left_alone",
    "test_a_naive_time_is_refused",
    "test_a_reader_is_not_kept_waiting_by_a_writer",
    "test_migrating_twice_changes_nothing",
    "test_migrations_make_exactly_the_tables_of_the_program",
    "test_times_are_kept_as_instants_and_read_back_aware",
]
