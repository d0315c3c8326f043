"""One Prefect server for all tests of flows: it takes some ten seconds to start."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tasks.environment import prepare_environment


@contextmanager
def engine() -> Iterator[str]:
    """Prefect's engine with a database of its own; gives the address of its API."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as home:
        prepare_environment(Path(home))  # before Prefect is imported
        from prefect.settings import PREFECT_API_URL
        from prefect.testing.utilities import prefect_test_harness

        with prefect_test_harness(server_startup_timeout=240):
            yield str(PREFECT_API_URL.value())


def task_runs(api: str, run_name: str) -> dict[str, Any]:
    """The last state of each task of the flow run of that name, by the task's name."""
    return {run.name: run.state for run in _read(api, run_name)[1]}


def edges(api: str, run_name: str) -> set[tuple[str, str]]:
    """Who waited for whom, as Prefect's graph of the run draws it: (upstream, downstream)."""
    tasks = {run.id: run for run in _read(api, run_name)[1]}
    return {
        (tasks[source.id].name, run.name)
        for run in tasks.values()
        for sources in run.task_inputs.values()
        for source in sources
    }


def flow_run(api: str, run_name: str) -> Any:
    return _read(api, run_name)[0]


def artifacts(api: str, run_name: str) -> dict[str, Any]:
    """The artifacts of the flow run of that name, by key."""
    from prefect.client.schemas.filters import ArtifactFilter, ArtifactFilterFlowRunId

    with _client(api) as client:
        run = _flow_run(client, run_name)
        theirs = ArtifactFilterFlowRunId(any_=[run.id])
        return {
            found.key: found
            for found in client.read_artifacts(artifact_filter=ArtifactFilter(flow_run_id=theirs))
        }


def _read(api: str, run_name: str) -> tuple[Any, list[Any]]:
    from prefect.client.schemas.filters import FlowRunFilter, FlowRunFilterId

    with _client(api) as client:
        run = _flow_run(client, run_name)
        ours = FlowRunFilter(id=FlowRunFilterId(any_=[run.id]))
        return run, client.read_task_runs(flow_run_filter=ours)


def _flow_run(client: Any, run_name: str) -> Any:
    from prefect.client.schemas.filters import FlowRunFilter, FlowRunFilterName

    (run,) = client.read_flow_runs(
        flow_run_filter=FlowRunFilter(name=FlowRunFilterName(any_=[run_name]))
    )
    return run


def _client(api: str) -> Any:
    from prefect.client.orchestration import SyncPrefectClient

    return SyncPrefectClient(api)
