"""Pairs from rival answers to one question: the one that was chosen beside one that lost.

Acceptance, the customer's rating of each of the two (csat) and votes speak for one or the other.
The evidence is clear where one of them speaks for the chosen answer, ratings and votes by a margin,
and none speaks against it, by however little. So none goes before another: where they contradict,
there is no pair. Votes given late, or to whoever answered first, are no such evidence, and two
answers may both be good: therefore these pairs weigh less than those of the other origins.

The customer's rating of the whole question tells no answer from another, and does not count.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

from tasks.preferences.candidate import Candidate, Ticket, prompt_for
from tasks.preferences.params import PreferencesParams


def rivalled(
    tickets: Iterable[Ticket], params: PreferencesParams, seed: int
) -> Iterator[Candidate]:
    """One candidate for each rival.

    same_text  both say the same words
    unclear    nothing tells the two apart, or acceptance, csat and votes contradict each other
    """
    for ticket in tickets:
        for number, rival in enumerate(ticket["rivals"] or [], start=1):
            found = Candidate.of(ticket, "rivals", part=str(number))
            if rival["text"].split() == ticket["reply"].split():
                yield found.without("same_text")
            elif not is_clear(ticket["outcome"] or {}, rival, params):
                yield found.without("unclear")
            else:
                yield replace(
                    found,
                    prompt=prompt_for(ticket, params.chunks, params.without_policy, seed),
                    chosen=ticket["reply"],
                    rejected=rival["text"],
                )


def is_clear(chosen: dict[str, Any], rival: dict[str, Any], params: PreferencesParams) -> bool:
    """Whether the chosen answer (an OUTCOME) has won against the rival (a RIVAL)."""
    votes = (chosen.get("helpful") or 0) - (rival["votes"] or 0)
    both_rated = chosen.get("rated") and rival["csat"] is not None
    # 4.1 - 2.1 is a little less than 2
    csat = round(chosen["csat"] - rival["csat"], 9) if both_rated else 0.0
    if rival["accepted"] or csat < 0 or votes < 0:
        return False
    return bool(chosen.get("accepted")) or csat >= params.clear_csat or votes >= params.clear_votes
