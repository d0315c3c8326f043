"""The records that stages hand to each other, as Polars schemas. Defined here and nowhere else.

A table on disk is Parquet with exactly these columns, in this order; a stage that adds columns says
so with a schema of its own below (`CURATED`, `RETRIEVED`).

    ticket_id    "T-4711/2"                    one agent reply of one conversation
    thread_id    "T-4711"                      the conversation
    created_at   2026-03-02 09:15 UTC          when the customer's last message came
    customer     "jo@example.com" | "C-000017" the export's own key; from curation on, a number
    names        ["Jo Smith", "jo"]            people in the ticket's metadata; gone after curation
    messages     [{"role": "customer", ...}]   oldest first; roles: customer, agent
    reply        "Hello, ..."                  what the agent sent
    draft        "Hi, ..." | null              what a model proposed and the agent made `reply` of
    draft_weight 1.2 | null                    how much that says, for a draft of our own desk's
    rivals       [{"text": "Try ...", ...}]    other answers to the same messages; null: none known
    cites        ["returns"]                   doc_ids or URLs that the human reply rests on
    outcome      {"csat": 4.0, ...}            whatever the export has; null where it has nothing.
                                               votes: the question's; helpful, accepted: the reply's
                                               csat: the reply's if `rated`, else the question's
    source       "tickets/may.csv:17"          file, and row counted from 1 after the header
"""

import polars as pl

UTC = pl.Datetime("us", "UTC")

MESSAGE = pl.Struct({"role": pl.String, "text": pl.String, "at": UTC})
OUTCOME = pl.Struct(
    {"csat": pl.Float64, "solved": pl.Boolean, "votes": pl.Int64}
    | {"helpful": pl.Int64, "accepted": pl.Boolean, "rated": pl.Boolean}
)
RIVAL = pl.Struct(
    {"text": pl.String, "votes": pl.Int64, "accepted": pl.Boolean, "csat": pl.Float64}
)

TICKET = pl.Schema(
    {
        "ticket_id": pl.String(),
        "thread_id": pl.String(),
        "created_at": UTC,
        "customer": pl.String(),
        "agent": pl.String(),
        "names": pl.List(pl.String),
        "channel": pl.String(),
        "locale": pl.String(),
        "topic": pl.String(),
        "subject": pl.String(),
        "messages": pl.List(MESSAGE),
        "reply": pl.String(),
        "draft": pl.String(),
        "draft_weight": pl.Float64(),
        "rivals": pl.List(RIVAL),
        "cites": pl.List(pl.String),
        "outcome": OUTCOME,
        "source": pl.String(),
    }
)

# What curation leaves of a ticket: pseudonymous, with the group that must not be split
# and whether its reply is an agents' macro.
CURATED = pl.Schema(
    {name: kind for name, kind in TICKET.items() if name != "names"}
    | {"language": pl.String(), "group": pl.String(), "is_macro": pl.Boolean()}
)

# A document may stand here several times, once for each period it was in force.
# A period reaches from `effective_from` up to, not including, `effective_to`; null is open.
POLICY = pl.Schema(
    {
        "doc_id": pl.String(),
        "title": pl.String(),
        "text": pl.String(),
        "locale": pl.String(),
        "effective_from": UTC,
        "effective_to": UTC,
        "url": pl.String(),
        "source": pl.String(),
    }
)

CHUNK = pl.Schema(
    {
        "chunk_id": pl.String(),
        "doc_id": pl.String(),
        "title": pl.String(),
        "clause": pl.String(),
        "text": pl.String(),
        "effective_from": UTC,
        "effective_to": UTC,
        "url": pl.String(),
    }
)

# A retrieved chunk carries no score: a score would change with every document of the index,
# and with it the hash that decides whether training runs again.
RETRIEVED_CHUNK = pl.Struct(
    {name: CHUNK[name] for name in ("chunk_id", "doc_id", "title", "clause", "text", "url")}
)
RETRIEVED = pl.Schema({**CURATED, "chunks": pl.List(RETRIEVED_CHUNK)})

# A past ticket as the index keeps it: when it was asked, what its reply cites, the reply.
SOLVED = pl.Schema(
    {
        "ticket_id": pl.String(),
        "created_at": UTC,
        "group": pl.String(),
        "cites": pl.List(pl.Struct({"doc_id": pl.String, "section": pl.String})),
        "reply": pl.String(),
    }
)

# What a candidate wrote. `text` is what it generated, also where `abstained` holds it back from the
# agent; `reason` says why ("no_policy", "promise"), or why there is no text ("failed: timeout").
# `confidence` orders one candidate's drafts, and means nothing beside another's; null: unknown.
DRAFT = pl.Schema(
    {
        "ticket_id": pl.String(),
        "candidate": pl.String(),
        "text": pl.String(),
        "citations": pl.List(pl.String),
        "tokens_in": pl.Int64(),
        "tokens_out": pl.Int64(),
        "cost_usd": pl.Float64(),
        "abstained": pl.Boolean(),
        "reason": pl.String(),
        "confidence": pl.Float64(),
    }
)

# How the `reason` of a draft begins that could not be made.
FAILED = "failed: "

# Two replies to one prompt, one of them better. `origin` says how that is known: an agent's `edit`
# of a draft, `rivals` under one question, a reply that is `outdated` by the policy in force, a
# draft that breaks a `rule`. `edit` names what an agent changed (fact, policy, tone,
# personalisation). The prompt is the chat that drafting would show; a weight of 1 is a plain pair.
PREFERENCE_PAIR = pl.Schema(
    {
        "pair_id": pl.String(),
        "ticket_id": pl.String(),
        "prompt": pl.List(pl.Struct({"role": pl.String, "content": pl.String})),
        "chosen": pl.String(),
        "rejected": pl.String(),
        "origin": pl.String(),
        "edit": pl.String(),
        "weight": pl.Float64(),
    }
)

# One verdict of a judge on one challenger's draft beside the champion's. `order` says which stood
# first (challenger, champion); `verdict` which was better (challenger, champion, tie), null where
# `failed` says why there is none.
JUDGEMENT = pl.Schema(
    {
        "key": pl.String(),
        "ticket_id": pl.String(),
        "challenger": pl.String(),
        "champion": pl.String(),
        "order": pl.String(),
        "repeat": pl.Int64(),
        "verdict": pl.String(),
        "failed": pl.String(),
        "rationale": pl.String(),
        "cost_usd": pl.Float64(),
    }
)

# A row that was set aside: by ingest and validate (quarantine) or by curate (dropped).
# `reason` begins with a word that can be counted, then may name another row:
# "near_duplicate of T-118".
REJECTED = pl.Schema(
    {
        "row_id": pl.String(),
        "source": pl.String(),
        "stage": pl.String(),
        "reason": pl.String(),
    }
)
