"""Tone: how sure a small classifier is that a text is written as this team's agents write.

It is fitted anew in each evaluation, on texts of train (tasks/evaluate/labelled.py), and judged on
texts of val, whose groups it has not seen; nothing of the holdout, no word list and no rating has a
part in it. Its features are embeddings: of the whole text, of its first and its last sentence, and
the mean over its sentences. (Measured: docs/tone.md. Taking the clause's direction out of them
makes a copied clause the zero vector: an AUC that means nothing.)

It sees how texts open, close and address. It does not see whether what they say is true, kind or
helpful: people's ratings of appropriateness have nothing to do with it (r = 0.0, docs/tone.md).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tasks.evaluate.cases import Case
from tasks.evaluate.labelled import OTHERS, REPLY, Text, labelled, without
from tasks.evaluate.params import EvaluateParams, ToneParams
from tasks.sentences import sentences
from tasks.statistics.intervals import rounded

if TYPE_CHECKING:
    import numpy as np
    import polars as pl
    from numpy.typing import NDArray

    from drafter.embed import Embedder

    Floats = NDArray[np.float64]

# From 4 on a customer was content, up to 2 not: what surveys call top and bottom two boxes.
CONTENT, DISCONTENT = 4.0, 2.0


@dataclass(frozen=True)
class Voice:
    """The classifier as plain numbers, and how far it is to be trusted.

    `weights` has one number for each feature; None where it could not be fitted. `trust` is what
    the scorecard says of it: {"auc", "low", "high", "n", "by_kind", "low_csat", "shown", "why"}.
    """

    embedder: "Embedder"
    weights: "Floats | None"
    bias: float
    trust: dict[str, Any]

    def tone(self, drafts: Sequence[str], cases: Sequence[Case]) -> list[float | None]:
        """0 to 1 for each draft; None for an empty one, and for all where it isn't trusted."""
        if not self.trust["shown"]:
            return [None] * len(cases)
        filled = [draft for draft in drafts if draft.strip()]
        found = iter(self.sure(filled))
        return [next(found) if draft.strip() else None for draft in drafts]

    def sure(self, texts: Sequence[str]) -> list[float]:
        """The probability that each text is in the team's voice, to four decimals."""
        from scipy.special import expit

        assert self.weights is not None
        if not texts:
            return []
        margins = features(self.embedder, texts) @ self.weights + self.bias
        return [round(float(share), 4) for share in expit(margins)]


def features(embedder: "Embedder", texts: Sequence[str]) -> "Floats":
    """(n, 4 d): the text, its first sentence, its last one, the mean over its sentences."""
    import numpy as np

    parts = [sentences(text) for text in texts]
    every = sorted({part for said in parts for part in said} | set(texts))
    vectors = dict(zip(every, embedder.embed(every), strict=True))
    rows = [
        np.concatenate(
            [
                vectors[text],
                vectors[said[0]],
                vectors[said[-1]],
                np.mean([vectors[part] for part in said], axis=0),
            ]
        )
        for text, said in zip(texts, parts, strict=True)
    ]
    return np.asarray(rows, dtype=np.float64)


def fit_voice(
    train: "pl.DataFrame",
    val: "pl.DataFrame",
    embedder: "Embedder",
    params: EvaluateParams,
    seed: int,
) -> Voice:
    """Fit on RETRIEVED rows of train and judge on those of val; the same rows give the same."""
    known = labelled(train, params.tone.fit_tickets, judging=False)
    asked = labelled(val, params.tone.judge_tickets, judging=True)
    return fit_on(known, asked, embedder, params, seed)


def fit_on(
    known: Sequence[Text],
    asked: Sequence[Text],
    embedder: "Embedder",
    params: EvaluateParams,
    seed: int,
) -> Voice:
    """Fit on `known` and judge on those of `asked` that it does not hold word for word."""
    tone = params.tone
    asked = without(asked, {text.text for text in known})
    if why := _too_few(known, asked, tone):
        empty: dict[str, Any] = {
            "auc": None,
            "low": None,
            "high": None,
            "n": 0,
            "by_kind": {},
            "low_csat": None,
        }
        return Voice(embedder, None, 0.0, empty | {"shown": False, "why": why})
    weights, bias = _fit(known, embedder, tone)
    margins = features(embedder, [text.text for text in asked]) @ weights + bias
    found = judge(asked, margins, params.resamples, params.confidence, seed)
    shown = bool(found["low"] >= tone.min_auc)
    why = None
    if not shown:
        why = (
            f"its AUC on {found['n']} replies of val is {found['auc']:.2f} "
            f"[{found['low']:.2f}, {found['high']:.2f}], and the lower end is below "
            f"{tone.min_auc} (params.yaml evaluate.tone.min_auc)"
        )
    return Voice(embedder, weights, bias, found | {"shown": shown, "why": why})


