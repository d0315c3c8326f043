"""Near duplicates are found as exact Jaccard similarity finds them."""

import random
from itertools import combinations

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tasks.curate.near import NEIGHBOURS, Bands, clusters, near_pairs
from tasks.curate.shingles import Shingles, jaccard, shingle
from tests.curating import WORDS, letter


def triples(text: str) -> set[tuple[str, ...]]:
    words = text.lower().split()
    words += [""] * (3 - len(words))
    return {tuple(words[place : place + 3]) for place in range(len(words) - 2)}


def exact(left: str, right: str) -> float:
    return overlap(triples(left), triples(right))


def overlap(one: set[tuple[str, ...]], other: set[tuple[str, ...]]) -> float:
    return len(one & other) / len(one | other)


short_texts = st.lists(st.sampled_from("abcd"), max_size=9).map(" ".join)


@settings(max_examples=100, deadline=None)
@given(st.lists(short_texts, min_size=2, max_size=6))
def test_similarity_is_that_of_the_sets_of_word_triples(texts):
    left, right = np.array(list(combinations(range(len(texts)), 2))).T
    expected = [exact(texts[i], texts[j]) for i, j in zip(left, right, strict=True)]
    assert jaccard(shingle(pl.Series(texts)), left, right) == pytest.approx(expected)


def test_similarity_of_very_many_pairs_is_that_of_each():
    texts = shingle(pl.Series(["a b c d e f", "a b c d e", "x y z"]))
    left, right = np.zeros(5000, np.int64), np.arange(5000) % 3
    assert jaccard(texts, left, right).tolist() == [(1.0, 0.75, 0.0)[row] for row in right]


def test_case_punctuation_and_placeholder_numbers_do_not_count():
    texts = shingle(
        pl.Series(["[ORDER_1] is late, WHERE is it?", "[ORDER_12]  is late where is it", None, ""])
    )
    assert jaccard(texts, np.array([0, 2]), np.array([1, 3])).tolist() == [1.0, 1.0]
    whole = texts.whole()
    assert whole[0] == whole[1] != whole[2] == whole[3]


def test_the_same_words_in_another_order_are_another_text():
    texts = shingle(pl.Series(["a b c d e f a b c", "d e f a b c d e f"]))
    assert texts.whole()[0] != texts.whole()[1]


def test_a_text_has_the_same_shingles_wherever_it_stands():
    texts = pl.Series([letter(number, number % 7) for number in range(20)])
    whole = shingle(texts)
    for rows in ([3, 1, 1], [0], [19, 7]):
        alone, taken = shingle(texts[rows]), whole.take(np.array(rows))
        assert np.array_equal(alone.hashes, taken.hashes)
        assert np.array_equal(alone.offsets, taken.offsets)


def varied(count: int) -> list[str]:
    """Letters, and for each one a copy with a few words changed."""
    draw = random.Random(1)
    texts = [letter(number, 60) for number in range(count)]
    for text in texts[:count]:
        words = text.split()
        for _ in range(draw.randrange(5)):
            words[draw.randrange(60)] = draw.choice(WORDS)
        texts.append(" ".join(words))
    return texts


@pytest.mark.parametrize("similarity", [0.6, 0.8, 0.9])
def test_at_least_95_of_100_exact_pairs_are_found_and_no_others(similarity):
    texts = varied(200)
    sets = [triples(text) for text in texts]
    pairs_of_all = combinations(range(len(texts)), 2)
    wanted = {(i, j) for i, j in pairs_of_all if overlap(sets[i], sets[j]) >= similarity}
    found = near_pairs(shingle(pl.Series(texts)), similarity)
    pairs = set(zip(found.left.tolist(), found.right.tolist(), strict=True))
    assert pairs <= wanted
    assert len(pairs) >= 0.95 * len(wanted) > 50


def test_a_chain_of_near_duplicates_is_one_cluster():
    words = letter(1, 60).split()
    chain = [" ".join(words[start : start + 50]) for start in range(0, 10, 2)]
    label = clusters(shingle(pl.Series([*chain, letter(2, 50)])), 0.8)
    assert exact(chain[0], chain[-1]) < 0.8
    assert len(set(label[:-1])) == 1
    assert label[-1] != label[0]


def test_a_large_cluster_hangs_together():
    words = letter(1, 60).split()
    texts = pl.Series([" ".join([*words, str(number)]) for number in range(5 * NEIGHBOURS)])
    assert len(set(clusters(shingle(texts), 0.8))) == 1


def test_no_text_at_all_has_no_cluster():
    nothing = Shingles(np.empty(0, np.uint64), np.zeros(1, np.int64))
    assert len(clusters(nothing, 0.8)) == 0


@pytest.mark.parametrize("similarity", [0.5, 0.6, 0.7, 0.8, 0.9, 1.0])
def test_bands_are_as_long_as_recall_allows(similarity):
    bands = Bands.for_similarity(similarity)
    assert bands.permutations <= 128
    assert 1 - (1 - similarity**bands.rows) ** bands.bands >= 0.995
