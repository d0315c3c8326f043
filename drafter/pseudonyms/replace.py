"""Find, number and replace; and put the values back."""

import re
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from itertools import count

import numpy as np
import numpy.typing as npt
import polars as pl

from drafter.pseudonyms.digits import digit_groups
from drafter.pseudonyms.ibans import ibans
from drafter.pseudonyms.labels import LABELS, PLACEHOLDER, PseudonymRules
from drafter.pseudonyms.names import spans_of_names
from drafter.pseudonyms.numbers import numbers
from drafter.pseudonyms.patterns import emails, orders
from drafter.pseudonyms.people import names_of
from drafter.pseudonyms.raw import Numbers, splice
from drafter.pseudonyms.spans import apart, find, without_overlap


@dataclass(frozen=True)
class Hidden:
    """Texts with placeholders in them, and what each placeholder stands for."""

    texts: list[str]
    values: dict[str, str]


@dataclass(frozen=True)
class Pseudonyms:
    """The rules of one company, for one ticket at a time: what serving uses."""

    rules: PseudonymRules

    def hide(self, texts: Sequence[str], names: Sequence[str] = ()) -> Hidden:
        """Replace personal data in one ticket's texts, in the order subject, messages.

        `names` are the people known from elsewhere, the customer first, then the agent. Who is
        not mentioned in the texts gets the next free numbers, so that a draft which greets
        `[NAME_1]` greets the customer.
        """
        (hidden,) = self.hide_all([(texts, names)])
        return hidden

    def hide_all(self, tickets: Sequence[tuple[Sequence[str], Sequence[str]]]) -> list[Hidden]:
        """`hide` for several tickets, texts and names of each: eight take as long as one."""
        numbered = [(n, text) for n, (texts, _) in enumerate(tickets) for text in texts]
        table = pl.DataFrame(
            {
                "row": range(len(numbered)),
                "ticket": [number for number, _ in numbered],
                "text": [text for _, text in numbered],
            },
            schema={"row": pl.Int64, "ticket": pl.Int64, "text": pl.String},
        )
        names = [list(names) for _, names in tickets]
        people = pl.DataFrame({"ticket": range(len(names)), "names": names}, schema=PEOPLE)
        replaced, found = replace(table, people, self.rules)
        texts = iter(replaced["text"].to_list())
        rows: dict[int, list[tuple[str, ...]]] = {number: [] for number in range(len(names))}
        for ticket, *row in found.select("ticket", "label", "key", "placeholder", "found").rows():
            rows[ticket].append(tuple(row))
        return [
            Hidden([next(texts) for _ in of_ticket], _values(rows[number], names[number]))
            for number, (of_ticket, _) in enumerate(tickets)
        ]

    def hide_reply(self, reply: str, values: Mapping[str, str]) -> Hidden:
        """What an agent sent for a ticket that was hidden before, with that ticket's `values`.

        A value that is known gets the placeholder it had; a new one gets the next free number. The
        values of both are given back.
        """
        names = [value for name, value in values.items() if name.startswith("[NAME_")]
        # with the values before it, "Jo" in the reply is the Jo Baxter of the ticket
        found = self.hide(["\n".join(values.values()), reply], names)
        had = {value: placeholder for placeholder, value in values.items()}
        known, renamed = dict(values), {}
        for placeholder, value in found.values.items():
            if value not in had:
                had[value] = _next(placeholder, known)
                known[had[value]] = value
            renamed[placeholder] = had[value]
        text = re.sub(PLACEHOLDER, lambda m: renamed.get(m[0], m[0]), found.texts[1])
        return Hidden([text], known)


PEOPLE = pl.Schema({"ticket": pl.Int64(), "names": pl.List(pl.String)})


def _values(found: Sequence[tuple[str, ...]], names: Sequence[str]) -> dict[str, str]:
    """What each placeholder stands for; who is known and not mentioned has the next numbers."""
    values = {placeholder: value for _, _, placeholder, value in found}
    known = {key for label, key, _, _ in found if label == "NAME"}
    number = max((int(name[6:-1]) for name in values if name.startswith("[NAME_")), default=0)
    for person, name in names_of(names):
        if person not in known:
            number += 1
            values[f"[NAME_{number}]"] = name
    return values


