import numpy as np
import pytest

from tasks.evaluate.cases import Case
from tasks.evaluate.metrics import chrf, reuse, rouge_l, similarity


def case(human: str) -> Case:
    return Case("T-1", "?", human, (), False, frozenset(), False, {}, "")


def test_the_humans_own_words_score_full_marks_and_others_less() -> None:
    human = "Ahoy! You have 30 days."
    for metric, full in ((chrf, 100), (rouge_l, 1)):
        same, other, none = metric([human, "Nothing alike", ""], [case(human)] * 3)
        assert same == pytest.approx(full)
        assert none == 0 <= other < full / 2  # type: ignore[operator]


def test_rouge_reads_words_that_are_not_english() -> None:
    assert rouge_l(["Größe prüfen"], [case("Größe prüfen")]) == [pytest.approx(1)]
    assert rouge_l(["返品"], [case("返品")]) == [pytest.approx(1)]


def test_reuse_is_what_an_agent_need_not_type() -> None:
    human = "Good day Jo! You have 30 days."
    drafts = [human, "Ahoy Jo! You have 30 days.", "Ahoy " * 40, ""]
    assert reuse(drafts, [case(human)] * 4) == pytest.approx([1, 5 / 7, 0, 0])
    assert reuse(["A draft"], [case("?!")]) == [None]


def test_similarity_is_a_cosine_and_zero_for_an_empty_draft() -> None:
    class Letters:
        """Counts of the letters a to z, as unit vectors."""

        def embed(self, texts: list[str]) -> np.ndarray:
            counts = np.array([[text.count(chr(97 + n)) for n in range(26)] for text in texts])
            return counts / np.linalg.norm(counts, axis=1, keepdims=True)

    score = similarity(Letters())  # type: ignore[arg-type]
    assert score(["abc", "xyz", ""], [case("cab")] * 3) == [pytest.approx(1), 0.0, 0.0]
