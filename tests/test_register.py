"""Registering in a real SQLite store, with a tiny real model."""

from dataclasses import asdict
from pathlib import Path

import pytest

from drafter.drafter import Drafter
from drafter.errors import PromotionRefused
from drafter.records import CURATED, RETRIEVED
from drafter.spec import Parts
from drafter.tables import read_json, read_table, write_json, write_table, write_text
from drafter.versions import DRAFTER_TAG, FORGOTTEN_TAG
from tasks.ask.endpoint import spec_of
from tasks.candidates import Hosted
from tasks.paths import Paths
from tasks.register.params import Params
from tasks.register.requirements import requirements, third_party_modules
from tasks.register.run import register, run
from tasks.trained_on import trained_on
from tasks.versions import Registry
from tests.factories import curated, curated_table, retrieved_table
from tests.hosted_server import hosted_server
from tests.hosting import hosted
from tests.registered import (
    DECISION,
    PARAMS,
    REGISTER,
    REPOSITORY,
    SCORECARD,
    SPEC,
    curation,
    root_to_register,
)


@pytest.fixture
def paths(tmp_path: Path) -> Paths:
    return root_to_register(tmp_path)


@pytest.fixture(autouse=True)
def _own_store(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)


def test_told_twice_it_registers_once_and_what_it_registers_drafts_as_evaluated(
    paths: Paths,
) -> None:
    first, second = register(PARAMS, paths), register(PARAMS, paths)
    assert first == second == "models:/support-drafter/1"

    import mlflow

    version = mlflow.MlflowClient().get_model_version_by_alias("support-drafter", "challenger")
    assert str(version.version) == "1"
    assert version.tags["replymill.candidate"] == "base"
    assert len(version.tags["replymill.evidence"]) == 64
    assert "# base" in version.description
    assert DECISION["sentence"] in version.description

    text = "Where is my parcel?"
    parts = Parts(paths.base, None, paths.index, paths.root / "rules.yaml")
    evaluated = Drafter.open(SPEC, parts, "cpu").draft(
        curated_table([curated(1, question=text, subject=None)])
    )
    served = mlflow.pyfunc.load_model("models:/support-drafter@challenger").predict(
        [{"messages": [{"role": "customer", "text": text}], "at": "2026-01-01T00:00:00Z"}]
    )
    assert [draft.text for draft in served] == evaluated["text"].to_list()
    assert [draft.reason for draft in served] == evaluated["reason"].to_list()

    # one from before the desk, whose drafter has no digest, is no longer the same
    mlflow.MlflowClient().delete_model_version_tag("support-drafter", "1", DRAFTER_TAG)
    assert register(PARAMS, paths) == "models:/support-drafter/2"

    # one that learned from a customer who was forgotten since is not made the challenger again
    mlflow.MlflowClient().set_model_version_tag("support-drafter", "2", FORGOTTEN_TAG, "2026-03-01")
    with pytest.raises(PromotionRefused, match="forgotten \\(2026-03-01\\)"):
        register(PARAMS, paths)

    changed = read_json(paths.report("scorecard.json"))
    write_text(paths.root / "dvc.lock", "schema: '2.0'\nstages: {}\n")
    write_json(paths.report("scorecard.json"), changed)
    assert register(PARAMS, paths) == "models:/support-drafter/3"
    with (paths.root / "mlflow/draft_model.py").open("a") as script:
        script.write("# served otherwise\n")
    assert register(PARAMS, paths) == "models:/support-drafter/4"


def test_a_canary_test_that_was_run_since_is_added_to_the_version(paths: Paths) -> None:
    assert register(PARAMS, paths) == "models:/support-drafter/1"
    registry = Registry(paths)
    assert registry.evidence(registry.numbered("support-drafter", "1"), "canary.json") is None

    write_text(paths.root / "params.yaml", "sft: {}\ncurate: {}\nseed: 7\n")
    write_table(paths.retrieved("train"), retrieved_table([]), RETRIEVED)
    canary = {"planted": 40, "extracted": 0, "bound": trained_on(paths)}
    write_json(paths.report("canary.json"), canary)
    assert register(PARAMS, paths) == "models:/support-drafter/1"
    version = registry.numbered("support-drafter", "1")
    assert registry.evidence(version, "canary.json") == canary
    described = registry.client.get_model_version("support-drafter", "1").description
    assert "0 of 40 planted secrets came out" in described

    # of a training that this version does not hold
    write_json(paths.report("canary.json"), canary | {"extracted": 9, "bound": {}})
    register(PARAMS, paths)
    assert registry.evidence(version, "canary.json") == canary
    described = registry.client.get_model_version("support-drafter", "1").description
    assert "0 of 40 planted secrets came out" in described


