"""What a finished run ends with: the scorecard, the version, what to type next."""

from pathlib import Path


def show_outcome(root: Path) -> None: ...
