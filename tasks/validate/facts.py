"""What is known about the whole: one number for each expectation, and three rows to look at.

Great Expectations is given these numbers and never a row, so neither its results nor its pages
can hold what a customer wrote.
"""

from collections import Counter
from dataclasses import dataclass, field

import polars as pl

from drafter.cites import Resolver

EXAMPLES = 3
OPEN_FROM = pl.lit("0001-01-01").str.to_datetime("%Y-%m-%d", time_unit="us", time_zone="UTC")
OPEN_TO = pl.lit("9999-01-01").str.to_datetime("%Y-%m-%d", time_unit="us", time_zone="UTC")


@dataclass
class Fact:
    """A number, how many rows it counts, and the ids of the first few of these."""

    value: float
    count: int
    rows: list[str] = field(default_factory=list)


@dataclass
class Tally:
    """Row by row counts of one table, added up batch by batch."""

    rows_in: int = 0
    by_reason: Counter[str] = field(default_factory=Counter)
    examples: dict[str, list[str]] = field(default_factory=dict)

    @property
    def quarantined(self) -> int:
        return sum(self.by_reason.values())

    @property
    def kept(self) -> int:
        return self.rows_in - self.quarantined

    def add(self, rows: int, rejected: pl.DataFrame) -> None:
        """Count a batch of `rows` rows, of which `rejected` (REJECTED) were set aside."""
        self.rows_in += rows
        words = rejected.with_columns(word=pl.col("reason").str.extract(r"^(\S+)"))
        for word, count in words.group_by("word").len().iter_rows():
            self.by_reason[word] += count
            examples = self.examples.setdefault(word, [])
            if len(examples) < EXAMPLES:
                first = words.filter(pl.col("word") == word)["row_id"].head(EXAMPLES)
                examples += first.to_list()[: EXAMPLES - len(examples)]

    def share(self, *reasons: str) -> Fact:
        """The share of the rows that came in which were set aside for these reasons (or any)."""
        named = reasons or tuple(sorted(self.by_reason))
        count = sum(self.by_reason[reason] for reason in named)
        rows = [row for reason in named for row in self.examples.get(reason, [])]
        return Fact(share(count, self.rows_in), count, rows[:EXAMPLES])


def share(count: int, of: int) -> float:
    """A part of a whole, six decimals; of nothing, nothing."""
    return round(count / of, 6) if of else 0.0


def ticket_facts(tally: Tally, kept: pl.DataFrame) -> dict[str, Fact]:
    """Facts by name for TicketExpectations; `kept` needs `ticket_id` and `customer`."""
    nobody = kept.filter(pl.col("customer").is_null())
    customers = kept["customer"].n_unique() - (1 if len(nobody) else 0)
    return {
        "rows_in": Fact(tally.rows_in, tally.rows_in),
        "kept": Fact(tally.kept, tally.kept, tally.share().rows),
        "quarantined_share": tally.share(),
        "duplicate_share": tally.share("duplicate_ticket_id"),
        "no_reply_share": tally.share("no_reply"),
        "no_question_share": tally.share("no_question"),
        "impossible_time_share": tally.share("impossible_time"),
        "out_of_order_share": tally.share("out_of_order"),
        "unknown_role_share": tally.share("unknown_role"),
        "too_long_share": tally.share("too_long"),
        "no_customer_share": _of(nobody, len(kept), "ticket_id"),
        "customers": Fact(customers, customers),
    }


def policy_facts(tally: Tally, kept: pl.DataFrame) -> dict[str, Fact]:
    """Facts by name for PolicyExpectations; `kept` are POLICY rows, their text not needed."""
    overlapping = _overlapping(kept)
    return {
        "rows_in": Fact(tally.rows_in, tally.rows_in),
        "kept": Fact(tally.kept, tally.kept, tally.share().rows),
        "quarantined_share": tally.share(),
        "overlapping_periods": Fact(
            len(overlapping), len(overlapping), overlapping.head(EXAMPLES).to_list()
        ),
        "no_url_share": _of(kept.filter(pl.col("url").is_null()), len(kept), "doc_id"),
        "hidden_text": _number(kept.filter("hid")),
        "speaks_to_a_model": _number(kept.filter("commands")),
        "lone_hosts": _number(kept.filter(_is_lone())),
    }


