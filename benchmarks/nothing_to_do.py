"""`dvc repro` where nothing is left to do: this checkout, and as many trivial stages.

python -m benchmarks.nothing_to_do --side ours     after `make run`
python -m benchmarks.nothing_to_do --side bare
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import yaml

from drafter.quiet import quiet_environment


def bare_repository(folder: Path, stages: int) -> None:
    """A repository whose stages each copy one line, brought up to date."""
    entries = {
        f"stage{number}": {
            "cmd": f"echo {number} > {number}.txt",
            "outs": [f"{number}.txt"],
        }
        for number in range(stages)
    }
    (folder / "dvc.yaml").write_text(yaml.safe_dump({"stages": entries}))
    for command in (["git", "init", "--quiet"], ["dvc", "init", "--quiet"], ["dvc", "repro"]):
        subprocess.run(command, cwd=folder, check=True, capture_output=True)


def stages_here() -> int:
    listed = subprocess.run(
        ["dvc", "stage", "list", "--name-only"], check=True, capture_output=True
    )
    return len(listed.stdout.split())


def repro(folder: Path) -> dict[str, float]:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    started = time.perf_counter()
    done = subprocess.run(["dvc", "repro"], cwd=folder, check=True, capture_output=True, text=True)
    seconds = time.perf_counter() - started
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if "Running stage" in done.stdout:
        sys.exit("there was something to do: run `make run` first")
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return {"seconds": seconds, "cpu_seconds": cpu}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--side", choices=["ours", "bare"], required=True)
    side = parser.parse_args().side
    quiet_environment()
    os.environ["PATH"] = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    stages = stages_here()
    if side == "ours":
        print(json.dumps(repro(Path()) | {"stages": stages}))
        return
    with tempfile.TemporaryDirectory() as folder:
        bare_repository(Path(folder), stages)
        print(json.dumps(repro(Path(folder)) | {"stages": stages}))


if __name__ == "__main__":
    main()
