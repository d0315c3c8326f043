"""A root that can be registered, for the tests of what comes after the stages."""

import shutil
from dataclasses import asdict
from pathlib import Path
from typing import Any

from drafter.spec import Spec, prompt_digest
from drafter.tables import write_json, write_text
from tasks.paths import Paths
from tasks.register.params import Params
from tasks.register.run import REPORTS
from tests.guarded import make_index, make_rules
from tests.models import make_base

REPOSITORY = Path(__file__).parents[1]
REGISTER = {"model": "support-drafter", "view_tickets": 2}
PARAMS = Params.from_values(
    {
        "register": REGISTER,
        "hosted": {},
        "rules": "rules.yaml",
        "candidates": {
            "base": {"generator": "local", "model": "models/base", "tickets": "data/x.parquet"}
        },
    }
)
SPEC = Spec(
    candidate="base",
    generator="local",
    retrieves=False,
    chunks=3,
    max_new_tokens=12,
    batch_size=4,
    prompt=prompt_digest(),
)
SCORECARD = {
    "candidates": {
        "base": {
            "chrf": {"mean": 0.5, "low": 0.4, "high": 0.6, "n": 10},
            "grounded": {"mean": 0.95, "low": 0.9, "high": 1.0, "n": 10},
        }
    }
}
DECISION = {
    "champion": "nearest",
    "recommended": "base",
    "sentence": "Promote base: it is the only one.",
    "verdicts": {"base": {"verdict": "promote", "why": "it is the only one"}},
}


def curation(similarity: float) -> dict[str, Any]:
    leakage = {"max_similarity": similarity, "limit": 0.7}
    leakage |= {"shared_customers": 0, "shared_threads": 0}
    splits = {"train": 7, "val": 1, "holdout": 2}
    return {"rows_in": 12, "kept": 10, "splits": splits, "leakage": leakage}


def root_to_register(root: Path) -> Paths:
    """`root` as the last run leaves it, with a tiny real model as its one candidate `base`."""
    paths = Paths(root)
    make_base(paths.base)
    make_index(paths.index)
    make_rules(root / "rules.yaml")
    write_json(paths.drafter("base"), asdict(SPEC))
    write_text(root / "dvc.lock", "schema: '2.0'\n")
    rules = {"order_patterns": ["MB-[0-9]{6}"], "default_region": "US", "keep": []}
    write_json(paths.pseudonym_rules, rules)
    for report in REPORTS:
        write_text(paths.report(report), "{}\n")
    write_json(paths.report("scorecard.json"), SCORECARD)
    write_json(paths.report("decision.json"), DECISION)
    write_json(paths.report("curation.json"), curation(0.4))
    for part in ("mlflow", "drafter"):
        shutil.copytree(
            REPOSITORY / part, root / part, ignore=shutil.ignore_patterns("__pycache__")
        )
    return paths
