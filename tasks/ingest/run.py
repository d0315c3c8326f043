"""Reads the desk's snapshot and every source that params.yaml names, and writes data/ingested/."""

import polars as pl

from drafter.errors import BadInput
from drafter.progress import progress
from drafter.records import POLICY, REJECTED, TICKET
from drafter.tables import write_json, write_table
from tasks.ingest.desk import desk_source, read_desk
from tasks.ingest.output import Count, Frames, Sink, summary, table_writer
from tasks.ingest.params import Params
from tasks.ingest.policies import close_periods
from tasks.ingest.sources import read_policies, read_tickets, size_of_sources
from tasks.paths import Paths


def run(params: Params, paths: Paths) -> None:
    """Turn the exports into tickets, policies, a quarantine and counts.

    Raises BadInput where a source can't be used, or where no ticket or no policy is left; the
    quarantine and the counts are written before, to tell why.
    """
    ingest = params.ingest
    counts: list[Count] = []
    policies = Frames()
    with (
        progress("reading exports", size_of_sources(ingest, paths), "bytes") as advance,
        table_writer(paths.tickets, TICKET) as tickets,
        table_writer(paths.ingest_quarantine, REJECTED) as quarantine,
    ):

        def make_sink(part: str, path: str) -> Sink:
            counts.append(Count(part, path))
            records = policies if part == "policies" else tickets
            return Sink(records, quarantine, counts[-1], advance)

        if (made := desk_source(ingest, paths)) is not None:
            read_desk(made, ingest, paths, make_sink("tickets", made.path))
        for source in ingest.tickets:
            read_tickets(source, paths, ingest.watch, make_sink)
        for kept in ingest.policies:
            read_policies(kept, paths, ingest.watch, make_sink)
    write_table(paths.policies, close_periods(pl.concat(policies.frames)), POLICY)
    write_json(paths.ingest_counts, summary(counts))
    for part in ("tickets", "policies"):
        _refuse_nothing(part, [count for count in counts if count.part == part], paths)


def _refuse_nothing(part: str, counts: list[Count], paths: Paths) -> None:
    if any(count.kept for count in counts):
        return
    sources = ", ".join(count.path for count in counts)
    rows = sum(count.rows_in for count in counts)
    if not rows:
        raise BadInput(f"{sources}: a header and no rows, so there are no {part}: export it again")
    reasons = sum((count.quarantined for count in counts), type(counts[0].quarantined)())
    said = ", ".join(f"{number} {reason}" for reason, number in reasons.most_common(3))
    raise BadInput(
        f"{sources}: none of {rows} rows became {part} ({said}); "
        f"{paths.ingest_quarantine.relative_to(paths.root)} names each"
    )