def test_a_time_that_is_none_is_refused_with_what_was_written(paths: Paths) -> None:
    import mlflow

    register(PARAMS, paths)
    served = mlflow.pyfunc.load_model("models:/support-drafter@challenger")
    ticket = {"messages": [{"role": "customer", "text": "Where is it?"}]}
    with pytest.raises(Exception, match="at: 'yesterday' is no time: write it as 2026"):
        served.predict([ticket | {"at": "yesterday"}])
    assert len(served.predict([ticket | {"at": "2026-03-01 09:30"}])) == 1


def test_the_name_of_the_version_is_all_that_standard_output_gets(
    paths: Paths, capsys: pytest.CaptureFixture[str]
) -> None:
    from tasks.evaluate.run import run as evaluate
    from tests.test_evaluate import company, params

    writers = {"nearest": "Thanks!", "base": "You have {new} days."}
    company(paths.root, tickets=3, writers=writers)
    tickets = read_table(paths.retrieved("holdout"), RETRIEVED)
    write_table(paths.curated("holdout"), tickets, CURATED)
    evaluate(params(writers=writers), paths)
    write_json(paths.report("scorecard.json"), SCORECARD)
    capsys.readouterr()
    run(PARAMS, paths)
    assert capsys.readouterr().out == "models:/support-drafter/1\n"


def test_a_version_holds_no_pickle(paths: Paths) -> None:
    register(PARAMS, paths)
    names = [path.name for path in (paths.var / "mlflow/artifacts").rglob("*") if path.is_file()]
    assert "model.safetensors" in names
    assert "model_card.md" in names
    assert not [name for name in names if name.endswith((".pkl", ".pickle", ".bin", ".pt"))]


def test_without_dvc_lock_nothing_is_registered(paths: Paths) -> None:
    (paths.root / "dvc.lock").unlink()
    with pytest.raises(PromotionRefused, match=r"dvc\.lock is not there.*run `dvc repro`"):
        register(PARAMS, paths)


def test_a_leak_is_never_registered(paths: Paths) -> None:
    write_json(paths.report("curation.json"), curation(0.9))
    with pytest.raises(PromotionRefused, match=r"max_similarity 0\.9 > 0\.7"):
        register(PARAMS, paths)


def test_the_requirements_cover_every_import_of_the_drafter() -> None:
    pinned = {line.partition("==")[0].lower() for line in requirements(REPOSITORY / "drafter")}
    assert {"mlflow", "polars", "torch", "transformers", "peft"} <= pinned
    assert {"anthropic", "openai", "genai-prices"} <= pinned
    assert third_party_modules(REPOSITORY / "drafter").isdisjoint({"prefect", "dvc", "trl"})


def test_a_hosted_winner_is_registered_with_its_endpoint_and_without_a_key(
    paths: Paths, monkeypatch: pytest.MonkeyPatch
) -> None:
    import mlflow

    monkeypatch.setenv("TEST_KEY", "sk-never-to-be-seen")
    with hosted_server() as server:
        entry = hosted(server.url, "anthropic")
        asked = Params.from_values(
            {"register": REGISTER, "rules": "rules.yaml"}
            | {"candidates": {}, "hosted": {"claude": entry}}
        )
        spec = spec_of("claude", Hosted.from_values(entry), retrieves=False)
        write_json(paths.drafter("claude"), asdict(spec))
        cells = SCORECARD["candidates"]
        write_json(paths.report("scorecard.json"), {"candidates": {"claude": cells["base"]}})
        write_json(paths.report("decision.json"), DECISION | {"recommended": "claude"})
        assert register(asked, paths) == "models:/support-drafter/1"
        version = mlflow.MlflowClient().get_model_version_by_alias("support-drafter", "challenger")
        assert "`writer-1`, hosted: asked at http://127.0.0.1" in version.description
        served = mlflow.pyfunc.load_model("models:/support-drafter@challenger")
        text = "Where is my parcel? zora@quil.example"
        [draft] = served.predict([{"messages": [{"role": "customer", "text": text}]}])
        assert draft.text == "You have 30 days."
        assert b"zora" not in server.received[0].body
        served.unwrap_python_model().drafter.drafter.generator.close()
    for path in (paths.var / "mlflow").rglob("*"):
        assert path.is_dir() or b"sk-never" not in path.read_bytes(), path
