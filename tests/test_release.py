"""The flow `release` with Prefect's real engine, over a real registry with a tiny real model."""

import json
import shutil
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest

from drafter.tables import write_text
from tasks.paths import Paths
from tasks.register.run import register
from tests import prefect_engine
from tests.registered import PARAMS, REGISTER, root_to_register

GATES = {
    "at_least": {"grounded": 0.9},
    "at_most": {},
    "judged": 0.5,
    "canary": "if_run",
    "approval": True,
    "approval_hours": 1,
}


@pytest.fixture(scope="module")
def api() -> Iterator[str]:
    with prefect_engine.engine() as address:
        yield address


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Paths:
    """A checkout whose challenger passes all gates; to register it takes seconds."""
    root = tmp_path_factory.mktemp("checkout")
    paths = root_to_register(root)
    shutil.copytree("tasks", root / "tasks", ignore=shutil.ignore_patterns("__pycache__"))
    register(PARAMS, paths)
    return paths


@pytest.fixture
def paths(checkout: Paths) -> Iterator[Paths]:
    """The checkout without a champion, which asks for a person's yes."""
    ask(checkout)
    yield checkout
    checkout.regressions.unlink(missing_ok=True)
    if champion(checkout) is not None:
        from drafter.versions import CHAMPION
        from tasks.versions import Registry

        Registry(checkout).client.delete_registered_model_alias("support-drafter", CHAMPION)


def ask(paths: Paths, **gates: Any) -> None:
    write_text(
        paths.root / "params.yaml", json.dumps({"gates": GATES | gates, "register": REGISTER})
    )


def release(paths: Paths, name: str) -> Any:
    from flows.release import release as flow

    return flow.with_options(flow_run_name=name)(str(paths.root), return_state=True)


def champion(paths: Paths) -> Any:
    from drafter.versions import CHAMPION
    from tasks.versions import Registry

    return Registry(paths).at("support-drafter", CHAMPION)


def answer(api: str, run_name: str, **given: Any) -> threading.Thread:
    """As a person does in Prefect's UI: wait until the run pauses, then resume it with answers."""

    def once_paused() -> None:
        from prefect.client.orchestration import SyncPrefectClient

        end = time.monotonic() + 120
        while time.monotonic() < end:
            try:
                run = prefect_engine.flow_run(api, run_name)
            except ValueError:  # not there yet
                run = None
            if run is not None and run.state.is_paused():
                with SyncPrefectClient(api) as client:
                    client.resume_flow_run(run.id, run_input=given)
                return
            time.sleep(0.2)

    thread = threading.Thread(target=once_paused)
    thread.start()
    return thread


def test_a_person_says_yes_in_prefect_and_the_alias_moves(paths: Paths, api: str) -> None:
    person = answer(api, "yes", approve=True, name="the team lead")
    state = release(paths, "yes")
    person.join()
    assert state.is_completed(), state.message
    moved = champion(paths)
    assert moved.number == "1"
    assert moved.tags["replymill.approved_by"] == "the team lead"
    assert sorted(prefect_engine.task_runs(api, "yes")) == ["gates", "promote"]
    assert "passes all gates" in prefect_engine.artifacts(api, "yes")["gates"].data
    again = release(paths, "again")
    assert again.message == "models:/support-drafter/1 is the champion already"
    assert sorted(prefect_engine.task_runs(api, "again")) == ["gates"]


@pytest.mark.slow
def test_a_person_says_no_and_nothing_moves(paths: Paths, api: str) -> None:
    person = answer(api, "no", approve=False, name="the team lead")
    state = release(paths, "no")
    person.join()
    assert (state.type.value, state.name) == ("COMPLETED", "Kept")
    assert state.message == "the team lead said no to models:/support-drafter/1"
    assert champion(paths) is None


@pytest.mark.slow
def test_where_nobody_is_to_be_asked_the_gates_decide(paths: Paths, api: str) -> None:
    ask(paths, approval=False)
    assert release(paths, "unasked").is_completed()
    assert champion(paths).tags["replymill.approved_by"] == "the gates alone"


def test_a_refused_version_is_told_with_its_reasons_and_asks_nobody(paths: Paths, api: str) -> None:
    ask(paths, at_least={"grounded": 0.99})
    state = release(paths, "refused")
    assert (state.type.value, state.name) == ("COMPLETED", "Kept")
    assert "grounded 0.95 < 0.99 (params.yaml gates.at_least.grounded)" in state.message
    assert champion(paths) is None


def test_what_can_not_be_checked_fails_with_the_tasks_own_message(paths: Paths, api: str) -> None:
    write_text(paths.regressions, "regressions: [{}]\n")
    state = release(paths, "broken")
    assert state.is_failed()
    assert "regressions.0.name" in state.message
