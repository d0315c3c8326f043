"""Pairs from the SFT model's own drafts that break a rule, beside what the human sent.

Whether the model drafted with clauses or from memory, the prompt of the pair shows the clauses: a
draft from memory beside the clause that it contradicts teaches not to answer from memory where the
clause stands there. With an empty prompt the same pair would ask to guess the human's figure.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from drafter.compliance import Rules, violations
from tasks.preferences.candidate import Candidate, Ticket, prompt_with

if TYPE_CHECKING:
    import polars as pl


def broken_rule(
    draft: str, ticket: Ticket, clauses: Sequence[Mapping[str, Any]], rules: Rules
) -> str | None:
    """The first rule of the guard's that `draft` breaks, or None; `clauses` are its evidence."""
    evidence = [clause[part] for clause in clauses for part in ("text", "url") if clause[part]]
    found = violations(draft, ticket, evidence, rules)
    return found[0].rule if found else None


def rule_breaking(
    drafts: "pl.DataFrame", tickets: Mapping[str, Ticket], chunks: int, rules: Rules
) -> Iterator[Candidate]:
    """One candidate for each draft (OWN rows).

    no_draft              the model wrote nothing
    cut                   it did not come to an end, so that it would be told by its length
    same_draft            with clauses and from memory it wrote the same: counted once
    breaks_no_rule        there is nothing to hold against it
    human_breaks_it_too   by what the prompt shows the human's reply is no better
    """
    seen = set()
    for draft in drafts.sort("ticket_id", "with_policy").iter_rows(named=True):
        ticket = tickets[draft["ticket_id"]]
        shown = ticket["chunks"][:chunks]
        found = Candidate.of(
            ticket,
            "rule",
            part="with_clauses" if draft["with_policy"] else "from_memory",
            prompt=prompt_with(ticket, shown),
            chosen=ticket["reply"],
            rejected=draft["text"],
        )
        reason = None
        if not draft["text"]:
            reason = "no_draft"
        elif draft["cut"]:
            reason = "cut"
        elif (draft["ticket_id"], draft["text"]) in seen:
            reason = "same_draft"
        elif broken_rule(draft["text"], ticket, ticket["chunks"], rules) is None:
            reason = "breaks_no_rule"
        elif broken_rule(ticket["reply"], ticket, shown, rules) is not None:
            reason = "human_breaks_it_too"
        seen.add((draft["ticket_id"], draft["text"]))
        yield replace(found, reason=reason)
