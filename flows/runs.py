"""Which process runs which flow run, and the end of those whose process was killed.

Prefect learns nothing of a runner's death by `kill -9`: its run stays RUNNING for ever. Each run
therefore leaves a note under var/run/flows, and the next run ends the runs of dead processes.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from uuid import UUID

from prefect.client.orchestration import get_client
from prefect.exceptions import ObjectNotFound
from prefect.runtime import flow_run
from prefect.states import Crashed

from tasks.paths import Paths
from tasks.runlock import Holder, read_holder


@contextmanager
def noted(paths: Paths, what: str) -> Iterator[None]:
    """Note this process as the one of the current flow run, until the block is left."""
    note = paths.var / "run/flows" / f"{flow_run.id}.json"
    Holder.myself(what).write(note)
    try:
        yield
    finally:
        note.unlink(missing_ok=True)


def reap_dead_runs(paths: Paths, say: Callable[[str], None]) -> None:
    """Set to Crashed each noted run whose process is gone, and forget its note."""
    for note in sorted((paths.var / "run/flows").glob("*.json")):
        holder = read_holder(note)
        if holder is not None and holder.alive():
            continue
        try:
            identity = UUID(note.stem)
        except ValueError:
            continue
        with get_client(sync_client=True) as client:
            try:
                run = client.read_flow_run(identity)
                if run.state is None or not run.state.is_final():
                    message = "its process was killed; the next run goes on from there"
                    client.set_flow_run_state(identity, Crashed(message=message), force=True)
                    say(f"flow run {run.name} is set to crashed: {message}")
            except ObjectNotFound:
                pass  # the run of another store
        note.unlink(missing_ok=True)
