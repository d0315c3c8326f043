"""An action on the world, so no DVC stage: told twice with the same evidence, it acts once."""

import contextlib
import io
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from drafter.live import PSEUDONYMS_FILE
from drafter.spec import Parts, Spec, pack
from drafter.tables import read_json, write_text
from tasks.candidates import named
from tasks.evaluation_view import log_evaluation
from tasks.paths import Paths
from tasks.register.card import model_card
from tasks.register.evidence import SCRIPT, Evidence, gather
from tasks.register.params import Params
from tasks.register.requirements import requirements
from tasks.tracking import ensure_store, tracking_uri
from tasks.versions import CHALLENGER

if TYPE_CHECKING:
    from mlflow import MlflowClient

# What a version carries besides the model, as artifacts of its run.
REPORTS = ("decision.json", "decision.md", "decision.html", "scorecard.json", "scorecard.md",
           "scorecard.html", "curation.json", "retrieval.json", "validation.json")  # fmt: skip


def run(params: Params, paths: Paths) -> None:
    """Show all candidates in MLflow's evaluation view, register one and print its version."""
    # MLflow greets people on standard output, which is to hold the version's name alone
    with contextlib.redirect_stdout(io.StringIO()):
        log_evaluation(paths, params.registry.view_tickets)
        version = register(params, paths)
    print(version)


def register(params: Params, paths: Paths) -> str:
    """Make the recommended candidate a version, alias `challenger`; gives `models:/NAME/VERSION`.

    Where a version with the same evidence is there already, only the alias is set.
    Raises PromotionRefused where evidence is missing.
    """
    evidence = gather(paths)
    experiment = ensure_store(paths)
    import mlflow
    from mlflow import MlflowClient

    mlflow.set_tracking_uri(tracking_uri(paths))
    client = MlflowClient()
    name = params.registry.model
    version = find_version(client, name, evidence.digest)
    if version is None:
        version = _log(params, paths, evidence, experiment)
    client.set_registered_model_alias(name, CHALLENGER, version)
    return f"models:/{name}/{version}"


def find_version(client: "MlflowClient", name: str, digest: str) -> str | None:
    """The version whose evidence has this digest, if there is one."""
    found = client.search_model_versions(
        f"name = '{name}' and tag.`replymill.evidence` = '{digest}'"
    )
    return str(found[0].version) if found else None


def _log(params: Params, paths: Paths, evidence: Evidence, experiment: str) -> str:
    """Log the packed drafter with its evidence; the version comes last, whole and with its tags."""
    import mlflow

    spec = Spec(**read_json(paths.drafter(evidence.candidate)))
    hosted = evidence.candidate in params.hosted
    model = None if hosted else paths.root / named(params.candidates, evidence.candidate).model
    parts = Parts.of(spec, model, paths.base, paths.index, paths.root / params.rules)
    base = read_json(paths.base / "manifest.json") if parts.base else {}
    card = model_card(evidence, read_json(paths.drafter(evidence.candidate)), base)
    with (
        tempfile.TemporaryDirectory(dir=paths.var) as work,
        mlflow.start_run(experiment_id=experiment, run_name=f"register {evidence.candidate}"),
    ):
        folder = pack(spec, parts, Path(work) / "drafter")
        shutil.copy(paths.pseudonym_rules, folder / PSEUDONYMS_FILE)
        write_text(Path(work) / "model_card.md", card)
        mlflow.set_tags(evidence.tags())
        mlflow.log_metrics(_means(evidence.scorecard["candidates"][evidence.candidate]))
        mlflow.log_artifact(str(Path(work) / "model_card.md"), "evidence")
        mlflow.log_artifact(str(paths.root / "dvc.lock"), "evidence")
        for report in REPORTS:
            mlflow.log_artifact(str(paths.report(report)), "evidence")
        for name, found in (("judge", evidence.judge), ("canary", evidence.canary)):
            if found is not None:
                mlflow.log_dict(found, f"evidence/{name}.json")
        logged = mlflow.pyfunc.log_model(
            name=params.registry.model,
            python_model=str(paths.root / SCRIPT),
            artifacts={"drafter": str(folder)},
            code_paths=[str(paths.root / "drafter")],
            pip_requirements=requirements(paths.root / "drafter"),
        )
        version = mlflow.register_model(
            logged.model_uri, params.registry.model, tags=evidence.tags()
        )
    mlflow.MlflowClient().update_model_version(
        params.registry.model, version.version, description=card
    )
    return str(version.version)


def _means(metrics: dict[str, dict[str, Any]]) -> dict[str, float]:
    return {name: value["mean"] for name, value in metrics.items() if value["mean"] is not None}
