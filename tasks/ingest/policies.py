"""POLICY records from folders of documents and from tables.

A table's rows are set aside for `no_doc_id`, `no_text`, `unreadable_time`, `left_out`; a folder's
files for the reasons in `documents`, and `no_policy_format` where the suffix is of another kind.
"""

from fnmatch import fnmatch
from pathlib import Path

import polars as pl

from drafter.errors import BadInput
from drafter.records import POLICY
from tasks.ingest.batches import ROW
from tasks.ingest.documents import Unusable, read_document
from tasks.ingest.files import every_file
from tasks.ingest.markup import tidy, to_markdown
from tasks.ingest.output import Sink
from tasks.ingest.params import PolicyFolder, PolicyTable
from tasks.ingest.readers import open_source, read_fields
from tasks.ingest.tickets import is_blank, reject, reject_places


def read_policy_folder(source: PolicyFolder, root: Path, watch: str, sink: Sink) -> None:
    """Every file below the folder, in name order, as a POLICY or a rejected row."""
    rows = []
    exports, folder = every_file(source.path, root, watch)
    for export in exports:
        name = export.path.relative_to(folder).as_posix()
        if any(fnmatch(name, pattern) for pattern in source.exclude):
            continue
        sink.count.files += 1
        sink.advance(export.path.stat().st_size)
        try:
            document = read_document(export.path, name, source.encoding)
        except Unusable as reason:
            sink.reject(reject_places([(export.label, str(reason))]))
        else:
            rows.append({**document, "source": export.label})
    if not sink.count.files:
        raise BadInput(f"{source.path} holds no policy: correct ingest.policies in params.yaml")
    sink.keep(pl.DataFrame(rows, schema=POLICY))


def read_policy_table(source: PolicyTable, root: Path, watch: str, sink: Sink) -> None:
    """Every row of the table as a POLICY or a rejected row."""
    body = "html" if "html" in source.columns else "text"
    opened = open_source(source, source.columns, ("doc_id", body), sink.count, root, watch)
    sink.reject(opened.rejected())
    for reader, label in opened.readers:
        for fields in read_fields(source, reader, label, sink):
            built = build_policies(fields, label)
            sink.keep(built[0])
            sink.reject(built[1])


def build_policies(fields: pl.DataFrame, label: str) -> tuple[pl.DataFrame, pl.DataFrame]:
    """POLICY records and REJECTED rows from the columns of `read_fields`."""
    missing = [name for name in POLICY if name not in fields.columns and name != "source"]
    fields = fields.with_columns(
        pl.format("{}:{}", pl.lit(label), pl.col(ROW)).alias("source"),
        *(pl.lit(None, POLICY[name]).alias(name) for name in missing),
    )
    # Both columns mapped: a row whose HTML is empty still has its text.
    texts = [
        tidy(to_markdown(row["html"]) if row.get("html") else row["text"] or "")
        for row in fields.iter_rows(named=True)
    ]
    unreadable = [
        pl.col(name).is_null() & pl.col(f"{name}_given")
        for name in ("effective_from", "effective_to")
        if f"{name}_given" in fields.columns
    ]
    fields = fields.with_columns(
        text=pl.Series(texts, dtype=pl.String), ticket_id=pl.coalesce("doc_id", "source")
    ).with_columns(
        reason=pl.when(pl.col("left_out").is_not_null())
        .then("left_out " + pl.col("left_out"))
        .when(is_blank("doc_id"))
        .then(pl.lit("no_doc_id"))
        .when(is_blank("text"))
        .then(pl.lit("no_text"))
        .when(pl.any_horizontal([pl.lit(False), *unreadable]))
        .then(pl.lit("unreadable_time"))
    )
    good = fields.filter(pl.col("reason").is_null())
    records = good.with_columns(title=pl.coalesce("title", "doc_id")).select(list(POLICY))
    return records, reject(fields.filter(pl.col("reason").is_not_null()))


def close_periods(policies: pl.DataFrame) -> pl.DataFrame:
    """End each open version of a document in one locale where its next version begins."""
    ordered = policies.with_row_index("order").sort("doc_id", "locale", "effective_from", "order")
    begins = pl.col("effective_from").shift(-1).over("doc_id", "locale")
    closed = ordered.with_columns(effective_to=pl.coalesce("effective_to", begins))
    return closed.sort("order").select(list(policies.columns))