def _next(placeholder: str, taken: Mapping[str, str]) -> str:
    """The first placeholder of the same label that is not taken."""
    label = placeholder[1:].partition("_")[0]
    return next(name for n in count(1) if (name := f"[{label}_{n}]") not in taken)


def restore(draft: str, values: Mapping[str, str]) -> str:
    """Put the values back. A placeholder that stands for nothing here stays, for people to see."""
    return re.sub(PLACEHOLDER, lambda match: values.get(match[0], match[0]), draft)


def pseudonymise(tickets: pl.DataFrame, rules: PseudonymRules) -> pl.DataFrame:
    """Replace personal data in every text of TICKET rows: `subject`, `messages`, `reply`, `draft`,
    `rivals`, numbered in this order.

    Who counts as a person is in `names`, `customer` and `agent`; these columns stay as they are.
    """
    table = tickets.with_row_index("ticket").with_columns(pl.col("ticket").cast(pl.Int64))
    messages = table.select("ticket", "messages").explode("messages", empty_as_null=False)
    messages = messages.with_columns(pl.col("messages").struct.field("text"))
    places = pl.concat(
        [
            table.select("ticket", part=pl.lit(0), text="subject"),
            messages.select("ticket", part=pl.lit(1), text="text"),
            table.select("ticket", part=pl.lit(2), text="reply"),
            table.select("ticket", part=pl.lit(3), text="draft").drop_nulls("text"),
            _rivals(table).select("ticket", part=pl.lit(4), text="text"),
        ]
    )
    # A stable sort keeps messages in their order.
    places = places.sort("ticket", "part", maintain_order=True).with_row_index("row")
    places = places.with_columns(pl.col("row").cast(pl.Int64))
    people = table.select(
        "ticket", names=pl.concat_list(pl.col("names").fill_null([]), "customer", "agent")
    )
    texts = places.filter(pl.col("text").is_not_null()).select("row", "ticket", "text")
    hidden, _ = replace(texts, people, rules)
    places = places.select("row", "ticket", "part").join(
        hidden.select("row", "text"), on="row", how="left", maintain_order="left"
    )
    return _put_back(tickets, places)


