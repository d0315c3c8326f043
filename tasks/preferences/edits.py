"""Pairs from what agents changed in drafts: what they sent, beside what was proposed."""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from drafter.guard import grounded
from tasks.preferences.candidate import Candidate, Ticket, evidence_of, prompt_for, prompt_with
from tasks.preferences.edit_class import classify
from tasks.preferences.params import PreferencesParams

# Classes that are no pair: there is nothing to choose, or nothing worth learning.
LEFT_OUT = ("unchanged", "typo")


def edited(tickets: Iterable[Ticket], params: PreferencesParams, seed: int) -> Iterator[Candidate]:
    """One candidate for each ticket with a draft.

    unchanged, typo     that class
    fact_not_in_prompt  the agent put in a figure that neither the clauses shown nor the ticket
                        hold: preferring it would teach to state figures without evidence
    """
    for ticket in tickets:
        if ticket["draft"] is None:
            continue
        edit = classify(ticket["draft"], ticket["reply"])
        texts = {"chosen": ticket["reply"], "rejected": ticket["draft"]}
        weight = 1.0 if ticket["draft_weight"] is None else ticket["draft_weight"]
        found = Candidate.of(ticket, "edit", edit=edit, weight=weight, **texts)
        yield _judged(found, ticket, params, seed)


def _judged(found: Candidate, ticket: Ticket, params: PreferencesParams, seed: int) -> Candidate:
    if found.edit in LEFT_OUT:
        return found.without(found.edit)
    if found.edit != "fact":
        prompt = prompt_for(ticket, params.chunks, params.without_policy, seed)
        return replace(found, prompt=prompt)
    shown = ticket["chunks"][: params.chunks]
    if grounded(found.chosen, evidence_of(ticket, shown)).unsupported:
        return found.without("fact_not_in_prompt")
    return replace(found, prompt=prompt_with(ticket, shown))
