"""MLflow's traces of the customer: the desk's drafts for them, and their tickets in evaluations."""

import shutil
import sqlite3
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, unquote, urlsplit

from tasks.forget.decode import ROWS, row_text
from tasks.forget.needles import Needles, found_in

if TYPE_CHECKING:
    from mlflow import MlflowClient

SQLITE = "sqlite:///"
# MLflow's tables call a trace by one of these.
KEYS = ("request_id", "trace_id")
AT_ONCE = 100


def database(uri: str) -> Path | None:
    """The file of a SQLite store; None for any other."""
    return Path(uri.removeprefix(SQLITE)) if uri.startswith(SQLITE) else None


def find_traces(uri: str, needles: Needles) -> dict[str, set[str]]:
    """{experiment id: trace ids} of every trace that holds a needle, in any of its tables."""
    path = database(uri)
    if path is None:
        return by_client(uri, needles)
    if not path.is_file():
        return {}
    connection = sqlite3.connect(f"file:{quote(str(path.resolve()))}?mode=ro", uri=True)
    try:
        hit: set[str] = set()
        for table, key in _tables(connection):
            rows = connection.execute(f'select "{key}", * from "{table}"')  # noqa: S608
            while batch := rows.fetchmany(ROWS):
                found = found_in([row_text(row) for row in batch], needles)
                hit |= {str(row[0]) for row, some in zip(batch, found, strict=True) if some}
        at = dict(connection.execute("select request_id, experiment_id from trace_info").fetchall())
    finally:
        connection.close()
    traces: dict[str, set[str]] = defaultdict(set)
    for trace in hit & set(at):
        traces[str(at[trace])].add(trace)
    return dict(traces)


def _tables(connection: sqlite3.Connection) -> Iterator[tuple[str, str]]:
    names = connection.execute("select name from sqlite_master where type = 'table'").fetchall()
    for (table,) in names:
        columns = {row[1] for row in connection.execute(f'pragma table_info("{table}")')}
        for key in KEYS:
            if key in columns:
                yield table, key
                break


def by_client(uri: str, needles: Needles) -> dict[str, set[str]]:
    """Trace by trace, as a server gives them."""
    client = client_of(uri)
    traces: dict[str, set[str]] = defaultdict(set)
    for experiment in client.search_experiments():
        token = None
        while True:
            page = client.search_traces(
                locations=[experiment.experiment_id], max_results=AT_ONCE, page_token=token
            )
            texts = [row_text(trace.to_dict()) for trace in page]
            for trace, hit in zip(page, found_in(texts, needles), strict=True):
                if hit:
                    traces[experiment.experiment_id].add(trace.info.trace_id)
            token = page.token
            if not token:
                break
    return dict(traces)


def client_of(uri: str) -> "MlflowClient":
    from drafter.mlflow_client import settle_mlflow_client

    settle_mlflow_client()
    from mlflow import MlflowClient

    return MlflowClient(uri, uri)


def delete_traces(uri: str, traces: dict[str, set[str]]) -> int:
    """Delete them with their spans, tags and assessments, and the files that they have."""
    if not any(traces.values()):
        return 0
    client, gone = client_of(uri), 0
    for experiment, ids in traces.items():
        listed = sorted(ids)
        for start in range(0, len(listed), AT_ONCE):
            some = listed[start : start + AT_ONCE]
            for folder in _folders(client, some):
                shutil.rmtree(folder, ignore_errors=True)
            gone += client.delete_traces(experiment, trace_ids=some)
    return gone


def _folders(client: "MlflowClient", traces: list[str]) -> Iterator[Path]:
    from mlflow.exceptions import MlflowException

    for trace in traces:
        try:
            info: Any = client._tracing_client.get_trace_info(trace)
        except MlflowException:
            continue
        where = local(info.tags.get("mlflow.artifactLocation", ""))
        if where is not None and where.name == "artifacts" and where.parent.name == trace:
            yield where.parent


def local(uri: str) -> Path | None:
    """The folder that an artifact's address names on this machine; None for one elsewhere."""
    told = urlsplit(uri)
    if told.scheme == "file" and told.netloc in ("", "localhost"):
        return Path(unquote(told.path))
    return Path(uri) if uri.startswith("/") else None


def leave_no_byte(uri: str) -> None:
    """SQLite keeps deleted rows in free pages: write the file anew."""
    path = database(uri)
    if path is None or not path.is_file():
        return
    connection = sqlite3.connect(path, timeout=30)
    try:
        connection.execute("PRAGMA secure_delete=ON")
        connection.execute("VACUUM")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    finally:
        connection.close()
