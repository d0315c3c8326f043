"""What `ask` reads from params.yaml."""

from drafter.section import Section
from tasks.candidates import Hosted


class Params(Section):
    """The top-level keys that `ask` reads."""

    hosted: dict[str, Hosted]
    rules: str
    """The file of rules that the guard follows."""
