"""Words are those that Unicode's regex classes find, though most bytes never meet a regex."""

import sys
import unicodedata

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tasks.curate import shingles
from tasks.curate.shingles import shingle
from tasks.curate.words import plain_unicode, word_hashes


def words_of(text: str | None) -> list[str]:
    """The words of a text by one pass after the other, as a reader would say it."""
    plain = pl.Series([text or ""]).str.to_lowercase()
    plain = plain.str.replace_all(r"_[0-9]+\]", "]").str.replace_all(r"[^\p{L}\p{M}\p{N}]", " ")
    unspaced = r"([\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}])"
    return str(plain.str.replace_all(unspaced, " $1 ").item()).split(" ")


def expected(texts: list[str | None]) -> tuple[list[int], list[int]]:
    words = [[word for word in words_of(text) if word] for text in texts]
    hashed = pl.Series([word + " " for text in words for word in text], dtype=pl.String).hash(0)
    return hashed.to_list(), [len(text) for text in words]


PIECES = [
    *("[ORDER_1]", "[order_123]", "_12]", "_]", "12]", "_1", "]", "_", "_1_2]", "_٣]", "7"),
    *(
        "is",
        "Late",
        "LATE",
        "!",
        " ",
        ", ",
        "\n",
        "\t",
        "\x00",
        "\x7f",
        "'",
        "don\u2019t",
        "\u2013",
        "€",
    ),
    *("Größe", "ÜBER", "İ", "ΟΔΟΣ", "Σ", "ς", "é", "e\u0301", "Ж", "שלום", "مرحبا", "हिन्दी"),
    *(
        "退货",
        "ひらがな",
        "カタカナ",
        "ｶﾅ",
        "ไทย",
        "한국",
        "½",
        "②",
        "🙂",
        "\u00a0",
        "\u200b",
        "\u3000",
    ),
]
mails = st.lists(st.sampled_from(PIECES), max_size=12).map("".join) | st.none() | st.text()


@settings(max_examples=200, deadline=None)
@given(st.lists(mails, min_size=1, max_size=8))
def test_words_are_those_of_a_regex_over_the_whole_text(texts):
    hashes, sizes = word_hashes(plain_unicode(pl.Series(texts, dtype=pl.String)))
    assert (hashes.tolist(), sizes.tolist()) == expected(texts)


def test_every_character_of_unicode_is_read_as_the_regex_reads_it():
    characters = [chr(code) for code in range(sys.maxunicode + 1)]
    assigned = [one for one in characters if unicodedata.category(one) not in ("Cs", "Co", "Cn")]
    texts = ["x".join(assigned[start : start + 500]) for start in range(0, len(assigned), 500)]
    hashes, sizes = word_hashes(plain_unicode(pl.Series(texts)))
    assert (hashes.tolist(), sizes.tolist()) == expected(texts)


def test_the_texts_themselves_stay_as_they_are():
    texts = pl.Series(["Größe", "[ORDER_1]", None])
    shingle(texts)
    assert texts.to_list() == ["Größe", "[ORDER_1]", None]


@pytest.mark.parametrize("size", [1, 40, 10_000])
def test_texts_taken_a_few_at_a_time_have_the_same_shingles(monkeypatch, size):
    texts = pl.Series([f"[ORDER_{n}] is late, {'退货 ' * (n % 3)}ok {n}" for n in range(50)])
    whole = shingle(texts)
    monkeypatch.setattr(shingles, "_BYTES", size)
    parts = shingle(texts)
    assert np.array_equal(whole.hashes, parts.hashes)
    assert np.array_equal(whole.offsets, parts.offsets)
