"""`make up` and `make down`: Prefect's server, a worker, MLflow's UI and the reports, on loopback.

    python -m tasks.servers up       start them, wait until each answers, stay until Ctrl-C
    python -m tasks.servers down     end exactly what `up` started, from another shell
    python -m tasks.servers env      the lines that a shell evaluates to talk to them

Each server is kept by `tasks.leash`, so none outlives `up`, however `up` ends. What it printed is
in var/log. Who runs is noted in var/run/up.json by pid and time of birth, never looked up by name.
"""

import argparse
import contextlib
import json
import os
import shlex
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from drafter.errors import ServersFailed
from drafter.tables import write_json
from tasks import leash
from tasks.environment import LOOPBACK, Addresses, prepare_environment
from tasks.paths import Paths
from tasks.repro import stage_environment
from tasks.runlock import Holder

POOL = "local"
SECONDS_TO_ANSWER = 180.0
SECONDS_BETWEEN_LOOKS = 0.3
LAST_LINES = 15
# in a process of its own, for MLflow takes 200 MB that the supervisor would keep
MAKE_STORE = """
from pathlib import Path
from tasks.paths import Paths
from tasks.tracking import ensure_store
ensure_store(Paths(Path.cwd()))
"""


@dataclass
class Server:
    """One process that `up` started, with the file of what it prints."""

    name: str
    process: subprocess.Popen[bytes]
    log: Path

    def check(self) -> None:
        """Raises ServersFailed with its last lines where it has ended."""
        code = self.process.poll()
        if code is not None:
            lines = self.log.read_text(encoding="utf-8", errors="replace").splitlines()
            last = "\n".join(f"  {line}" for line in lines[-LAST_LINES:])
            raise ServersFailed(f"{self.name} ended with exit code {code}; {self.log}:\n{last}")


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
    note = root / "var/run/up.json"
    servers: list[Server] = []

    def start(name: str, *module_and_arguments: str) -> Server:
        server = _start(root, name, [sys.executable, "-m", *module_and_arguments])
        servers.append(server)
        _write_note(note, servers, addresses, "")
        return server

    try:
        print("starting Prefect's server, MLflow's UI and a worker ...", flush=True)
        prefect = start(
            "prefect", "prefect", "server", "start",
            "--host", LOOPBACK, "--port", str(addresses.prefect_port),
        )  # fmt: skip
        (root / "reports").mkdir(exist_ok=True)
        reports = start(
            "reports", "http.server", str(addresses.reports_port),
            "--bind", LOOPBACK, "--directory", "reports",
        )  # fmt: skip
        if not tracking:
            _run_once(root, "making MLflow's store", [sys.executable, "-c", MAKE_STORE])
            mlflow = start("mlflow", *mlflow_server(root, addresses.mlflow_port))
        _wait(prefect, lambda: answers(f"{addresses.prefect_api}/health"))
        worker = start(
            "worker", "prefect", "worker", "start",
            "--pool", POOL, "--type", "process", "--name", "make-up",
        )  # fmt: skip
        _wait(worker, lambda: worker_online(addresses.prefect_api))
        deploy = [sys.executable, "-m", "prefect", "--no-prompt", "deploy", "--all"]
        _run_once(root, "deploying train/local", deploy)
        _wait(reports, lambda: answers(addresses.reports))
        if not tracking:
            _wait(mlflow, lambda: answers(f"{addresses.mlflow_ui}/health"))
        shown = _shown(addresses, tracking)
        _write_note(note, servers, addresses, shown)
        print(f"{shown}\n\nCtrl-C here, or `make down` in another shell, ends them.", flush=True)
        yield servers
    finally:
        # nothing may interrupt the end: each ends within leash.SECONDS_TO_END
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        for server in reversed(servers):
            leash.end(server.process)
        note.unlink(missing_ok=True)


def down(root: Path) -> None:
    """End what `up` started in this checkout, and wait until it is gone."""
    import psutil

    note = read_note(root, alive=False)
    if note is None:
        print("nothing is up")
        return
    holders = [Holder(**entry) for entry in (note["supervisor"], *note["servers"])]
    living = [holder for holder in holders if holder.alive()]
    for holder in living[:1]:  # the supervisor, which ends the others; else the first orphan
        with contextlib.suppress(ProcessLookupError):
            os.kill(holder.pid, signal.SIGTERM)
    until = time.monotonic() + 5 * leash.SECONDS_TO_END
    while (living := [holder for holder in holders if holder.alive()]) and until > time.monotonic():
        if not holders[0].alive():
            for holder in living:
                with contextlib.suppress(psutil.NoSuchProcess):
                    psutil.Process(holder.pid).terminate()
        time.sleep(SECONDS_BETWEEN_LOOKS)
    if living:
        raise ServersFailed(f"still there: {', '.join(holder.describe() for holder in living)}")
    (root / "var/run/up.json").unlink(missing_ok=True)
    print("it is down")


