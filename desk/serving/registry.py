"""MLflow's registry, as the desk reads it: who has an alias, with which tags, and its files.

The desk never runs a version's own script: it takes the packed drafter, which is safetensors and
text, and loads it with its own code.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from drafter.errors import ModelUnavailable
from drafter.mlflow_client import settle_mlflow_client
from drafter.versions import CANDIDATE_TAG, DRAFTER_ARTIFACT, DRAFTER_TAG, EVIDENCE

if TYPE_CHECKING:
    from mlflow import MlflowClient

GONE = ("RESOURCE_DOES_NOT_EXIST", "INVALID_PARAMETER_VALUE")
SQLITE = "sqlite:///"
SECONDS_FOR_THE_STORE = 30


@dataclass(frozen=True)
class Registered:
    """A version as the registry has it."""

    model: str
    number: str
    run: str
    """The run with its evidence; empty for a version made by hand."""
    tags: Mapping[str, str]
    changed: int
    """When its description changed last, in milliseconds: registering again writes that anew."""

    @property
    def candidate(self) -> str:
        return self.tags.get(CANDIDATE_TAG, "")

    @property
    def digest(self) -> str:
        """What its packed drafter must hash to; empty where nobody said."""
        return self.tags.get(DRAFTER_TAG, "")


@dataclass(frozen=True)
class Registry:
    """The registry at `uri`. Where it is away, its client's own errors are raised.

    ModelUnavailable where it is a file that is not there: the desk never makes a store.
    """

    uri: str

    @property
    def is_server(self) -> bool:
        """Whether it is a server, which has webhooks, or a file."""
        return self.uri.startswith(("http://", "https://"))

    def client(self) -> "MlflowClient":
        settle_mlflow_client()
        store = Path(self.uri.removeprefix(SQLITE))
        if self.uri.startswith(SQLITE) and not store.is_file():
            raise ModelUnavailable(f"{store} is not there: `make run` registers a first version")
        from mlflow import MlflowClient

        if not self.uri.startswith(SQLITE):
            return MlflowClient(self.uri, self.uri)
        import filelock

        # whoever makes the store holds this lock: two that open a fresh one destroy it
        with filelock.FileLock(store.with_name("store.lock"), timeout=SECONDS_FOR_THE_STORE):
            return MlflowClient(self.uri, self.uri)

    def at(self, model: str, alias: str) -> Registered | None:
        """The version that has the alias; None where none has it."""
        client = self.client()
        from mlflow.exceptions import MlflowException

        try:
            found = client.get_model_version_by_alias(model, alias)
        except MlflowException as error:
            if error.error_code in GONE:
                return None
            raise
        return Registered(
            model,
            str(found.version),
            str(found.run_id or ""),
            dict(found.tags),
            int(found.last_updated_timestamp or 0),
        )

    def evidence(self, version: Registered) -> set[str]:
        """The names of the files of evidence that the version's run has."""
        client = self.client()
        from mlflow.exceptions import MlflowException

        if not version.run:
            return set()
        try:
            files = client.list_artifacts(version.run, EVIDENCE)
        except MlflowException as error:
            if error.error_code in GONE:
                return set()
            raise
        return {Path(file.path).name for file in files}

    def fetch(self, version: Registered, folder: Path) -> Path:
        """Download the version's packed drafter into `folder`; gives the drafter's own folder."""
        # `models:/NAME/NUMBER` would be looked up in whatever store this process has set
        source = self.client().get_model_version_download_uri(version.model, version.number)
        import mlflow

        found = mlflow.artifacts.download_artifacts(
            artifact_uri=f"{source}/{DRAFTER_ARTIFACT}",
            dst_path=str(folder),
            tracking_uri=self.uri,
        )
        return Path(found)
