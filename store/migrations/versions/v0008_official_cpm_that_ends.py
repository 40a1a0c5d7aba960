"""An official CPM may have a last day."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("official_cpm") as official:
        official.add_column(sa.Column("valid_until", sa.Date(), nullable=True))
