"""One request until there is an answer or a reason why there is none."""

import random
import threading
import time
from contextlib import nullcontext

from drafter.errors import DraftingFailed
from drafter.hosted.answer import Answer, NotAnAnswer
from drafter.hosted.budget import Budget, Hold
from drafter.hosted.clients import Client
from drafter.hosted.endpoint import Endpoint, Request
from drafter.hosted.failure import CallFailed
from drafter.hosted.prices import Prices

FIRST_WAIT = 1.0  # seconds; it doubles with each try


def ask(
    client: Client,
    request: Request,
    endpoint: Endpoint,
    prices: Prices,
    budget: Budget | None,
    stop: threading.Event,
) -> tuple[Answer, bool]:
    """The answer to one request, and whether it came from the provider and so is kept.

    What passes by itself is tried `retries` times more, after as long as the server asks for or
    else 1, 2, 4 … seconds. Raises DraftingFailed where no other ticket would fare better, and
    CapReached before a call that could pass the budget.
    """
    most = prices.usd(request.most_tokens_in, endpoint.max_tokens)
    for tried in range(endpoint.retries + 1):
        with budget.hold(most) if budget else nullcontext(Hold(most)) as hold:
            started = time.perf_counter()
            try:
                answer = client.ask(request.body)
            except CallFailed as failure:
                hold.spent = most if failure.billed else 0.0
                failed = failure
            except NotAnAnswer as error:
                failed = CallFailed(f"malformed answer ({error})", again=True, billed=True)
            else:
                hold.spent = prices.of(answer, most)
                seconds = round(time.perf_counter() - started, 4)
                return answer.priced(hold.spent, seconds), True
        if failed.hopeless:
            raise DraftingFailed(f"{endpoint.address} as {endpoint.model}: {failed.reason}")
        wait = pause(tried, failed, endpoint.longest_wait)
        if not failed.again or tried == endpoint.retries or wait is None or stop.wait(wait):
            break
    return Answer("", failed.reason, None, None), False


def pause(tried: int, failed: CallFailed, longest: float) -> float | None:
    """Seconds before the next try, drawn a little apart; None where the server asks for more."""
    if failed.wait is not None:
        return failed.wait if failed.wait <= longest else None
    return min(FIRST_WAIT * 2.0**tried * random.uniform(0.75, 1.0), longest)  # noqa: S311
