"""How long a draft was before an agent: the browser says, and the desk knows the most it can be."""

import math
from datetime import datetime

from desk.page.words import utc


def bounded(told: str, drafted_at: datetime, now: datetime) -> float | None:
    """The browser's seconds, at most those since the draft was written; None where it says none."""
    try:
        seconds = float(told)
    except ValueError:
        return None
    if not math.isfinite(seconds) or seconds < 0:
        return None
    return round(min(seconds, max(0.0, (now - utc(drafted_at)).total_seconds())), 1)
