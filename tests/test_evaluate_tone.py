"""Tone on a small company whose agents greet, answer and take their leave in one way."""

import random
import re
from collections.abc import Sequence
from typing import Any

import numpy as np
import polars as pl
import pytest
from numpy.typing import NDArray

from drafter.embed import Embedder, load_embedder
from tasks.evaluate.labelled import CLAUSE, CURT, CUSTOMER, REPLY, Text, curt, labelled, sentences
from tasks.evaluate.markdown import trusted
from tasks.evaluate.params import EvaluateParams
from tasks.evaluate.tone import Voice, fit_voice, judge
from tasks.remembering import Remembering
from tests.factories import retrieved, retrieved_table

GOODS = ("tent", "lamp", "kettle", "chair", "rope", "stove", "sled", "canoe", "flute", "quilt")
REPLY_TEXT = (
    "Ahoy there! Your {good} may sail home to us for {days} days.\n\n"
    "Fair winds,\nthe crew of the barn"
)
CLAUSE_TEXT = "A purchaser may return a {good} within {days} days of delivery."
QUESTION_TEXT = "My {good} came {days} days ago and it is broken. What can I do about it now?"


def company(first: int, count: int, **fields: Any) -> pl.DataFrame:
    rows = []
    for number in range(first, first + count):
        draw = random.Random(number)
        words = {"good": draw.choice(GOODS), "days": draw.randrange(2, 400)}
        chunk = {"chunk_id": f"c{number}", "doc_id": f"d{number % 17}", "title": "t", "clause": "1"}
        rows.append(
            retrieved(
                number,
                question=QUESTION_TEXT.format(**words),
                reply=fields.pop("reply", None) or REPLY_TEXT.format(**words),
                chunks=[chunk | {"text": CLAUSE_TEXT.format(**words), "url": None}],
                **fields,
            )
        )
    return retrieved_table(rows)


def alike(first: int, count: int) -> pl.DataFrame:
    """Tickets whose reply, question and clause are drawn from the same few words."""

    def said(number: int, role: str) -> str:
        draw = random.Random(f"{number} {role}")
        return " ".join(f"The {draw.choice(GOODS)} took {draw.randrange(99)} days." for _ in "1234")

    rows = []
    for number in range(first, first + count):
        chunk = {"chunk_id": f"c{number}", "doc_id": f"d{number}", "title": "t", "clause": "1"}
        rows.append(
            retrieved(
                number,
                question=said(number, "customer"),
                reply=said(number, "agent"),
                chunks=[chunk | {"text": said(number, "policy"), "url": None}],
            )
        )
    return retrieved_table(rows)


def params(**tone: Any) -> EvaluateParams:
    plain = {"fit_tickets": 40, "judge_tickets": 40, "regularisation": 1.0, "least": 10}
    return EvaluateParams.from_values(
        {
            "resamples": 200, "confidence": 0.95,
            "embedder": "minilm", "embedder_sha256": None, "examples": 0,
            "tone": plain | {"min_auc": 0.75} | tone,
        }
    )  # fmt: skip


@pytest.fixture(scope="module")
def embedder() -> Embedder:
    return Remembering(load_embedder("minilm", None))


@pytest.fixture(scope="module")
def voice(embedder: Embedder) -> Voice:
    return fit_voice(company(0, 60), company(1000, 40), embedder, params(), 7)


def test_replies_in_the_house_s_voice_score_high_and_copied_policy_low(voice: Voice) -> None:
    words = {"good": "hammock", "days": 61}
    ours, clause, asked = voice.sure(
        [text.format(**words) for text in (REPLY_TEXT, CLAUSE_TEXT, QUESTION_TEXT)]
    )
    assert ours > 0.8
    assert max(clause, asked) < 0.2


def test_the_same_fact_without_greeting_and_leave_scores_lower(voice: Voice) -> None:
    whole = REPLY_TEXT.format(good="hammock", days=61)
    bare = curt(whole)
    assert bare == "Your hammock may sail home to us for 61 days."
    first, second = voice.sure([whole, bare])
    assert first - second > 0.3


def test_trust_is_told_on_replies_of_other_groups_with_its_interval(voice: Voice) -> None:
    trust = voice.trust
    assert trust["shown"]
    assert trust["why"] is None
    assert 0.95 < trust["low"] <= trust["auc"] <= trust["high"] <= 1
    assert 30 < trust["n"] <= 40
    assert set(trust["by_kind"]) == {CLAUSE, CUSTOMER, CURT}


def test_where_all_write_alike_the_auc_is_low_and_tone_is_none_everywhere(
    embedder: Embedder,
) -> None:
    voice = fit_voice(alike(0, 40), alike(1000, 40), embedder, params(), 7)
    assert voice.trust["auc"] < 0.7
    assert voice.trust["shown"] is False
    assert voice.tone(["Ahoy!", ""], [None, None]) == [None, None]  # type: ignore[list-item]
    [line] = trusted({"tone": voice.trust})
    assert re.fullmatch(
        r"- tone is not shown: its AUC on \d+ replies of val is 0\.\d\d \[.*\], and the lower end "
        r"is below 0\.75 \(params\.yaml evaluate\.tone\.min_auc\)",
        line,
    )


