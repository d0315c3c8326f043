"""Forgetting a customer of the sample company, through the real stages up to the index: minutes."""

from pathlib import Path

import polars as pl
import pytest

from tests.checkout import make_checkout, python

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800)]


@pytest.fixture(scope="module")
def mill(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = make_checkout(tmp_path_factory.mktemp("forget"))
    done = python(root, "-m", "dvc", "repro", "retrieve")
    assert done.returncode == 0, done.stderr[-3000:]
    return root


def test_a_customer_of_the_sample_is_forgotten_and_the_others_stay(mill: Path) -> None:
    train = pl.read_parquet(mill / "data/retrieved/train.parquet")
    ticket = train["ticket_id"][7]
    ingested = pl.read_parquet(mill / "data/ingested/tickets.parquet")
    who = ingested.filter(pl.col("ticket_id") == ticket)["customer"][0]
    theirs = set(ingested.filter(pl.col("customer") == who)["ticket_id"])
    exports = [mill / "data/sample/tickets.csv", mill / "data/sample/feedback.csv"]
    before = [path.read_bytes() for path in exports]

    listed = python(mill, "-m", "tasks.forget", "--customer", who)
    assert listed.returncode == 0, listed.stderr
    assert [path.read_bytes() for path in exports] == before
    assert "a rebuild runs at most 5 stages" in listed.stdout

    done = python(mill, "-m", "tasks.forget", "--customer", who, "--apply")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "0 found" in done.stdout
    left = pl.read_parquet(mill / "data/ingested/tickets.parquet")
    assert left.height == ingested.height - len(theirs)
    assert not theirs & set(left["ticket_id"])
    for path, whole in zip(exports, before, strict=True):
        kept = path.read_bytes()
        assert who.encode() not in kept
        assert set(kept.split(b"\r\n")) <= set(whole.split(b"\r\n")) or len(kept) < len(whole)
    status = python(mill, "-m", "dvc", "status", "retrieve").stdout
    assert "up to date" in status, status
