"""The command line of a stage: `python -m tasks.NAME`.

`--help` answers before anything heavy is imported. An error that Replymill raises on purpose is
printed as one line and ends with 1; any other is a bug and keeps its traceback.
"""

import argparse
import importlib
import inspect
import os
import sys
import time
from pathlib import Path

from drafter.quiet import quiet_environment


def main(stage: str, about: str | None) -> None:
    """Parse the command line, read the stage's own part of params.yaml, call `tasks.STAGE.run.run`.

    The stages `draft` and `ask` take `--candidate NAME` as well and hand it on. How long it took
    is noted in var/durations, for `make plan`.
    """
    parser = argparse.ArgumentParser(
        prog=f"python -m tasks.{stage}",
        description=about,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--root", type=Path, default=Path(), help="the folder of params.yaml (.)")
    if stage in ("draft", "ask"):
        parser.add_argument("--candidate", required=True, help="a name of params.yaml")
    arguments = vars(parser.parse_args())
    root = arguments.pop("root").resolve()
    quiet_environment()
    die_with_dvc()
    started = time.monotonic()

    from drafter.errors import ReplymillError
    from drafter.section import load_section
    from drafter.tables import write_json
    from tasks.paths import Paths

    try:
        model = importlib.import_module(f"tasks.{stage}.params").Params
        params = load_section(root / "params.yaml", model)
        importlib.import_module(f"tasks.{stage}.run").run(params, Paths(root), **arguments)
        name = "@".join([stage, *arguments.values()])
        seconds = round(time.monotonic() - started, 1)
        write_json(Paths(root).duration(name), {"seconds": seconds})
    except ReplymillError as error:
        sys.exit(f"{stage}: {inspect.cleandoc(str(error))}")
    except KeyboardInterrupt:
        sys.exit(f"{stage}: stopped")


def die_with_dvc() -> None:
    """End this process when the DVC that started it is killed, which would leave it running.

    On Linux, and where the shell between them gives its place to the command, as bash and zsh do.
    """
    if sys.platform == "linux" and "DVC_STAGE" in os.environ:
        import ctypes
        import signal

        parent_death_signal = 1  # PR_SET_PDEATHSIG of linux/prctl.h
        ctypes.CDLL(None).prctl(parent_death_signal, signal.SIGTERM)
