"""When a ticket was answered, and the indexes of the inbox."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

ANSWERED = """
    update tickets set done_at = (
        select min(outcomes.created_at) from outcomes join drafts on drafts.id = outcomes.draft
        where drafts.ticket = tickets.id and outcomes.action is not null
    )
"""


def upgrade() -> None:
    op.add_column("tickets", sa.Column("done_at", sa.DateTime(timezone=True)))
    op.execute(ANSWERED)
    for name, columns, where in (
        ("ix_tickets_waiting", ["received_at", "id"], "done_at is null"),
        ("ix_tickets_done", ["done_at", "id"], "done_at is not null"),
    ):
        op.create_index(
            name, "tickets", columns, sqlite_where=sa.text(where), postgresql_where=sa.text(where)
        )


def downgrade() -> None:
    for name in ("ix_tickets_waiting", "ix_tickets_done"):
        op.drop_index(name, "tickets")
    op.drop_column("tickets", "done_at")
