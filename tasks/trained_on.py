"""What an adapter was trained on, as digests: what a measurement of it is evidence for."""

import hashlib
import json

from tasks.paths import Paths


def trained_on(paths: Paths) -> dict[str, str]:
    """sha256 of the training tickets, of the base's manifest, and of what params.yaml says of both.

    Sections sft and curate, and the seed, decide the adapter besides its tickets and its base.
    """
    import yaml

    values = yaml.safe_load((paths.root / "params.yaml").read_text(encoding="utf-8"))
    kept = {key: values.get(key) for key in ("sft", "curate", "seed")}
    return {
        "train": _sha256(paths.retrieved("train").read_bytes()),
        "base": _sha256((paths.base / "manifest.json").read_bytes()),
        "params": _sha256(json.dumps(kept, sort_keys=True).encode()),
    }


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
