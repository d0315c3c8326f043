"""`python -m flows.train`: the flow in this process, with Prefect's embedded engine.

Where `make up` has its server running, the run is told to that one, and is seen in its UI.
"""

import argparse
import atexit
import os
import signal
import sys
from pathlib import Path

from tasks.environment import prepare_environment


def main() -> int:
    """Parse the command line, turn the mill once, show what came out; gives the exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m flows.train",
        description="Turn the mill once: every stage of dvc.yaml that has something to do, then "
        "register the winner.",
    )
    parser.add_argument("--root", type=Path, default=Path(), help="the folder of dvc.yaml (.)")
    parser.add_argument("--stages-at-once", type=int, default=2, help="side by side, at most (2)")
    arguments = parser.parse_args()
    root = arguments.root.resolve()
    # a background job of a shell ignores Ctrl-C, and so would every stage
    signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        return _turn(root, arguments.stages_at_once)
    except KeyboardInterrupt:
        print("stopped; `make run` goes on from here", file=sys.stderr)
        return 130


def _turn(root: Path, at_once: int) -> int:
    from tasks.servers import running_api

    prepare_environment(root)
    os.environ["PREFECT_LOGGING_HANDLERS_CONSOLE_LEVEL"] = "ERROR"
    os.environ["REPLYMILL_SECONDS_BETWEEN_LINES"] = "1" if sys.stderr.isatty() else "10"
    api = os.environ.get("PREFECT_API_URL") or running_api(root)
    if api:
        os.environ["PREFECT_API_URL"] = api
    print(f"Prefect's engine: {api or 'embedded, starting ...'}", file=sys.stderr)

    from drafter.errors import ReplymillError
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

    try:
        show_outcome(root)
    except ReplymillError as error:
        print(error, file=sys.stderr)
    return 0


def start_embedded_server(root: Path) -> None:
    """Start Prefect's own temporary server on loopback, deaf to Ctrl-C; it ends with this process.

    A Ctrl-C on the terminal goes to every process in its foreground; the server must live until the
    run has told it how it ended. A server whose runner was killed is ended by the next run.
    """
    from prefect.server.api.server import SubprocessASGIServer

    from tasks.orphans import end_orphans, note_child

    notes = root / "var/run/embedded"
    end_orphans(notes)
    # Prefect stops the server at exit, after its last logs are sent; the note goes after that
    atexit.register(lambda: note.unlink(missing_ok=True))
    server = SubprocessASGIServer()
    held = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})  # what the server inherits
    try:
        server.start()
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, held)
    assert server.server_process is not None
    note = note_child(notes, server.server_process.pid, "embedded Prefect server")
