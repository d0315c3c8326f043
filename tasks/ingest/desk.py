"""What the desk's agents made of its drafts: the snapshot that `make feedback` writes.

Its columns are the mill's own (tasks/feedback/snapshot.py), so params.yaml names its folder alone.
It is read before every export: of a ticket that stands in both, the row with the draft counts.
"""

import polars as pl

from drafter.errors import BadInput
from tasks.ingest.output import Sink
from tasks.ingest.params import Chat, HuggingFace, IngestParams, TicketField, TicketTable
from tasks.ingest.readers import open_source, read_fields
from tasks.ingest.tickets import build_tickets
from tasks.paths import Paths

COLUMNS: tuple[TicketField, ...] = (
    "ticket_id", "thread_id", "created_at", "customer", "agent", "channel", "locale", "topic",
    "subject", "messages", "draft", "draft_weight", "reply", "csat",
)  # fmt: skip


def desk_source(params: IngestParams, paths: Paths) -> TicketTable | None:
    """The snapshot as a table; None where there has been none yet.

    Raises BadInput where DVC knows one that is not here.
    """
    path = paths.snapshot(params.feedback)
    if not path.is_file():
        if path.with_name(f"{path.name}.dvc").is_file():
            raise BadInput(
                f"{path} is not here, though DVC tracks it: run `dvc checkout {path}`, or `dvc "
                "pull` where it was made elsewhere; `make feedback` would make a new one"
            )
        return None
    return TicketTable(
        kind="table",
        path=str(path.relative_to(paths.root)),
        encoding="utf-8",
        separator=",",
        time_format="auto",
        list_separator=";",
        leave_out={},
        columns={name: name for name in COLUMNS},
    )


def read_desk(source: TicketTable, params: IngestParams, paths: Paths, sink: Sink) -> None:
    """The snapshot's rows into the sink."""
    opened = open_source(
        source, source.columns, source.needed, sink.count, paths.root, params.feedback
    )
    sink.reject(opened.rejected())
    for reader, label in opened.readers:
        for fields in read_fields(source, reader, label, sink):
            if any(_has_turns(other) for other in params.tickets):
                fields = fields.with_columns(_as_in_a_conversation())
            built = build_tickets(fields, label)
            sink.keep(built.records)
            sink.reject(built.rejected)


def _has_turns(source: object) -> bool:
    return isinstance(source, Chat) or (isinstance(source, HuggingFace) and bool(source.turns))


def _as_in_a_conversation() -> pl.Expr:
    """`ticket_id` as tasks/ingest/chat.py gives it: the first reply of "c-7" is "c-7/1".

    Further ones are called so in the snapshot already.
    """
    first = pl.col("ticket_id") == pl.col("thread_id")
    return (
        pl.when(first)
        .then(pl.format("{}/1", "thread_id"))
        .otherwise("ticket_id")
        .alias("ticket_id")
    )
