"""The environment in which every process of ours runs: no telemetry, no idle spinning."""

import os

# Dependencies report usage unless told not to; a tool that reads tickets must not call anyone.
TELEMETRY_OFF = {
    "DO_NOT_TRACK": "1",
    "DVC_NO_ANALYTICS": "1",
    "GX_ANALYTICS_ENABLED": "false",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "LANCEDB_CONFIG_TELEMETRY": "false",
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
}


def quiet_environment() -> None:
    """Turn off every dependency's telemetry and bars, unless the environment already says more."""
    for name, value in TELEMETRY_OFF.items():
        os.environ.setdefault(name, value)
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    # We show progress with rich; MLflow's bars, which are tqdm's, would be noise in a log. The
    # hub's bar over a download is told so apart, shows itself on a terminal alone, and stays.
    os.environ.setdefault("TQDM_DISABLE", "1")
    # Threads that spin while they wait take the cores from whatever runs beside them: with other
    # work on both cores, training the builtin base took six times as long.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
