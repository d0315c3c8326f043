"""Questions in one table, replies in another: which reply makes the question a ticket.

Both tables are first read row by row into Parquet files of their own; DuckDB then joins them within
a fixed memory, out of core. A reply can be the one that counts if it has text, is by somebody else
than the asker, and is not dated before its question; the rules of params.yaml choose among those.

Of the replies that do not count some stay with the ticket as `rivals`: those that answer what the
chosen one answers. A reply after a further message of the asker answers that, and is none.

Rows of questions set aside: no_id, no_message, no_time, unreadable_time, left_out, and

    unanswered        no reply points to it, or none that is kept
    only_own_replies  nobody but the asker replied
    reply_too_early   every reply left is dated before the question
    no_such_reply     there are replies, none that the rules accept

Rows of replies set aside: no_id, no_time, unreadable_time, left_out, and

    no_text           it says nothing
    unreadable_csat   its rating is no number; left unread, it would count as not rated
    orphan            no question with its id is kept
    own_reply         the asker wrote it
    reply_too_early   dated before its question
    not_chosen        another reply counts
"""

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import polars as pl

from drafter.progress import progress
from drafter.records import REJECTED, TICKET
from tasks.ingest.batches import ROW
from tasks.ingest.output import Sink, table_writer
from tasks.ingest.params import Questions, Replies, TwoTables
from tasks.ingest.readers import open_source, read_fields
from tasks.ingest.tickets import is_blank, reject

if TYPE_CHECKING:
    import duckdb

MEMORY = "256MB"
ROWS_A_BATCH = 20_000

# Where a reply stands to the question it points to, and which number it gets among the others.
CANDIDATES = """
create table candidates as
select q.q, r.r, r.said, r.helpful, r.csat,
       coalesce(r.accepted, r.reply_id = q.accepted_reply, false) as accepted,
       coalesce(r.agent = q.customer, false) as own,
       r.said < q.said as early
from read_parquet('{replies}') r join read_parquet('{questions}') q using (ticket_id)
"""
CHOSEN = """
create table chosen as
select q, r, said, helpful, accepted, csat from candidates
where not own and not early and ({accepted})
qualify row_number() over (partition by q order by {order}, r) = 1
"""
MEAN_CSAT = "select avg(csat) from candidates where not own and not early"
TICKETS = """
with people as (
    select q, flatten(list(list_append(r.names, r.agent))) as names
    from candidates join read_parquet('{replies}') r using (r) group by q
)
select q.* exclude (names, cites, csat),
       list_sort(list_distinct(list_concat(q.names, people.names))) as names,
       list_sort(list_distinct(list_concat(q.cites, r.cites))) as cites,
       r.agent as agent, r.reply as reply, {before} as before,
       chosen.helpful as helpful, chosen.accepted as accepted,
       coalesce(chosen.csat, q.csat) as csat, chosen.csat is not null as rated
from read_parquet('{questions}') q
join chosen using (q) join read_parquet('{replies}') r using (r) join people using (q) {history}
order by q.q
"""
HISTORY = """
left join (
    select c.q, list({{'own': c.own, 'text': r.reply, 'said': c.said}} order by c.said, c.r)
        as before
    from candidates c join chosen on chosen.q = c.q and (c.said, c.r) < (chosen.said, chosen.r)
    join read_parquet('{replies}') r on r.r = c.r
    where not c.early group by c.q
) history using (q)
"""
# Whoever answers before the asker writes again answers the same. Numbers alone are ranked; texts
# are fetched for the few that stay, in the order in which the tickets will ask for them.
RANKED = """
create table ranked as
with turns as (
    select *, count_if(own and not early) over (partition by q order by said, r) as turn
    from candidates
),
beside as (
    select t.* from turns t join chosen using (q) join turns c on c.q = t.q and c.r = chosen.r
    where not t.own and not t.early and t.r <> c.r and t.turn = c.turn {later}
)
select q, r, helpful, accepted, csat,
       row_number() over (partition by q order by {order}, r) as place
from beside qualify place <= {most}
"""
RIVALS = """
create table rivals as
select q, place, r.reply as text, k.helpful as votes, k.accepted as accepted, k.csat as csat
from ranked k join read_parquet('{replies}') r using (r) order by q, place
"""
RIVALS_OF = """
select q, list({{'text': text, 'votes': votes, 'accepted': accepted, 'csat': csat}} order by place)
       as rivals
from rivals where q between {first} and {last} group by q
"""
QUESTIONS_LEFT = """
select ticket_id as row_id, source, 'ingest' as stage,
       case when total is null then 'unanswered'
            when own = total then 'only_own_replies'
            when own_or_early = total then 'reply_too_early'
            else 'no_such_reply' end as reason
from read_parquet('{questions}') left join (
    select q, count(*) as total, count_if(own) as own, count_if(own or early) as own_or_early
    from candidates group by q
) using (q)
where q not in (select q from chosen) order by q
"""
REPLIES_LEFT = """
select coalesce(reply_id, source) as row_id, source, 'ingest' as stage,
       case when others is null then 'orphan' when others = 0 then 'own_reply'
            when others = early then 'reply_too_early' else 'not_chosen' end as reason
from read_parquet('{replies}') left join (
    select r, count_if(not own) as others, count_if(not own and early) as early
    from candidates group by r
) using (r)
where r not in (select r from chosen) order by r
"""


