"""Tickets, drafts and outcomes."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "tickets",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False, index=True),
        sa.Column("source", sa.String(32), nullable=False),
        sa.Column("external_id", sa.String(255), index=True),
        sa.Column("customer", sa.String(255), index=True),
        sa.Column("names", sa.JSON, nullable=False),
        sa.Column("subject", sa.Text),
        sa.Column("messages", sa.JSON, nullable=False),
        sa.Column("topic", sa.String(255)),
        sa.Column("locale", sa.String(35)),
        sa.Column("channel", sa.String(64)),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("placeholders", sa.JSON, nullable=False),
    )
    op.create_table(
        "drafts",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column(
            "ticket",
            sa.String(32),
            sa.ForeignKey("tickets.id", ondelete="CASCADE"),
            nullable=False,
            index=True,
        ),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False, index=True),
        sa.Column("role", sa.String(16), nullable=False),
        sa.Column("version", sa.String(32), nullable=False),
        sa.Column("candidate", sa.String(255), nullable=False),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("messages", sa.JSON, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("citations", sa.JSON, nullable=False),
        sa.Column("findings", sa.JSON, nullable=False),
        sa.Column("abstained", sa.Boolean, nullable=False),
        sa.Column("reason", sa.Text),
        sa.Column("seconds", sa.Float, nullable=False),
        sa.Column("tokens_in", sa.Integer, nullable=False),
        sa.Column("tokens_out", sa.Integer, nullable=False),
        sa.Column("cost_usd", sa.Float, nullable=False),
    )
    op.create_table(
        "outcomes",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column(
            "draft",
            sa.String(32),
            sa.ForeignKey("drafts.id", ondelete="CASCADE"),
            nullable=False,
            index=True,
        ),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False, index=True),
        sa.Column("key", sa.String(255), unique=True),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("action", sa.String(16)),
        sa.Column("sent", sa.Text),
        sa.Column("agent", sa.String(64)),
        sa.Column("seconds", sa.Float),
        sa.Column("csat", sa.Float),
        sa.Column("reopened", sa.Boolean),
    )


def downgrade() -> None:
    for table in ("outcomes", "drafts", "tickets"):
        op.drop_table(table)
