"""The repository's tracked files in a folder of their own, where the whole mill may run."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

REPOSITORY = Path(__file__).parents[1]


def make_checkout(root: Path) -> Path:
    """Copy what git tracks, as it stands in the working tree, into a fresh repository at `root`."""
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=REPOSITORY, check=True, capture_output=True, text=True
    )
    for name in filter(None, listed.stdout.split("\0")):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(REPOSITORY / name, root / name)
    subprocess.run(["git", "init", "--quiet"], cwd=root, check=True)
    return root


def python(root: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run this interpreter in `root`, with its programs first on the path."""
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PREFECT_")}
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=root,
        env=kept | {"PATH": path},
        capture_output=True,
        text=True,
        check=False,
    )