def read_two_tables(
    source: TwoTables, root: Path, watch: str, scratch: Path, tickets: Sink, replies: Sink
) -> None:
    """Join the two tables' rows into TICKET records; both sinks get their rejected rows."""
    scratch.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=scratch, prefix="ingest-") as folder:
        files = {
            "questions": f"{folder}/questions.parquet",
            "replies": f"{folder}/replies.parquet",
        }
        asked = _stage(
            source.questions, QUESTION, "q", Path(files["questions"]), root, watch, tickets
        )
        _stage(source.replies, REPLY, "r", Path(files["replies"]), root, watch, replies)
        with _connect(folder) as db, progress("joining replies", asked, "questions") as advance:
            db.execute(CANDIDATES.format(**files))
            db.execute(CHOSEN.format(accepted=_accepted(source), order=_order(source)))
            _rank_rivals(db, source, files)
            history = HISTORY.format(**files) if source.history else ""
            before = "history.before" if source.history else "null"
            for frame in _frames(db, TICKETS.format(**files, history=history, before=before)):
                tickets.keep(_records(_with_rivals(db, frame)))
                advance(frame.height)
            for frame in _frames(db, QUESTIONS_LEFT.format(**files)):
                tickets.reject(frame.cast(dict(REJECTED)))  # type: ignore[arg-type]
                advance(frame.height)
            for frame in _frames(db, REPLIES_LEFT.format(**files)):
                replies.reject(frame.cast(dict(REJECTED)))  # type: ignore[arg-type]
            row = db.execute("select count(distinct r) from chosen").fetchone()
            replies.count.kept += row[0] if row else 0


# The columns of the two files that are joined, times without their zone.
TIME = pl.Datetime("us")
QUESTION = pl.Schema(
    {
        "q": pl.Int64(),
        "ticket_id": pl.String(),
        "said": TIME,
        "customer": pl.String(),
        "names": pl.List(pl.String),
        "channel": pl.String(),
        "locale": pl.String(),
        "topic": pl.String(),
        "subject": pl.String(),
        "message": pl.String(),
        "accepted_reply": pl.String(),
        "cites": pl.List(pl.String),
        "csat": pl.Float64(),
        "solved": pl.Boolean(),
        "votes": pl.Int64(),
        "source": pl.String(),
    }
)
REPLY = pl.Schema(
    {
        "r": pl.Int64(),
        "reply_id": pl.String(),
        "ticket_id": pl.String(),
        "said": TIME,
        "agent": pl.String(),
        "names": pl.List(pl.String),
        "reply": pl.String(),
        "cites": pl.List(pl.String),
        "accepted": pl.Boolean(),
        "helpful": pl.Int64(),
        "csat": pl.Float64(),
        "source": pl.String(),
    }
)


def _stage(
    files: Questions | Replies,
    schema: pl.Schema,
    order: str,
    path: Path,
    root: Path,
    watch: str,
    sink: Sink,
) -> int:
    """Write the rows that can take part in the join to `path`, numbered; reject the others.

    Returns how many there are to join.
    """
    text = "message" if "message" in schema else "reply"
    needed = ("ticket_id", "created_at", text)
    opened = open_source(files, files.columns, needed, sink.count, root, watch)
    sink.reject(opened.rejected())
    done = 0
    with table_writer(path, schema) as writer:
        for reader, label in opened.readers:
            for fields in read_fields(files, reader, label, sink):
                fields = _mend(fields, schema, label, text)
                good = fields.filter(pl.col("reason").is_null())
                writer.add(good.with_row_index(order, offset=done).select(list(schema)))
                done += good.height
                bad = fields.filter(pl.col("reason").is_not_null())
                own_id = "ticket_id" if text == "message" else "reply_id"
                sink.reject(reject(bad.with_columns(ticket_id=pl.coalesce(own_id, "source"))))
    return done


