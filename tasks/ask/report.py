"""reports/asked/CANDIDATE.json: what was asked and kept, what failed and why, what it cost."""

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from drafter.hosted.answer import Answer
from drafter.hosted.answers import Answers
from drafter.hosted.endpoint import Request
from drafter.hosted.prices import Prices

if TYPE_CHECKING:
    import polars as pl


def report(
    drafts: "pl.DataFrame",
    answers: Sequence[Answer],
    asked: int,
    spent: float,
    max_usd: float,
    prices: Prices,
) -> dict[str, Any]:
    """The report. `answers` are those behind the drafts, each once; `spent` is this run's alone."""
    from drafter.records import FAILED

    # a draft that the guard holds back has a reason too, and did not fail
    reasons = [reason for reason in drafts["reason"].drop_nulls() if reason.startswith(FAILED)]
    failed = Counter(reason.removeprefix(FAILED) for reason in reasons)
    return {
        "provider": prices.endpoint.provider,
        "model": prices.endpoint.model,
        "served_as": sorted({answer.model for answer in answers if answer.model}),
        "tickets": drafts.height,
        "asked": asked,
        "kept_from_before": max(len(answers) - asked, 0),
        "failed": dict(failed.most_common()),
        "spent_usd": round(spent, 6),
        "max_usd": max_usd,
        "answers_usd": round(sum(answer.cost_usd for answer in answers), 6),
        "prices": prices.evidence(),
    }


def sentence(said: dict[str, Any]) -> str:
    """What the run says at its end."""
    failed = sum(said["failed"].values())
    why = ", ".join(f"{reason} {count}" for reason, count in said["failed"].items())
    return (
        f"{said['asked']} answers asked for and {said['kept_from_before']} kept from before; "
        f"${said['spent_usd']:.4f} spent of max_usd {said['max_usd']:g}"
        + (f"; {failed} of {said['tickets']} drafts failed: {why}" if failed else "")
    )


def what_is_left(
    name: str, requests: Sequence[Request], answers: Answers, prices: Prices, max_usd: float
) -> str:
    """What a run that reached its cap says: how far it came, and what the rest takes."""
    worst = {
        request.address: prices.usd(request.most_tokens_in, prices.endpoint.max_tokens)
        for request in requests
    }
    there = [answers.get(address) for address in worst]
    costs = [answer.cost_usd for answer in there if answer is not None]
    left = [most for address, most in worst.items() if answers.get(address) is None]
    likely = f"about ${len(left) * sum(costs) / len(costs):.2f} and " if costs else ""
    return (
        f"{len(costs)} of {len(worst)} answers are there and kept, the other {len(left)} take "
        f"{likely}${sum(left):.2f} at the very most: raise hosted.{name}.max_usd ({max_usd:g}) in "
        "params.yaml, or run again to spend as much anew"
    )
