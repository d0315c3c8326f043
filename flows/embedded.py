"""`python -m flows.train`: the flow in this process, with Prefect's embedded engine.

Where `make up` has its server running, the run is told to that one, and is seen in its UI.
"""

import argparse
import os
import signal
import subprocess
import sys
from pathlib import Path

from drafter.errors import ServersFailed
from tasks import leash
from tasks.environment import LOOPBACK, prepare_environment

STARTS = 3


def main() -> int:
    """Parse the command line, turn the mill once, show what came out; gives the exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m flows.train",
        description="Turn the mill once: every stage of dvc.yaml that has something to do, then "
        "register the recommended candidate.",
    )
    parser.add_argument("--root", type=Path, default=Path(), help="the folder of dvc.yaml (.)")
    parser.add_argument("--stages-at-once", type=int, default=2, help="side by side, at most (2)")
    arguments = parser.parse_args()
    root = arguments.root.resolve()
    # a background job of a shell ignores Ctrl-C, and so would every stage
    signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        return _turn(root, arguments.stages_at_once)
    except ServersFailed as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("stopped; `make run` goes on from here", file=sys.stderr)
        return 130


def _turn(root: Path, at_once: int) -> int:
    from tasks.servers.note import running_api

    prepare_environment(root)
    os.environ["PREFECT_LOGGING_HANDLERS_CONSOLE_LEVEL"] = "ERROR"
    os.environ["REPLYMILL_SECONDS_BETWEEN_LINES"] = "1" if sys.stderr.isatty() else "10"
    api = os.environ.get("PREFECT_API_URL") or running_api(root)
    if api:
        os.environ["PREFECT_API_URL"] = api
    print(f"Prefect's engine: {api or 'embedded, starting ...'}", file=sys.stderr)

    from flows.display import Display

    display = Display()
    if not api:
        start_embedded_server(root)
    from flows.train import train

    with display.shown():
        state = train(str(root), at_once, return_state=True)
    if not state.is_completed():
        for stage, message in display.failures.items():
            print(f"\n{stage} failed:\n{message}", file=sys.stderr)
        if not display.failures:
            print(f"\nthe run failed: {state.message}", file=sys.stderr)
        print("\nCorrect it, then `make run` goes on from there.", file=sys.stderr)
        return 1
    from flows.outcome import show_outcome

    show_outcome(root, state.message or "")
    return 0


def start_embedded_server(root: Path) -> None:
    """Start Prefect's own temporary server on loopback; Prefect stops it when this process exits.

    Prefect's own way leaves the server running when its runner is killed, and lets a Ctrl-C on the
    terminal end it before the run has told it how it ended. Behind a keeper it does neither.
    """
    from prefect.server.api.server import SubprocessASGIServer

    log = root / "var/log/embedded.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    starts = 0

    class Kept(SubprocessASGIServer):
        def _run_uvicorn_command(self) -> subprocess.Popen[bytes]:
            # Prefect starts one that could not come up again and again, for ever
            nonlocal starts
            starts += 1
            if starts > STARTS:
                raise ServersFailed(f"Prefect's embedded server does not come up: see {log}")
            application = ["--factory", "prefect.server.api.server:create_app"]
            address = ["--host", LOOPBACK, "--port", str(self.port)]
            quiet = ["--log-level", "error", "--lifespan", "on"]
            temporary = {
                "PREFECT_UI_ENABLED": "0",
                "PREFECT__SERVER_EPHEMERAL": "1",
                "PREFECT__SERVER_FINAL": "1",
            }
            with log.open("wb") as printed:
                return leash.start(
                    [sys.executable, "-m", "uvicorn", *application, *address, *quiet],
                    root,
                    {**os.environ, **temporary},
                    signal.SIGTERM,
                    printed,
                    subprocess.STDOUT,
                )

    Kept().start()  # there is one instance a process, which Prefect's client then finds
