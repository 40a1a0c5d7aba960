"""A dead letter that is being sent again is noted before it is sent: until the broker confirms it, it lies nowhere."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("dead_letter_resends") as resends:
        resends.alter_column("partition", existing_type=sa.BigInteger(), nullable=True)
        resends.alter_column("offset", existing_type=sa.BigInteger(), nullable=True)
