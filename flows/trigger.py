"""`make trigger`, `make release`: run a deployed flow on the worker of `make up`, and watch it.

Prefect alone would leave the run waiting for ever, as "Late", where no worker is.
"""

import argparse
import os
import subprocess
import sys
from pathlib import Path


def main() -> int:
    """Check that a worker is there, trigger, watch; gives the exit code of the run."""
    parser = argparse.ArgumentParser(prog="python -m flows.trigger", description=main.__doc__)
    parser.add_argument("flow", choices=["train", "release", "monitor"], help="which flow")
    name = parser.parse_args().flow

    from tasks.environment import prepare_environment
    from tasks.servers.answers import worker_online
    from tasks.servers.note import running_api

    root = Path.cwd()
    prepare_environment(root)
    api = os.environ.get("PREFECT_API_URL") or running_api(root)
    if not api or not worker_online(api):
        print("no worker is there to run it: type `make up` in another shell", file=sys.stderr)
        return 1
    command = [sys.executable, "-m", "prefect", "deployment", "run", f"{name}/local", "--watch"]
    return subprocess.run(  # noqa: S603
        command, env={**os.environ, "PREFECT_API_URL": api}, check=False
    ).returncode


if __name__ == "__main__":
    sys.exit(main())
