"""What only counts tell of the use of a month; before this release they told nothing."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("consumption_months") as months:
        months.add_column(sa.Column("by_counts", sa.Double(), nullable=False, server_default="0"))
