"""Metrics: functions from the drafts of one candidate to one number for each ticket.

None: the metric says nothing about this ticket, and its mean leaves the ticket out.
"""

import re
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from drafter import guard
from drafter.compliance import Rules, violations
from tasks.evaluate.cases import Case

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from drafter.embed import Embedder
    from tasks.evaluate.tone import Voice

Scores = list[float | None]
Metric = Callable[[Sequence[str], Sequence[Case]], Scores]


def metrics(embedder: "Embedder", voice: "Voice", rules: Rules) -> dict[str, Metric]:
    """Every metric of quality by its name; more is better, but for what LABELS says otherwise."""
    return {
        "chrf": chrf,
        "rouge_l": rouge_l,
        "similarity": similarity(embedder),
        "grounded": grounded,
        "facts_agree": facts_agree,
        "outdated": outdated,
        "tone": voice.tone,
        "compliance": compliance(rules),
        "accuracy": accuracy(),
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
    known: dict[str, NDArray[np.float32]] = {}

    def score(drafts: Sequence[str], cases: Sequence[Case]) -> Scores:
        import numpy as np

        texts = {text for text in drafts if text} | {case.human for case in cases}
        new = sorted(texts - set(known))
        known.update(zip(new, embedder.embed(new), strict=True))
        return [
            float(np.dot(known[draft], known[case.human])) if draft else 0.0
            for draft, case in zip(drafts, cases, strict=True)
        ]

    return score


def grounded(drafts: Sequence[str], cases: Sequence[Case]) -> Scores:
    """The share of a draft's facts that policy or ticket hold, 0 to 1; None without facts."""
    return [
        guard.grounded(draft, case.evidence).share
        for draft, case in zip(drafts, cases, strict=True)
    ]


def facts_agree(drafts: Sequence[str], cases: Sequence[Case]) -> Scores:
    """F1 between the facts of draft and human reply; None where the human states none."""
    return [guard.facts_agree(draft, case.human) for draft, case in zip(drafts, cases, strict=True)]


def compliance(rules: Rules) -> Metric:
    """1.0 for a draft that breaks no rule of compliance.yaml, 0.0 for one that does; None if empty.

    It sees what drafter/compliance sees, and that is words: a draft that keeps every rule may be
    wrong. The guard at serving knows fewer clauses than evaluation does, and so holds back more.
    """

    def score(drafts: Sequence[str], cases: Sequence[Case]) -> Scores:
        broken = broken_rules(drafts, cases, rules)
        return [
            float(not names) if draft.strip() else None
            for draft, names in zip(drafts, broken, strict=True)
        ]

    return score


def broken_rules(drafts: Sequence[str], cases: Sequence[Case], rules: Rules) -> list[list[str]]:
    """The names of the rules that each draft breaks, in the rules' order."""
    return [
        list(dict.fromkeys(v.rule for v in violations(draft, case.ticket, case.evidence, rules)))
        for draft, case in zip(drafts, cases, strict=True)
    ]


def outdated(drafts: Sequence[str], cases: Sequence[Case]) -> Scores:
    """1.0 for a draft that states what an earlier version of the ticket's policy said, else 0.0.

    None where no earlier version says anything that today's doesn't. It sees facts alone, and a
    figure that happens to be an old one counts like one that was learned.
    """
    return [
        float(any((fact.kind, fact.value) in case.superseded for fact in guard.facts(draft)))
        if case.superseded
        else None
        for draft, case in zip(drafts, cases, strict=True)
    ]


def accuracy() -> Metric:
    """What people would rate a draft's accuracy, 0 to 1, by fixed trees; 0 for an empty draft.

    It holds the draft against the human's reply and the policy that answers: figures, products,
    actions and denials by code, and MiniLM's cosines. A foreign figure or an opposite never raises
    it. It can't see a wrong claim made of the right words, reads English, and takes the human's
    reply for right. On questions that the trees were not fitted on it goes with people's ratings
    at Pearson .621 [.575, .667]: `make ratings FILE=ratings.jsonl.gz`, docs/accuracy.md.
    """
    from tasks.accuracy.features import Answer
    from tasks.accuracy.score import accuracy as scored
    from tasks.accuracy.score import fitted_embedder

    embedder = fitted_embedder()

    def score(drafts: Sequence[str], cases: Sequence[Case]) -> Scores:
        answers = [
            Answer(case.question, case.policy, case.human, draft)
            for draft, case in zip(drafts, cases, strict=True)
        ]
        return [*scored(answers, embedder)]

    return score
