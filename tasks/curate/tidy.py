"""One batch of tickets: clean text, placeholders for personal data, the language, the links.

Nothing here looks beyond its batch, so batches can be worked on side by side.
"""

from dataclasses import dataclass

import polars as pl

from drafter.clean import clean_lines, clean_texts
from drafter.pseudonyms import LABELS, pseudonymise
from drafter.records import CURATED, MESSAGE, TICKET
from tasks.curate.language import languages_of
from tasks.curate.links import with_links_of_reply
from tasks.curate.params import CurateParams
from tasks.curate.shingles import Shingles, shingle
from tasks.customer_key import customer_key

# What the whole of the tickets decides later (tasks/curate/decide.py), row by row.
DECIDED = ("customer", "agent", "group", "is_macro")
TIDY = pl.Schema(
    {name: kind for name, kind in CURATED.items() if name not in DECIDED} | {"reason": pl.String()}
)
# What that decision needs to know of a ticket: `customer` is a key, `agent` still the export's, and
# `from_draft` whether the reply was made of a draft of our own desk's.
FACTS = pl.Schema(
    {name: TICKET[name] for name in ("ticket_id", "thread_id", "created_at", "customer", "agent")}
    | {"source": pl.String(), "figures": pl.UInt64(), "from_draft": pl.Boolean()}
    | {"reason": pl.String()}
)


@dataclass(frozen=True)
class Tidied:
    """A batch after cleaning; `questions` and `replies` have a text for each row of `table`."""

    table: pl.DataFrame
    facts: pl.DataFrame
    questions: Shingles
    replies: Shingles
    placeholders: dict[str, int]


def tidy(tickets: pl.DataFrame, params: CurateParams) -> Tidied:
    """Clean a batch of TICKET rows. None is left out: `reason` says which must go."""
    tickets = pseudonymise(cleaned(tickets), params.pseudonyms)
    questions = question_texts(tickets)
    table = with_links_of_reply(tickets).with_columns(
        language=languages_of(questions, tickets["locale"])
    )
    table = table.with_columns(reason=reason(params.languages))
    return Tidied(
        table=table.select(list(TIDY)),
        facts=table.with_columns(
            customer_keys(table["customer"]),
            figures=figures("reply"),
            from_draft=pl.col("draft_weight").is_not_null(),
        ).select(list(FACTS)),
        questions=shingle(questions),
        replies=shingle(table["reply"]),
        placeholders=placeholders(table),
    )


def cleaned(tickets: pl.DataFrame) -> pl.DataFrame:
    """Every text as plain text; a message, draft or rival that was nothing but markup is gone."""
    rows = tickets.with_row_index("row")
    messages = rows.select("row", "messages").explode("messages").drop_nulls("messages")
    messages = messages.unnest("messages")
    drafts = rows.select("row", "draft").drop_nulls()
    rivals = rows.select("row", "rivals").filter(pl.col("rivals").list.len() > 0)
    rivals = rivals.explode("rivals").unnest("rivals")
    by_agents = [tickets["reply"], drafts["draft"], rivals["text"]]
    agents = pl.repeat(True, sum(map(len, by_agents)), dtype=pl.Boolean, eager=True)
    texts = clean_texts(
        pl.concat([messages["text"], *by_agents]),
        pl.concat([messages["role"] == "agent", agents]),
    )
    _, replies, proposed, rivalling = _apart(texts, [len(messages), *map(len, by_agents)])
    drafts = drafts.with_columns(draft=proposed).filter(pl.col("draft") != "")
    rivals = rivals.with_columns(text=rivalling).filter(pl.col("text") != "")
    messages = messages.with_columns(text=texts.head(len(messages))).filter(pl.col("text") != "")
    grouped = messages.group_by("row", maintain_order=True).agg(
        messages=pl.struct(["role", "text", "at"])
    )
    rivals = rivals.group_by("row", maintain_order=True).agg(rivals=pl.struct(pl.exclude("row")))
    table = rows.drop("messages", "draft", "rivals")
    table = table.join(grouped, on="row", how="left", maintain_order="left")
    for name, part in {"draft": drafts, "rivals": rivals}.items():
        if part.is_empty():  # as for most exports: a join would copy all texts to add nothing
            table = table.with_columns(pl.lit(None, TICKET[name]).alias(name))
        else:
            table = table.join(part, on="row", how="left", maintain_order="left")
    return table.with_columns(
        pl.col("messages").fill_null([]).cast(pl.List(MESSAGE)),
        subject=clean_lines(tickets["subject"]),
        reply=replies,
    ).select(list(TICKET))


def _apart(texts: pl.Series, sizes: list[int]) -> list[pl.Series]:
    """The parts that were put together, by how many texts each had."""
    return [texts.slice(sum(sizes[:place]), size) for place, size in enumerate(sizes)]


def question_texts(tickets: pl.DataFrame) -> pl.Series:
    """What the customer wrote in all messages of each ticket; "" where nothing."""
    customers = pl.element().filter(pl.element().struct.field("role") == "customer")
    said = pl.col("messages").list.eval(customers.struct.field("text"))
    return tickets.select(said.list.join("\n").fill_null("")).to_series()


def reason(languages: list[str] | None) -> pl.Expr:
    """Why a tidied ticket must go, or null."""
    asked = pl.col("messages").list.eval(pl.element().struct.field("role") == "customer").list.any()
    why = (
        pl.when(pl.col("created_at").is_null())
        .then(pl.lit("no_date"))
        .when(~asked.fill_null(False))
        .then(pl.lit("empty_message"))
        .when(pl.col("reply") == "")
        .then(pl.lit("empty_reply"))
    )
    if languages is None:
        return why.otherwise(None)
    other = ~pl.col("language").is_in([*languages, "und"])
    return why.when(other).then(pl.format("language {}", "language")).otherwise(None)


def customer_keys(customers: pl.Series) -> pl.Series:
    """Keys in place of values, the same for the desk's tickets as for an export's."""
    different = customers.drop_nulls().unique()
    keys = [customer_key(customer) for customer in different]
    return customers.replace_strict(different, pl.Series(keys, dtype=pl.String), default=None)


def figures(column: str) -> pl.Expr:
    """A hash of the numbers in a text: "30 days" and "14 days" are different answers.

    Numbers of placeholders do not count.
    """
    bare = pl.col(column).str.replace_all(r"_[0-9]+\]", "]")
    return bare.str.extract_all(r"[0-9]+(?:[.,:][0-9]+)*").list.join(" ").hash(0)


def placeholders(table: pl.DataFrame) -> dict[str, int]:
    """How many placeholders of each kind stand in the texts of a batch."""
    columns = [table["subject"], table["reply"], table["draft"].drop_nulls()]
    columns += [
        table[name].drop_nulls().explode().struct.field("text") for name in ("messages", "rivals")
    ]
    texts = pl.concat(columns)
    texts = texts.filter(texts.str.contains(r"_[0-9]+\]"))
    return {label: int(texts.str.count_matches(rf"\[{label}_[0-9]+\]").sum()) for label in LABELS}
