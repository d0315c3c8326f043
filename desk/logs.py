"""What the log may say of an error: its type and where it was raised, never its message.

A library's message may hold what it stumbled over: a ticket's text, an address, a password.
"""

import logging
import traceback
from pathlib import Path

from drafter.errors import ReplymillError

log = logging.getLogger("desk")

DEEPEST = 12


def frames(error: BaseException) -> str:
    """`ValueError, drafter/fit.py:20 encode_chat < drafter/local.py:65 _encode`, innermost first.

    Of ours, the message is told: it holds no ticket's text (see drafter/errors.py).
    """
    told = f": {error}" if isinstance(error, ReplymillError) else ""
    passed = [
        f"{'/'.join(Path(frame.filename).parts[-2:])}:{frame.lineno} {frame.name}"
        for frame in traceback.extract_tb(error.__traceback__)[-DEEPEST:]
    ]
    return f"{type(error).__name__}{told}, {' < '.join(reversed(passed))}"
