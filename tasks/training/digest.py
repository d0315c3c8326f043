"""What decides an adapter's bits, as one digest: checkpoints of anything else are left alone."""

import hashlib
import importlib.metadata
import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

LIBRARIES = ("torch", "transformers", "peft", "trl", "accelerate")


def digest_of(contents: Iterable[bytes], settings: Sequence[Any], stage: Path) -> str:
    """Over the examples' bytes, settings, libraries, and the code in folder `stage` and in this."""
    digest = hashlib.sha256()
    for content in contents:
        digest.update(content)
    versions = {name: importlib.metadata.version(name) for name in LIBRARIES}
    digest.update(json.dumps([*settings, versions], sort_keys=True).encode())
    for folder in (stage, Path(__file__).parent):
        for source in sorted(folder.glob("*.py")):
            digest.update(source.read_bytes())
    return digest.hexdigest()
