"""What would expire unused is not known where the stock is not: null, never 0."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("positions") as positions:
        positions.alter_column("expires_unused", existing_type=sa.Double(), nullable=True)
    op.execute("UPDATE positions SET expires_unused = NULL WHERE usable IS NULL")
