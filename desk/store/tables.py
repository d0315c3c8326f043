"""The tables, as the newest migration leaves them.

tickets    a conversation that waits for a reply, as it came; personal data stand here alone
drafts     what a version wrote for a ticket, in placeholders
outcomes   what became of a draft: told once or added to later, never changed
deliveries what a helpdesk's webhook told, in ids, until it is done; then that it came
notes      which message of which helpdesk has which draft as its note
"""

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
)

from desk.store.columns import Moment

metadata = MetaData()

tickets = Table(
    "tickets",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("received_at", Moment(), nullable=False, index=True),
    Column("source", String(32), nullable=False),  # api, page, chatwoot, zendesk, webhook
    Column("external_id", String(255), index=True),  # what the helpdesk calls it
    Column("customer", String(255), index=True),
    Column("names", JSON, nullable=False),  # the customer's first, then the agent's
    Column("subject", Text),
    Column("messages", JSON, nullable=False),  # [{"role": "customer", "text": "…"}]
    Column("topic", String(255)),
    Column("locale", String(35)),
    Column("channel", String(64)),
    Column("at", Moment(), nullable=False),  # when the customer wrote
    Column("placeholders", JSON, nullable=False),  # {"[ORDER_1]": "MB-104233"}
    Column("blanked_at", Moment()),  # from then on it holds no personal data
    Column("done_at", Moment()),  # when an action was first told; null: it waits
)
for _name, _by, _when in (
    ("ix_tickets_waiting", tickets.c.received_at, tickets.c.done_at.is_(None)),
    ("ix_tickets_done", tickets.c.done_at, tickets.c.done_at.is_not(None)),
):
    Index(_name, _by, tickets.c.id, sqlite_where=_when, postgresql_where=_when)

drafts = Table(
    "drafts",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("ticket", ForeignKey("tickets.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("created_at", Moment(), nullable=False, index=True),
    Column("role", String(16), nullable=False),  # desk/store/roles.py
    Column("version", String(32), nullable=False),  # of the registered model
    Column("candidate", String(255), nullable=False),
    Column("subject", Text, nullable=False),
    Column("messages", JSON, nullable=False),  # as the model saw them: a text for each message
    Column("text", Text, nullable=False),  # also where it is held back
    Column("citations", JSON, nullable=False),  # [{chunk_id, doc_id, title, clause, text, url}]
    Column("findings", JSON, nullable=False),  # [{rule, kind, why, start, end, soft}], in text
    Column("abstained", Boolean, nullable=False),
    Column("reason", Text),
    Column("seconds", Float, nullable=False),  # from the request to the draft
    Column("tokens_in", Integer, nullable=False),
    Column("tokens_out", Integer, nullable=False),
    Column("cost_usd", Float, nullable=False),
    Column("cut", JSON(none_as_null=True)),  # {clauses, messages}: what the model was not shown
    Column("instead_of", String(32)),  # the challenger whose ticket the champion had to draft for
)

outcomes = Table(
    "outcomes",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("draft", ForeignKey("drafts.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("created_at", Moment(), nullable=False, index=True),
    Column("key", String(255), unique=True),  # of the request, so that told twice it counts once
    Column("digest", String(64), nullable=False),  # of what was told
    Column("action", String(16)),  # accepted, edited, discarded; null where only added to
    Column("sent", Text),  # in placeholders
    Column("agent", String(64)),
    Column("seconds", Float),  # that the draft was before the agent
    Column("csat", Float),
    Column("reopened", Boolean),
)

deliveries = Table(
    "deliveries",
    metadata,
    Column("helpdesk", String(32), primary_key=True),
    Column("id", String(255), primary_key=True),  # the same each time it is delivered
    Column("received_at", Moment(), nullable=False, index=True),
    Column("came", JSON, nullable=False),  # desk.helpdesks.helpdesk.Came: ids, no text
    Column("state", String(16), nullable=False, index=True),  # waiting, done, failed
    Column("why", String(255)),  # it failed
)

notes = Table(
    "notes",
    metadata,
    Column("helpdesk", String(32), primary_key=True),
    Column("message", String(255), primary_key=True),  # the one that is to be answered
    Column("conversation", String(255), nullable=False, index=True),
    Column("delivery", String(255)),  # that works on it; null: none does
    Column("draft", ForeignKey("drafts.id", ondelete="CASCADE"), index=True),  # null until drafted
    Column("noted_at", Moment()),  # null until agents can see it
)