def replace(
    texts: pl.DataFrame, people: pl.DataFrame, rules: PseudonymRules
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Replace in `texts` (row, ticket, text; sorted); also give one row per placeholder.

    `people` is (ticket, names). The second table is ticket, label, key, placeholder, found: the
    value as it was first written.
    """
    spans = find_all(texts, people, rules)
    literal = find(texts, PLACEHOLDER)  # a customer may write one, and it is not ours
    spans = without_overlap(spans, literal)
    text = np.searchsorted(texts["row"].to_numpy(), spans["row"].to_numpy())
    spans = spans.with_columns(texts["ticket"][text], place=pl.int_range(pl.len()))
    first = spans.select(pl.col("place").min().over("ticket", "label", "key")).to_series()
    new = first == spans["place"]
    values = spans.select(
        *("ticket", "label", "key", "found"), number=pl.Series(_counted(spans, new.to_numpy()))
    )
    values = values.filter(new)
    values = values.with_columns(pl.col("number") + _highest(values, literal, texts))
    values = values.select(
        *("ticket", "label", "key", "found"), placeholder=pl.format("[{}_{}]", "label", "number")
    )
    of_first = new.cum_sum() - 1
    spans = spans.with_columns(values["placeholder"][of_first[first]])
    return splice(texts, spans), values


def _counted(spans: pl.DataFrame, new: npt.NDArray[np.bool_]) -> Numbers:
    """For each `new` value, how many of its label the ticket has up to it."""
    ticket, count = spans["ticket"].to_numpy(), np.zeros(len(spans), np.int64)
    begins = np.append(True, ticket[1:] != ticket[:-1])[: len(spans)]
    begins = np.maximum.accumulate(np.where(begins, np.arange(len(spans)), 0))
    for label in LABELS:
        of_label = new & (spans["label"] == label).to_numpy()
        total = np.cumsum(of_label)
        count = np.where(of_label, total - (total - of_label)[begins], count)
    return count


@cache
def _beside() -> ThreadPoolExecutor:
    """A thread that stays: a new one would have to compile the expressions anew, 6 ms a ticket."""
    return ThreadPoolExecutor(1)


def find_all(texts: pl.DataFrame, people: pl.DataFrame, rules: PseudonymRules) -> pl.DataFrame:
    """Every span of personal data in `texts`, in order, none touching another."""
    groups = digit_groups(texts["text"])
    # Numbers take as long as all else together, and most of it is outside the interpreter.
    digits = _beside().submit(numbers, texts, groups, rules.default_region)
    found = [
        emails(texts),
        ibans(texts, groups),
        orders(texts, rules.order_patterns),
        spans_of_names(texts, people),
    ]
    found.append(digits.result())
    return _without_kept(apart(pl.concat(found)), rules.keep)


def _without_kept(spans: pl.DataFrame, keep: Sequence[str]) -> pl.DataFrame:
    """Leave the company's own values as they are."""
    if not keep or spans.is_empty():
        return spans
    values = {value.casefold() for value in keep if not value.startswith("@")}
    values |= {re.sub(r"[^0-9+]", "", value) for value in values if re.search(r"[0-9]{6}", value)}
    own = pl.col("key").str.to_lowercase().is_in(list(values)) | (
        pl.col("found").str.to_lowercase().is_in(list(values))
    )
    for domain in (value.casefold() for value in keep if value.startswith("@")):
        own |= pl.col("key").str.ends_with(domain) & (pl.col("label") == "EMAIL")
    return spans.filter(~own)


def _highest(
    values: pl.DataFrame, literal: pl.DataFrame, texts: pl.DataFrame
) -> pl.Series | pl.Expr:
    """The highest number of its label that the ticket already uses, for each of `values`."""
    if literal.is_empty():
        return pl.lit(0)
    used = (
        literal.join(texts.select("row", "ticket"), on="row", how="left")
        .with_columns(
            label=pl.col("found").str.extract(r"\[([A-Z]+)_"),
            highest=pl.col("found").str.extract(r"_([0-9]{1,9})").cast(pl.Int64),
        )
        .group_by("ticket", "label")
        .agg(pl.col("highest").max())
    )
    joined = values.join(used, on=["ticket", "label"], how="left", maintain_order="left")
    return joined["highest"].fill_null(0)


def _put_back(tickets: pl.DataFrame, places: pl.DataFrame) -> pl.DataFrame:
    """The changed texts in the columns that they came from."""
    table = tickets.with_row_index("ticket").with_columns(pl.col("ticket").cast(pl.Int64))
    subject = places.filter(pl.col("part") == 0)["text"]
    reply = places.filter(pl.col("part") == 2)["text"]
    messages = table.select("ticket", "messages").explode("messages", empty_as_null=False)
    messages = messages.with_columns(
        pl.col("messages").struct.with_fields(text=places.filter(pl.col("part") == 1)["text"])
    )
    grouped = messages.group_by("ticket", maintain_order=True).agg("messages")
    drafts = places.filter(pl.col("part") == 3).select("ticket", draft="text")
    rivals = _rivals(table).with_columns(text=places.filter(pl.col("part") == 4)["text"])
    rivals = rivals.group_by("ticket", maintain_order=True).agg(
        rivals=pl.struct(pl.exclude("ticket"))
    )
    table = table.drop("messages").join(grouped, on="ticket", how="left", maintain_order="left")
    for name, part in {"draft": drafts, "rivals": rivals}.items():
        if not part.is_empty():  # else the column is null and stays
            table = table.drop(name)
            table = table.join(part, on="ticket", how="left", maintain_order="left")
    return table.with_columns(
        subject=subject,
        reply=reply,
        messages=pl.col("messages").fill_null([]).cast(tickets.schema["messages"]),
    ).select(tickets.columns)


def _rivals(table: pl.DataFrame) -> pl.DataFrame:
    """The rivals of numbered tickets: ticket, text and what else is known; in order."""
    there = table.select("ticket", "rivals").filter(pl.col("rivals").list.len() > 0)
    return there.explode("rivals").unnest("rivals")
