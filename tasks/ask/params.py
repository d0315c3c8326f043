"""What `ask` reads from params.yaml."""

from tasks.candidates import Hosted
from tasks.section import Section


class Params(Section):
    """The top-level keys that `ask` reads."""

    hosted: dict[str, Hosted]
    rules: str
    """The file of rules that the guard follows."""
