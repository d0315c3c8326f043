"""MLflow's registry, as the desk reads it: who has an alias, with which tags, and its files.

The desk never runs a version's own script: it takes the packed drafter, which is safetensors and
text, and loads it with its own code.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from drafter.versions import DRAFTER_ARTIFACT


@dataclass(frozen=True)
class Registered:
    """A version as the registry has it."""

    model: str
    number: str
    run: str
    source: str
    tags: Mapping[str, str]

    @property
    def uri(self) -> str:
        return f"models:/{self.model}/{self.number}"


@dataclass(frozen=True)
class Registry:
    """The registry at `uri`. Raises MLflow's or SQLAlchemy's own errors where it is away."""

    uri: str

    def at(self, model: str, alias: str) -> Registered | None:
        """The version that has the alias; None where none has it."""
        from mlflow import MlflowClient
        from mlflow.exceptions import MlflowException

        try:
            found = MlflowClient(self.uri, self.uri).get_model_version_by_alias(model, alias)
        except MlflowException as error:
            if error.error_code in ("RESOURCE_DOES_NOT_EXIST", "INVALID_PARAMETER_VALUE"):
                return None
            raise
        return Registered(
            model, str(found.version), str(found.run_id), str(found.source), dict(found.tags)
        )

    def fetch(self, version: Registered, folder: Path) -> Path:
        """Download the version's packed drafter into `folder`; gives the drafter's own folder."""
        import mlflow

        mlflow.set_tracking_uri(self.uri)
        found = mlflow.artifacts.download_artifacts(
            artifact_uri=f"{version.uri}/{DRAFTER_ARTIFACT}", dst_path=str(folder)
        )
        return Path(found)
