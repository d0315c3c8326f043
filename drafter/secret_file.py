"""A secret that is made once and kept in a file that its owner alone reads."""

import contextlib
import os
import tempfile
from collections.abc import Callable
from pathlib import Path


def secret_in(path: Path, make: Callable[[], str]) -> str:
    """The secret in `path`; `make` gives it the first time, whichever process comes first."""
    if not path.is_file():
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, beside = tempfile.mkstemp(dir=path.parent)  # mode 600 from the start
        try:
            with os.fdopen(handle, "w", encoding="ascii") as file:
                file.write(make())
            with contextlib.suppress(FileExistsError):
                os.link(beside, path)  # unlike a rename, never over another's
        finally:
            Path(beside).unlink()
    path.chmod(0o600)
    return path.read_text(encoding="ascii").strip()
