"""When a ticket's personal data were blanked."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.add_column("tickets", sa.Column("blanked_at", sa.DateTime(timezone=True)))


def downgrade() -> None:
    op.drop_column("tickets", "blanked_at")
