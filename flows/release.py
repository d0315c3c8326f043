"""The flow `release`: the gates, a person's yes where params.yaml asks for one, then `promote`.

    prefect deployment run 'release/local' --watch      on the worker of `make up`

While it waits, its page in Prefect's UI has a button "Resume" with the questions of `Approval`.
"""

import json
from pathlib import Path
from typing import Any

from prefect import flow, task
from prefect.artifacts import create_markdown_artifact
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas.objects import State
from prefect.flow_runs import pause_flow_run
from prefect.input import RunInput
from prefect.states import Completed, Failed
from pydantic import Field

from flows.acting import act
from tasks.environment import Addresses
from tasks.repro import Runner

SECONDS_BETWEEN_LOOKS = 2


class Approval(RunInput):
    """What a person is asked before agents get the new model."""

    approve: bool = Field(description="Shall this version draft for the agents?")
    name: str = Field(min_length=1, description="Who says so; it is kept with the version.")


@task(name="gates", task_run_name="gates", cache_policy=NO_CACHE, persist_result=False)
def gates(runner: Runner) -> State[Any]:
    """Let the challenger draft the pinned tickets, and hold its evidence against the gates."""
    return act(runner, "promote", "--check")


@task(name="promote", task_run_name="promote", cache_policy=NO_CACHE, persist_result=False)
def promote(runner: Runner, approved_by: str) -> State[Any]:
    """Move the alias `champion`; the gates are looked at once more, for time has passed."""
    said_yes = ["--approved-by", approved_by] if approved_by else []
    return act(runner, "promote", *said_yes)


@flow(name="release", persist_result=False, cache_result_in_memory=False)
def release(root: str = ".") -> State[Any]:
    """Make the challenger of the checkout at `root` the champion, if it may."""
    runner = Runner(Path(root).resolve())
    checked = gates(runner, return_state=True)
    if not checked.is_completed():
        return Failed(message=checked.message)
    found = json.loads(checked.message or "{}")
    create_markdown_artifact(key="gates", markdown=_shown(found), description=found["sentence"])
    if found["refusals"] or found["version"] == found["champion"]:
        return Completed(name="Kept", message=found["sentence"])
    name = ""
    if found["approval"]:
        answer = pause_flow_run(
            wait_for_input=Approval.with_initial_data(description=_shown(found)),
            timeout=found["approval_seconds"],
            poll_interval=SECONDS_BETWEEN_LOOKS,
        )
        if not answer.approve:
            return Completed(name="Kept", message=f"{answer.name} said no to {found['version']}")
        name = answer.name
    moved = promote(runner, name, return_state=True)
    return moved if moved.is_completed() else Failed(message=moved.message)


def _shown(found: dict[str, Any]) -> str:
    """The gates for a person: what was asked, what was found, and where to read on."""
    reports = Addresses.from_environment().reports
    rows = [
        f"| {'refused' if gate['refusal'] else 'passed'} | {gate['name']} "
        f"| {_cell(gate['found'])} | {_cell(gate['asked'])} |"
        for gate in found["gates"]
    ]
    table = "\n".join(["| | gate | found | asked |", "|---|---|---|---|", *rows]) if rows else ""
    instead = found["champion"] or "no version"
    return (
        f"**{found['sentence']}**\n\n{table}\n\nNow serves: {instead}. "
        f"[The decision, with plots and tickets]({reports}/decision.html)"
    )


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")
