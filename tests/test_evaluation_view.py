import json
import os
from collections.abc import Iterator

import pytest

from drafter.records import CURATED, RETRIEVED
from drafter.tables import read_table, write_table
from tasks.evaluate.run import run
from tasks.evaluation_view import SCORES, log_evaluation
from tasks.paths import Paths
from tests.test_evaluate import company, params

WRITERS = {"nearest": "Thanks!", "old": "You have {old} days."}


@pytest.fixture(scope="module")
def evaluated(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Paths]:
    """A finished `evaluate`, and an empty MLflow store of its own."""
    paths = company(tmp_path_factory.mktemp("mill"), tickets=4, writers=WRITERS)
    tickets = read_table(paths.retrieved("holdout"), RETRIEVED)
    write_table(paths.curated("holdout"), tickets, CURATED)
    run(params(writers=WRITERS), paths)
    with pytest.MonkeyPatch.context() as patch:
        for name in [name for name in os.environ if name.startswith("MLFLOW_")]:
            patch.delenv(name)
        yield paths


def test_each_ticket_of_each_candidate_is_in_the_view_with_its_scores(evaluated: Paths) -> None:
    import mlflow

    runs = log_evaluation(evaluated)
    assert list(runs) == list(WRITERS)
    experiment = mlflow.get_run(runs["old"]).info.experiment_id
    traces = mlflow.search_traces(locations=[experiment], run_id=runs["old"], return_type="list")
    assert len(traces) == 4
    found = []
    for trace in traces:
        scores = {one.name: one.value for one in trace.info.assessments if one.name in SCORES}
        assert scores.keys() | {"outdated", "tone"} == set(SCORES), "these say nothing here"
        found.append(scores.get("outdated"))
        assert "parcel" in trace.data.request
        assert "30 days" in trace.data.response
        assert "test_evaluation_view" not in str(trace.info.tags)
    # two of the four were asked before the policy changed, when no figure of it was old
    assert sorted(found, key=str) == [1.0, 1.0, None, None]
    nearest = mlflow.search_traces(
        locations=[experiment], run_id=runs["nearest"], return_type="list"
    )
    assert "grounded" not in {one.name for one in nearest[0].info.assessments}


def test_a_part_of_the_tickets_is_the_same_for_every_candidate(evaluated: Paths) -> None:
    import mlflow

    shown = []
    for run_id in log_evaluation(evaluated, most=3).values():
        experiment = mlflow.get_run(run_id).info.experiment_id
        traces = mlflow.search_traces(locations=[experiment], run_id=run_id, return_type="list")
        shown.append({json.loads(trace.data.request)["ticket_id"] for trace in traces})
    assert len(shown[0]) == 3
    assert shown[0] == shown[1]


def test_told_twice_it_acts_once_and_new_scores_make_new_runs(evaluated: Paths) -> None:
    first = log_evaluation(evaluated)
    assert log_evaluation(evaluated) == first
    company(evaluated.root, tickets=4, writers=WRITERS | {"old": "{new} days."})
    run(params(writers=WRITERS), evaluated)
    assert set(log_evaluation(evaluated).values()).isdisjoint(first.values())
