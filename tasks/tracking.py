"""MLflow, as every step here uses it: where its store is, and a run that is fed while one trains.

The store is SQLite under var/mlflow unless MLFLOW_TRACKING_URI says otherwise. Runs carry numbers
and settings; no ticket, prompt or reply is ever handed to this module.
"""

import os
import sys
import time
from collections.abc import Mapping
from typing import Any

from drafter.mlflow_client import settle_mlflow_client
from tasks.paths import Paths

EXPERIMENT = "replymill"
SECONDS_BETWEEN_FLUSHES = 2.0
SECONDS_UNTIL_RETRY = 60.0
# MLflow takes at most 1,000 metrics in a batch.
BATCH = 1000


def tracking_uri(paths: Paths) -> str:
    """MLFLOW_TRACKING_URI, or the SQLite store under var/mlflow."""
    return os.environ.get("MLFLOW_TRACKING_URI") or f"sqlite:///{_folder(paths) / 'mlflow.db'}"


def ensure_store(paths: Paths) -> str:
    """Make the store and the experiment if they are not there; gives the experiment's id.

    Several processes that open a fresh SQLite store at once destroy each other's set-up, so one
    file lock stands around it. Raises MLflow's or SQLAlchemy's own errors where the store is away.
    """
    import filelock

    settle_mlflow_client()
    from mlflow import MlflowClient
    from mlflow.exceptions import MlflowException

    uri = tracking_uri(paths)
    folder = _folder(paths)
    folder.mkdir(parents=True, exist_ok=True)
    with filelock.FileLock(folder / "store.lock"), _quiet_migrations():
        client = MlflowClient(uri)
        experiment = client.get_experiment_by_name(EXPERIMENT)
        if experiment is not None:
            return str(experiment.experiment_id)
        ours = uri.startswith("sqlite:")
        artifacts = (folder / "artifacts").resolve().as_uri() if ours else None
        try:
            return str(client.create_experiment(EXPERIMENT, artifact_location=artifacts))
        except MlflowException:
            # another machine made it on the shared server between the question and the answer
            experiment = client.get_experiment_by_name(EXPERIMENT)
            if experiment is None:
                raise
            return str(experiment.experiment_id)


class LiveRun:
    """One MLflow run, fed while something trains. Where MLflow is away it says so and carries on.

    Metrics are kept and sent together every two seconds; while the store is away they are kept
    for the next attempt, a minute later and at the end.
    """

    def __init__(
        self, paths: Paths, name: str, params: Mapping[str, Any], run_id: str | None = None
    ) -> None:
        self.run_id = run_id
        self._paths = paths
        self._name = name
        self._params = dict(params)
        self._client: Any = None
        self._waiting: list[tuple[str, float, int, int]] = []
        self._next_flush = 0.0
        self._said_so = False

    def start(self) -> None:
        """Open the run, or go on with `run_id`."""
        self._attempt(self._open)

    def log(self, metrics: Mapping[str, float], step: int) -> None:
        """Keep `metrics` of `step` and send what waits, at most every two seconds."""
        now = int(time.time() * 1000)
        self._waiting += [(name, value, now, step) for name, value in metrics.items()]
        if time.monotonic() >= self._next_flush:
            self._attempt(self._send)

    def finish(self, status: str = "FINISHED") -> None:
        """Send the rest and close the run with MLflow's `status`."""

        def close() -> None:
            self._send()
            self._client.set_terminated(self.run_id, status)

        self._attempt(close)

    @property
    def all_sent(self) -> bool:
        """Whether the store has all that was logged."""
        return self.run_id is not None and not self._waiting

    def _attempt(self, action: Any) -> None:
        from mlflow.exceptions import MlflowException
        from sqlalchemy.exc import SQLAlchemyError

        try:
            if self._client is None and action != self._open:
                self._open()
            action()
            self._next_flush = time.monotonic() + SECONDS_BETWEEN_FLUSHES
        except (MlflowException, SQLAlchemyError, OSError) as error:
            self._next_flush = time.monotonic() + SECONDS_UNTIL_RETRY
            if not self._said_so:
                self._said_so = True
                # the error's own text repeats the address, with the password that may be in it
                print(
                    f"MLflow at {_without_password(tracking_uri(self._paths))} is away "
                    f"({type(error).__name__}): {self._name} goes on without it",
                    file=sys.stderr,
                    flush=True,
                )

    def _open(self) -> None:
        experiment = ensure_store(self._paths)
        from mlflow import MlflowClient
        from mlflow.entities import Param, RunStatus
        from mlflow.exceptions import MlflowException

        client = MlflowClient(tracking_uri(self._paths))
        if self.run_id is not None:
            try:
                client.update_run(self.run_id, status=RunStatus.to_string(RunStatus.RUNNING))
            except MlflowException:
                self.run_id = None  # the store is another one now
        if self.run_id is None:
            run = client.create_run(experiment, run_name=self._name)
            self.run_id = run.info.run_id
            params = [Param(name, str(value)[:500]) for name, value in self._params.items()]
            client.log_batch(self.run_id, params=params)
        self._client = client

    def _send(self) -> None:
        from mlflow.entities import Metric

        while self._waiting:
            batch = self._waiting[:BATCH]
            metrics = [Metric(name, value, at, step) for name, value, at, step in batch]
            self._client.log_batch(self.run_id, metrics=metrics)
            del self._waiting[:BATCH]


def _folder(paths: Paths) -> Any:
    return paths.var / "mlflow"


def _without_password(uri: str) -> str:
    """`https://user:secret@host` as `https://host`: credentials have no place in a log."""
    scheme, mark, rest = uri.partition("://")
    host, slash, path = rest.partition("/")
    return f"{scheme}{mark}{host.rpartition('@')[2]}{slash}{path}"


def _quiet_migrations() -> Any:
    """Alembic tells each of its migrations on stderr; a first run has fifty."""
    import contextlib
    import logging

    @contextlib.contextmanager
    def quiet() -> Any:
        loggers = [logging.getLogger(name) for name in ("alembic", "mlflow.store.db.utils")]
        before = [logger.level for logger in loggers]
        try:
            for logger in loggers:
                logger.setLevel(logging.WARNING)
            yield
        finally:
            for logger, level in zip(loggers, before, strict=True):
                logger.setLevel(level)

    return quiet()
