"""The whole mill on a real forum of 2024, by the commands that a newcomer types: half an hour."""

import json
import re
from pathlib import Path

import polars as pl
import pytest

from drafter.tables import read_json
from tests.canaries import Canary, sightings
from tests.checkout import REPOSITORY, make_checkout, python

DATA = REPOSITORY.parent / "shared/data/thunderbird_2024"
CANDIDATES = ["nearest", "base", "rag", "sft", "sft-rag"]
# Nothing that is made from a ticket may hold an address; ingested and validated are what was read.
MADE = ("data/curated", "data/retrieved", "data/drafts", "models", "reports", "var")
ADDRESS = re.compile(
    r"(?<![\w.%+-])[\w%+-]+(?:\.[\w%+-]+)*@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*\.[A-Za-z]{2,}"
)

pytestmark = [
    pytest.mark.thunderbird,
    pytest.mark.slow,
    pytest.mark.timeout(3 * 3600),
    pytest.mark.skipif(not DATA.is_dir(), reason="no ../shared/data/thunderbird_2024"),
]


@pytest.fixture(scope="module")
def mill(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A checkout in which the flow has run with the preset; what it printed is in run.log."""
    above = tmp_path_factory.mktemp("thunderbird")
    (above / "shared").symlink_to(DATA.parents[1])
    root = make_checkout(above / "replymill")
    used = python(root, "-m", "tasks.use", "thunderbird")
    assert used.returncode == 0, used.stderr
    done = python(root, "-m", "flows.train")
    (root / "run.log").write_text(done.stdout + done.stderr)
    assert done.returncode == 0, done.stderr[-3000:]
    return root


def addresses(folder: Path) -> set[str]:
    """E-mail addresses in the CSV files there, in small letters; "...@example.com" is none."""
    return {
        found.lower()
        for path in folder.rglob("*.csv")
        for found in ADDRESS.findall(path.read_text(encoding="utf-8"))
    }


def test_the_run_ends_with_a_version(mill: Path) -> None:
    assert "models:/support-drafter/1" in (mill / "run.log").read_text()


def test_afterwards_dvc_finds_nothing_to_do(mill: Path) -> None:
    assert "up to date" in python(mill, "-m", "dvc", "status").stdout


def test_every_question_is_kept_or_has_its_reason(mill: Path) -> None:
    read = read_json(mill / "data/ingested/counts.json")["tickets"]
    assert read["rows_in"] == read["kept"] + sum(read["quarantined"].values())
    checked = read_json(mill / "reports/validation.json")
    assert checked["rows_in"] == read["kept"] == checked["kept"] + checked["quarantined"]
    curated = read_json(mill / "reports/curation.json")
    assert curated["rows_in"] == checked["kept"]
    assert curated["rows_in"] == curated["kept"] + sum(curated["dropped"].values())
    assert curated["kept"] == sum(curated["splits"].values()) > 10_000


def test_the_splits_do_not_leak(mill: Path) -> None:
    leakage = read_json(mill / "reports/curation.json")["leakage"]
    assert leakage["max_similarity"] <= leakage["limit"]
    assert leakage["shared_customers"] == leakage["shared_threads"] == 0


def test_retrieval_finds_far_more_than_full_text_search(mill: Path) -> None:
    found = read_json(mill / "reports/retrieval.json")["holdout"]["documents"]
    fused, bm25 = found["fused"], found["bm25_documents"]
    assert fused["recall@1"]["mean"] >= 3 * bm25["recall@1"]["mean"] > 0
    assert fused["mrr@10"]["mean"] >= 2.5 * bm25["mrr@10"]["mean"] > 0


def test_all_candidates_answered_the_whole_holdout(mill: Path) -> None:
    card = read_json(mill / "reports/scorecard.json")
    holdout = read_json(mill / "reports/curation.json")["splits"]["holdout"]
    assert list(card["candidates"]) == CANDIDATES
    assert {cells["chrf"]["n"] for cells in card["candidates"].values()} == {holdout}
    for name in CANDIDATES:
        assert pl.read_parquet(mill / f"data/drafts/{name}.parquet").height == holdout


def test_no_address_of_the_forum_is_found_in_what_was_made(mill: Path) -> None:
    published = addresses(DATA / "kb")
    private = [
        Canary("EMAIL", address)
        for address in sorted(addresses(DATA / "tickets"))
        if not any(address in known for known in published)
    ]
    assert sightings(mill / "data/ingested", private), "there is no address to hide"
    # counts alone: a failing test prints what it compares
    places = {place: len(sightings(mill / place, private)) for place in MADE}
    assert places == dict.fromkeys(MADE, 0)
    log = (mill / "run.log").read_text().lower()
    assert sum(bird.value in log for bird in private) == 0


def test_told_twice_register_makes_one_version(mill: Path) -> None:
    again = python(mill, "-m", "tasks.register")
    assert again.stdout.strip().splitlines()[-1] == "models:/support-drafter/1", json.dumps(
        again.stderr[-2000:]
    )
