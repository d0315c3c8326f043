"""Stage preferences: files in, pairs out."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import chain
from typing import Any

import polars as pl

from drafter.compliance import Rules, load_rules
from drafter.draw import share_of
from drafter.errors import BadInput
from drafter.index_files import current
from drafter.progress import progress
from drafter.records import CHUNK, CURATED, PREFERENCE_PAIR, REJECTED, RETRIEVED
from drafter.tables import read_table, write_json, write_table
from tasks.paths import Paths
from tasks.preferences.broken_rules import rule_breaking
from tasks.preferences.candidate import Candidate, Ticket, kept
from tasks.preferences.edits import edited
from tasks.preferences.holdout import refuse_holdout
from tasks.preferences.length import even
from tasks.preferences.outdated import Clauses, outdated
from tasks.preferences.own_drafts import drawn, own_drafts
from tasks.preferences.params import ORIGINS, Params, PreferencesParams
from tasks.preferences.report import report
from tasks.preferences.rivals import rivalled

TRAINING = ("train", "val")


def run(params: Params, paths: Paths) -> None:
    """Write data/preferences/ and reports/preferences.json.

    Raises BadInput where there is no training ticket, LeakFound where a pair would come from the
    holdout, UnsafeModel or ModelUnavailable where the model that drafts can't be loaded.
    """
    tickets = {split: read_table(paths.retrieved(split), RETRIEVED) for split in TRAINING}
    if tickets["train"].is_empty():
        raise BadInput(
            f"{paths.retrieved('train')} holds no tickets: see reports/curation.json for where "
            "they were dropped"
        )
    rules = load_rules(paths.root / params.rules)
    wanted, whole = params.preferences, pl.concat(tickets.values())
    chunks = read_table(current(paths.index) / "chunks.parquet", CHUNK)
    clauses = Clauses(chunks, until=end_of(whole))
    to_draft = drawn(whole, wanted.drafted_tickets if wanted.weights.rule else 0, params.seed)
    drafts = own_drafts(to_draft, params, paths)
    splits = {
        split: collect(table, clauses, drafts, wanted, params.seed, rules)
        for split, table in tickets.items()
    }
    refuse_holdout(chain(*splits.values()), read_table(paths.curated("holdout"), CURATED))
    for split, candidates in splits.items():
        pairs = pairs_table(kept(candidates), params.preferences)
        write_table(paths.preferences(split), pairs, PREFERENCE_PAIR)
    write_table(paths.preferences("left_out"), left_out(chain(*splits.values())), REJECTED)
    write_json(paths.report("preferences.json"), report(splits, params.preferences.weights))


def end_of(tickets: pl.DataFrame) -> datetime:
    """When the newest of them was written: the end of the training period."""
    newest: datetime = tickets["created_at"].max()  # type: ignore[assignment]
    return newest


def collect(
    tickets: pl.DataFrame,
    clauses: Clauses,
    drafts: pl.DataFrame,
    params: PreferencesParams,
    seed: int,
    rules: Rules,
) -> list[Candidate]:
    """Every candidate of one split's tickets, pairs and left out, origin by origin."""
    own = drafts.join(tickets.select("ticket_id"), on="ticket_id", how="semi")
    drafted = tickets.join(own.select("ticket_id"), on="ticket_id", how="semi")
    found = {
        "edit": edited(_rows(tickets, "edits"), params, seed),
        "rivals": rivalled(_rows(tickets, "rivals"), params, seed),
        "outdated": outdated(_rows(tickets, "changed policies"), clauses, params.chunks),
        "rule": rule_breaking(
            own, {row["ticket_id"]: row for row in drafted.to_dicts()}, params.chunks, rules
        ),
    }
    candidates = []
    for origin in ORIGINS:
        if getattr(params.weights, origin):
            ours = at_most(list(found[origin]), params.most, seed)
            candidates += with_even_lengths(ours, params, seed)
    return candidates


def _rows(tickets: pl.DataFrame, what: str) -> Iterator[Ticket]:
    """The rows, with the progress of whoever takes them."""
    with progress(f"looking for {what}", tickets.height, "tickets") as advance:
        for row in tickets.iter_rows(named=True):
            yield row
            advance(1)


def at_most(candidates: Sequence[Candidate], most: int, seed: int) -> list[Candidate]:
    """At most so many pairs; tickets lose all of theirs or none, by a hash of their id."""
    sizes: dict[str, int] = {}
    for pair in kept(candidates):
        sizes[pair.ticket_id] = sizes.get(pair.ticket_id, 0) + 1
    room, too_many = most, set()
    for ticket_id in sorted(sizes, key=lambda name: (share_of(f"{seed}:kept:{name}"), name)):
        room -= sizes[ticket_id]
        if room < 0:
            too_many.add(ticket_id)
    return [
        one.without("too_many") if one.reason is None and one.ticket_id in too_many else one
        for one in candidates
    ]


def with_even_lengths(
    candidates: Sequence[Candidate], params: PreferencesParams, seed: int
) -> list[Candidate]:
    """The candidates of one origin; pairs that make lengths uneven have their reason."""
    held = iter(even(kept(candidates), params.length, seed))
    return [next(held) if one.reason is None else one for one in candidates]


def pairs_table(pairs: Sequence[Candidate], params: PreferencesParams) -> pl.DataFrame:
    """PREFERENCE_PAIR rows."""
    rows: list[dict[str, Any]] = [
        {
            "pair_id": pair.pair_id,
            "ticket_id": pair.ticket_id,
            "prompt": list(pair.prompt),
            "chosen": pair.chosen,
            "rejected": pair.rejected,
            "origin": pair.origin,
            "edit": pair.edit,
            "weight": getattr(params.weights, pair.origin) * pair.weight,
        }
        for pair in pairs
    ]
    return pl.DataFrame(rows, schema=PREFERENCE_PAIR)


def left_out(candidates: Iterable[Candidate]) -> pl.DataFrame:
    """REJECTED rows."""
    rows = [
        (one.pair_id, one.ticket["source"], "preferences", one.reason)
        for one in candidates
        if one.reason is not None
    ]
    return pl.DataFrame(rows, schema=REJECTED, orient="row")
