"""What helpdesks delivered, and which draft is the note of which message."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.create_table(
        "deliveries",
        sa.Column("helpdesk", sa.String(32), primary_key=True),
        sa.Column("id", sa.String(255), primary_key=True),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False, index=True),
        sa.Column("came", sa.JSON, nullable=False),
        sa.Column("state", sa.String(16), nullable=False, index=True),
        sa.Column("why", sa.String(255)),
    )
    op.create_table(
        "notes",
        sa.Column("helpdesk", sa.String(32), primary_key=True),
        sa.Column("message", sa.String(255), primary_key=True),
        sa.Column("conversation", sa.String(255), nullable=False, index=True),
        sa.Column("delivery", sa.String(255)),
        sa.Column(
            "draft", sa.String(32), sa.ForeignKey("drafts.id", ondelete="CASCADE"), index=True
        ),
        sa.Column("noted_at", sa.DateTime(timezone=True)),
    )


def downgrade() -> None:
    for table in ("notes", "deliveries"):
        op.drop_table(table)