def judge(
    asked: Sequence[Text], margins: "Floats", resamples: int, confidence: float, seed: int
) -> dict[str, Any]:
    """AUC of replies against the others, each kind counting alike, with intervals.

    The interval is the percentile bootstrap over groups; `n` counts replies. `low_csat` is the AUC
    of replies that left customers content against those that did not: about .5 says that the
    metric does not see what customers mind.
    """
    import numpy as np

    groups = sorted({text.group for text in asked})
    place = {group: number for number, group in enumerate(groups)}
    draw = np.random.default_rng(seed)
    times = draw.multinomial(len(groups), np.full(len(groups), 1 / len(groups)), size=resamples)
    weights = np.vstack([np.ones(len(groups)), times]).astype(float)

    def auc(positive: list[int], negative: list[int]) -> "Floats":
        """For each row of `weights`; ties count half. NaN where a resample drew none of one."""
        wins = np.sign(margins[positive][:, None] - margins[negative][None, :]) / 2 + 0.5
        drawn = [weights[:, [place[asked[i].group] for i in side]] for side in (positive, negative)]
        with np.errstate(invalid="ignore", divide="ignore"):
            counted = drawn[0].sum(1) * drawn[1].sum(1)
            return np.asarray(((drawn[0] @ wins) * drawn[1]).sum(1) / counted)

    def cell(values: "Floats") -> dict[str, Any]:
        low, high = np.nanquantile(values[1:], [(1 - confidence) / 2, (1 + confidence) / 2])
        return {"auc": rounded(values[0]), "low": rounded(low), "high": rounded(high)}

    of = {kind: [i for i, text in enumerate(asked) if text.kind == kind] for kind in OTHERS}
    replies = [i for i, text in enumerate(asked) if text.kind == REPLY]
    by_kind = {kind: auc(replies, others) for kind, others in of.items() if others}
    rated = [i for i in replies if asked[i].csat is not None]
    content = [i for i in rated if (asked[i].csat or 0) >= CONTENT]
    discontent = [i for i in rated if (asked[i].csat or 0) <= DISCONTENT]
    low_csat = None
    if content and discontent:
        low_csat = cell(auc(content, discontent)) | {"n": len(content) + len(discontent)}
    return {
        **cell(np.mean(list(by_kind.values()), axis=0)),
        "n": len(replies),
        "by_kind": {kind: cell(values) | {"n": len(of[kind])} for kind, values in by_kind.items()},
        "low_csat": low_csat,
    }


def _fit(known: Sequence[Text], embedder: "Embedder", tone: ToneParams) -> "tuple[Floats, float]":
    """A logistic regression in which both sides, and each kind of the others, weigh alike."""
    import numpy as np
    from sklearn.linear_model import LogisticRegression

    counts = {kind: sum(text.kind == kind for text in known) for kind in (REPLY, *OTHERS)}
    kinds = sum(counts[kind] > 0 for kind in OTHERS)
    shares = [(1 if text.kind == REPLY else 1 / kinds) / counts[text.kind] for text in known]
    model = LogisticRegression(C=tone.regularisation, max_iter=1000)
    model.fit(
        features(embedder, [text.text for text in known]),
        np.array([text.kind == REPLY for text in known]),
        sample_weight=np.array(shares) * len(known) / 2,
    )
    return model.coef_[0], float(model.intercept_[0])


def _too_few(known: Sequence[Text], asked: Sequence[Text], tone: ToneParams) -> str | None:
    for split, texts in (("train", known), ("val", asked)):
        replies = sum(text.kind == REPLY for text in texts)
        others = len(texts) - replies
        if min(replies, others) < tone.least:
            return (
                f"{split} gives {replies} replies and {others} texts that are none, and it takes "
                f"{tone.least} of each (params.yaml evaluate.tone.least)"
            )
    return None
