"""Where the servers are and what every process of a checkout must have in its environment.

PREFECT_HOME                   var/prefect: Prefect's database and its worker's storage
REPLYMILL_PREFECT_PORT  4200   Prefect's API and UI
REPLYMILL_MLFLOW_PORT   5000   MLflow's UI
REPLYMILL_REPORTS_PORT  4300   the folder reports/, with the Data Docs
REPLYMILL_DESK_PORT     4400   the desk, where agents work
"""

import os
from dataclasses import dataclass
from pathlib import Path

from drafter.quiet import quiet_environment

LOOPBACK = "127.0.0.1"


@dataclass(frozen=True)
class Addresses:
    """Where `make up` listens; always on loopback."""

    prefect_port: int
    mlflow_port: int
    reports_port: int
    desk_port: int

    @classmethod
    def from_environment(cls) -> "Addresses":
        def port(name: str, usual: int) -> int:
            return int(os.environ.get(f"REPLYMILL_{name}_PORT") or usual)

        return cls(
            port("PREFECT", 4200), port("MLFLOW", 5000), port("REPORTS", 4300), port("DESK", 4400)
        )

    def ports(self, with_mlflow: bool) -> list[tuple[int, str]]:
        """Each port with the variable that chooses it; MLflow's only where it is ours."""
        ports = [
            (self.prefect_port, "REPLYMILL_PREFECT_PORT"),
            (self.reports_port, "REPLYMILL_REPORTS_PORT"),
            (self.desk_port, "REPLYMILL_DESK_PORT"),
        ]
        if with_mlflow:
            ports.append((self.mlflow_port, "REPLYMILL_MLFLOW_PORT"))
        return ports

    @property
    def prefect_ui(self) -> str:
        return f"http://{LOOPBACK}:{self.prefect_port}"

    @property
    def prefect_api(self) -> str:
        return f"{self.prefect_ui}/api"

    @property
    def mlflow_ui(self) -> str:
        return f"http://{LOOPBACK}:{self.mlflow_port}"

    @property
    def reports(self) -> str:
        return f"http://{LOOPBACK}:{self.reports_port}"

    @property
    def desk(self) -> str:
        return f"http://{LOOPBACK}:{self.desk_port}"


def prepare_environment(root: Path) -> None:
    """Set what Prefect reads when it is imported, unless the environment already says it."""
    quiet_environment()
    (root / "var/prefect").mkdir(parents=True, exist_ok=True)  # Prefect makes one level alone
    settings = {
        "PREFECT_HOME": str(root.resolve() / "var/prefect"),
        # its own 20 s are missed on a busy core
        "PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS": "180",
        "PREFECT_RESULTS_PERSIST_BY_DEFAULT": "false",
        "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false",
    }
    for name, value in settings.items():
        os.environ.setdefault(name, value)