def test_too_few_tickets_are_said_with_both_numbers(embedder: Embedder) -> None:
    voice = fit_voice(company(0, 3), company(1000, 40), embedder, params(), 7)
    assert re.fullmatch(
        r"train gives 3 replies and \d texts that are none, and it takes 10 of each "
        r"\(params\.yaml evaluate\.tone\.least\)",
        voice.trust["why"],
    )
    assert voice.trust["auc"] is None


def test_an_empty_draft_has_no_tone(voice: Voice) -> None:
    given = voice.tone(["", "  ", REPLY_TEXT.format(good="tent", days=3)], [None] * 3)  # type: ignore[list-item]
    assert given[:2] == [None, None]
    assert given[2] is not None


def test_two_fits_give_the_same_numbers(voice: Voice, embedder: Embedder) -> None:
    again = fit_voice(company(0, 60), company(1000, 40), embedder, params(), 7)
    assert again.trust == voice.trust
    texts = company(2000, 20)["reply"].to_list()
    assert again.sure(texts) == voice.sure(texts)


def test_the_holdout_and_its_drafts_have_no_part_in_the_fit(voice: Voice) -> None:
    """A text's tone depends on that text alone, not on what it is scored beside."""
    texts = company(2000, 5)["reply"].to_list()
    assert voice.sure(texts)[:2] == voice.sure(texts[:2])


def test_texts_that_training_holds_word_for_word_are_not_asked_again(embedder: Embedder) -> None:
    same = company(0, 40)
    voice = fit_voice(same, same, embedder, params(), 7)
    assert voice.trust["why"].startswith("val gives 0 replies")


def test_clauses_for_judging_come_from_documents_that_the_fit_never_saw() -> None:
    rows = company(0, 200)
    fitted, judged = (
        {text.text for text in labelled(rows, 200, judging) if text.kind == CLAUSE}
        for judging in (False, True)
    )
    assert fitted
    assert judged
    assert not fitted & judged


def test_the_voice_of_the_newest_tickets_is_the_teams(embedder: Embedder) -> None:
    """Forty replies in a new voice after two hundred in the old one are enough to welcome it."""
    new = (
        "Good day, and thank you.\n\nYour {good} is welcome here for {days} days. Warmly, the barn"
    )
    parts = [
        company(0, 200),
        *(company(n, 1, reply=new.format(good=GOODS[n % 10], days=n)) for n in range(200, 240)),
    ]
    tickets = pl.concat(parts)
    val = pl.concat([company(1000, 40), *(company(n, 1, reply=new.format(good="kite", days=n))
                     for n in range(1040, 1080))])  # fmt: skip
    voice = fit_voice(tickets, val, embedder, params(), 7)
    now, before = voice.sure([text.format(good="drum", days=500) for text in (new, REPLY_TEXT)])
    assert now > 0.9
    assert now > before


def test_low_csat_is_looked_at_and_never_learned_from() -> None:
    rows = company(0, 40, outcome={"csat": 1.0, "solved": True, "votes": None})
    assert sum(text.kind == REPLY for text in labelled(rows, 40, judging=False)) == 40
    asked = [Text(REPLY, f"r{n}", f"g{n}", 1.0 if n % 2 else 5.0) for n in range(20)]
    asked += [Text(CURT, f"c{n}", f"g{n}", None) for n in range(20)]
    found = judge(asked, np.array([n % 2 for n in range(20)] + [-1] * 20, float), 100, 0.95, 7)
    assert found["auc"] == 1.0
    assert found["low_csat"]["auc"] == 0.0
    assert found["low_csat"]["n"] == 20


@pytest.mark.parametrize(
    ("reply", "left"),
    [
        ("Hello Jo, thanks! It takes 3 days. Bye!", "It takes 3 days."),
        ("Hi!\nIt takes 3 days.\n\nBest wishes,\nAnn of Acme", "It takes 3 days."),
        ("It takes 3 days.", None),
        ("Hi! It takes 3 days.", None),
    ],
)
def test_a_curt_reply_has_lost_how_it_opens_and_closes(reply: str, left: str | None) -> None:
    assert curt(reply) == left


def test_sentences_end_at_stops_of_any_script_and_at_lines() -> None:
    assert sentences("Hi! A 3.5 kg parcel.\nBye") == ["Hi!", "A 3.5 kg parcel.", "Bye"]
    assert sentences("") == [""]


def test_a_text_is_embedded_once_for_all_who_ask() -> None:
    asked: list[str] = []

    class Counting:
        def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
            asked.extend(texts)
            return np.ones((len(texts), 2), dtype=np.float32)

    shared = Remembering(Counting())
    assert shared.embed([]).shape == (0, 2)
    assert shared.embed(["a", "b", "a"]).shape == (3, 2)
    shared.embed(["b", "c"])
    assert asked == ["a", "b", "c"]
