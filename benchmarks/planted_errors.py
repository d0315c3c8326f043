"""Whether `accuracy` sees planted errors: `python -m benchmarks.planted_errors` after a run.

Takes the holdout's human replies, and the drafts of one candidate that state the human's very
figures, plants one error of each kind in each, and prints for each kind how many, the area under
the curve of right against planted, the share of planted ones that score below their own original,
and the mean fall.
"""

import argparse
import random
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from drafter.guard import facts_agree
from tasks.accuracy.features import Answer
from tasks.accuracy.score import accuracy, fitted_embedder
from tasks.evaluate.cases import cases_of
from tasks.paths import Paths
from tasks.ratings.plant import ERRORS, plant

if TYPE_CHECKING:
    from drafter.embed import Embedder

HEADING = re.compile(r"^##+ (.+)$", re.MULTILINE)


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.planted_errors", description=__doc__
    )
    parser.add_argument("--root", type=Path, default=Path(), help="the folder of params.yaml (.)")
    parser.add_argument("--candidate", default="sft-rag", help="whose right drafts (sft-rag)")
    arguments = parser.parse_args()
    paths = Paths(arguments.root.resolve())
    names, originals = right_answers(paths, arguments.candidate)
    embedder = fitted_embedder()
    for source, answers in originals.items():
        for error in ERRORS:
            print(f"{source:24} {told(answers, error, names, embedder)}", flush=True)


def right_answers(paths: Paths, candidate: str) -> tuple[list[str], dict[str, list[Answer]]]:
    """The names that policies have headings for, and the right replies by where they come from."""
    import polars as pl

    from drafter.records import CURATED, POLICY, RETRIEVED
    from drafter.tables import read_table

    tickets = read_table(paths.retrieved("holdout"), RETRIEVED)
    policies = read_table(paths.validated_policies, POLICY)
    newest = read_table(paths.curated("train"), CURATED)["created_at"].max()
    drafts = pl.read_parquet(paths.drafts(candidate), columns=["ticket_id", "text"])
    texts = dict(zip(drafts["ticket_id"], drafts["text"], strict=True))
    cases = cases_of(tickets, policies, newest)
    names = sorted({name for text in policies["text"] for name in HEADING.findall(text)})
    human = [Answer(case.question, case.policy, case.human, case.human) for case in cases]
    right = [
        Answer(case.question, case.policy, case.human, texts[case.ticket_id])
        for case in cases
        if facts_agree(texts[case.ticket_id], case.human) == 1
    ]
    return names, {"human replies": human, f"right drafts of {candidate}": right}


def told(answers: list[Answer], error: str, names: list[str], embedder: "Embedder") -> str:
    import numpy as np
    from scipy.stats import mannwhitneyu

    draw = random.Random(1)
    pairs = [(answer, plant(error, answer.draft, names, draw)) for answer in answers]
    planted = [
        (answer, Answer(answer.question, answer.policy, answer.human, text))
        for answer, text in pairs
        if text
    ]
    if not planted:
        return f"{error:14} has no place"
    right = np.array(accuracy([one for one, _ in planted], embedder))
    wrong = np.array(accuracy([one for _, one in planted], embedder))
    auc = mannwhitneyu(right, wrong).statistic / len(right) ** 2
    return (
        f"{error:14} n {len(right):4}  AUC {auc:.3f}  below its own original "
        f"{np.mean(wrong < right):.3f}  {right.mean():.3f} -> {wrong.mean():.3f}"
    )


if __name__ == "__main__":
    sys.exit(main())
