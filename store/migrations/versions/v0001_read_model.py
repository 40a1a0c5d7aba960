"""The read model of the first release: positions, months, alerts, dead letters, catalogue, offsets."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "alert_transitions",
        sa.Column("alert", sa.Text(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("severity", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("topic_partition", sa.BigInteger(), nullable=False),
        sa.Column("topic_offset", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("alert", "sequence", name="pk_alert_transitions"),
    )
    op.create_index("ix_alert_transitions_at", "alert_transitions", ["at"])
    op.create_table(
        "alerts",
        sa.Column("alert", sa.Text(), nullable=False),
        sa.Column("fingerprint", sa.Text(), nullable=False),
        sa.Column("condition", sa.Text(), nullable=False),
        sa.Column("facility", sa.Text(), nullable=False),
        sa.Column("item", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("severity", sa.Text(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("fired_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("resolved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("alert", name="pk_alerts"),
    )
    op.create_index("ix_alerts_facility_item", "alerts", ["facility", "item"])
    op.create_index("ix_alerts_item", "alerts", ["item"])
    op.create_index("ix_alerts_since", "alerts", ["since"])
    op.create_index("ix_alerts_state_severity", "alerts", ["state", "severity"])
    op.create_table(
        "consumption_months",
        sa.Column("facility", sa.Text(), nullable=False),
        sa.Column("item", sa.Text(), nullable=False),
        sa.Column("month", sa.Text(), nullable=False),
        sa.Column("consumption", sa.Double(), nullable=False),
        sa.Column("dispensed", sa.Double(), nullable=False),
        sa.Column("issued", sa.Double(), nullable=False),
        sa.Column("returned", sa.Double(), nullable=False),
        sa.Column("unmet", sa.Double(), nullable=False),
        sa.Column("days_out", sa.BigInteger(), nullable=False),
        sa.Column("reported", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("facility", "item", "month", name="pk_consumption_months"),
    )
    op.create_index("ix_consumption_months_item_month", "consumption_months", ["item", "month"])
    op.create_table(
        "dead_letter_resends",
        sa.Column("resend", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("mended", sa.Boolean(), nullable=False),
        sa.Column("topic", sa.Text(), nullable=False),
        sa.Column("partition", sa.BigInteger(), nullable=False),
        sa.Column("offset", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("resend", name="pk_dead_letter_resends"),
        sa.UniqueConstraint(
            "number", "topic", "partition", "offset", name="uq_dead_letter_resends_number_topic_partition_offset"
        ),
    )
    op.create_table(
        "dead_letters",
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("topic", sa.Text(), nullable=False),
        sa.Column("partition", sa.BigInteger(), nullable=False),
        sa.Column("offset", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("fault", sa.Text(), nullable=False),
        sa.Column("field", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("topic_partition", sa.BigInteger(), nullable=False),
        sa.Column("topic_offset", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_dead_letters"),
    )
    op.create_index("ix_dead_letters_at", "dead_letters", ["at"])
    op.create_index("ix_dead_letters_fault", "dead_letters", ["fault"])
    op.create_table(
        "facilities",
        sa.Column("facility", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("supplier", sa.Text(), nullable=True),
        sa.Column("latitude", sa.Double(), nullable=True),
        sa.Column("longitude", sa.Double(), nullable=True),
        sa.Column("timezone", sa.Text(), nullable=False),
        sa.Column("search", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("facility", name="pk_facilities"),
    )
    op.create_index("ix_facilities_state", "facilities", ["state"])
    op.create_table(
        "facility_aliases",
        sa.Column("alias", sa.Text(), nullable=False),
        sa.Column("facility", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("alias", "facility", name="pk_facility_aliases"),
    )
    op.create_table(
        "items",
        sa.Column("item", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("presentation", sa.Text(), nullable=False),
        sa.Column("oncology", sa.Boolean(), nullable=False),
        sa.Column("ven", sa.Text(), nullable=True),
        sa.Column("pack_size", sa.BigInteger(), nullable=False),
        sa.Column("decimals", sa.BigInteger(), nullable=False),
        sa.Column("critical_months", sa.Double(), nullable=True),
        sa.Column("min_months", sa.Double(), nullable=True),
        sa.Column("max_months", sa.Double(), nullable=True),
        sa.Column("lead_time_days", sa.BigInteger(), nullable=True),
        sa.Column("search", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("item", name="pk_items"),
    )
    op.create_table(
        "official_cpm",
        sa.Column("facility", sa.Text(), nullable=False),
        sa.Column("item", sa.Text(), nullable=False),
        sa.Column("cpm", sa.Double(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint("facility", "item", name="pk_official_cpm"),
    )
    op.create_table(
        "positions",
        sa.Column("facility", sa.Text(), nullable=False),
        sa.Column("item", sa.Text(), nullable=False),
        sa.Column("as_of", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("on_hand", sa.Double(), nullable=True),
        sa.Column("usable", sa.Double(), nullable=True),
        sa.Column("cpm", sa.Double(), nullable=True),
        sa.Column("cpm_state", sa.Text(), nullable=False),
        sa.Column("official_cpm", sa.Double(), nullable=True),
        sa.Column("cover_days", sa.Double(), nullable=True),
        sa.Column("due_quantity", sa.Double(), nullable=False),
        sa.Column("next_due_on", sa.Date(), nullable=True),
        sa.Column("projected_stockout_on", sa.Date(), nullable=True),
        sa.Column("projected_stockout_on_without_due", sa.Date(), nullable=True),
        sa.Column("expires_unused", sa.Double(), nullable=False),
        sa.Column("last_count_on", sa.Date(), nullable=True),
        sa.Column("last_count_gap", sa.Double(), nullable=True),
        sa.Column("last_event_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("months_from", sa.Text(), nullable=True),
        sa.Column("document", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("facility", "item", name="pk_positions"),
    )
    op.create_index("ix_positions_item", "positions", ["item"])
    op.create_table(
        "projector_claim",
        sa.Column("claim", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("holder", sa.Text(), nullable=False),
        sa.Column("claimed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("claim", name="pk_projector_claim"),
    )
    op.create_table(
        "projector_offsets",
        sa.Column("topic", sa.Text(), nullable=False),
        sa.Column("partition", sa.BigInteger(), nullable=False),
        sa.Column("next_offset", sa.BigInteger(), nullable=False),
        sa.Column("topic_id", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("topic", "partition", name="pk_projector_offsets"),
    )
