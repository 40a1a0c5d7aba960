"""A facility and item may have several official CPMs, for one time after the other: each is kept under its own key."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("CREATE TABLE official_cpm_before AS SELECT facility, item, cpm, valid_from FROM official_cpm")
    op.drop_table("official_cpm")
    op.create_table(
        "official_cpm",
        sa.Column("entry", sa.Text(), nullable=False),
        sa.Column("facility", sa.Text(), nullable=False),
        sa.Column("item", sa.Text(), nullable=False),
        sa.Column("cpm", sa.Double(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint("entry", name="pk_official_cpm"),
    )
    op.execute(
        "INSERT INTO official_cpm (entry, facility, item, cpm, valid_from) "
        "SELECT 'official_cpm|' || facility || '|' || item || '|' || COALESCE(CAST(valid_from AS TEXT), ''), "
        "facility, item, cpm, valid_from FROM official_cpm_before"
    )
    op.drop_table("official_cpm_before")
