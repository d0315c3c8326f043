"""Whether every hosted candidate of params.yaml finds its key: asked before any work."""

from pathlib import Path

from drafter.hosted.keys import require_keys
from drafter.section import Section, load_section
from tasks.candidates import Hosted


class Params(Section):
    """The top-level key that tells who is asked."""

    hosted: dict[str, Hosted]


def check_keys(root: Path) -> None:
    """Raise KeyMissing, naming each variable, where a key is not in the environment.

    Raises ParamsError where params.yaml can't be read. A folder without params.yaml has nobody to
    ask, and its stages say so themselves.
    """
    if (root / "params.yaml").is_file():
        hosted = load_section(root / "params.yaml", Params).hosted
        require_keys((f"hosted.{name}", entry.key) for name, entry in hosted.items())
