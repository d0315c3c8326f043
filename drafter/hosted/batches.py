"""Batches, at half the price: their ids outlive a kill, and what they hold is fetched once.

    var/answers/claude.batch.json   {"id": "msgbatch_01…", "requests": {"9f…": 0.0031, …}}

The note stands from before a batch is sent until all its answers are kept, and holds what each of
its requests may cost at worst. Where a kill or a cut came before the id did, nobody here knows
whether the provider took the batch: a person looks, rather than that it is paid twice.
"""

import sys
import time
from collections.abc import Sequence
from pathlib import Path

from drafter.errors import BadInput, DraftingFailed
from drafter.hosted.answer import Answer, NotAnAnswer
from drafter.hosted.answers import Answers
from drafter.hosted.budget import Budget
from drafter.hosted.clients import Client
from drafter.hosted.endpoint import Endpoint, Request
from drafter.hosted.failure import CallFailed
from drafter.hosted.prices import Prices
from drafter.tables import read_json, write_json

# Providers take 50,000 requests and 200 MB at least; UTF-8 and JSON's own marks stay below twice.
MOST_REQUESTS = 10_000
MOST_BYTES = 50_000_000
GONE = 404


class Batches:
    """Asks one endpoint by batches, one after the other; what they cost is never above `budget`."""

    def __init__(
        self,
        endpoint: Endpoint,
        client: Client,
        answers: Answers,
        budget: Budget,
        note: Path,
        seconds_between_looks: float,
    ) -> None:
        self.endpoint, self.client, self.answers, self.budget = endpoint, client, answers, budget
        self.note = note
        self.pause = seconds_between_looks
        self.prices = Prices(endpoint)
        self.asked = 0

    def resume(self) -> None:
        """Wait for a batch that an earlier run left under way, and keep its answers."""
        if not self.note.exists():
            return
        try:
            noted = read_json(self.note)
            batch, requests = noted["id"], dict(noted["requests"])
        except (KeyError, TypeError, ValueError):
            raise BadInput(f"{self.note} is no note of a batch: delete it to ask anew") from None
        if batch is None:
            raise BadInput(self._unknown(len(requests)))
        _say(f"batch {batch} of {len(requests)} requests was under way: going on with it")
        found = self._collect(batch, requests)
        self.budget.record(sum(answer.cost_usd for answer in found.values()))

    def ask(self, requests: Sequence[Request]) -> dict[str, Answer]:
        """An answer for each request; one that the provider could not give has failed.

        Raises CapReached where not even one fits into the budget, DraftingFailed where the provider
        refuses the batch.
        """
        found: dict[str, Answer] = {}
        left = list(requests)
        while left:
            part = self._that_fit(left)
            left = left[len(part) :]
            worst = {each.address: self._worst(each) for each in part}
            with self.budget.hold(sum(worst.values())) as hold:
                write_json(self.note, {"id": None, "requests": worst})
                try:
                    batch = self.client.submit(part)
                except CallFailed as failure:
                    if failure.billed:
                        raise DraftingFailed(f"{failure}: {self._unknown(len(part))}") from None
                    hold.spent = 0.0  # what was not taken is not worked on
                    self.note.unlink()
                    raise DraftingFailed(
                        f"{self.endpoint.address} took no batch for {self.endpoint.model}: "
                        f"{failure.reason}; what was answered before is kept"
                    ) from None
                write_json(self.note, {"id": batch, "requests": worst})
                _say(f"batch {batch} of {len(part)} requests is under way; it outlives this run")
                got = self._collect(batch, worst)
                hold.spent = sum(answer.cost_usd for answer in got.values())
            found |= got
        return found

    def _unknown(self, requests: int) -> str:
        return (
            f"a batch of {requests} requests was sent to {self.endpoint.address}, and its id did "
            "not come back: look there whether it runs; if so, write its id into "
            f"{self.note}, else delete that file; then run again"
        )

    def _that_fit(self, requests: Sequence[Request]) -> list[Request]:
        """As many of the first as fit into the budget at worst, and one in any case."""
        part: list[Request] = []
        cost = size = 0.0
        for request in requests[:MOST_REQUESTS]:
            cost += self._worst(request)
            size += request.most_tokens_in
            if part and (cost > self.budget.left or size > MOST_BYTES):
                break
            part.append(request)
        return part

    def _worst(self, request: Request) -> float:
        return self.prices.usd(request.most_tokens_in, self.endpoint.max_tokens)

    def _collect(self, batch: str, worst: dict[str, float]) -> dict[str, Answer]:
        """Wait until a batch has ended, keep its answers, forget its note."""
        results = self._results(batch)
        found = {}
        for address, most in worst.items():
            result = results.get(address, "batch: no result")
            if isinstance(result, str):
                found[address] = Answer("", result, None, None)
                continue
            found[address] = result.priced(self.prices.of(result, most), None)
            if self.answers.get(address) is None:
                self.answers.add(address, found[address])
            self.asked += 1
        self.note.unlink(missing_ok=True)
        return found

    def _results(self, batch: str) -> dict[str, Answer | str]:
        failures = 0
        while True:
            try:
                state = self.client.state(batch)
                if state == "failed":
                    break
                if state == "ended":
                    return dict(self.client.results(batch))
                failures = 0
            except (CallFailed, NotAnAnswer) as failure:
                failures += 1
                if isinstance(failure, CallFailed) and failure.status == GONE:
                    break
                if isinstance(failure, CallFailed) and failure.hopeless:
                    failures = self.endpoint.give_up_after
                if failures >= self.endpoint.give_up_after:
                    raise DraftingFailed(
                        f"batch {batch} can't be asked about ({failure}); it is not forgotten: run "
                        f"again when {self.endpoint.address} answers"
                    ) from None
            time.sleep(self.pause)
        self.note.unlink(missing_ok=True)
        raise DraftingFailed(
            f"{self.endpoint.address} failed batch {batch} or no longer has it (its page there may "
            "say why): run again to ask anew"
        )


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)
