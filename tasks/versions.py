"""Versions in MLflow's registry: found by alias, read with their evidence, loaded to draft."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from drafter.versions import CANDIDATE_TAG, EVIDENCE
from tasks.paths import Paths
from tasks.tracking import ensure_store, tracking_uri


@dataclass(frozen=True)
class Version:
    """One version of the registered model. `run` is the MLflow run that holds its evidence."""

    model: str
    number: str
    run: str
    tags: Mapping[str, str]

    @property
    def uri(self) -> str:
        return f"models:/{self.model}/{self.number}"

    @property
    def candidate(self) -> str:
        """The candidate of params.yaml that it is; empty for a version made by hand."""
        return self.tags.get(CANDIDATE_TAG, "")


class Registry:
    """MLflow's registry, as MLFLOW_TRACKING_URI or the store under var/ has it.

    Raises MLflow's or SQLAlchemy's own errors where the store is away.
    """

    def __init__(self, paths: Paths) -> None:
        self.experiment = ensure_store(paths)
        import mlflow

        mlflow.set_tracking_uri(tracking_uri(paths))
        self.client = mlflow.MlflowClient()

    def at(self, model: str, alias: str) -> Version | None:
        """The version that has the alias; None where none has it."""
        from mlflow.exceptions import MlflowException

        try:
            found = self.client.get_model_version_by_alias(model, alias)
        except MlflowException as error:
            if error.error_code in ("RESOURCE_DOES_NOT_EXIST", "INVALID_PARAMETER_VALUE"):
                return None
            raise
        return _version(model, found)

    def numbered(self, model: str, number: str) -> Version:
        """The version of that number. Raises MLflow's error where there is none."""
        return _version(model, self.client.get_model_version(model, number))

    def evidence(self, version: Version, name: str) -> dict[str, Any] | None:
        """A JSON file of the version's evidence; None where it was registered without."""
        import mlflow

        there = {file.path for file in self.client.list_artifacts(version.run, EVIDENCE)}
        path = f"{EVIDENCE}/{name}"
        if path not in there:
            return None
        return dict(mlflow.artifacts.load_dict(f"runs:/{version.run}/{path}"))

    def keep(self, version: Version, name: str, value: Mapping[str, Any]) -> None:
        """Put a JSON file to the version's evidence."""
        self.client.log_dict(version.run, dict(value), f"{EVIDENCE}/{name}")

    def tag(self, version: Version, tags: Mapping[str, str]) -> None:
        for key, value in tags.items():
            self.client.set_model_version_tag(version.model, version.number, key, value)

    def move(self, alias: str, version: Version) -> None:
        self.client.set_registered_model_alias(version.model, alias, version.number)

    def served(self, version: Version) -> "Callable[[list[dict[str, Any]]], Sequence[Any]]":
        """The version's own predict: tickets in, drafts out, as MLflow serves it."""
        import mlflow

        predict: Callable[[list[dict[str, Any]]], Sequence[Any]]
        predict = mlflow.pyfunc.load_model(version.uri).predict
        return predict


def _version(model: str, found: Any) -> Version:
    return Version(model, str(found.version), str(found.run_id), dict(found.tags))
