"""The index: what replies cite, weights learned on val, files that are whole and reproducible."""

import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from drafter.cites import Cite, Resolver
from drafter.errors import BadInput, ParamsError
from drafter.fusion import Weights, best_columns, fuse, learn
from drafter.index_files import open_index, write_index
from drafter.lance import LanceStore
from drafter.period import chunk_texts, in_force_micros
from drafter.retrieval import Index
from tasks.index.build import build
from tasks.index.params import IndexParams
from tasks.paths import Paths
from tests.factories import START, curated, curated_table, policy, policy_table
from tests.toy_embedder import WordHashes

ROOT = Path(__file__).parent.parent
TOPICS = ["shipping parcels abroad", "returning worn boots", "warranty on stoves", "gift cards"]


def index_params(**changes: Any) -> IndexParams:
    """The section `index` of the project's own params.yaml."""
    import yaml

    values = yaml.safe_load((ROOT / "params.yaml").read_text(encoding="utf-8"))["index"]
    return IndexParams.from_values(values | changes)


def policies(**fields: Any) -> pl.DataFrame:
    rows = [
        policy(f"doc-{n}", text=f"## Part {n}\n\nAll about {topic}.", **fields)
        for n, topic in enumerate(TOPICS)
    ]
    return policy_table(rows)


def tickets(first: int, count: int) -> pl.DataFrame:
    """Tickets whose question speaks of a topic in words of its own, and whose reply cites it."""
    slang = ["the courier", "my shoes", "the burner", "a voucher"]
    rows = [
        curated(n, question=f"What about {slang[n % 4]}, case {n}?", cites=[f"doc-{n % 4}"])
        for n in range(first, first + count)
    ]
    return curated_table(rows)


def built(policy_rows: pl.DataFrame | None = None, **changes: Any) -> tuple[Index, dict[str, Any]]:
    rows = policies() if policy_rows is None else policy_rows
    return build(rows, tickets(0, 40), tickets(40, 12), WordHashes(), index_params(**changes))


@pytest.mark.parametrize(
    ("cite", "expected"),
    [
        ("returns", Cite("returns", None)),
        ("Returns#bank-transfer", Cite("returns", "bank-transfer")),
        ("https://help.example/en-US/kb/returns", Cite("returns", None)),
        ("http://www.help.example/kb/Returns/?as=u&utm=1", Cite("returns", None)),
        ("https://help.example/de/kb/returns#w_bank-transfer", Cite("returns", "bank-transfer")),
        ("/kb/returns", Cite("returns", None)),
        ("/nl/kb/returns.", Cite("returns", None)),
        ("https://help.example/kb/returns&nbsp;", Cite("returns", None)),
        ("https://elsewhere.example/kb/returns", None),
        ("https://help.example/kb/return", None),
        ("http://[broken", None),
        ("", None),
    ],
)
def test_a_link_is_found_whatever_its_scheme_locale_query_and_anchor(
    cite: str, expected: Cite | None
) -> None:
    resolver = Resolver([{"doc_id": "returns", "url": "https://help.example/en-US/kb/returns"}])
    assert resolver.resolve([cite, cite]) == ([expected] if expected else [])


def test_votes_find_what_words_do_not_share() -> None:
    index, measured = built()
    assert measured["level"] == "documents"
    assert measured["n"] == 12
    assert measured["mrr@10"]["votes"] == 1.0
    assert measured["mrr@10"]["vector"] < 0.9
    assert measured["mrr@10"]["fused"] >= max(measured["mrr@10"].values())
    assert index.weights.votes > 0


def test_the_weights_are_those_that_measure_best_and_may_be_one_component_alone() -> None:
    steps = {name: [0.0, 0.5, 1.0] for name in ("vector", "lexical", "votes", "clause_votes")}
    assert learn(steps, lambda weights: -abs(weights.vector - 0.5)).vector == 0.5
    assert learn(steps, lambda weights: -weights.vector - weights.votes) == Weights.alone("lexical")


def test_equal_scores_keep_the_order_of_the_chunks() -> None:
    parts = {"vector": np.full((2, 5), 0.2, dtype=np.float32)}
    parts["vector"][1, 3] += 1e-8
    fused = fuse(parts, Weights.alone("vector"))
    assert best_columns(fused, 3).tolist() == [[0, 1, 2], [0, 1, 2]]


def test_without_a_citing_ticket_in_val_the_weights_are_those_of_params() -> None:
    val = tickets(40, 12).with_columns(cites=pl.lit([], pl.List(pl.String)))
    index, measured = build(policies(), tickets(0, 40), val, WordHashes(), index_params())
    assert measured == {"n": 0, "learned": False}
    assert index.weights == Weights(**index_params().fusion.fallback)


def test_a_policy_that_takes_effect_after_training_changes_no_weight() -> None:
    in_val = START + timedelta(hours=44)
    new = policy("doc-new", text="case case case what about the courier", effective_from=in_val)
    before, measured_before = built()
    after, measured_after = built(pl.concat([policies(), policy_table([new])]))
    assert len(after.chunks) > len(before.chunks)
    assert after.weights == before.weights
    assert measured_after == measured_before


def test_no_policies_are_refused_and_so_are_weights_of_unknown_components() -> None:
    with pytest.raises(BadInput, match="hold no clause"):
        built(policies().clear())
    fusion = index_params().fusion.model_dump()
    with pytest.raises(ParamsError, match="fallback"):
        built(fusion=fusion | {"fallback": {"vector": 1.0, "magic": 1.0}})
    with pytest.raises(ParamsError, match="steps"):
        built(fusion=fusion | {"steps": {"vector": [0.0, 1.0]}})


