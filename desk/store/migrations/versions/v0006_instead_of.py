"""Which challenger a ticket was for that the champion drafted in its place."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.add_column("drafts", sa.Column("instead_of", sa.String(32)))


def downgrade() -> None:
    with op.batch_alter_table("drafts") as drafts:
        drafts.drop_column("instead_of")
