"""The tables of the read model.

Everything here but `dead_letter_resends` is written by the projector alone and can be built again from the topics;
what people decide lives in tables of its own. Columns are what lists filter and sort by; `document` is the record
as it was published, byte for byte, so no number is told in two ways.
"""

import datetime as dt
from typing import Any, ClassVar

from sqlalchemy import BigInteger, DateTime, Dialect, Double, Index, Integer, MetaData, Text, UniqueConstraint
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from sqlalchemy.types import TypeDecorator


class UtcDateTime(TypeDecorator[dt.datetime]):
    """An aware instant: kept in UTC, read back aware in UTC, whatever the database and its session think."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: dt.datetime | None, dialect: Dialect) -> dt.datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"{value} has no time zone: the read model keeps instants only")
        instant = value.astimezone(dt.UTC)
        # SQLite keeps the text it is given: without an offset, so that it sorts and compares as text.
        return instant.replace(tzinfo=None) if dialect.name == "sqlite" else instant

    def process_result_value(self, value: dt.datetime | None, dialect: Dialect) -> dt.datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=dt.UTC) if dialect.name == "sqlite" else value.astimezone(dt.UTC)


class Base(DeclarativeBase):
    """All tables; constraints are named alike in both databases so that migrations can refer to them."""

    metadata = MetaData(
        naming_convention={
            "pk": "pk_%(table_name)s",
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        }
    )
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        str: Text(),
        int: BigInteger(),  # offsets outgrow 32 bits
        float: Double(),
        dt.datetime: UtcDateTime(),
    }


class PositionRow(Base):
    """The newest published position of one item in one facility; `months_from` is the oldest month it shows."""

    __tablename__ = "positions"
    __table_args__ = (Index(None, "item"),)

    facility: Mapped[str] = mapped_column(primary_key=True)
    item: Mapped[str] = mapped_column(primary_key=True)
    as_of: Mapped[dt.datetime]
    version: Mapped[int]
    status: Mapped[str]
    on_hand: Mapped[float | None]
    usable: Mapped[float | None]
    cpm: Mapped[float | None]
    cpm_state: Mapped[str]
    official_cpm: Mapped[float | None]
    cover_days: Mapped[float | None]
    due_quantity: Mapped[float]
    next_due_on: Mapped[dt.date | None]
    projected_stockout_on: Mapped[dt.date | None]
    projected_stockout_on_without_due: Mapped[dt.date | None]
    expires_unused: Mapped[float | None]
    last_count_on: Mapped[dt.date | None]
    last_count_gap: Mapped[float | None]
    last_event_at: Mapped[dt.datetime | None]
    months_from: Mapped[str | None]
    document: Mapped[str]
    surplus: Mapped[float | None]


class ConsumptionMonthRow(Base):
    """One calendar month of a position, as last published; the meaning of each column is that of
    `schemas.positions.MonthTotals`. Months stay when they roll out of the position."""

    __tablename__ = "consumption_months"
    __table_args__ = (Index(None, "item", "month"),)

    facility: Mapped[str] = mapped_column(primary_key=True)
    item: Mapped[str] = mapped_column(primary_key=True)
    month: Mapped[str] = mapped_column(primary_key=True)
    consumption: Mapped[float]
    dispensed: Mapped[float]
    issued: Mapped[float]
    returned: Mapped[float]
    unmet: Mapped[float]
    days_out: Mapped[int]
    reported: Mapped[bool]
    closing: Mapped[float | None]
    by_counts: Mapped[float] = mapped_column(server_default="0")


class AlertRow(Base):
    """An alert as its latest transition left it. `fired_at` and `resolved_at` are the transitions' own times. One about
    a whole facility has no item, one about an item everywhere no facility; `places` says how many positions are
    concerned, those that could lend not counted."""

    __tablename__ = "alerts"
    __table_args__ = (
        Index(None, "state", "severity"),
        Index(None, "facility", "item"),
        Index(None, "item"),
        Index(None, "since"),
    )

    alert: Mapped[str] = mapped_column(primary_key=True)
    fingerprint: Mapped[str]
    condition: Mapped[str]
    facility: Mapped[str | None]
    item: Mapped[str | None]
    state: Mapped[str]
    severity: Mapped[str]
    since: Mapped[dt.datetime]
    at: Mapped[dt.datetime]
    fired_at: Mapped[dt.datetime | None]
    resolved_at: Mapped[dt.datetime | None]
    sequence: Mapped[int]
    reason: Mapped[str]
    reason_en: Mapped[str] = mapped_column(server_default="")
    places: Mapped[int] = mapped_column(server_default="0")
    document: Mapped[str]


class AlertPlaceRow(Base):
    """A position that an open alert about a whole facility, or an item everywhere, tells of: those of its latest
    transition, those that could lend not among them."""

    __tablename__ = "alert_places"

    alert: Mapped[str] = mapped_column(primary_key=True)
    facility: Mapped[str] = mapped_column(primary_key=True)
    item: Mapped[str] = mapped_column(primary_key=True)


class AlertTransitionRow(Base):
    """Each transition of an alert, once. `topic_partition` and `topic_offset` say where its record lies."""

    __tablename__ = "alert_transitions"
    __table_args__ = (Index(None, "at"),)

    alert: Mapped[str] = mapped_column(primary_key=True)
    sequence: Mapped[int] = mapped_column(primary_key=True)
    state: Mapped[str]
    severity: Mapped[str]
    at: Mapped[dt.datetime]
    reason: Mapped[str]
    document: Mapped[str]
    topic_partition: Mapped[int]
    topic_offset: Mapped[int]


class DeadLetterRow(Base):
    """A record refused. `number` is `topic:partition:offset` of the record itself, not of its dead letter."""

    __tablename__ = "dead_letters"
    __table_args__ = (Index(None, "at"), Index(None, "fault"))

    number: Mapped[str] = mapped_column(primary_key=True)
    topic: Mapped[str]
    partition: Mapped[int]
    offset: Mapped[int]
    at: Mapped[dt.datetime]
    fault: Mapped[str]
    field: Mapped[str | None]
    reason: Mapped[str]
    document: Mapped[str]
    topic_partition: Mapped[int]
    topic_offset: Mapped[int]


class DeadLetterResendRow(Base):
    """A dead letter that a person sent again: where it went. A person's act, so no rebuild touches it.

    Without partition and offset it is being sent: the broker has not confirmed it yet, or nobody heard it do so.
    """

    __tablename__ = "dead_letter_resends"
    __table_args__ = (UniqueConstraint("number", "topic", "partition", "offset"),)

    resend: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=True)
    number: Mapped[str]
    at: Mapped[dt.datetime]
    mended: Mapped[bool]
    topic: Mapped[str]
    partition: Mapped[int | None]
    offset: Mapped[int | None]


class ItemRow(Base):
    """A catalogue item; the meaning of each column is `schemas.catalogue.Item`'s. `search` is code, name and
    presentation as `store.words.folded` makes them."""

    __tablename__ = "items"

    item: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    presentation: Mapped[str]
    oncology: Mapped[bool]
    ven: Mapped[str | None]
    pack_size: Mapped[int]
    decimals: Mapped[int]
    critical_months: Mapped[float | None]
    min_months: Mapped[float | None]
    max_months: Mapped[float | None]
    lead_time_days: Mapped[int | None]
    search: Mapped[str]


class FacilityRow(Base):
    """A catalogue facility; the meaning of each column is `schemas.catalogue.Facility`'s. `search` is codes, name
    and state as `store.words.folded` makes them."""

    __tablename__ = "facilities"
    __table_args__ = (Index(None, "state"),)

    facility: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    kind: Mapped[str]
    state: Mapped[str]
    supplier: Mapped[str | None]
    latitude: Mapped[float | None]
    longitude: Mapped[float | None]
    timezone: Mapped[str]
    search: Mapped[str]


class FacilityAliasRow(Base):
    """Another code of a facility. Two facilities may claim one alias by mistake; both claims are kept."""

    __tablename__ = "facility_aliases"

    alias: Mapped[str] = mapped_column(primary_key=True)
    facility: Mapped[str] = mapped_column(primary_key=True)


class OfficialCpmRow(Base):
    """A CPM registered for a facility and item from one day to another, pieces a month. `entry` is its key in the
    catalogue: one facility and item may have several, for one time after the other."""

    __tablename__ = "official_cpm"

    entry: Mapped[str] = mapped_column(primary_key=True)
    facility: Mapped[str]
    item: Mapped[str]
    cpm: Mapped[float]
    valid_from: Mapped[dt.date | None]
    valid_until: Mapped[dt.date | None]


class ProjectorOffsetRow(Base):
    """The next offset to read of one partition. `topic_id` is the broker's: a topic made anew has another."""

    __tablename__ = "projector_offsets"

    topic: Mapped[str] = mapped_column(primary_key=True)
    partition: Mapped[int] = mapped_column(primary_key=True)
    next_offset: Mapped[int]
    topic_id: Mapped[str]


class ProjectorClaimRow(Base):
    """Who may write the read model: one row. Its lock orders the writers; the newest claim wins."""

    __tablename__ = "projector_claim"

    claim: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    holder: Mapped[str]
    claimed_at: Mapped[dt.datetime]


PROJECTED: tuple[type[Base], ...] = (
    PositionRow,
    ConsumptionMonthRow,
    AlertRow,
    AlertPlaceRow,
    AlertTransitionRow,
    DeadLetterRow,
    ItemRow,
    FacilityRow,
    FacilityAliasRow,
    OfficialCpmRow,
    ProjectorOffsetRow,
)
"""The tables that a rebuild empties."""
