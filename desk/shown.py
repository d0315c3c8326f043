"""A kept draft as its reader sees it: the customer's own values back in, the findings in place."""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

from drafter.pseudonyms import restore


def with_values(
    text: str, findings: Sequence[Mapping[str, Any]], values: Mapping[str, str]
) -> tuple[str, list[dict[str, Any]]]:
    """`text` with its values in place of placeholders, and the findings' places in that text."""
    cuts = sorted({0, len(text), *(f["start"] for f in findings), *(f["end"] for f in findings)})
    written, places = "", {0: 0}
    for start, end in pairwise(cuts):
        written += restore(text[start:end], values)
        places[end] = len(written)
    moved = [
        # drafts kept by an older version have no marks, and findings that all hold back
        {"soft": False, **f, "start": places[f["start"]], "end": places[f["end"]]}
        for f in findings
    ]
    return written, moved


def shown(kept: Mapping[str, Any]) -> dict[str, Any]:
    """What the API answers for a draft (`FeedbackStore.draft`); one that isn't kept has no id."""
    values = kept["ticket"]["placeholders"]
    text, findings = with_values(kept["text"], kept["findings"], values)
    passed = kept["reason"] is None
    outcome = dict(kept["outcome"]) if kept["outcome"] else None
    if outcome:
        outcome.pop("at")
        outcome["sent"] = restore(outcome["sent"], values) if outcome["sent"] else None
    return {
        "id": kept["id"],
        "kept": kept["id"] is not None,
        "draft": text if passed else "",
        "held_back": "" if passed else text,
        "citations": kept["citations"],
        "findings": findings,
        "abstained": kept["abstained"],
        "reason": kept["reason"],
        "cut": kept["cut"],
        "tokens_in": kept["tokens_in"],
        "tokens_out": kept["tokens_out"],
        "version": kept["version"],
        "candidate": kept["candidate"],
        "created_at": kept["created_at"],
        "outcome": outcome,
    }
