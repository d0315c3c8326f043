"""Endpoints, prompts and params for the tests of hosted models, and a root with a few tickets."""

import atexit
import shutil
import tempfile
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import polars as pl
import yaml

from drafter.generate import Generation, Prompt
from drafter.hosted.answers import Answers
from drafter.hosted.budget import Budget
from drafter.hosted.endpoint import Endpoint
from drafter.hosted.generator import HostedGenerator
from drafter.records import CURATED, DRAFT
from drafter.section import load_section
from drafter.tables import read_json, read_table, write_table
from tasks.ask.params import Params
from tasks.ask.run import run
from tasks.paths import Paths
from tests.factories import curated, curated_table
from tests.guarded import make_index, make_rules

KEY = "sk-never-to-be-seen"
PROVIDERS = ("anthropic", "openai")
TICKETS = 12


def endpoint(url: str, provider: str, **fields: Any) -> Endpoint:
    plain: dict[str, Any] = {
        "provider": provider, "model": "writer-1", "key": "TEST_KEY", "instruction": "Be brief.",
        "base_url": f"{url}/v1" if provider == "openai" else url, "max_tokens": 64, "settings": {},
        "timeout": 20.0, "retries": 0, "longest_wait": 2.0, "concurrency": 2, "give_up_after": 50,
        "batch": False, "usd_per_million": (10.0, 100.0),
    }  # fmt: skip
    return Endpoint(**(plain | fields))


def prompt(text: str = "How long may I return it?") -> Prompt:
    chat: Any = [{"role": "system", "content": "Returns: 30 days."},
                 {"role": "user", "content": text}]  # fmt: skip
    return Prompt(chat, text, datetime(2026, 1, 1, tzinfo=UTC))


def ask(
    to: Endpoint, *prompts: Prompt, answers: Answers | None = None, budget: Budget | None = None
) -> list[Generation]:
    generator = HostedGenerator.open(to, answers, budget)
    try:
        return generator.generate(prompts or [prompt()])
    finally:
        generator.close()


def make_root(root: Path) -> Path:
    """A root with a holdout of TICKETS tickets without policy, and what a guard needs."""
    make_guard(root)
    rows = [curated(n, question=f"Where is parcel {n}?") for n in range(1, TICKETS + 1)]
    write_table(root / "data/curated/holdout.parquet", curated_table(rows), CURATED)
    return root


def make_guard(root: Path) -> None:
    """The rules that `set_params` names, and an index of a policy."""
    shutil.copytree(_index(), root / "models/index")
    make_rules(root / "rules.yaml")


@cache
def _index() -> Path:
    """An index that every root has a copy of: to build it takes a second."""
    folder = Path(tempfile.mkdtemp(prefix="index-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return make_index(folder / "index")


def hosted(url: str, provider: str = "openai", **fields: Any) -> dict[str, Any]:
    return {
        "provider": provider, "model": "writer-1", "key": "TEST_KEY", "instruction": None,
        "base_url": f"{url}/v1" if provider == "openai" else url,
        "tickets": "data/curated/holdout.parquet", "chunks": 3, "max_tokens": 64, "settings": {},
        "max_usd": 5.0, "usd_per_million": [10.0, 100.0], "batch": False,
        "seconds_between_looks": 0.01, "concurrency": 2, "timeout": 20.0, "retries": 0,
        "longest_wait": 1.0, "give_up_after": 50,
    } | fields  # fmt: skip


def set_params(root: Path, **candidates: dict[str, Any]) -> None:
    (root / "params.yaml").write_text(yaml.safe_dump({"hosted": candidates, "rules": "rules.yaml"}))


def asked(root: Path, name: str = "gpt") -> pl.DataFrame:
    run(load_section(root / "params.yaml", Params), Paths(root), name)
    return read_table(Paths(root).drafts(name), DRAFT)


def report(root: Path, name: str = "gpt") -> dict[str, Any]:
    return dict(read_json(Paths(root).asked(name)))
