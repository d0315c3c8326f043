"""Each kind of source of params.yaml, read into the sinks that take its records."""

from collections.abc import Callable

from tasks.ingest.arrow_rows import HubDataset
from tasks.ingest.batches import Reader
from tasks.ingest.chat import read_chat, read_conversations
from tasks.ingest.files import every_file, size_of
from tasks.ingest.hub import open_dataset
from tasks.ingest.output import Sink
from tasks.ingest.params import (
    Chat,
    HuggingFace,
    IngestParams,
    PolicyFolder,
    PolicySource,
    TicketSource,
    TicketTable,
    TwoTables,
)
from tasks.ingest.policies import read_policy_folder, read_policy_table
from tasks.ingest.readers import check_columns, open_source, read_fields
from tasks.ingest.tickets import build_tickets
from tasks.ingest.two_tables import read_two_tables
from tasks.paths import Paths

# Makes the sink for one table: the part it counts for, and the path it comes from.
MakeSink = Callable[[str, str], Sink]


def read_tickets(source: TicketSource, paths: Paths, watch: str, make_sink: MakeSink) -> None:
    """Read one source of tickets. Raises BadInput where it can't be used."""
    if isinstance(source, TwoTables):
        read_two_tables(
            source,
            paths.root,
            watch,
            paths.var,
            make_sink("tickets", source.questions.path),
            make_sink("replies", source.replies.path),
        )
    elif isinstance(source, HuggingFace):
        _read_dataset(source, paths, watch, make_sink("tickets", source.dataset))
    elif isinstance(source, Chat):
        read_chat(source, paths.root, watch, make_sink("tickets", source.path))
    else:
        _read_table(source, paths, watch, make_sink("tickets", source.path))


def read_policies(source: PolicySource, paths: Paths, watch: str, make_sink: MakeSink) -> None:
    """Read one source of policies. Raises BadInput where it can't be used."""
    sink = make_sink("policies", source.path)
    if isinstance(source, PolicyFolder):
        read_policy_folder(source, paths.root, watch, sink)
    else:
        read_policy_table(source, paths.root, watch, sink)


def size_of_sources(params: IngestParams, paths: Paths) -> int:
    """Bytes that will be read, for the progress bar."""
    patterns: list[str] = []
    for source in (*params.tickets, *params.policies):
        if isinstance(source, TwoTables):
            patterns += [source.questions.path, source.replies.path]
        elif not isinstance(source, HuggingFace):
            patterns.append(source.path)
    return sum(size_of(pattern, paths.root) for pattern in patterns)


def _read_table(source: TicketTable, paths: Paths, watch: str, sink: Sink) -> None:
    opened = open_source(source, source.columns, source.needed, sink.count, paths.root, watch)
    sink.reject(opened.rejected())
    for reader, label in opened.readers:
        _read_rows(source, reader, label, sink)


def _read_dataset(source: HuggingFace, paths: Paths, watch: str, sink: Sink) -> None:
    if (paths.root / source.dataset).is_dir():
        every_file(source.dataset, paths.root, watch)  # refuses what lies outside the watch
    dataset = HubDataset(open_dataset(source, paths.root))
    label = f"{source.dataset.rstrip('/').rsplit('/', 1)[-1]}/{source.split}"
    check_columns(label, dataset.columns(), source.columns, tuple(source.columns))
    sink.count.files = 1
    if source.turns is not None:
        read_conversations(source, source.turns, dataset, label, sink)
    else:
        _read_rows(source, dataset, label, sink)


def _read_rows(source: TicketTable | HuggingFace, reader: Reader, label: str, sink: Sink) -> None:
    for fields in read_fields(source, reader, label, sink):
        built = build_tickets(fields, label)
        sink.keep(built.records)
        sink.reject(built.rejected)
