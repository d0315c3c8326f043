"""An action on the world, so no DVC stage: told twice with the same evidence, it acts once."""

import contextlib
import io
import shutil
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from drafter.errors import PromotionRefused
from drafter.live import PSEUDONYMS_FILE
from drafter.spec import Parts, Spec, pack
from drafter.tables import read_json
from drafter.versions import (
    CHALLENGER,
    DRAFTER_TAG,
    EVIDENCE,
    EVIDENCE_TAG,
    FORGOTTEN_TAG,
    folder_digest,
)
from tasks.candidates import named
from tasks.evaluation_view import log_evaluation
from tasks.paths import Paths
from tasks.register.card import model_card
from tasks.register.evidence import SCRIPT, Evidence, gather
from tasks.register.params import Params
from tasks.register.requirements import requirements
from tasks.versions import Registry, Version

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

    Where a version of the same model and data is there already, it is that one; what was measured
    of it since, by `make canary`, is added.
    Raises PromotionRefused where evidence is missing, or that version learned from a customer who
    was forgotten since.
    """
    evidence = gather(paths)
    registry = Registry(paths)
    name = params.registry.model
    number = find_version(registry.client, name, evidence.digest)
    if number is None:
        number = _log(params, paths, evidence, registry.experiment)
    version = registry.numbered(name, number)
    if FORGOTTEN_TAG in version.tags:
        raise PromotionRefused(
            f"{version.uri} is of the same model and data, and learned from customers who were "
            f"forgotten ({version.tags[FORGOTTEN_TAG]}): bring their rows back nowhere, and run "
            "`dvc repro` first"
        )
    _tell(registry, version, evidence, paths)
    registry.move(CHALLENGER, version)
    return version.uri


def _tell(registry: Registry, version: Version, evidence: Evidence, paths: Paths) -> None:
    """What may come after the version: a judge or a canary test, and the card that names them.

    What was added before is kept where nothing newer is there.
    """
    later: dict[str, Any] = {"judge": evidence.judge, "canary": evidence.canary}
    for name, found in later.items():
        if found is None:
            later[name] = registry.evidence(version, f"{name}.json")
        else:
            registry.keep(version, f"{name}.json", found)
    evidence = replace(evidence, **later)
    spec = read_json(paths.drafter(evidence.candidate))
    base = read_json(paths.base / "manifest.json") if spec["generator"] == "local" else {}
    card = model_card(evidence, spec, base)
    registry.client.log_text(version.run, card, f"{EVIDENCE}/model_card.md")
    registry.client.update_model_version(version.model, version.number, description=card)


def find_version(client: "MlflowClient", name: str, digest: str) -> str | None:
    """The version whose evidence has this digest, if there is one.

    One without the digest of its drafter, as they were made before the desk, is made again.
    """
    found = client.search_model_versions(f"name = '{name}' and tag.`{EVIDENCE_TAG}` = '{digest}'")
    return next((str(one.version) for one in found if DRAFTER_TAG in one.tags), None)


def _log(params: Params, paths: Paths, evidence: Evidence, experiment: str) -> str:
    """Log the packed drafter with its reports; the version comes last, whole and with its tags."""
    import mlflow

    spec = Spec(**read_json(paths.drafter(evidence.candidate)))
    hosted = evidence.candidate in params.hosted
    model = None if hosted else paths.root / named(params.candidates, evidence.candidate).model
    parts = Parts.of(spec, model, paths.base, paths.index, paths.root / params.rules)
    with (
        tempfile.TemporaryDirectory(dir=paths.var) as work,
        mlflow.start_run(experiment_id=experiment, run_name=f"register {evidence.candidate}"),
    ):
        folder = pack(spec, parts, Path(work) / "drafter")
        shutil.copy(paths.pseudonym_rules, folder / PSEUDONYMS_FILE)
        tags = evidence.tags() | {DRAFTER_TAG: folder_digest(folder)}
        mlflow.set_tags(tags)
        mlflow.log_metrics(_means(evidence.scorecard["candidates"][evidence.candidate]))
        mlflow.log_artifact(str(paths.root / "dvc.lock"), EVIDENCE)
        for report in REPORTS:
            mlflow.log_artifact(str(paths.report(report)), EVIDENCE)
        logged = mlflow.pyfunc.log_model(
            name=params.registry.model,
            python_model=str(paths.root / SCRIPT),
            artifacts={"drafter": str(folder)},
            code_paths=[str(paths.root / "drafter")],
            pip_requirements=requirements(paths.root / "drafter"),
        )
        version = mlflow.register_model(logged.model_uri, params.registry.model, tags=tags)
    return str(version.version)


def _means(metrics: dict[str, dict[str, Any]]) -> dict[str, float]:
    return {name: value["mean"] for name, value in metrics.items() if value["mean"] is not None}
