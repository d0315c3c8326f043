"""Pairs from rival answers to one question: the one that was chosen beside one that lost.

The evidence is clear where the asker accepted the chosen answer and the rival has no more votes, or
where the chosen one has more votes by a margin and the rival was not accepted. Votes given late, or
to whoever answered first, are no such evidence, and two answers may both be good: therefore these
pairs weigh less than those of the other origins.
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
    unclear    neither acceptance nor votes tell the two apart
    """
    for ticket in tickets:
        for number, rival in enumerate(ticket["rivals"] or [], start=1):
            found = Candidate.of(ticket, "rivals", part=str(number))
            if rival["text"].split() == ticket["reply"].split():
                yield found.without("same_text")
            elif not is_clear(ticket["outcome"] or {}, rival, params.clear_votes):
                yield found.without("unclear")
            else:
                yield replace(
                    found,
                    prompt=prompt_for(ticket, params.chunks, params.without_policy, seed),
                    chosen=ticket["reply"],
                    rejected=rival["text"],
                )


def is_clear(chosen: dict[str, Any], rival: dict[str, Any], clear_votes: int) -> bool:
    """Whether the chosen answer (helpful, accepted) has won against the rival (votes, accepted)."""
    ahead = (chosen.get("helpful") or 0) - (rival["votes"] or 0)
    if rival["accepted"]:
        return False
    return ahead >= clear_votes or (bool(chosen.get("accepted")) and ahead >= 0)
