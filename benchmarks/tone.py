"""How far the metric `tone` is to be trusted: on the tickets of this checkout, and beside ratings.

    python -m benchmarks.tone                   AUC on val, then the mean tone of each candidate
    python -m benchmarks.tone --ratings FILE    fitted on the reference replies of one half of the
                                                file's questions, told on the other half: AUC, and
                                                r of tone with rated appropriateness

The second asks whether tone is what people call appropriate; nothing is fitted on a rating.
"""

import argparse
import gzip
import json
from pathlib import Path
from typing import Any

import numpy as np

from drafter.embed import load_embedder
from drafter.records import RETRIEVED
from drafter.section import load_section
from drafter.tables import read_table
from tasks.evaluate.labelled import CLAUSE, CURT, CUSTOMER, OTHERS, REPLY, Text, curt, labelled
from tasks.evaluate.params import Params
from tasks.evaluate.tone import Voice, fit_on, fit_voice
from tasks.paths import Paths
from tasks.remembering import Remembering

RESAMPLES = 1000


def on_tickets(paths: Paths, params: Params) -> None:
    """The trust that the scorecard states, then mean tone of what stands beside each other."""
    import polars as pl

    embedder = Remembering(load_embedder(params.evaluate.embedder, params.evaluate.embedder_sha256))
    train, val, holdout = (
        read_table(paths.retrieved(s), RETRIEVED) for s in ("train", "val", "holdout")
    )
    voice = fit_voice(train, val, embedder, params.evaluate, params.seed)
    print(json.dumps(voice.trust, indent=1))
    said = {
        kind: [text.text for text in labelled(holdout, 200, judging=True) if text.kind == kind]
        for kind in (REPLY, *OTHERS)
    }
    for name in params.candidates:
        if paths.drafts(name).exists():
            said[f"draft of {name}"] = pl.read_parquet(paths.drafts(name))["text"].to_list()
    human = np.array(voice.sure(said[REPLY]))
    for name, texts in said.items():
        shares = np.array(voice.sure(texts))
        wins = np.sign(human[:, None] - shares[None, :]).mean() / 2 + 0.5
        print(f"{name}: mean {shares.mean():.3f} of {len(shares)}, humans beat it in {wins:.3f}")


def on_ratings(file: Path, params: Params) -> None:
    """As a check of transfer: the same fit, on one half of a rating file's questions."""
    with gzip.open(file, "rt", encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    half = {
        question: number % 2
        for number, question in enumerate(dict.fromkeys(r["question"] for r in rows))
    }
    embedder = Remembering(load_embedder(params.evaluate.embedder, params.evaluate.embedder_sha256))
    sides = [[r for r in rows if half[r["question"]] == side] for side in (0, 1)]
    voice = fit_on(*(_texts(side) for side in sides), embedder, params.evaluate, params.seed)
    print(json.dumps(voice.trust, indent=1))
    print("r of tone and appropriateness:", _transfer(voice, sides[1][::3], params.seed))


def _texts(rows: list[dict[str, Any]]) -> list[Text]:
    found: dict[Text, None] = {}
    for row in rows:
        kinds = {REPLY: row["reference"], CLAUSE: row["policy_answer"], CUSTOMER: row["question"]}
        kinds[CURT] = curt(row["reference"])
        found |= {Text(k, t, row["question"], None): None for k, t in kinds.items() if t}
    return list(found)


def _transfer(voice: Voice, rows: list[dict[str, Any]], seed: int) -> str:
    """Pearson's r and its 95 % bootstrap interval over questions."""
    tone = np.array(voice.sure([row["response"] for row in rows]))
    rated = np.array([np.mean(row["appropriateness"]) for row in rows])
    members: dict[str, list[int]] = {}
    for place, row in enumerate(rows):
        members.setdefault(row["question"], []).append(place)
    groups = list(members.values())
    draw = np.random.default_rng(seed)
    found = []
    for _ in range(RESAMPLES):
        drawn = [i for g in draw.integers(0, len(groups), len(groups)) for i in groups[g]]
        found.append(np.corrcoef(tone[drawn], rated[drawn])[0, 1])
    low, high = np.quantile(found, [0.025, 0.975])
    return f"{np.corrcoef(tone, rated)[0, 1]:.3f} [{low:.3f}, {high:.3f}], {len(rows)} replies"


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--root", type=Path, default=Path(), help="the folder of params.yaml")
    parser.add_argument("--ratings", type=Path, help="people's ratings, as gzipped JSON lines")
    given = parser.parse_args()
    params = load_section(given.root / "params.yaml", Params)
    if given.ratings:
        on_ratings(given.ratings, params)
    else:
        on_tickets(Paths(given.root), params)


if __name__ == "__main__":
    main()
