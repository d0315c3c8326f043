"""What another shell must know to talk to the servers."""

import shlex
import sys
from pathlib import Path

from tasks.environment import Addresses
from tasks.paths import Paths
from tasks.servers.note import running_api


def shell_lines(root: Path) -> str:
    """What `eval "$(make -s env)"` sets: PATH, Prefect's server, MLflow's store."""
    from tasks.tracking import tracking_uri

    values = {
        "PREFECT_HOME": str(root / "var/prefect"),
        "PREFECT_API_URL": running_api(root) or Addresses.from_environment().prefect_api,
        "MLFLOW_TRACKING_URI": tracking_uri(Paths(root)),
        "REPLYMILL_DESK_URL": Addresses.from_environment().desk,
    }
    lines = [f"export {name}={shlex.quote(value)}" for name, value in values.items()]
    return "\n".join(
        [*lines, f'export PATH={shlex.quote(str(Path(sys.executable).parent))}:"$PATH"']
    )
