"""Hosted models behind the one method of every generator."""

import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field

from drafter.errors import DraftingFailed
from drafter.generate import Generation, Prompt
from drafter.hosted.answer import Answer
from drafter.hosted.answers import Answers
from drafter.hosted.asking import ask
from drafter.hosted.batches import Batches
from drafter.hosted.budget import Budget
from drafter.hosted.clients import Client, open_client
from drafter.hosted.endpoint import Endpoint, Request, request_of
from drafter.hosted.prices import Prices
from drafter.progress import progress

Asked = dict[str, Answer]


@dataclass
class HostedGenerator:
    """Asks an endpoint; what `answers` holds is not asked again, and `budget` is never passed.

    Serving has neither: each draft is asked for, and max_tokens limits what it costs.
    """

    endpoint: Endpoint
    client: Client
    prices: Prices
    answers: Answers | None = None
    budget: Budget | None = None
    batches: Batches | None = None
    asked: int = field(default=0, init=False)
    """Requests that got an answer in this process."""

    @classmethod
    def open(
        cls, endpoint: Endpoint, answers: Answers | None = None, budget: Budget | None = None
    ) -> "HostedGenerator":
        """Raises KeyMissing without a key and ParamsError without a price."""
        return cls(endpoint, open_client(endpoint), Prices(endpoint), answers, budget)

    def generate(self, prompts: Sequence[Prompt]) -> list[Generation]:
        """One text for each prompt. What is asked twice is asked once.

        Raises DraftingFailed where the provider is away or refuses all, and CapReached; what was
        answered until then is kept.
        """
        requests = [request_of(self.endpoint, prompt.messages) for prompt in prompts]
        found = self.kept(requests)
        left = {each.address: each for each in requests if each.address not in found}
        found |= self._ask_all(list(left.values()))
        return [generation(found[request.address]) for request in requests]

    def close(self) -> None:
        """Close the connections, and the file of answers."""
        self.client.close()
        if self.answers is not None:
            self.answers.close()

    def kept(self, requests: Sequence[Request]) -> Asked:
        """The answers that are there already."""
        if self.answers is None:
            return {}
        there = ((each.address, self.answers.get(each.address)) for each in requests)
        return {address: answer for address, answer in there if answer is not None}

    def _ask_all(self, requests: Sequence[Request]) -> Asked:
        found: Asked = {}
        if not requests:
            return found
        if self.batches is not None:
            return self.batches.ask(requests)
        stop = threading.Event()
        pool = ThreadPoolExecutor(self.endpoint.concurrency)
        in_a_row = 0
        try:
            with progress(f"asking {self.endpoint.model}", len(requests), "answers") as advance:
                for future, request in _as_they_end(pool, self._ask_one, requests, stop):
                    answer, came = future.result()
                    self.asked += came
                    found[request.address] = answer
                    advance(1)
                    in_a_row = 0 if came else in_a_row + 1
                    if in_a_row >= self.endpoint.give_up_after:
                        raise DraftingFailed(
                            f"{self.endpoint.address} as {self.endpoint.model}: {in_a_row} calls "
                            f"in a row got no answer ({answer.failed}); what was answered before "
                            "is kept: run again when it is back"
                        )
        finally:
            # those under way are waited for: their answers are paid
            stop.set()
            pool.shutdown(wait=True, cancel_futures=True)
        return found

    def _ask_one(self, request: Request, stop: threading.Event) -> tuple[Answer, bool]:
        answer, came = ask(self.client, request, self.endpoint, self.prices, self.budget, stop)
        if came and self.answers is not None:
            self.answers.add(request.address, answer)
        return answer, came


def generation(answer: Answer) -> Generation:
    """What a draft is made of."""
    return Generation(
        answer.text,
        answer.tokens_in or 0,
        answer.tokens_out or 0,
        answer.cost_usd,
        answer.failed,
    )


def _as_they_end(
    pool: ThreadPoolExecutor,
    call: Callable[[Request, threading.Event], tuple[Answer, bool]],
    requests: Sequence[Request],
    stop: threading.Event,
) -> Iterator[tuple[Future[tuple[Answer, bool]], Request]]:
    futures = {pool.submit(call, request, stop): request for request in requests}
    return ((future, futures[future]) for future in as_completed(futures))