def shell_lines(root: Path) -> str:
    """What `eval "$(make -s env)"` sets: PATH, Prefect's server, MLflow's store."""
    from tasks.tracking import tracking_uri

    values = {
        "PREFECT_HOME": str(root / "var/prefect"),
        "PREFECT_API_URL": running_api(root) or Addresses.from_environment().prefect_api,
        "MLFLOW_TRACKING_URI": tracking_uri(Paths(root)),
    }
    lines = [f"export {name}={shlex.quote(value)}" for name, value in values.items()]
    return "\n".join(
        [*lines, f'export PATH={shlex.quote(str(Path(sys.executable).parent))}:"$PATH"']
    )


def mlflow_server(root: Path, port: int) -> list[str]:
    """The arguments of MLflow's server over this checkout's store."""
    folder = root.resolve() / "var/mlflow"
    return [
        "mlflow", "server",
        "--backend-store-uri", f"sqlite:///{folder / 'mlflow.db'}",
        "--default-artifact-root", (folder / "artifacts").as_uri(),
        "--host", LOOPBACK, "--port", str(port), "--workers", "1",
    ]  # fmt: skip


def check_port(port: int, variable: str) -> None:
    """Raises ServersFailed, with the way out, where something listens on `port` already."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            raise ServersFailed(
                f"port {port} is taken by another program: end that, or choose another port, "
                f"as in `make up {variable}={port + 10}`"
            ) from None


def answers(url: str) -> bool:
    """Whether `url` answers with success."""
    try:
        with urllib.request.urlopen(url, timeout=10) as response:  # noqa: S310
            return int(response.status) < 400
    except (OSError, ValueError):
        return False


def worker_online(api: str) -> bool:
    """Whether a worker polls the pool of the deployment `train/local`."""
    request = urllib.request.Request(  # noqa: S310
        f"{api}/work_pools/{POOL}/workers/filter",
        data=b"{}",
        headers={"content-type": "application/json"},
    )
    try:
        with urllib.request.urlopen(request, timeout=10) as response:  # noqa: S310
            return any(worker["status"] == "ONLINE" for worker in json.load(response))
    except (OSError, ValueError):
        return False


def running_api(root: Path) -> str | None:
    """The address of the Prefect API that `make up` of this checkout runs, if it answers."""
    note = read_note(root)
    if note and answers(f"{note['prefect_api']}/health"):
        return str(note["prefect_api"])
    return None


def read_note(root: Path, alive: bool = True) -> dict[str, Any] | None:
    """What `up` noted about its processes; with `alive`, None where it is gone."""
    try:
        note = json.loads((root / "var/run/up.json").read_text(encoding="utf-8"))
        if alive and not Holder(**note["supervisor"]).alive():
            return None
        return dict(note)
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _write_note(path: Path, servers: list[Server], addresses: Addresses, shown: str) -> None:
    holders = [Holder.of(server.process.pid, server.name) for server in servers]
    write_json(
        path,
        {
            "supervisor": asdict(Holder.myself("make up")),
            "servers": [asdict(holder) for holder in holders],
            "prefect_api": addresses.prefect_api,
            "shown": shown,
        },
    )


def _start(root: Path, name: str, command: list[str]) -> Server:
    log = root / "var/log" / f"{name}.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("wb") as printed:
        process = leash.start(
            command, root, stage_environment(), signal.SIGTERM, printed, subprocess.STDOUT
        )
    return Server(name, process, log)


def _wait(server: Server, ready: Callable[[], bool]) -> None:
    """Wait until `ready`. Raises ServersFailed where it takes too long or the server has ended."""
    until = time.monotonic() + SECONDS_TO_ANSWER
    while True:
        server.check()
        if ready():
            print(f"  {server.name} answers", flush=True)
            return
        if time.monotonic() > until:
            raise ServersFailed(
                f"{server.name} does not answer after {SECONDS_TO_ANSWER:.0f} s: see {server.log}"
            )
        time.sleep(SECONDS_BETWEEN_LOOKS)


def _run_once(root: Path, what: str, command: list[str]) -> None:
    """Run `command` to its end. Raises ServersFailed with its last lines where it fails."""
    done = subprocess.run(  # noqa: S603
        command, cwd=root, env=stage_environment(), stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        last = "\n".join(done.stdout.splitlines()[-LAST_LINES:])
        raise ServersFailed(f"{what} failed with exit code {done.returncode}:\n{last}")


def _shown(addresses: Addresses, tracking: str | None) -> str:
    return "\n".join(
        [
            "",
            f"  Prefect   {addresses.prefect_ui}",
            f"  MLflow    {tracking or addresses.mlflow_ui}",
            f"  reports   {addresses.reports}",
            "",
            'In another shell:   eval "$(make -s env)"',
            "                    prefect deployment run 'train/local' --watch",
        ]
    )


def main() -> None:
    """Parse the command line."""
    parser = argparse.ArgumentParser(
        prog="python -m tasks.servers",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("verb", choices=["up", "down", "env"])
    parser.add_argument("--root", type=Path, default=Path(), help="the folder of dvc.yaml (.)")
    arguments = parser.parse_args()
    root = arguments.root.resolve()
    try:
        if arguments.verb == "env":
            print(shell_lines(root))
        else:
            {"up": up, "down": down}[arguments.verb](root)
    except ServersFailed as error:
        sys.exit(f"servers: {error}")


if __name__ == "__main__":
    main()
