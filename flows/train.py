"""The flow `train`: the DAG of dvc.yaml, each stage a task of its own name, then `register`.

    make run                                          here, with Prefect's embedded engine
    prefect deployment run 'train/local' --watch      on the worker of `make up`

DVC decides what is left to do; Prefect's result cache stays off. Only a lock of DVC's is retried.
"""

import sys

if __name__ == "__main__":  # before Prefect is imported: it reads its settings then
    from flows.embedded import main

    sys.exit(main())

from graphlib import TopologicalSorter
from pathlib import Path
from typing import Any

from prefect import flow, task
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas.objects import State
from prefect.futures import PrefectFuture, as_completed
from prefect.runtime import flow_run
from prefect.states import Completed, Failed
from prefect.task_runners import ThreadPoolTaskRunner

from drafter.errors import KeyMissing, ParamsError, RepositoryBusy, StageFailed
from flows.acting import act
from flows.artifacts import publish
from flows.runs import noted, reap_dead_runs
from flows.telling import teller
from tasks.dag import Stage, distances_to_end, read_dag
from tasks.keys import check_keys
from tasks.paths import Paths
from tasks.repro import Runner
from tasks.runlock import run_lock

LOOKS_AT_A_LOCK = 300
SECONDS_BETWEEN_LOOKS = 2


def _only_a_lock(_task: Any, _run: Any, state: State[Any]) -> bool:
    """Whether a failure passes by itself: a lock does, training and validation never do."""
    return isinstance(state.result(raise_on_failure=False), RepositoryBusy)


@task(
    retries=LOOKS_AT_A_LOCK,
    retry_delay_seconds=SECONDS_BETWEEN_LOOKS,
    retry_condition_fn=_only_a_lock,
    cache_policy=NO_CACHE,
    persist_result=False,
)
def run_stage(runner: Runner, name: str) -> State[Any]:
    """Bring one stage of dvc.yaml up to date. Every use of it bears the stage's name."""
    tell = teller()
    tell("begins", "")
    try:
        outcome = runner.stage(name, lambda line: tell("line", line))
    except StageFailed as failure:
        tell("fails", str(failure))
        return Failed(message=str(failure))
    tell("ends", outcome)
    return Completed(message=outcome)


@task(name="register", task_run_name="register", cache_policy=NO_CACHE, persist_result=False)
def register(runner: Runner) -> State[Any]:
    """Register the recommended candidate in MLflow with its evidence; told twice, it acts once."""
    return act(runner, "register")


@task(name="feedback", task_run_name="feedback", cache_policy=NO_CACHE, persist_result=False)
def take_feedback(runner: Runner) -> State[Any]:
    """Write what agents made of the drafts where `ingest` reads it."""
    return act(runner, "feedback")


@flow(
    name="train",
    task_runner=ThreadPoolTaskRunner(),  # type: ignore[arg-type]
    persist_result=False,
    cache_result_in_memory=False,
)
def train(root: str = ".", stages_at_once: int = 2, feedback: bool = False) -> State[Any]:
    """Turn the mill once, in the checkout at `root`, with at most so many stages side by side.

    With `feedback`, as after an alarm, on a fresh snapshot of what agents made of the drafts.
    """
    paths = Paths(Path(root).resolve())
    tell = teller()
    me = f"flow run {flow_run.name}"
    try:
        check_keys(paths.root)
    except (KeyMissing, ParamsError) as error:
        tell("fails", str(error))
        return Failed(message=str(error))
    with (
        noted(paths, me),
        run_lock(paths.var / "run/train.lock", me, lambda line: tell("waits", line)),
    ):
        reap_dead_runs(paths, lambda line: tell("line", line))
        runner = Runner(paths.root)
        try:
            if feedback:
                snapshot = take_feedback(runner, return_state=True)
                if not snapshot.is_completed():
                    return Failed(message=snapshot.message)
            ended = _turn(runner, read_dag(paths.root), stages_at_once)
        except BaseException:
            runner.stop()
            raise
        failures = [state.message or name for name, state in ended.items() if _went_wrong(state)]
        if failures:
            return Failed(message="; ".join(failures))
        version = ended["register"].message or ""
        publish(paths, version)
    return Completed(message=version)


def _turn(runner: Runner, stages: list[Stage], at_once: int) -> dict[str, State[Any]]:
    """Run `stages` and then `register`; gives the last state of each.

    A stage is submitted when all that it reads is there and one of `at_once` places is free. What
    stands downstream of a failure is submitted last, so that it is seen as not run.
    """
    far = distances_to_end(stages)
    upstream = {stage.name: stage.upstream for stage in stages}
    sorter = TopologicalSorter(upstream)
    sorter.prepare()
    futures: dict[str, PrefectFuture[Any]] = {}
    running: dict[PrefectFuture[Any], str] = {}
    ready: list[str] = []

    def submit(name: str) -> PrefectFuture[Any]:
        # named, what it waits for is an edge in Prefect's graph
        after = [futures[other] for other in upstream[name]]
        futures[name] = _named(name).submit(runner, name, wait_for=after)
        return futures[name]

    while sorter.is_active():
        # the longest way first: training before a draft that nothing but the scorecard waits for
        ready = sorted([*ready, *sorter.get_ready()], key=lambda name: (-far[name], name))
        while ready and len(running) < at_once:
            name = ready.pop(0)
            running[submit(name)] = name
        if not running:
            break
        future = next(iter(as_completed(list(running))))
        future.wait()  # only then is its state the last one
        name = running.pop(future)
        if future.state.is_completed():
            sorter.done(name)

    for stage in stages:
        if stage.name not in futures:
            submit(stage.name)
    ends = [futures[name] for name, distance in far.items() if distance == 0]
    futures["register"] = register.submit(runner, wait_for=ends, return_state=False)
    for future in futures.values():
        future.wait()
    return {name: future.state for name, future in futures.items()}


def _named(name: str) -> Any:
    return run_stage.with_options(name=name, task_run_name=name)


def _went_wrong(state: State[Any]) -> bool:
    """Whether a task failed or crashed; what did not run because of it is neither."""
    return state.is_failed() or state.is_crashed()
