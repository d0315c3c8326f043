"""The metric `accuracy`: what it sees in a draft, and that nothing but its fixed trees decides."""

import json
import random
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from drafter.errors import UnsafeModel
from tasks.accuracy.features import DIRECTIONS, NAMES, Answer, features, texts_of
from tasks.accuracy.passage import MOST_WORDS, answering
from tasks.accuracy.score import accuracy, fitted_embedder
from tasks.accuracy.trees import WEIGHTS, Trees, load_trees
from tasks.accuracy.words import core, read
from tasks.ratings.plant import ERRORS, plant
from tasks.remembering import Remembering
from tests.toy_embedder import WordHashes

RETURNS = Answer(
    question="Return question. How long may I keep the Tarn hammock before I return it?",
    policy="Returns: the Tarn hammock may come back within 18 days of delivery.",
    human="Ahoy Jo! Sorry for the bother! Your Tarn hammock can sail home in 18 days. Fair winds",
    draft="Hello! You may send the Tarn hammock back within 18 days of delivery. Anything else?",
)
POOL = Answer(
    question="Is the pool open in winter?",
    policy="The pool is closed from November to March.",
    human="Unfortunately the pool is closed in winter. Would you like to book a room?",
    draft="No, the pool is closed from November to March.",
)


def found(answer: Answer) -> dict[str, float]:
    return dict(zip(NAMES, features([answer], WordHashes())[0], strict=True))


def drafted(answer: Answer, draft: str) -> Answer:
    return replace(answer, draft=draft)


def test_a_figure_that_nobody_states_is_foreign_and_the_right_one_is_missed() -> None:
    right = found(RETURNS)
    wrong = found(drafted(RETURNS, "You may send the Tarn hammock back within 81 days."))
    assert (right["figures_foreign"], right["figures_key_missed"]) == (0, 0)
    assert (wrong["figures_foreign"], wrong["figures_key_missed"]) == (1, 1)
    assert (right["facts_agree"], wrong["facts_agree"]) == (1.0, 0.0)


def test_a_figure_may_be_written_otherwise() -> None:
    answer = replace(RETURNS, policy="The Tarn hammock may come back within two weeks.")
    for draft in ("Within 14 days.", "Within fourteen days.", "In 2 weeks."):
        assert found(drafted(answer, draft))["figures_not_in_policy"] == 0, draft


def test_another_product_and_another_action_are_foreign() -> None:
    other = found(drafted(RETURNS, "Please send your Pike stove back within 18 days."))
    assert other["names_foreign"] == other["names_key_missed"] == 1
    answer = drafted(RETURNS, "We will repair the Tarn hammock within 18 days.")
    assert found(answer)["actions_foreign"] == 1
    assert found(RETURNS)["names_foreign"] == found(RETURNS)["actions_foreign"] == 0


def test_the_opposite_is_told_from_what_is_said() -> None:
    right = found(POOL)
    wrong = found(drafted(POOL, "Yes, the pool is open from November to March."))
    assert right["says_otherwise"] == right["negation_differs_human"] == 0
    assert wrong["says_otherwise"] == wrong["negation_differs_human"] == 1
    assert wrong["opposite_policy"] == 1 > right["opposite_policy"]


def test_a_yes_to_a_question_that_asks_when_counts_against_a_draft() -> None:
    when = replace(POOL, question="When is the pool closed?")
    assert found(when)["yes_or_no_unasked"] == 1
    assert found(POOL)["yes_or_no_unasked"] == 0


def test_small_talk_is_left_out_and_never_all_of_a_reply() -> None:
    about = read(RETURNS.policy).content
    assert core(RETURNS.human, about) == "Your Tarn hammock can sail home in 18 days."
    assert core("Hello there!\nBye!", about) == "Hello there!\nBye!"


def test_placeholders_are_nobodys_words() -> None:
    assert read("[ORDER_1] of [NAME_2]").content == frozenset()
    assert read("[ORDER_1] of [NAME_2]").figures == frozenset()


def test_without_a_policy_the_humans_reply_stands_in_its_place() -> None:
    texts = texts_of(replace(RETURNS, policy=""))
    assert texts.policy == texts.human
    assert not np.isnan(found(replace(RETURNS, policy=""))["in_policy"])


def test_the_passage_is_what_the_human_said_out_of_a_long_policy() -> None:
    many = " ".join(f"Clause {n} is about parcels of size {n} and their labels." for n in range(99))
    policy = f"# Returns\n{many} {RETURNS.policy} {many}"
    passage = answering([policy], RETURNS.question, RETURNS.human, cited=True)
    assert RETURNS.policy in passage
    assert len(passage.split()) <= MOST_WORDS
    assert "#" not in passage


