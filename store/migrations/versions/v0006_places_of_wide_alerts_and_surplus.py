"""The positions that an open wide alert tells of, what may be lent of a position, and sentences in English where
they were published before there was a column for them."""

import msgspec
import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


class _Place(msgspec.Struct):
    facility: str
    item: str
    role: str


class _Published(msgspec.Struct):
    """The part of an alert's document that this step needs."""

    reason_en: str = ""
    places: tuple[_Place, ...] = ()


def upgrade() -> None:
    with op.batch_alter_table("positions") as positions:
        positions.add_column(sa.Column("surplus", sa.Double(), nullable=True))
    names = ("alert", "facility", "item")
    places = op.create_table(
        "alert_places",
        *(sa.Column(name, sa.Text(), nullable=False) for name in names),
        sa.PrimaryKeyConstraint(*names, name=op.f("pk_alert_places")),
    )
    connection = op.get_bind()
    needed = ("alert", "state", "facility", "item", "reason_en", "document")
    alerts = sa.table("alerts", *(sa.column(name, sa.Text()) for name in needed))
    wide = sa.or_(alerts.c.facility.is_(None), alerts.c.item.is_(None))
    for row in connection.execute(sa.select(alerts).where(sa.or_(alerts.c.reason_en == "", wide))).all():
        published = msgspec.json.decode(row.document, type=_Published)
        if published.reason_en and not row.reason_en:
            said = published.reason_en.replace("\x00", "\N{REPLACEMENT CHARACTER}")
            connection.execute(sa.update(alerts).where(alerts.c.alert == row.alert).values(reason_en=said))
        listed = {(place.facility, place.item) for place in published.places if place.role != "lends"}
        if listed and row.state != "resolved" and places is not None:
            rows = [{"alert": row.alert, "facility": facility, "item": item} for facility, item in sorted(listed)]
            connection.execute(sa.insert(places), rows)
