"""What a run tells: through Prefect's run loggers, so that its UI shows it, marked for display."""

from collections.abc import Callable
from typing import Any, Literal

from prefect.logging import get_run_logger

Event = Literal["begins", "line", "waits", "ends", "fails"]
Tell = Callable[[Event, str], None]

MARK = "replymill_event"


def teller() -> Tell:
    """A function that logs to the flow or task run this is called in, from any thread."""
    logger: Any = get_run_logger()

    def tell(event: Event, text: str) -> None:
        level = "error" if event == "fails" else "warning" if event == "waits" else "info"
        getattr(logger, level)(text or event, extra={MARK: event})

    return tell
