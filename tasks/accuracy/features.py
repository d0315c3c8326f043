"""What a draft has in common with the policy, the human's reply and the question: 42 numbers.

NaN where there is nothing to compare: no figure, no word beside the question's. None of them looks
at who wrote the draft, at another draft, or at a rating.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from drafter.guard import facts_agree, grounded
from drafter.progress import progress
from tasks.accuracy.words import Read, asks_yes_or_no, core, opposite, read

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from drafter.embed import Embedder

    Floats = NDArray[np.float64]

NAN = float("nan")


@dataclass(frozen=True)
class Answer:
    """A draft beside what it is held against.

    `policy` is empty where none answers: then the human's reply stands in its place.
    """

    question: str
    policy: str
    human: str
    draft: str


@dataclass(frozen=True)
class Texts:
    """An Answer whose replies are cut down to the sentences that answer, each text read."""

    question: Read
    policy: Read
    human: Read
    draft: Read


def texts_of(answer: Answer) -> Texts:
    about = read(answer.question).content | read(answer.policy).content
    human = read(core(answer.human, about))
    # what the human says is to the point, in the draft too
    draft = read(core(answer.draft, about | human.content))
    policy = read(answer.policy) if answer.policy else human
    return Texts(read(answer.question), policy, human, draft)


# Which way a feature may move the score: 1 up, -1 down, 0 either. So no foreign figure and no
# opposite can ever raise it.
DIRECTIONS: dict[str, int] = {
    "cosine_policy": 1,
    "cosine_human": 1,
    "cosine_question": 0,
    "in_policy": 1,
    "policy_said": 1,
    "in_human": 1,
    "human_said": 1,
    "in_question": 0,
    "supported": 1,
    "foreign_words": -1,
    "new_words": 0,
    "new_in_policy": 1,
    "new_of_policy_said": 1,
    "new_of_human_said": 1,
    "key_said": 1,
    "key_missed": -1,
    "order_policy": 1,
    "order_in_policy": 1,
    "order_human": 1,
    "figures": 0,
    "figures_foreign": -1,
    "figures_not_in_policy": -1,
    "figures_of_policy_missed": -1,
    "figures_key_missed": -1,
    "facts_agree": 1,
    "grounded": 1,
    "names_foreign": -1,
    "names_key_missed": -1,
    "actions_foreign": -1,
    "actions_key_missed": -1,
    "opposite_policy": -1,
    "opposite_human": -1,
    "negation_differs_policy": -1,
    "negation_differs_human": -1,
    "negations_apart_policy": -1,
    "negations_apart_human": -1,
    "says_otherwise": -1,
    "yes_with_negation": 0,
    "yes_or_no_unasked": -1,
    "words": 0,
    "words_beside_policy": 0,
    "words_beside_human": 0,
}
NAMES = tuple(DIRECTIONS)


def features(answers: Sequence[Answer], embedder: "Embedder") -> "Floats":
    """(answers, NAMES) float64."""
    import numpy as np

    texts = [texts_of(answer) for answer in answers]
    distinct = sorted(
        {part.text for t in texts for part in (t.question, t.policy, t.human, t.draft) if part.text}
    )
    vectors = dict(zip(distinct, embedder.embed(distinct), strict=True))

    def cosine(one: Read, other: Read) -> float:
        if not one.text or not other.text:
            return NAN
        return float(np.dot(vectors[one.text], vectors[other.text]))

    table = np.empty((len(texts), len(NAMES)))
    with progress("comparing", len(texts), "drafts") as advance:
        for row, t in enumerate(texts):
            found = {
                "cosine_policy": cosine(t.draft, t.policy),
                "cosine_human": cosine(t.draft, t.human),
                "cosine_question": cosine(t.draft, t.question),
                **_words(t),
                **_figures(t),
                **_sense(t),
            }
            table[row] = [found[name] for name in NAMES]
            advance(1)
    return table


def _words(t: Texts) -> dict[str, float]:
    question, policy, human, draft = (
        part.content for part in (t.question, t.policy, t.human, t.draft)
    )
    key = (human & policy) - question
    order_policy, order_human = (_in_order(t.draft, other) for other in (t.policy, t.human))
    said, given, sent = len(t.draft.tokens), len(t.policy.tokens), len(t.human.tokens)
    return {
        "in_policy": _share(draft, policy),
        "policy_said": _share(policy, draft),
        "in_human": _share(draft, human),
        "human_said": _share(human, draft),
        "in_question": _share(draft, question),
        "supported": _share(draft, policy | human | question),
        "foreign_words": len(draft - policy - human - question),
        "new_words": len(draft - question),
        "new_in_policy": _share(draft - question, policy),
        "new_of_policy_said": _share(policy - question, draft),
        "new_of_human_said": _share(human - question, draft),
        "key_said": _share(key, draft),
        "key_missed": len(key - draft),
        "order_policy": 2 * order_policy / (said + given) if said and given else NAN,
        "order_in_policy": order_policy / said if said and given else NAN,
        "order_human": 2 * order_human / (said + sent) if said and sent else NAN,
        "words": said,
        "words_beside_policy": said / given if given else NAN,
        "words_beside_human": said / sent if sent else NAN,
    }


def _figures(t: Texts) -> dict[str, float]:
    policy, human, question, draft = (
        part.figures for part in (t.policy, t.human, t.question, t.draft)
    )
    key = _held(human, policy)
    agree = facts_agree(t.draft.text, t.human.text)
    share = grounded(t.draft.text, [t.policy.text, t.human.text, t.question.text]).share
    return {
        "figures": len(draft),
        "figures_foreign": len(draft) - len(_held(draft, policy | human | question)),
        "figures_not_in_policy": len(draft) - len(_held(draft, policy)),
        "figures_of_policy_missed": len(policy) - len(_held(policy, draft)),
        "figures_key_missed": len(key) - len(_held(key, draft)),
        "facts_agree": NAN if agree is None else agree,
        "grounded": NAN if share is None else share,
    }


def _sense(t: Texts) -> dict[str, float]:
    known = t.policy.content | t.human.content | t.question.content
    actions = t.policy.actions | t.human.actions | t.question.actions
    draft = t.draft
    # a reply without a yes or no at its head may still deny
    human = t.human.says or (-1 if t.human.negations else 0)
    said = draft.says or (-1 if draft.negations else 0)
    return {
        "names_foreign": len(draft.names - known),
        "names_key_missed": len((t.human.names & t.policy.content) - draft.content),
        "actions_foreign": len(draft.actions - actions),
        "actions_key_missed": len((t.human.actions & t.policy.actions) - draft.actions),
        "opposite_policy": opposite(draft, t.policy),
        "opposite_human": opposite(draft, t.human),
        "negation_differs_policy": float((draft.negations > 0) != (t.policy.negations > 0)),
        "negation_differs_human": float((draft.negations > 0) != (t.human.negations > 0)),
        "negations_apart_policy": abs(draft.negations - t.policy.negations),
        "negations_apart_human": abs(draft.negations - t.human.negations),
        "says_otherwise": float(said * human < 0),
        "yes_with_negation": float(draft.says == 1 and draft.negations > 0),
        "yes_or_no_unasked": float(draft.says != 0 and not asks_yes_or_no(t.question.text)),
    }


def _share(part: frozenset[str], of: frozenset[str]) -> float:
    """How much of `part` is in `of`; NaN for nothing."""
    return len(part & of) / len(part) if part else NAN


def _held(
    figures: frozenset[tuple[str, ...]], by: frozenset[tuple[str, ...]]
) -> frozenset[tuple[str, ...]]:
    """Those of `figures` that `by` states in one form or another."""
    forms = {form for figure in by for form in figure}
    return frozenset(figure for figure in figures if not forms.isdisjoint(figure))


def _in_order(one: Read, other: Read) -> int:
    """Length of the longest common subsequence of words (as ROUGE-L, Lin 2004)."""
    before = [0] * (len(other.tokens) + 1)
    for word in one.tokens:
        now = [0]
        for j, theirs in enumerate(other.tokens):
            now.append(before[j] + 1 if word == theirs else max(before[j + 1], now[j]))
        before = now
    return before[-1]