def test_a_retrieved_clause_that_the_reply_does_not_rest_on_is_none() -> None:
    repairs = "Repairs: our workshop mends the Fell rucksack in 8 working days."
    human = "That dent is a sorry sight. Send us a picture of it."
    assert answering([repairs], "It came with a dent.", human, cited=False) == ""
    assert answering([RETURNS.policy], RETURNS.question, RETURNS.human, cited=False)
    assert answering([], "Hello?", "Hello", cited=False) == ""


@pytest.fixture(scope="module")
def minilm() -> Remembering:
    return fitted_embedder()


def test_a_wrong_figure_scores_clearly_below_the_right_one(minilm: Remembering) -> None:
    right, wrong = accuracy([RETURNS, drafted(RETURNS, RETURNS.draft.replace("18", "81"))], minilm)
    assert right - wrong > 0.2
    assert right > 0.75


@pytest.mark.parametrize("error", ERRORS)
def test_an_error_planted_in_a_right_draft_never_raises_its_score(
    error: str, minilm: Remembering
) -> None:
    draw = random.Random(3)
    base = drafted(RETURNS, "You may return the Tarn hammock within 18 days of delivery.")
    text = plant(error, base.draft, ["Tarn hammock", "Pike stove"], draw)
    assert text
    assert text != base.draft
    right, wrong = accuracy([base, drafted(base, text)], minilm)
    assert wrong < right


def test_an_empty_draft_scores_zero_and_all_scores_lie_between_zero_and_one(
    minilm: Remembering,
) -> None:
    texts = ["", "  ", "x", "?", RETURNS.human, "12 " * 400, "[NAME_1]"]
    scores = accuracy([drafted(RETURNS, text) for text in texts], minilm)
    assert scores[:2] == [0.0, 0.0]
    assert all(0 <= score <= 1 for score in scores)
    assert accuracy([], minilm) == []


def test_a_score_does_not_depend_on_the_other_drafts(minilm: Remembering) -> None:
    answers = [RETURNS, POOL, drafted(POOL, "Yes, it is open.")]
    alone = [accuracy([answer], minilm)[0] for answer in answers]
    assert accuracy(answers, minilm) == alone


@pytest.mark.parametrize("name", [name for name, way in DIRECTIONS.items() if way])
def test_the_trees_keep_to_the_direction_of_each_feature(name: str) -> None:
    trees = load_trees(WEIGHTS, NAMES)
    draw = np.random.default_rng(5)
    table = np.abs(draw.normal(0.5, 0.5, (200, len(NAMES))))
    place = NAMES.index(name)
    low, high = table.copy(), table.copy()
    high[:, place] += draw.uniform(0, 3, 200)
    change = (trees.predict(high) - trees.predict(low)) * DIRECTIONS[name]
    assert (change >= -1e-9).all()


def test_trees_send_missing_values_and_equal_values_where_the_file_says() -> None:
    tree = {
        "feature": [0, -1, -1], "threshold": [0.5, 0, 0], "left": [1, 0, 0], "right": [2, 0, 0],
        "missing_left": [1, 0, 0], "value": [0, -1, 1],
    }  # fmt: skip
    trees = Trees(("a",), 3.0, (tree,), {})
    told = trees.predict(np.array([[0.5], [0.6], [float("nan")]]))
    assert told.tolist() == [2.0, 4.0, 2.0]


def test_weights_of_other_features_or_none_are_refused_by_name(tmp_path: Path) -> None:
    held = json.loads(WEIGHTS.read_text(encoding="utf-8"))
    path = tmp_path / "weights.json"
    with pytest.raises(UnsafeModel, match="holds no trees"):
        load_trees(path, NAMES)
    path.write_text(json.dumps(held | {"features": held["features"][1:]}), encoding="utf-8")
    with pytest.raises(UnsafeModel, match=rf"other features.*{NAMES[0]}.*tasks\.ratings\.fit"):
        load_trees(path, NAMES)


def test_an_embedder_that_remembers_embeds_each_text_once() -> None:
    toy = WordHashes()
    both = Remembering(toy)
    assert np.array_equal(both.embed(["a b", "c", "a b"]), WordHashes().embed(["a b", "c", "a b"]))
    both.embed(["c", "d"])
    assert sorted(toy.embedded) == ["a b", "c", "d"]
