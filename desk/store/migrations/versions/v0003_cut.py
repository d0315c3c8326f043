"""What of a long ticket the model was not shown."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.add_column("drafts", sa.Column("cut", sa.JSON))


def downgrade() -> None:
    with op.batch_alter_table("drafts") as drafts:
        drafts.drop_column("cut")
