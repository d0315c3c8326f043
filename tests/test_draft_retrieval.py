"""Drafting over an index: the chunks of evaluation's batch and those that serving looks up."""

from datetime import timedelta
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from drafter.base_model import load_base
from drafter.clean import query_texts
from drafter.drafter import Drafter
from drafter.errors import BadInput
from drafter.fusion import Weights
from drafter.local import LocalGenerator
from drafter.nearest import NearestGenerator
from drafter.records import CHUNK, RETRIEVED, SOLVED
from drafter.retrieval import Index, Settings
from drafter.spec import Spec, prompt_digest
from tests.factories import START, curated, curated_table
from tests.guarded import make_rules
from tests.models import make_base
from tests.toy_embedder import WordHashes

CHANGE = START + timedelta(days=30)
CLAUSES = {
    "tents#1": ("A tent may come back within 30 days.", None, CHANGE),
    "tents#2": ("A tent may come back within 14 days.", CHANGE, None),
    "post#1": ("A parcel to Iceland costs 9 euros.", None, None),
}
SPEC = Spec("rag", "local", True, 1, 8, 4, prompt_digest())


@pytest.fixture(scope="module")
def index() -> Index:
    chunks = pl.DataFrame(
        [
            {
                "chunk_id": chunk_id, "doc_id": chunk_id.partition("#")[0], "title": "T",
                "clause": "1", "text": text, "effective_from": since, "effective_to": until,
                "url": None,
            }
            for chunk_id, (text, since, until) in CLAUSES.items()
        ],
        schema=CHUNK,
    ).sort("doc_id", "chunk_id")  # fmt: skip
    past = [
        curated(1, question="May my tent come back?", reply="Ahoy! Within 30 days."),
        curated(2, question="A parcel to Iceland?", reply="Ahoy! 9 euros."),
        curated(9000, question="May my tent come back?", reply="Ahoy! Within 14 days."),
    ]
    solved = curated_table(past).with_columns(cites=pl.lit([], dtype=SOLVED["cites"]))
    solved = solved.select(list(SOLVED))
    embedder = WordHashes()
    return Index(
        chunks,
        embedder.embed(chunks["text"].to_list()),
        solved,
        embedder.embed(query_texts(curated_table(past))),
        Settings(
            embedder="words",
            sha256=None,
            max_tokens=64,
            neighbours=3,
            votes_temperature=0.1,
            vector_temperature=0.1,
            lexical_temperature=0.1,
            exact_below=100,
            per_document=5,
        ),
        Weights(vector=1.0, lexical=0.5, votes=0.0, clause_votes=0.0),
        embedder,
    )


@pytest.fixture(scope="module")
def generator(tmp_path_factory: pytest.TempPathFactory) -> LocalGenerator:
    base = load_base(make_base(tmp_path_factory.mktemp("models") / "base"), device="cpu")
    return LocalGenerator(base, None, max_new_tokens=8, batch_size=4)


def asked() -> pl.DataFrame:
    """A tent before the change, a tent after it, and a parcel."""
    rows = [
        curated(10, question="When may my tent come back?"),
        curated(11, question="When may my tent come back?", created_at=CHANGE),
        curated(12, question="What does a parcel to Iceland cost?"),
    ]
    return curated_table(rows)


def test_tickets_without_chunks_get_the_drafts_of_those_that_bring_them(
    index: Index, generator: LocalGenerator
) -> None:
    tickets = asked()
    found = index.search(query_texts(tickets), tickets["created_at"].to_list(), 3)
    brought = tickets.with_columns(pl.Series("chunks", found, dtype=RETRIEVED["chunks"]))
    served = Drafter(SPEC, generator, index).draft(tickets)
    assert served.equals(Drafter(SPEC, generator).draft(brought))
    one_by_one = [Drafter(SPEC, generator, index).draft(row) for row in tickets.iter_slices(1)]
    alone = pl.concat(one_by_one)
    assert alone.drop("confidence").equals(served.drop("confidence"))
    assert alone["confidence"].to_numpy() == pytest.approx(
        served["confidence"].to_numpy(), abs=2e-4
    )


def test_the_prompt_carries_the_clause_that_is_in_force_on_the_day(
    index: Index, generator: LocalGenerator
) -> None:
    chunks = Drafter(SPEC, generator, index)._chunks(asked().to_dicts(), brought=False)
    assert [[chunk["chunk_id"] for chunk in row] for row in chunks] == [
        ["tents#1"],
        ["tents#2"],
        ["post#1"],
    ]


def test_who_retrieves_without_an_index_or_chunks_is_told_so(generator: LocalGenerator) -> None:
    with pytest.raises(BadInput, match="rag retrieves, but the tickets bring no chunks"):
        Drafter(SPEC, generator).draft(asked())


def test_nearest_gives_the_reply_to_the_most_similar_earlier_ticket(index: Index) -> None:
    spec = Spec("nearest", "nearest", False, 1, 8, 4, prompt_digest())
    drafts = Drafter(spec, NearestGenerator(index), index).draft(asked())
    # the reply with 14 days was written after all three
    assert drafts["text"].to_list() == [
        "Ahoy! Within 30 days.",
        "Ahoy! Within 30 days.",
        "Ahoy! 9 euros.",
    ]
    assert drafts["tokens_out"].sum() == 0
    assert drafts["confidence"][0] == drafts["confidence"][1] == pytest.approx(0.75, abs=0.3)
    first = curated_table([curated(1, created_at=START)])
    draft = Drafter(spec, NearestGenerator(index), index).draft(first)
    assert draft.select("text", "abstained", "reason").row(0) == ("", True, "empty")


def test_a_folder_with_an_index_is_opened_again(index: Index, tmp_path: Path) -> None:
    from drafter.index_files import write_index
    from drafter.spec import Parts, pack

    write_index(tmp_path / "index", index, {})
    spec = Spec("nearest", "nearest", False, 1, 8, 4, prompt_digest())
    rules = make_rules(tmp_path / "rules.yaml")
    folder = pack(spec, Parts(index=tmp_path / "index", rules=rules), tmp_path / "packed")
    opened = Drafter.load(folder, "cpu").generator
    assert isinstance(opened, NearestGenerator)
    assert np.array_equal(opened.index.chunk_vectors, index.chunk_vectors)
