"""Metrics: functions from the drafts of one candidate to one number for each ticket.

None: the metric says nothing about this ticket, and its mean leaves the ticket out.
"""

import re
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from drafter import guard
from drafter.compliance import Rules, violations
from tasks.changed_words import typed_words, words
from tasks.evaluate.cases import Case

if TYPE_CHECKING:
    from drafter.embed import Embedder
    from tasks.evaluate.tone import Voice

Scores = list[float | None]
Metric = Callable[[Sequence[str], Sequence[Case]], Scores]


def metrics(
    embedder: "Embedder", rated_by: "Embedder", voice: "Voice", rules: "BrokenRules"
) -> dict[str, Metric]:
    """Every metric of quality by its name; more is better, but for what LABELS says otherwise.

    `rated_by` is the embedder that the trees of `accuracy` were fitted with.
    """
    return {
        "chrf": chrf,
        "rouge_l": rouge_l,
        "similarity": similarity(embedder),
        "reuse": reuse,
        "grounded": grounded,
        "facts_agree": facts_agree,
        "outdated": outdated,
        "tone": voice.tone,
        "compliance": compliance(rules),
        "accuracy": accuracy(rated_by),
    }


def chrf(drafts: Sequence[str], cases: Sequence[Case]) -> Scores:
    """Character n-gram F-score against the human's reply, 0 to 100 (Popović 2015, sacrebleu)."""
    from sacrebleu.metrics.chrf import CHRF

    scorer = CHRF()
    return [
        scorer.sentence_score(draft, [case.human]).score
        for draft, case in zip(drafts, cases, strict=True)
    ]


def rouge_l(drafts: Sequence[str], cases: Sequence[Case]) -> Scores:
    """F1 of the longest common subsequence of words, 0 to 1 (Lin 2004, rouge-score)."""
    from rouge_score.rouge_scorer import RougeScorer

    scorer = RougeScorer(["rougeL"], tokenizer=_Words())
    return [
        scorer.score(case.human, draft)["rougeL"].fmeasure
        for draft, case in zip(drafts, cases, strict=True)
    ]


class _Words:
    """Words of any script; rouge-score's own tokenizer drops all but a-z and digits."""

    def tokenize(self, text: str) -> list[str]:
        return re.findall(r"\w+", text.lower())


def similarity(embedder: "Embedder") -> Metric:
    """Cosine between the embeddings of draft and human reply; 0 for an empty draft."""

    def score(drafts: Sequence[str], cases: Sequence[Case]) -> Scores:
        written = iter(embedder.embed([draft for draft in drafts if draft]))
        humans = embedder.embed([case.human for case in cases])
        return [
            float(next(written) @ human) if draft else 0.0
            for draft, human in zip(drafts, humans, strict=True)
        ]

    return score


def reuse(drafts: Sequence[str], cases: Sequence[Case]) -> Scores:
    """The share of the human reply's words that need not be typed, 0 to 1; None without words.

    What agents leave as it was drafted, at the desk as here: a better reply in other words is all
    typing, and so is a new greeting. A draft that the guard holds back counts by its text, as in
    every metric of quality; that nobody is shown it counts under abstention.
    """
    return [
        1 - typed_words(words(draft), human) / len(human) if human else None
        for draft, human in zip(drafts, (words(case.human) for case in cases), strict=True)
    ]


def grounded(drafts: Sequence[str], cases: Sequence[Case]) -> Scores:
    """The share of a draft's facts that policy or ticket hold, 0 to 1; None without facts."""
    return [
        guard.grounded(draft, case.evidence).share
        for draft, case in zip(drafts, cases, strict=True)
    ]


def facts_agree(drafts: Sequence[str], cases: Sequence[Case]) -> Scores:
    """F1 between the facts of draft and human reply; None where the human states none."""
    return [guard.facts_agree(draft, case.human) for draft, case in zip(drafts, cases, strict=True)]


class BrokenRules:
    """The names of the rules that a draft breaks, in the rules' order; looked for once a draft."""

    def __init__(self, rules: Rules) -> None:
        self.rules = rules
        self.known: dict[tuple[str, str], list[str]] = {}

    def of(self, draft: str, case: Case) -> list[str]:
        key = (case.ticket_id, draft)
        if key not in self.known:
            found = violations(draft, case.ticket, case.evidence, self.rules)
            self.known[key] = list(dict.fromkeys(one.rule for one in found))
        return self.known[key]


def compliance(rules: BrokenRules) -> Metric:
    """1.0 for a draft that breaks no rule of compliance.yaml, 0.0 for one that does; None if empty.

    It sees what drafter/compliance sees, and that is words: a draft that keeps every rule may be
    wrong. The guard at serving knows fewer clauses than evaluation does, and so holds back more.
    """

    def score(drafts: Sequence[str], cases: Sequence[Case]) -> Scores:
        return [
            float(not rules.of(draft, case)) if draft.strip() else None
            for draft, case in zip(drafts, cases, strict=True)
        ]

    return score


def outdated(drafts: Sequence[str], cases: Sequence[Case]) -> Scores:
    """1.0 for a draft that states what an earlier version of the ticket's policy said, else 0.0.

    None where no earlier version says anything that today's doesn't. It sees facts alone, and a
    figure that happens to be an old one counts like one that was learned.
    """
    return [
        float(not case.superseded.isdisjoint(guard.stated(draft))) if case.superseded else None
        for draft, case in zip(drafts, cases, strict=True)
    ]


def accuracy(embedder: "Embedder") -> Metric:
    """What people would rate a draft's accuracy, 0 to 1, by fixed trees; 0 for an empty draft.

    It holds the draft against the human's reply and the policy that answers: figures, products,
    actions and denials by code, and MiniLM's cosines. A foreign figure or an opposite never raises
    it. It can't see a wrong claim made of the right words, reads English, and takes the human's
    reply for right. On questions that the trees were not fitted on it goes with people's ratings
    at Pearson .621 [.575, .667]: `make ratings FILE=ratings.jsonl.gz`, docs/accuracy.md.
    """
    from tasks.accuracy.features import Answer
    from tasks.accuracy.score import accuracy as scored

    def score(drafts: Sequence[str], cases: Sequence[Case]) -> Scores:
        answers = [
            Answer(case.question, case.policy, case.human, draft)
            for draft, case in zip(drafts, cases, strict=True)
        ]
        return [*scored(answers, embedder)]

    return score
