"""What stage base reads from params.yaml."""

from drafter.section import Section
from tasks.base.builtin_params import BuiltinParams


class Params(Section):
    base: str
    """`builtin`, `hub-id@revision`, or a folder (absolute, or from the folder of params.yaml)."""
    builtin: BuiltinParams
    """How the small model is trained, where base is `builtin`."""
    seed: int
    """Fixes the builtin model's weights, data and order."""