def test_the_same_content_gives_the_same_bytes_and_another_gives_a_folder_of_its_own(
    tmp_path: Path,
) -> None:
    (one, measured), (two, _) = built(), built()
    first = write_index(tmp_path / "a", one, measured)
    second = write_index(tmp_path / "b", two, measured)
    assert contents(tmp_path / "a") == contents(tmp_path / "b")
    assert first.name == second.name
    two.weights = Weights.alone("vector")
    third = write_index(tmp_path / "b", two, measured)
    assert third.name != second.name
    assert sorted(path.name for path in (tmp_path / "b").iterdir()) == sorted(
        ["CURRENT", third.name]
    )


def contents(folder: Path) -> dict[str, bytes]:
    files = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


def test_an_index_that_was_opened_answers_on_after_another_is_swapped_in(tmp_path: Path) -> None:
    index, measured = built()
    write_index(tmp_path, index, measured)
    reader = open_index(tmp_path)
    reader._embedder = WordHashes()
    before = reader.search(["a voucher"], [START + timedelta(days=9)], 2)
    index.weights = Weights.alone("vector")
    write_index(tmp_path, index, measured)
    assert reader.search(["a voucher"], [START + timedelta(days=9)], 2) == before


def test_a_damaged_and_a_missing_index_are_named(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="holds no index"):
        open_index(tmp_path)
    index, measured = built()
    place = write_index(tmp_path, index, measured)
    whole = (place / "vectors.safetensors").read_bytes()
    (place / "vectors.safetensors").write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
    with pytest.raises(BadInput, match=r"vectors\.safetensors is damaged"):
        open_index(tmp_path)
    shutil.rmtree(place)
    with pytest.raises(BadInput, match="is not there"):
        open_index(tmp_path)


def test_an_embedder_of_ones_own_travels_with_the_index(tmp_path: Path) -> None:
    from drafter.embed import load_embedder, model_folder

    mine = tmp_path / "mine"
    shutil.copytree(model_folder("minilm"), mine)
    (mine / "README.md").write_text("not needed")
    params = index_params(embedder=str(mine))
    embedder = load_embedder(params.embedder, params.sha256, params.max_tokens)
    index, measured = build(policies(), tickets(0, 4), tickets(4, 2), embedder, params)
    place = write_index(tmp_path / "index", index, measured, mine)
    shutil.rmtree(mine)
    assert str(tmp_path) not in (place / "index.json").read_text()
    assert not (place / "embedder/README.md").exists()
    shutil.move(tmp_path / "index", tmp_path / "elsewhere")
    moved = open_index(tmp_path / "elsewhere")
    found = moved.search(["All about gift cards"], [START], 1)
    assert found == index.search(["All about gift cards"], [START], 1)


def test_lancedb_finds_by_vector_and_by_words_what_was_in_force(tmp_path: Path) -> None:
    change = datetime(2026, 2, 1, tzinfo=UTC)
    old = policies(effective_to=change)
    new = policies(effective_from=change)
    index, _ = built(pl.concat([old, new]))
    texts, in_force = chunk_texts(index.chunks), in_force_micros(index.chunks)
    store = LanceStore.make(tmp_path, "one", texts, in_force, index.chunk_vectors)
    day = int(change.timestamp() * 1e6)
    for when, since in ((day - 1, None), (day, change)):
        vector = WordHashes().embed(["warranty on stoves"])[0]
        for rows in (store.similar(vector, when, 1), store.matching("stoves (AND", when, 1)):
            assert index.chunks[rows]["doc_id"].to_list() == ["doc-2"]
            assert index.chunks[rows]["effective_from"].to_list() == [since]


def test_a_new_store_stands_beside_the_one_that_is_read_and_older_ones_go(tmp_path: Path) -> None:
    index, _ = built()
    texts, in_force = chunk_texts(index.chunks), in_force_micros(index.chunks)
    for name in ("one", "two", "three"):
        LanceStore.make(tmp_path, name, texts, in_force, index.chunk_vectors)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["CURRENT", "three", "two"]
    assert (tmp_path / "CURRENT").read_text() == "three\n"


def test_candidates_from_lancedb_give_the_same_answers_as_scoring_every_clause(
    tmp_path: Path,
) -> None:
    exact, _ = built()
    large, _ = built(exact_below=1)
    large.cache = tmp_path
    asked = ["returning the courier", "a voucher for boots", "stoves", "zzz"]
    at = [START + timedelta(hours=hours) for hours in (3, 30, 50, 999)]
    assert large.search(asked, at, 3) == exact.search(asked, at, 3)
    assert (tmp_path / "CURRENT").is_file()


def test_the_stage_writes_what_is_read_back(tmp_path: Path) -> None:
    from drafter.records import CURATED, POLICY
    from drafter.tables import write_table
    from tasks.index.params import Params
    from tasks.index.run import run

    paths = Paths(tmp_path)
    write_table(paths.validated_policies, policies(), POLICY)
    write_table(paths.curated("train"), tickets(0, 8), CURATED)
    write_table(paths.curated("val"), tickets(8, 4), CURATED)
    run(Params(index=index_params()), paths)
    index = open_index(paths.index)
    assert index.chunk_vectors.shape == (4, 384)
    assert index.solved_tickets["ticket_id"].to_list() == [f"T-{n}" for n in range(12)]
    found = index.search(["Tell me of gift cards"], [START + timedelta(hours=20)], 1)
    assert found[0][0]["doc_id"] == "doc-3"
