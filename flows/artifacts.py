"""What a finished run shows in Prefect's UI."""

from tasks.paths import Paths


def publish(paths: Paths) -> None:
    """Publish the scorecard as a table, and links to the Data Docs and to the MLflow version."""
