"""An alert may be about a whole facility, or an item everywhere: it has no item, or no facility, but places."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("alerts") as alerts:
        alerts.alter_column("facility", existing_type=sa.Text(), nullable=True)
        alerts.alter_column("item", existing_type=sa.Text(), nullable=True)
        alerts.add_column(sa.Column("reason_en", sa.Text(), nullable=False, server_default=""))
        alerts.add_column(sa.Column("places", sa.BigInteger(), nullable=False, server_default="0"))
