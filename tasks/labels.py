"""How metrics are named to a reader, and how their figures are printed."""

from collections.abc import Mapping
from typing import Any, NamedTuple


class Label(NamedTuple):
    """A short heading, how figures are rounded, what the metric says, and which way is better."""

    heading: str
    decimals: int
    percent: bool
    about: str
    less_is_better: bool = False


LABELS = {
    "facts_agree": Label(
        "same figures",
        1,
        True,
        "F1 of amounts, dates, durations and links with the human's; where the human states any",
    ),
    "grounded": Label(
        "grounded facts",
        1,
        True,
        "share of a draft's facts that the policy in force or the ticket holds; drafts with facts",
    ),
    "outdated": Label(
        "old figures",
        1,
        True,
        "drafts with a fact that only an earlier version of the policy holds; where there is one",
        less_is_better=True,
    ),
    "compliance": Label(
        "rules kept", 1, True, "drafts that break no rule of compliance.yaml, by all evidence"
    ),
    "accuracy": Label(
        "accuracy", 3, False, "as people would rate it, 0 to 1; see docs/accuracy.md"
    ),
    "chrf": Label("chrF", 1, False, "character n-grams shared with the human's reply, 0 to 100"),
    "rouge_l": Label("ROUGE-L", 3, False, "longest common word sequence with the human's, F1"),
    "similarity": Label("similarity", 3, False, "cosine of the embeddings of draft and human's"),
    "reuse": Label(
        "reuse", 1, True, "words of the human's reply that an agent with the draft need not type"
    ),
    "tone": Label(
        "tone", 2, False, "how sure a classifier is that the team's agents wrote it, 0 to 1"
    ),
    "seconds_p50": Label("s p50", 2, False, "seconds that an agent waits for a draft, median"),
    "seconds_p95": Label("s p95", 2, False, "the same, 95th percentile"),
    "tokens_in": Label("tokens in", 0, False, "of a prompt, mean"),
    "tokens_out": Label("tokens out", 0, False, "of a draft, mean"),
    "cost_usd": Label("USD", 4, False, "for a draft, mean"),
    "abstained": Label("held back", 1, True, "tickets whose draft the agent is not shown"),
    "failed": Label("failed", 1, True, "tickets whose draft failed; no other figure counts them"),
}

# Told by their means alone: nobody chooses by the width of these.
COUNTS = ("tokens_in", "tokens_out", "abstained", "failed")


def heading(metric: str) -> str:
    return LABELS[metric].heading


def figure(metric: str, value: float | None) -> str:
    """One value as a reader sees it; an en dash where there is none."""
    if value is None:
        return "\u2013"
    label = LABELS[metric]
    if label.percent:
        return f"{100 * value:.{label.decimals}f} %"
    return f"{value:.{label.decimals}f}"


def interval(metric: str, cell: Mapping[str, Any]) -> str:
    """`[low, high]` as a reader sees it; empty where there is none, or none that matters."""
    if cell["mean"] is None or metric in COUNTS:
        return ""
    low, high = (figure(metric, cell[end]).removesuffix(" %") for end in ("low", "high"))
    return f"[{low}, {high}]"


def shown_metrics(candidates: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """The metrics of a table, in reading order, without those that say nothing here.

    What a draft costs says nothing where none costs anything, nor does `failed` where none did; any
    other where it has no value.
    """

    def says_something(name: str) -> bool:
        means = [cells[name]["mean"] for cells in candidates.values()]
        return (
            any(means)
            if name in ("cost_usd", "failed")
            else any(mean is not None for mean in means)
        )

    there = next(iter(candidates.values()))
    return [name for name in LABELS if name in there and says_something(name)]
