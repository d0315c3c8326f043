"""The flow `monitor`: look at what agents made of drafts, and tell of each alarm once.

    prefect deployment run 'monitor/local' --watch      on the worker of `make up`, else every day

An alarm is the Prefect event `replymill.alarm`. The automation on it, in prefect.yaml, runs
`train/local` on a fresh feedback snapshot; the challenger that makes waits for the gates and a
person.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from prefect import flow, task
from prefect.artifacts import create_markdown_artifact
from prefect.cache_policies import NO_CACHE
from prefect.client.orchestration import get_client
from prefect.client.schemas.objects import State
from prefect.events import Event, Resource
from prefect.states import Completed, Failed

from drafter.tables import read_json
from flows.acting import act
from tasks.environment import Addresses
from tasks.monitor.page import markdown
from tasks.monitor.told import remember, untold
from tasks.paths import Paths
from tasks.repro import Runner

ALARM = "replymill.alarm"


@task(name="look", task_run_name="look", cache_policy=NO_CACHE, persist_result=False)
def look(runner: Runner) -> State[Any]:
    """Write reports/monitor.json and its page."""
    return act(runner, "monitor")


@task(name="tell", task_run_name="tell", cache_policy=NO_CACHE, persist_result=False)
def tell(paths: Paths) -> State[Any]:
    """Emit an event for each alarm that nobody was told of; noted when the server has them."""
    alarms = untold(paths)
    if alarms:
        events = [_event(paths, alarm).model_dump(mode="json") for alarm in alarms]
        with get_client(sync_client=True) as client:
            client.request("POST", "/events", json=events).raise_for_status()
        remember(paths, alarms)
    return Completed(message=f"{len(alarms)} new alarms")


@flow(name="monitor", persist_result=False, cache_result_in_memory=False)
def monitor(root: str = ".") -> State[Any]:
    """Look once at the checkout at `root`; told twice on a day, it alarms once."""
    paths = Paths(Path(root).resolve())
    looked = look(Runner(paths.root), return_state=True)
    if not looked.is_completed():
        return Failed(message=looked.message)
    found = read_json(paths.report("monitor.json"))
    page = f"{Addresses.from_environment().reports}/monitor.html"
    create_markdown_artifact(
        key="monitor",
        markdown=f"[The page, with plots]({page})\n\n{markdown(found)}",
        description=found["sentence"],
    )
    told = tell(paths, return_state=True)
    if not told.is_completed():
        return Failed(message=told.message)
    return Completed(message=found["sentence"])


def _event(paths: Paths, alarm: Mapping[str, Any]) -> Event:
    """The same id whenever it is emitted, so that the server takes it once."""
    return Event(
        event=ALARM,
        id=uuid5(NAMESPACE_URL, f"{paths.root.as_uri()}#{alarm['id']}"),
        resource=Resource(
            {
                "prefect.resource.id": f"replymill.version.{alarm['version']}",
                "replymill.series": alarm["series"],
            }
        ),
        payload=dict(alarm),
    )
