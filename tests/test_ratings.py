"""`python -m tasks.ratings FILE`: correlation with people's ratings, and nothing is fitted."""

import gzip
import hashlib
import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.stats import pearsonr, spearmanr

from drafter.errors import BadInput
from tasks.accuracy.score import accuracy, fitted_embedder
from tasks.accuracy.trees import WEIGHTS
from tasks.ratings.fit import exported, fit_file
from tasks.ratings.measure import correlations, raters_ceiling
from tasks.ratings.read import is_even, question_hash, read_ratings
from tasks.ratings.report import report, told

REAL = Path("../shared/data/reply_ratings/ratings.jsonl.gz")


def rows(questions: int = 16) -> list[dict[str, Any]]:
    """Four replies to each question: right, curt, with a wrong figure, about something else."""
    made = []
    for number in range(questions):
        policy = f"The hall {number} opens at {number + 3} am and costs {number + 20} euros."
        replies = {
            policy: [5, 5, 4],
            f"It costs {number + 20} euros.": [4, 5, 3],
            f"It costs {number + 70} euros.": [2, 1, 1],
            "Yes, dogs are welcome on board.": [1, 1, 2],
        }
        for text, given in replies.items():
            made.append(
                {"question": f"What does hall {number} cost?", "policy_answer": policy}
                | {"reference": f"Hall {number} is {number + 20} euros.", "response": text}
                | {"accuracy": given, "appropriateness": [3, 4, 5 - number % 3]}
            )
    return made


def write(path: Path, lines: list[Any]) -> Path:
    with gzip.open(path, "wt", encoding="utf-8") as file:
        file.writelines(
            (line if isinstance(line, str) else json.dumps(line)) + "\n" for line in lines
        )
    return path


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write(tmp_path_factory.mktemp("rated") / "r.jsonl.gz", rows())


