"""How long `python -m tasks.STAGE --help` takes, the slowest of the stages.

python -m benchmarks.stage_help
"""

import json
import resource
import subprocess
import sys
import time
from pathlib import Path


def main() -> None:
    seconds = {}
    for main_file in sorted(Path("tasks").glob("*/__main__.py")):
        stage = main_file.parent.name
        started = time.perf_counter()
        command = [sys.executable, "-m", f"tasks.{stage}", "--help"]
        subprocess.run(command, check=True, capture_output=True)
        seconds[stage] = round(time.perf_counter() - started, 3)
    slowest = max(seconds, key=lambda stage: seconds[stage])
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    told = {
        "seconds": seconds[slowest],
        "cpu_seconds": round((used.ru_utime + used.ru_stime) / len(seconds), 3),
        "slowest": slowest,
        "stages": seconds,
    }
    print(json.dumps(told))


if __name__ == "__main__":
    main()