def _number(rows: pl.DataFrame) -> Fact:
    documents = rows["doc_id"].unique(maintain_order=True)
    return Fact(len(rows), len(rows), documents.head(EXAMPLES).to_list())


def _is_lone() -> pl.Expr:
    """Whether a document's URL is on a host that no other document has, though most share one."""
    host = pl.col("url").str.to_lowercase().str.extract(r"^(?:[a-z]+:)?/*([^/?#]*)")
    documents = pl.col("doc_id").n_unique()
    return ((documents.over(host) == 1) & (documents > 2) & host.is_not_null()).fill_null(False)


def together_facts(tickets: pl.DataFrame, policies: pl.DataFrame) -> dict[str, Fact]:
    """Facts by name for TogetherExpectations.

    `tickets` needs ticket_id, created_at, locale, cites; `policies` all but the text.
    """
    return {
        "before_policies_share": _of(_outside_policies(tickets, policies), len(tickets)),
        "unresolved_cites_share": _unresolved(tickets, policies),
        "foreign_locale_share": _of(_foreign(tickets, policies), len(tickets)),
    }


def _of(rows: pl.DataFrame, whole: int, row_id: str = "ticket_id") -> Fact:
    return Fact(share(len(rows), whole), len(rows), rows[row_id].head(EXAMPLES).to_list())


def _overlapping(policies: pl.DataFrame) -> pl.Series:
    """The doc_ids that have two texts in one language in force at once."""
    periods = policies.select(
        "doc_id",
        "locale",
        begins=pl.coalesce("effective_from", OPEN_FROM),
        ends=pl.coalesce("effective_to", OPEN_TO),
    ).sort("doc_id", "locale", "begins", "ends")
    # The furthest end so far, not the last one: a long period may hold several short ones.
    before = pl.col("ends").cum_max().shift(1).over("doc_id", "locale")
    return periods.filter(pl.col("begins") < before)["doc_id"].unique().sort()


def _outside_policies(tickets: pl.DataFrame, policies: pl.DataFrame) -> pl.DataFrame:
    """Tickets written on a day when no policy was in force."""
    periods = policies.select(
        begins=pl.coalesce("effective_from", OPEN_FROM),
        ends=pl.coalesce("effective_to", OPEN_TO),
    ).sort("begins")
    periods = periods.with_columns(covered_to=pl.col("ends").cum_max())
    near = tickets.sort("created_at").join_asof(
        periods, left_on="created_at", right_on="begins", strategy="backward"
    )
    covered = (pl.col("created_at") < pl.col("covered_to")).fill_null(False)
    return near.filter(~covered).sort("ticket_id")


def _unresolved(tickets: pl.DataFrame, policies: pl.DataFrame) -> Fact:
    """Cites that name no policy, by the rules of those who use them."""
    cites = tickets.select("ticket_id", cite="cites").explode("cite", empty_as_null=False)
    cites = cites.drop_nulls("cite")
    resolver = Resolver(policies.select("doc_id", "url").iter_rows(named=True))
    different = cites["cite"].unique().to_list()
    named = [cite for cite in different if resolver.resolve([cite])]
    unknown = cites.filter(~pl.col("cite").is_in(named))
    rows = unknown["ticket_id"].unique(maintain_order=True).head(EXAMPLES).to_list()
    return Fact(share(len(unknown), len(cites)), len(unknown), rows)


def _foreign(tickets: pl.DataFrame, policies: pl.DataFrame) -> pl.DataFrame:
    """Tickets whose language ("de" of "de-AT") no policy has; a policy without one fits all."""
    language = pl.col("locale").str.to_lowercase().str.extract(r"^([a-z]+)")
    spoken = policies.select(language)["locale"]
    if policies["locale"].null_count():
        return tickets.clear()
    return tickets.filter(
        pl.col("locale").is_not_null() & ~language.is_in(spoken.unique().implode())
    )
