"""What `make up` starts and in which order, and the end of all of it."""

import base64
import contextlib
import os
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from drafter.secret_file import secret_in
from tasks import leash
from tasks.environment import LOOPBACK, Addresses, prepare_environment
from tasks.servers.answers import (
    POOL,
    SECONDS_BETWEEN_LOOKS,
    answers,
    check_port,
    speaks,
    wait,
    worker_online,
)
from tasks.servers.note import note_file, read_note, write_note
from tasks.servers.process import Server, run_once, start

# in a process of its own, for MLflow takes 200 MB that the supervisor would keep
MAKE_STORE = """
from pathlib import Path
from tasks.paths import Paths
from tasks.tracking import ensure_store
ensure_store(Paths(Path.cwd()))
"""


def up(root: Path) -> None:
    """Start all, then stay until SIGINT or SIGTERM. Says so where they are up already.

    Raises ServersFailed where a port is taken, a server does not answer, or one dies.
    """
    from filelock import FileLock, Timeout

    folder = root / "var/run"
    folder.mkdir(parents=True, exist_ok=True)
    lock = FileLock(folder / "up.lock")
    try:
        lock.acquire(timeout=0)
    except Timeout:
        note = read_note(root)
        print("it is up already:" if note else "another `make up` is just starting it")
        if note:
            print(note["shown"])
        return
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGTERM, lambda *_: signal.raise_signal(signal.SIGINT))
    with contextlib.suppress(KeyboardInterrupt), lock, _all_up(root) as servers:
        while True:
            for server in servers:
                server.check()
            time.sleep(SECONDS_BETWEEN_LOOKS)
    print("\nit is down", flush=True)


@contextmanager
def _all_up(root: Path) -> Iterator[list[Server]]:
    """The servers, each answering, with their note; ended with the block, the worker first."""
    prepare_environment(root)
    addresses = Addresses.from_environment()
    tracking = os.environ.get("MLFLOW_TRACKING_URI")
    for port, name in addresses.ports(with_mlflow=not tracking):
        check_port(port, name)
    os.environ["PREFECT_API_URL"] = addresses.prefect_api
    servers: list[Server] = []

    def begin(name: str, *module_and_arguments: str, **extra: str) -> Server:
        server = start(root, name, [sys.executable, "-m", *module_and_arguments], extra)
        servers.append(server)
        write_note(root, servers, addresses, "")
        return server

    try:
        print("starting Prefect's server, MLflow, the desk and a worker ...", flush=True)
        prefect = begin(
            "prefect", "prefect", "server", "start",
            "--host", LOOPBACK, "--port", str(addresses.prefect_port),
        )  # fmt: skip
        (root / "reports").mkdir(exist_ok=True)
        reports = begin(
            "reports", "http.server", str(addresses.reports_port),
            "--bind", LOOPBACK, "--directory", "reports",
        )  # fmt: skip
        if not tracking:
            run_once(root, "making MLflow's store", [sys.executable, "-c", MAKE_STORE])
            settings = mlflow_environment(root)
            mlflow = begin("mlflow", *mlflow_server(root, addresses.mlflow_port), **settings)
        wait(prefect, lambda: answers(f"{addresses.prefect_api}/health"))
        worker = begin(
            "worker", "prefect", "worker", "start",
            "--pool", POOL, "--type", "process", "--name", "make-up",
        )  # fmt: skip
        wait(worker, lambda: worker_online(addresses.prefect_api))
        deploy = [sys.executable, "-m", "prefect", "--no-prompt", "deploy", "--all"]
        run_once(root, "deploying train/local", deploy)
        wait(reports, lambda: answers(addresses.reports))
        if not tracking:
            wait(mlflow, lambda: answers(f"{addresses.mlflow_ui}/health"))
        desk = begin("desk", "desk", MLFLOW_TRACKING_URI=tracking or addresses.mlflow_ui)
        wait(desk, lambda: speaks(f"{addresses.desk}/health"))  # it may have no champion yet
        shown = _shown(addresses, tracking)
        write_note(root, servers, addresses, shown)
        print(f"{shown}\n\nCtrl-C here, or `make down` in another shell, ends them.", flush=True)
        yield servers
    finally:
        # nothing may interrupt the end: each ends within leash.SECONDS_TO_END
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        for server in reversed(servers):
            leash.end(server.process)
        note_file(root).unlink(missing_ok=True)


def mlflow_environment(root: Path) -> dict[str, str]:
    """What lets MLflow's server tell the desk, on this machine, that an alias has moved."""
    key = secret_in(
        root / "var/run/webhook-key", lambda: base64.urlsafe_b64encode(os.urandom(32)).decode()
    )
    return {
        "MLFLOW_WEBHOOK_SECRET_ENCRYPTION_KEY": key,
        "MLFLOW_WEBHOOK_ALLOW_PRIVATE_IPS": "true",
        "MLFLOW_WEBHOOK_ALLOWED_SCHEMES": "http,https",
        # it remembers for a minute that nobody wants to know
        "MLFLOW_WEBHOOK_CACHE_TTL": "1",
        "MLFLOW_WEBHOOK_REQUEST_TIMEOUT": "5",
    }


def mlflow_server(root: Path, port: int) -> list[str]:
    """The arguments of MLflow's server over this checkout's store."""
    folder = root.resolve() / "var/mlflow"
    return [
        "mlflow", "server",
        "--backend-store-uri", f"sqlite:///{folder / 'mlflow.db'}",
        "--default-artifact-root", (folder / "artifacts").as_uri(),
        "--host", LOOPBACK, "--port", str(port), "--workers", "1",
        "--uvicorn-opts", "--no-access-log",  # the desk asks every second
    ]  # fmt: skip


def _shown(addresses: Addresses, tracking: str | None) -> str:
    return "\n".join(
        [
            "",
            f"  Prefect   {addresses.prefect_ui}",
            f"  MLflow    {tracking or addresses.mlflow_ui}",
            f"  desk      {addresses.desk}",
            f"  reports   {addresses.reports}",
            "",
            'In another shell:   eval "$(make -s env)"',
            "                    prefect deployment run 'train/local' --watch",
        ]
    )