def test_the_command_prints_the_correlation_that_the_scores_have(file: Path) -> None:
    before = hashlib.sha256(WEIGHTS.read_bytes()).hexdigest()
    done = subprocess.run(
        [sys.executable, "-m", "tasks.ratings", str(file)], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    rated = read_ratings(file)
    scores = accuracy([one.answer for one in rated], fitted_embedder())
    given = [np.mean(one.accuracy) for one in rated]
    shown = re.search(
        r"accuracy +never fitted on +64 +([-.\d]+) \[.*?\] +([-.\d]+) \[", done.stdout
    )
    assert shown, done.stdout
    assert float(shown[1]) == pytest.approx(pearsonr(scores, given)[0], abs=6e-4)
    assert float(shown[2]) == pytest.approx(spearmanr(scores, given)[0], abs=6e-4)
    assert "appropriateness never fitted on" in done.stdout
    assert hashlib.sha256(WEIGHTS.read_bytes()).hexdigest() == before


def test_ratings_turned_round_turn_the_correlation_and_no_score(file: Path, tmp_path: Path) -> None:
    turned = [row | {"accuracy": [6 - rating for rating in row["accuracy"]]} for row in rows()]
    other = write(tmp_path / "turned.jsonl.gz", turned)
    one, two = (
        re.search(r"accuracy +never fitted on +64 +(-?)([.\d]+)", report(path))
        for path in (file, other)
    )
    assert one
    assert two
    assert (one[1], two[1]) == ("", "-")
    assert one[2] == two[2]


def test_questions_that_were_fitted_on_stand_apart(file: Path) -> None:
    rated = read_ratings(file)
    fitted = frozenset([question_hash(rated[0].answer.question)])
    table = told(rated, list(range(len(rated))), fitted)
    assert re.search(r"accuracy +never fitted on +60 ", table)
    assert re.search(r"accuracy +fitted on \(proves nothing\) +4 .*few questions", table)


def test_intervals_are_wider_when_a_questions_replies_go_together() -> None:
    draw = np.random.default_rng(1)
    truth = np.repeat(draw.normal(size=60), 8)
    scores = truth + np.repeat(draw.normal(size=60), 8)
    together = correlations(scores, truth, [str(n // 8) for n in range(480)], 0)["pearson"]
    apart = correlations(scores, truth, [str(n) for n in range(480)], 0)["pearson"]
    assert together.value == apart.value == pytest.approx(pearsonr(scores, truth)[0])
    assert together.low is not None
    assert together.high is not None
    assert apart.low is not None
    assert apart.high is not None
    assert together.low < together.value < together.high  # type: ignore[operator]
    assert together.high - together.low > 1.8 * (apart.high - apart.low)


def test_scores_that_do_not_vary_have_no_correlation() -> None:
    none = correlations(np.ones(40), np.arange(40.0), [str(n) for n in range(40)], 0)
    assert none["pearson"].value is none["spearman"].value is None


def test_the_raters_ceiling_is_what_their_agreement_allows() -> None:
    draw = np.random.default_rng(2)
    truth = draw.normal(size=(20000, 1))
    reliability, ceiling = raters_ceiling(truth + draw.normal(size=(20000, 3)))
    assert reliability == pytest.approx(0.75, abs=0.01)  # 1 / (1 + 1/3)
    assert ceiling == pytest.approx(0.75**0.5, abs=0.01)
    assert raters_ceiling(truth) == (None, None)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda row: row.pop("reference"), ":2 has no field reference; it needs question"),
        (lambda row: row.pop("accuracy"), ":2 has no field accuracy"),
        (lambda row: row.update(accuracy=[]), r":2: accuracy is \[\], not a list of ratings"),
        (lambda row: row.update(accuracy=[9, 1, 1]), r":2: accuracy is \[9, 1, 1\]"),
        (lambda row: row.update(accuracy="5"), ":2: accuracy is '5'"),
        (lambda row: row.update(question=None), ":2: question is NoneType, not a text"),
        (lambda row: row.update(accuracy=[5]), ":2: 1 ratings of accuracy and 3 of"),
        (
            lambda row: row.update(accuracy=[5], appropriateness=[5]),
            "different numbers of raters",
        ),
    ],
)
def test_a_line_that_is_no_rated_reply_is_named(tmp_path: Path, change: Any, said: str) -> None:
    made = rows(2)
    change(made[1])
    with pytest.raises(BadInput, match=said):
        read_ratings(write(tmp_path / "r.jsonl.gz", made))


def test_a_file_that_can_not_be_read_is_named_with_its_remedy(tmp_path: Path) -> None:
    plain = tmp_path / "plain.jsonl"
    plain.write_text(json.dumps(rows(1)[0]), encoding="utf-8")
    with pytest.raises(BadInput, match=r"is not gzipped: `gzip plain\.jsonl`"):
        read_ratings(plain)
    with pytest.raises(BadInput, match="is not there"):
        read_ratings(tmp_path / "none.gz")
    with pytest.raises(BadInput, match="holds no rated reply"):
        read_ratings(write(tmp_path / "empty.gz", []))
    with pytest.raises(BadInput, match=r":1 is no JSON"):
        read_ratings(write(tmp_path / "text.gz", ["hello"]))
    with pytest.raises(BadInput, match=r":1 is no JSON object"):
        read_ratings(write(tmp_path / "list.gz", ["[1]"]))
    cut = tmp_path / "cut.gz"
    cut.write_bytes(write(tmp_path / "whole.gz", rows()).read_bytes()[:-20])
    with pytest.raises(BadInput, match="can't be read to its end"):
        read_ratings(cut)


def test_the_command_ends_with_one_line_for_a_bad_file(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tasks.ratings", str(tmp_path / "no.gz")],
        capture_output=True,
        text=True,
    )
    assert done.returncode == 1
    assert done.stderr.startswith("ratings: ")
    assert done.stderr.count("\n") == 1


def test_a_fit_sees_even_questions_alone_and_exports_what_it_fitted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tests.toy_embedder import WordHashes

    monkeypatch.setattr("drafter.embed.load_embedder", lambda *_: WordHashes())
    made = rows(60)
    turned = [row if is_even(row["question"]) else row | {"accuracy": [3, 3, 3]} for row in made]
    one, two = tmp_path / "one.json", tmp_path / "two.json"
    fit_file(write(tmp_path / "one.gz", made), one)
    fit_file(write(tmp_path / "two.gz", turned), two)
    first, second = (json.loads(path.read_text(encoding="utf-8")) for path in (one, two))
    assert first["trees"] == second["trees"]
    even = {question_hash(row["question"]) for row in made if is_even(row["question"])}
    assert set(first["about"]["questions"]) == even


def test_exported_trees_predict_what_the_library_does() -> None:
    from sklearn.ensemble import HistGradientBoostingRegressor

    draw = np.random.default_rng(4)
    table = draw.normal(size=(400, 3))
    table[draw.random((400, 3)) < 0.2] = np.nan
    ratings = np.nan_to_num(table[:, 0]) * 2 + draw.normal(size=400)
    model = HistGradientBoostingRegressor(max_iter=20, min_samples_leaf=5).fit(table, ratings)
    assert exported(model).predict(table) == pytest.approx(model.predict(table), abs=1e-4)


@pytest.mark.slow
@pytest.mark.skipif(not REAL.exists(), reason=f"{REAL} is not beside the checkout")
def test_on_held_out_questions_the_score_goes_with_peoples_ratings() -> None:
    table = report(REAL)
    shown = re.search(r"accuracy +never fitted on +([\d,]+) +([.\d]+) \[([.\d]+),", table)
    assert shown, table
    assert float(shown[2]) >= 0.60
