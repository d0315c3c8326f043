"""A command of tasks/ that acts on the world, told as it works and ended as a state of Prefect."""

from typing import Any

from prefect.client.schemas.objects import State
from prefect.states import Completed, Failed

from drafter.errors import StageFailed
from flows.telling import teller
from tasks.repro import Runner


def act(runner: Runner, module: str, *arguments: str) -> State[Any]:
    """Run `python -m tasks.MODULE` in the current task; its message is the last line printed."""
    tell = teller()
    tell("begins", "")
    try:
        last = runner.module(module, lambda line: tell("line", line), *arguments)
    except StageFailed as failure:
        tell("fails", str(failure))
        return Failed(message=str(failure))
    tell("ends", "done")
    return Completed(message=last)
