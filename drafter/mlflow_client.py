"""How MLflow's client behaves in every process of ours: waits that end, and no bars in a log."""

import os

# A dead server blocks one call for four minutes by default. MLflow reads these at each call.
SETTINGS = {
    "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "1",
    "MLFLOW_HTTP_REQUEST_TIMEOUT": "10",
    "MLFLOW_HTTP_REQUEST_BACKOFF_FACTOR": "1",
    "MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR": "false",
}


def settle_mlflow_client() -> None:
    """Put SETTINGS into the environment; a user's own win over them."""
    for name, value in SETTINGS.items():
        os.environ.setdefault(name, value)
