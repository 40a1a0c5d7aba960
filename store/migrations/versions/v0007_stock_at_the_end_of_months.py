"""The stock at the end of each month; of those that ended before it was published it is not known."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("consumption_months") as months:
        months.add_column(sa.Column("closing", sa.Double(), nullable=True))