def _mend(fields: pl.DataFrame, schema: pl.Schema, label: str, text: str) -> pl.DataFrame:
    """Add the columns of `schema` that the export lacks, and the reason against a row."""
    fields = fields.with_columns(
        pl.format("{}:{}", pl.lit(label), pl.col(ROW)).alias("source"),
        pl.col("created_at").dt.replace_time_zone(None).alias("said"),
        *(
            pl.lit([] if isinstance(kind, pl.List) else None, kind).alias(name)
            for name, kind in schema.items()
            if name not in fields.columns and name not in ("q", "r", "said", "source")
        ),
    )
    unread = (
        pl.when("created_at_given").then(pl.lit("unreadable_time")).otherwise(pl.lit("no_time"))
    )
    can_be_rated = text == "reply" and "csat_given" in fields.columns
    rated = pl.col("csat_given") if can_be_rated else pl.lit(False)
    return fields.with_columns(
        reason=pl.when(pl.col("left_out").is_not_null())
        .then("left_out " + pl.col("left_out"))
        .when(is_blank("ticket_id"))
        .then(pl.lit("no_id"))
        .when(is_blank(text))
        .then(pl.lit("no_message" if text == "message" else "no_text"))
        .when(pl.col("said").is_null())
        .then(unread)
        .when(rated & pl.col("csat").is_null())
        .then(pl.lit("unreadable_csat"))
    )


def _connect(folder: str) -> "duckdb.DuckDBPyConnection":
    import duckdb

    settings: dict[str, str | bool | int | float | list[str]] = {
        "memory_limit": MEMORY,
        "temp_directory": f"{folder}/spill",
        "preserve_insertion_order": False,
        "threads": 1,
        "autoinstall_known_extensions": False,
    }
    db = duckdb.connect(f"{folder}/join.duckdb", config=settings)
    db.execute("set enable_progress_bar = false")  # it would write to stdout
    return db


def _rank_rivals(db: "duckdb.DuckDBPyConnection", source: TwoTables, files: dict[str, str]) -> None:
    """Make the table `rivals`: q, place, text, votes, accepted, csat."""
    # with history the earlier ones are among the messages: part of what is answered
    later = "and (t.said, t.r) > (c.said, c.r)" if source.history else ""
    db.execute(RANKED.format(order=_order(source), later=later, most=source.rivals))
    db.execute(RIVALS.format(**files))


def _with_rivals(db: "duckdb.DuckDBPyConnection", frame: pl.DataFrame) -> pl.DataFrame:
    """Joined rows, which are in the order of `q`, with their `rivals`."""
    first, last = frame["q"].min(), frame["q"].max()
    # a cursor of its own: the joined rows are still being read
    found = db.cursor().sql(RIVALS_OF.format(first=first, last=last)).to_arrow_table()
    rivals = pl.DataFrame(pl.from_arrow(found)).cast({"rivals": TICKET["rivals"]})
    return frame.join(rivals, on="q", how="left", maintain_order="left")


def _accepted(source: TwoTables) -> str:
    """Which replies count at all: any, unless the rule knows neither first nor last."""
    if {"first", "last"} & set(source.rule):
        return "true"
    tests = {
        "accepted": "accepted",
        "highest_rated": "csat is not null",
        "most_helpful": "coalesce(helpful, 0) > 0",
    }
    return " or ".join(tests[rule] for rule in source.rule)


def _order(source: TwoTables) -> str:
    orders = {
        "accepted": "accepted desc",
        # a reply that nobody rated is no worse than one that was rated badly
        "highest_rated": f"coalesce(csat, ({MEAN_CSAT})) desc",
        "most_helpful": "coalesce(helpful, 0) desc",
        "first": "said, r",
        "last": "said desc, r desc",
    }
    return ", ".join(orders[rule] for rule in source.rule)


def _frames(db: "duckdb.DuckDBPyConnection", query: str) -> Iterator[pl.DataFrame]:
    for batch in db.sql(query).to_arrow_reader(ROWS_A_BATCH):
        yield pl.DataFrame(pl.from_arrow(batch))


def _records(joined: pl.DataFrame) -> pl.DataFrame:
    """Joined rows as TICKET records."""
    question = pl.struct(role=pl.lit("customer"), text=pl.col("message"), at=pl.col("said"))
    later = pl.col("before").list.eval(
        pl.struct(
            role=pl.when(pl.element().struct.field("own"))
            .then(pl.lit("customer"))
            .otherwise(pl.lit("agent")),
            text=pl.element().struct.field("text"),
            at=pl.element().struct.field("said"),
        )
    )
    first = question.reshape((-1, 1)).arr.to_list()
    has_history = isinstance(joined.schema["before"], pl.List)
    messages = pl.concat_list(first, later.fill_null([])) if has_history else first
    kind = pl.List(pl.Struct({"role": pl.String, "text": pl.String, "at": TIME}))
    joined = joined.with_columns(messages=messages.cast(kind))
    last = pl.col("messages").list.eval(
        pl.when(pl.element().struct.field("role") == "customer")
        .then(pl.element().struct.field("at"))
        .otherwise(None)
    )
    return joined.with_columns(
        thread_id="ticket_id",
        created_at=last.list.max().dt.replace_time_zone("UTC"),
        draft=pl.lit(None, pl.String),
        draft_weight=pl.lit(None, pl.Float64),
        outcome=pl.struct("csat", "solved", "votes", "helpful", "accepted", "rated"),
        messages=pl.col("messages").cast(TICKET["messages"]),
    ).select(list(TICKET))
