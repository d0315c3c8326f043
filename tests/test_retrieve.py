"""Retrieval: as of the ticket's day, never from its own future, one answer for all who ask."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from drafter.cites import Cite
from drafter.clean import query_texts
from drafter.embed import load_embedder
from drafter.fusion import Weights
from drafter.index_files import write_index
from drafter.recall import Trial, Units, summary, truths
from drafter.records import CURATED, POLICY, RETRIEVED
from drafter.retrieval import Index, Queries
from drafter.tables import read_json, read_table, write_table
from tasks.index.build import build
from tasks.paths import SPLITS, Paths
from tasks.retrieve.measure import bm25_ranks, measure
from tasks.retrieve.params import Params, RetrieveParams
from tasks.retrieve.run import ask, retrieve, run
from tests.factories import START, curated, curated_table, policy, policy_table
from tests.test_index import index_params
from tests.toy_embedder import WordHashes

CHANGE = START + timedelta(hours=60)
PARAMS = Params(retrieve=RetrieveParams(k=3, bootstrap=200), seed=1)
COUNTRIES = ["Norway", "Japan", "Canada"]


def policies(changes_at: datetime | None = None, new_figure: int = 99) -> pl.DataFrame:
    """Three documents of three sections; from `changes_at` on with other figures."""
    rows: list[dict[str, Any]] = []
    for doc_id in ("delivery", "returns", "warranty"):
        for figure, since, until in ((10, None, changes_at), (new_figure, changes_at, None)):
            if until is None and since is None and figure != 10:
                continue
            text = "\n\n".join(
                f"## {country}\n\n{doc_id} to {country} takes {figure} days."
                for country in COUNTRIES
            )
            rows.append(policy(doc_id, text=text, effective_from=since, effective_to=until))
    return policy_table(rows)


def tickets(first: int, count: int) -> pl.DataFrame:
    rows = []
    for n in range(first, first + count):
        country, doc_id = COUNTRIES[n % 3], ("delivery", "returns", "warranty")[n // 3 % 3]
        rows.append(
            curated(
                n,
                question=f"Question {n} on {doc_id} for {country}, please.",
                cites=[f"{doc_id}#{country.lower()}"],
            )
        )
    return curated_table(rows)


def splits() -> dict[str, pl.DataFrame]:
    return {"train": tickets(0, 36), "val": tickets(36, 18), "holdout": tickets(54, 18)}


def built(policy_rows: pl.DataFrame) -> Index:
    parts = splits()
    return build(policy_rows, parts["train"], parts["val"], WordHashes(), index_params())[0]


def test_a_ticket_is_given_the_clauses_in_force_on_its_day() -> None:
    index = built(policies(CHANGE))
    before, after = index.search(
        ["delivery for Norway"] * 2, [CHANGE - timedelta(microseconds=1), CHANGE], 1
    )
    assert before[0]["text"] == "delivery to Norway takes 10 days."
    assert after[0]["text"] == "delivery to Norway takes 99 days."


def test_a_document_that_is_not_yet_in_force_is_never_found() -> None:
    future = policy("delivery", text="Norway Norway Norway", effective_from=CHANGE)
    index = built(policy_table([future, policy("other", text="Something else.")]))
    found = index.search(["Norway"], [CHANGE - timedelta(hours=1)], 5)
    assert [chunk["doc_id"] for chunk in found[0]] == ["other"]


def test_no_policy_in_force_gives_no_chunks() -> None:
    index = built(policies().with_columns(effective_from=pl.lit(CHANGE, CURATED["created_at"])))
    assert index.search(["Norway"], [START], 3) == [[]]


def test_only_older_tickets_of_other_groups_vote() -> None:
    """All tickets ask the same in words that no policy has: votes alone can tell."""
    rows = [
        curated(n, question="zig zag", subject="zig", cites=[cite], group=group, reply=f"Reply {n}")
        for n, cite, group in ((1, "returns", "A"), (2, "warranty", "B"), (3, "delivery", "C"))
    ]
    index, _ = build(
        policies(), curated_table(rows[:2]), curated_table(rows[2:]), WordHashes(), index_params()
    )
    index.weights = Weights.alone("votes")

    def voted(at: datetime, group: str | None) -> set[str]:
        asked = index.queries(["zig zag zig"], [at], [group])
        (_, columns, parts), *_ = index.components(asked, index.weights)
        there = parts["votes"][0] > 0
        return set(index.chunks[columns[there]]["doc_id"])

    times = [row["created_at"] for row in rows]
    assert voted(times[0], None) == set()
    assert voted(times[1], None) == {"returns"}
    assert voted(times[1] + timedelta(microseconds=1), None) == {"returns", "warranty"}
    assert voted(times[2] + timedelta(days=9), "B") == {"returns", "delivery"}
    assert index.nearest_reply(["zig zag"], [times[0]]) == [None]
    late = [times[1], times[2]]
    found = index.nearest_reply(["zig zag"] * 2, late, ["X", "A"])
    assert [one[0] for one in found if one] == ["Reply 1", "Reply 2"]
    assert all(0 < one[1] <= 1.000001 for one in found if one)


def test_a_policy_that_changes_after_training_leaves_the_training_tickets_byte_identical(
    tmp_path: Path,
) -> None:
    """Though the new text shares every word with the questions, and would change all statistics."""
    plain, changed = policies(), policies(CHANGE, new_figure=7)
    flood = [policy(f"new-{n}", text="Question on delivery " * 9) for n in range(20)]
    added = policy_table([row | {"effective_from": CHANGE} for row in flood])
    written = {}
    for name, rows in (("before", plain), ("after", pl.concat([changed, added]))):
        paths = Paths(tmp_path / name)
        index = built(rows)
        write_index(paths.index, index, {})
        for split, table in splits().items():
            queries = ask(index, table)
            found = retrieve(index, table, queries, 3)
            write_table(paths.retrieved(split), found, RETRIEVED)
        written[name] = {split: paths.retrieved(split).read_bytes() for split in SPLITS}
    assert written["before"]["train"] == written["after"]["train"]
    assert written["before"]["val"] == written["after"]["val"]
    assert written["before"]["holdout"] != written["after"]["holdout"]


def test_one_query_and_all_at_once_give_the_same_chunks() -> None:
    index = built(policies(CHANGE))
    table = pl.concat(splits().values())
    texts, at, groups = query_texts(table), table["created_at"].to_list(), table["group"].to_list()
    together = index.search(texts, at, 4, groups)
    alone = [
        index.search([text], [when], 4, [group])[0]
        for text, when, group in zip(texts, at, groups, strict=True)
    ]
    assert together == alone


def test_a_document_takes_no_more_places_than_it_may_and_fewer_asked_are_the_first_of_more() -> (
    None
):
    parts = splits()
    params = index_params(per_document=2)
    index, _ = build(policies(), parts["train"], parts["val"], WordHashes(), params)
    at = [CHANGE] * 2
    asked = ["delivery delivery delivery for Norway", "warranty"]
    six = index.search(asked, at, 6)
    for found in six:
        documents = [chunk["doc_id"] for chunk in found]
        assert (
            sorted(documents) == ["delivery", "delivery", "returns", "returns"] + ["warranty"] * 2
        )
    assert index.search(asked, at, 2) == [found[:2] for found in six]
    assert [len(found) for found in index.search(asked, at, 9)] == [6, 6]


def test_each_text_is_embedded_once_from_policies_to_retrieved_tickets() -> None:
    index = built(policies())
    embedder = index.embedder
    assert isinstance(embedder, WordHashes)
    for table in splits().values():
        ask(index, table)
    assert len(embedder.embedded) == 9 + 36 + 18 + 18
    assert len(set(embedder.embedded)) == len(embedder.embedded)


def test_recall_counts_the_first_true_thing_among_different_ones() -> None:
    chunks = built(policies()).chunks  # delivery, returns, warranty; of each three sections
    documents, sections = Units(chunks, "documents"), Units(chunks, "sections")
    scores = np.array([[9, 8, 7, 1, 6, 1, 1, 1, 5]], dtype=np.float32)

    def rank(units: Units, truth: set[Any]) -> int:
        return int(units.ranks(scores, units.is_true(truth)[None, :])[0])

    assert rank(documents, {"warranty"}) == 3
    assert rank(documents, {"warranty", "returns"}) == 2
    assert rank(sections, {Cite("returns", "japan")}) == 4
    assert rank(sections, {Cite("returns", "canada")}) == 7, "equals stand in their order"
    assert rank(sections, {Cite("returns", "peru")}) == 11
    report = summary(np.array([1, 2, 6, 11]), seed=1, draws=500)
    assert report["n"] == 4
    assert [report[name]["mean"] for name in ("recall@1", "recall@5", "recall@10")] == [
        0.25,
        0.5,
        0.75,
    ]
    assert report["mrr@10"]["mean"] == pytest.approx((1 + 1 / 2 + 1 / 6) / 4, abs=1e-4)
    assert report["mrr@10"]["low"] < report["mrr@10"]["mean"] < report["mrr@10"]["high"]
    assert summary(np.array([], dtype=np.int64), seed=1, draws=500) == {"n": 0}


def test_recall_is_what_search_returns() -> None:
    """Evaluation ranks by the same numbers as serving: the first document is the first found."""
    index, holdout = built(policies(CHANGE)), splits()["holdout"]
    queries = ask(index, holdout)
    cites = [[Cite(*cite.split("#"))] for row in holdout["cites"].to_list() for cite in row]
    ranks = Trial(index, queries, truths(cites, "sections"), "sections").ranks(index.weights)
    found = index.search(queries.texts, queries.at, 1, queries.groups, queries.vectors)
    first = [
        chunk[0]["doc_id"] == cite[0].doc_id
        and chunk[0]["clause"].lower().startswith(str(cite[0].section))
        for chunk, cite in zip(found, cites, strict=True)
    ]
    assert (ranks == 1).tolist() == first
    assert any(first)


def test_the_baseline_sees_whole_documents_as_they_were_on_the_day() -> None:
    rows = [
        policy("old", text="parcels parcels parcels", effective_to=CHANGE),
        policy("new", text="parcels parcels", effective_from=CHANGE),
        policy("other", text="boots"),
    ]
    at = [CHANGE - timedelta(hours=1), CHANGE]
    asked = Queries(["parcels", "parcels"], at, [None] * 2, np.zeros((2, 1), dtype=np.float32))
    assert bm25_ranks(policy_table(rows), asked, [{"old"}, {"old"}]).tolist() == [1, 11]


def test_the_stage_writes_tickets_with_chunks_and_a_report_of_every_component(
    tmp_path: Path,
) -> None:
    paths = Paths(tmp_path)
    write_table(paths.validated_policies, policies(CHANGE), POLICY)
    for split, table in splits().items():
        write_table(paths.curated(split), table, CURATED)
    minilm = load_embedder("minilm", None)
    index, measured = build(
        policies(CHANGE), splits()["train"], splits()["val"], minilm, index_params()
    )
    write_index(paths.index, index, measured)
    run(PARAMS, paths)
    first = {split: paths.retrieved(split).read_bytes() for split in SPLITS}
    for split, table in splits().items():
        found = read_table(paths.retrieved(split), RETRIEVED)
        assert found.drop("chunks").equals(table)
        assert found["chunks"].list.len().to_list() == [3] * len(table)
    report = read_json(paths.report("retrieval.json"))
    names = ["bm25_documents", "vector", "lexical", "votes", "clause_votes", "fused"]
    assert list(report["holdout"]["documents"]) == names
    assert report["holdout"]["sections"]["fused"]["n"] == 18
    assert report["holdout"]["sections"]["fused"]["recall@1"]["mean"] > 0.8
    run(PARAMS, paths)
    assert {split: paths.retrieved(split).read_bytes() for split in SPLITS} == first


def test_nothing_to_measure_is_no_error() -> None:
    index = built(policies())
    silent = splits()["holdout"].with_columns(cites=pl.lit([], pl.List(pl.String)))
    report = measure(index, policies(), ask(index, silent), [[] for _ in range(18)], 100, 1)
    assert report["documents"]["fused"] == {"n": 0}
    assert report["sections"]["fused"] == {"n": 0}
