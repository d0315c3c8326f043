"""The stage on candidates whose merits are known: verdicts, the recommendation, bad input."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from drafter.errors import BadInput, ParamsError
from drafter.records import CURATED, RETRIEVED
from drafter.section import load_section
from drafter.tables import read_json, write_json, write_table
from tasks.decide.params import Params
from tasks.decide.run import run
from tasks.paths import Paths
from tests.deciding import MISSING, PRICES, with_texts
from tests.factories import curated, curated_table

# A candidate: the share of tickets with right facts, of drafts without a violation, mean tone,
# seconds, dollars, the share held back.
Merits = tuple[float, float, float, float, float, float]
CHAMPION: Merits = (0.6, 1.0, 0.8, 1.0, 0.0, 0.0)
BETTER: Merits = (0.8, 1.0, 0.8, 1.0, 0.0, 0.0)
DIMENSIONS = {
    "accuracy": {"column": "accuracy", "margin": 0.05},
    "compliance": {"column": "compliance", "margin": 0.05},
    "tone": {"column": "tone", "margin": 0.05},
    "latency": {"column": "seconds", "margin": 2.0},
    "cost": {"column": "cost_usd", "margin": 0.005},
    "abstention": {"column": "abstained", "margin": 0.1},
}
SCORES = pl.Schema(
    {
        "ticket_id": pl.String(), "group": pl.String(), "candidate": pl.String(),
        "cost_usd": pl.Float64(), "abstained": pl.Boolean(), "reason": pl.String(),
        "confidence": pl.Float64(),
        "accuracy": pl.Float64(), "compliance": pl.Float64(), "tone": pl.Float64(),
        "question_chars": pl.Int64(), "after_change": pl.Boolean(),
    }
)  # fmt: skip


def measured(root: Path, candidates: Mapping[str, Merits], tickets: int = 300) -> Paths:
    """A finished evaluation; a ticket that is hard for one candidate is hard for all."""
    paths = Paths(root)
    draw = np.random.default_rng(1)
    hard = draw.permutation(tickets) / tickets
    rows: list[dict[str, Any]] = []
    for name, (accuracy, compliance, tone, seconds, cost, held) in candidates.items():
        noise = draw.normal(0, 0.05, tickets)
        for number in range(tickets):
            rows.append(
                {
                    "ticket_id": f"T-{number:04}", "group": f"G-{number}", "candidate": name,
                    "cost_usd": cost, "abstained": bool(hard[number] > 1 - held),
                    "reason": None, "confidence": None,
                    "accuracy": float(hard[number] < accuracy),
                    "compliance": float(hard[number] < compliance),
                    "tone": float(np.clip(tone + noise[number], 0, 1)),
                    "question_chars": 10 * number, "after_change": number % 3 == 0,
                }
            )  # fmt: skip
        ids = [f"T-{number:04}" for number in range(min(tickets, 40))]
        waits = [seconds + 0.1 * float(n) for n in draw.random(len(ids))]
        write_json(paths.timings(name), {"seconds": waits, "ticket_ids": ids})
    write_table(paths.scores, pl.DataFrame(rows, schema=SCORES), SCORES)
    topics = ["returns"] * (tickets - 5) + ["invoice"] * 5
    holdout = [
        curated(number, ticket_id=f"T-{number:04}", topic=topics[number], is_macro=number % 9 == 0)
        for number in range(tickets)
    ]
    write_table(paths.curated("holdout"), curated_table(holdout), CURATED)
    with_texts(paths, holdout, list(candidates))
    return paths


def params(names: list[str], **fields: Any) -> Params:
    constraints = {"max_p95_seconds": 20.0, "max_usd_per_1000": 50.0, "min_compliance": 0.9}
    plain = {
        "champion": "now", "primary": "accuracy", "effect": 0.05, "alpha": 0.05, "power": 0.8,
        "resamples": 200, "permutations": 1999, "dimensions": DIMENSIONS,
        "constraints": constraints | fields.pop("constraints", {}),
        "slices": ["topic", "locale", "channel", "length", "policy_change", "macro"],
        "largest_slices": 12, "small_slice": 30, "differing": 2, "missing": MISSING,
    }  # fmt: skip
    candidate = {"generator": "local", "model": "models/base", "tickets": "t.parquet"}
    return Params.from_values(
        {"decide": plain | fields, "seed": 7, "prices": PRICES, "hosted": {}}
        | {"candidates": dict.fromkeys(names, candidate)}
    )


def decided(
    root: Path, candidates: Mapping[str, Merits], tickets: int = 300, **fields: Any
) -> dict[str, Any]:
    paths = measured(root, candidates, tickets)
    run(params(list(candidates), **fields), paths)
    found: dict[str, Any] = read_json(paths.report("decision.json"))
    return found


def test_a_challenger_that_is_better_and_in_nothing_worse_is_promoted(tmp_path: Path) -> None:
    found = decided(tmp_path, {"now": CHAMPION, "new": BETTER})
    assert found["verdicts"]["new"]["verdict"] == "promote"
    assert (found["recommended"], found["decided_by"]) == ("new", "accuracy")
    assert found["sentence"].startswith("Promote new: 80.0 % accuracy against 60.0 % of now, +20.0")
    cell = found["differences"]["new"]["accuracy"]
    assert cell["outcome"] == "better"
    assert cell["mean"] == pytest.approx(0.2)
    assert 0 < cell["low"] < cell["mean"] < cell["high"]
    assert cell["p"] <= cell["p_holm"] < 0.05
    assert found["differences"]["new"]["tone"]["outcome"] == "not_worse"


def test_a_team_may_ask_for_less_typing_in_place_of_accuracy(tmp_path: Path) -> None:
    """Both are as accurate; what `reuse` is read from does not matter here."""
    asked = DIMENSIONS | {"reuse": {"column": "tone", "margin": 0.05}}
    warmer = (0.6, 1.0, 0.9, 1.0, 0.0, 0.0)
    by_accuracy, by_reuse = (
        decided(tmp_path / primary, {"now": CHAMPION, "new": warmer}, dimensions=asked,
                primary=primary)
        for primary in ("accuracy", "reuse")
    )  # fmt: skip
    assert by_accuracy["recommended"] == "now"
    assert by_reuse["verdicts"]["new"]["verdict"] == "promote"
    assert by_reuse["sentence"].startswith("Promote new: 89.")
    assert "reuse against 79." in by_reuse["sentence"]


def test_what_three_customers_say_a_hundred_times_each_promotes_nobody(tmp_path: Path) -> None:
    paths = measured(tmp_path, {"now": CHAMPION, "new": BETTER})
    number = pl.col("ticket_id").str.slice(2).cast(pl.Int64)
    scores = pl.read_parquet(paths.scores).with_columns(group=pl.format("G-{}", number % 3))
    write_table(paths.scores, scores, SCORES)
    run(params(["now", "new"]), paths)
    found = read_json(paths.report("decision.json"))
    assert found["differences"]["new"]["accuracy"]["mean"] == pytest.approx(0.2)
    assert found["differences"]["new"]["accuracy"]["p"] == 2 / 2**3
    assert found["verdicts"]["new"]["verdict"] == "need"
    assert found["verdicts"]["new"]["more"] > 100


def test_who_buys_accuracy_with_tone_is_not(tmp_path: Path) -> None:
    found = decided(tmp_path, {"now": CHAMPION, "rude": (0.8, 1.0, 0.6, 1.0, 0.0, 0.0)})
    verdict = found["verdicts"]["rude"]
    assert verdict["verdict"] == "keep"
    assert verdict["why"].startswith("it is worse in tone, -20.")
    assert (found["recommended"], found["decided_by"]) == ("now", "tone")


def test_slower_and_dearer_count_as_worse_and_faster_as_better(tmp_path: Path) -> None:
    found = decided(
        tmp_path,
        {
            "now": CHAMPION,
            "slow": (0.8, 1.0, 0.8, 9.0, 0.02, 0.0),
            "fast": (0.8, 1.0, 0.8, 0.1, 0.0, 0.0),
        },
    )
    slow, fast = found["differences"]["slow"], found["differences"]["fast"]
    assert slow["latency"]["mean"] == pytest.approx(8, abs=0.1)
    assert slow["latency"]["outcome"] == slow["cost"]["outcome"] == "worse"
    assert fast["latency"]["mean"] < 0
    assert fast["latency"]["outcome"] == "better"
    assert found["less_is_better"] == ["latency", "cost", "abstention"]


def test_the_best_by_the_numbers_is_out_where_it_breaks_a_constraint(tmp_path: Path) -> None:
    found = decided(
        tmp_path,
        {"now": CHAMPION, "new": BETTER, "dear": (0.95, 1.0, 0.8, 1.0, 0.004, 0.0)},
        constraints={"max_usd_per_1000": 3.0},
    )
    assert found["verdicts"]["dear"]["broken"] == ["max_usd_per_1000"]
    assert found["verdicts"]["dear"]["verdict"] == "keep"
    assert (found["recommended"], found["decided_by"]) == ("new", "max_usd_per_1000")
    assert "dear would be ahead, but 4 > max_usd_per_1000 3" in found["sentence"]


def test_a_wait_is_held_against_its_95th_percentile(tmp_path: Path) -> None:
    found = decided(
        tmp_path,
        {"now": CHAMPION, "new": BETTER},
        constraints={"max_p95_seconds": 1.05},
    )
    assert found["verdicts"]["new"]["broken"] == ["max_p95_seconds"]


def test_where_the_champion_breaks_a_constraint_not_being_worse_is_enough(tmp_path: Path) -> None:
    found = decided(
        tmp_path,
        {"now": (0.6, 0.5, 0.8, 1.0, 0.0, 0.0), "new": (0.6, 1.0, 0.8, 1.0, 0.0, 0.0)},
    )
    assert found["verdicts"]["new"]["verdict"] == "promote"
    assert (found["recommended"], found["decided_by"]) == ("new", "min_compliance")
    assert "now is out: 0.5 < min_compliance 0.9" in found["sentence"]


def test_two_to_promote_are_told_apart_by_the_first_dimension_that_can(tmp_path: Path) -> None:
    found = decided(
        tmp_path, {"now": CHAMPION, "gruff": BETTER, "kind": (0.8, 1.0, 0.9, 1.0, 0.0, 0.0)}
    )
    assert (
        found["verdicts"]["gruff"]["verdict"] == found["verdicts"]["kind"]["verdict"] == "promote"
    )
    assert (found["recommended"], found["decided_by"]) == ("kind", "tone")
    assert found["sentence"].endswith("ahead of gruff, told apart by tone.")


def test_what_nobody_minds_decides_nothing(tmp_path: Path) -> None:
    found = decided(
        tmp_path, {"now": CHAMPION, "one": BETTER, "two": (0.8, 1.0, 0.8, 0.5, 0.001, 0.0)}
    )
    assert found["differences"]["two"]["latency"]["outcome"] == "better"
    assert found["decided_by"] is None


def test_two_that_nothing_tells_apart_are_called_level(tmp_path: Path) -> None:
    found = decided(tmp_path, {"now": CHAMPION, "one": BETTER, "two": BETTER})
    assert found["decided_by"] is None
    assert found["sentence"].endswith("level with two in everything that was measured.")


def test_an_effect_too_small_to_care_for_is_not_waited_for(tmp_path: Path) -> None:
    found = decided(tmp_path, {"now": CHAMPION, "same": CHAMPION}, effect=0.3)
    verdict = found["verdicts"]["same"]
    assert verdict["verdict"] == "keep"
    assert "300 tickets a gain of 30.0 points in accuracy would have shown" in verdict["why"]


def test_a_gain_that_few_tickets_leave_open_names_how_many_more(tmp_path: Path) -> None:
    found = decided(tmp_path, {"now": CHAMPION, "new": (0.65, 1.0, 0.8, 1.0, 0.0, 0.0)}, 60)
    verdict = found["verdicts"]["new"]
    assert verdict["verdict"] == "need"
    assert verdict["more"] > 60
    assert verdict["why"].startswith("not enough: ")
    assert found["recommended"] == "now"
    assert f"{verdict['more']:,} more would tell" in found["sentence"]


def test_a_holdout_of_three_tickets_promotes_nobody_and_says_not_enough(tmp_path: Path) -> None:
    found = decided(tmp_path, {"now": CHAMPION, "new": (1.0, 1.0, 0.9, 0.5, 0.0, 0.0)}, tickets=3)
    assert found["tickets"] == 3
    assert found["verdicts"]["new"]["verdict"] == "need"
    assert found["verdicts"]["new"]["why"].startswith("not enough: 3 ")
    assert found["verdicts"]["new"]["more"] > 3
    assert {cell["outcome"] for cell in found["differences"]["new"].values()} == {"unclear"}


def test_a_candidate_without_a_challenger_is_kept(tmp_path: Path) -> None:
    found = decided(tmp_path, {"now": CHAMPION})
    assert found["sentence"] == "Keep now: nobody challenges it."
    assert found["differences"] == found["verdicts"] == {}


def test_a_candidate_whose_every_draft_failed_is_not_scored_and_not_promoted(
    tmp_path: Path,
) -> None:
    paths = measured(tmp_path, {"now": CHAMPION, "new": BETTER})
    failed = pl.col("candidate") == "new"
    scores = pl.read_parquet(paths.scores).with_columns(
        *(
            pl.when(failed).then(None).otherwise(pl.col(name)).alias(name)
            for name in ("accuracy", "compliance", "tone")
        ),
        reason=pl.when(failed).then(pl.lit("failed: timeout")),
    )
    write_table(paths.scores, scores, SCORES)
    run(params(["now", "new"]), paths)
    found = read_json(paths.report("decision.json"))
    assert found["candidates"]["new"]["accuracy"]["n"] == 0
    assert found["candidates"]["new"]["abstention"]["mean"] == 1.0
    assert found["recommended"] == "now"
    assert found["coverage"]["new"] == []
    assert found["equal_coverage"]["left_out"] == ["new"]


def test_what_is_held_back_shows_as_abstention(tmp_path: Path) -> None:
    found = decided(tmp_path, {"now": CHAMPION, "shy": (0.8, 1.0, 0.8, 1.0, 0.0, 0.4)})
    assert found["candidates"]["shy"]["abstention"]["mean"] == pytest.approx(0.4, abs=0.01)
    assert found["differences"]["shy"]["abstention"]["outcome"] == "worse"
    # its hardest four in ten are held back, and at that coverage the champion answers any six
    assert found["equal_coverage"]["coverage"] == pytest.approx(0.6, abs=0.01)
    assert found["equal_coverage"]["candidates"]["shy"]["mean"] == 1.0
    assert found["equal_coverage"]["candidates"]["now"]["mean"] == pytest.approx(0.6, abs=0.01)


def test_slices_hold_their_n_and_small_ones_are_marked(tmp_path: Path) -> None:
    slices = decided(tmp_path, {"now": CHAMPION, "new": BETTER})["slices"]
    assert {name: part["n"] for name, part in slices["topic"].items()} == {
        "returns": 295,
        "invoice": 5,
    }
    assert [part["small"] for part in slices["topic"].values()] == [False, True]
    assert {name: part["n"] for name, part in slices["length"].items()} == {
        name: pytest.approx(100, abs=1) for name in ("short", "medium", "long")
    }
    assert slices["policy_change"]["after"]["n"] == 100
    assert slices["macro"]["macro"]["candidates"]["new"]["accuracy"]["n"] == 34
    # all tickets came by one channel and in one locale
    assert "channel" not in slices
    assert "locale" not in slices


@pytest.mark.parametrize("tickets", [3, 24])
def test_it_reads_what_evaluate_writes(tmp_path: Path, tickets: int) -> None:
    from tasks.evaluate.run import run as evaluate
    from tests.test_evaluate import company
    from tests.test_evaluate import params as evaluating

    writers = {"now": "Thanks!", "new": "Ahoy! You have {new} days."}
    paths = company(tmp_path, tickets, writers)
    holdout = pl.read_parquet(paths.retrieved("holdout"))
    write_table(paths.curated("holdout"), holdout, CURATED)
    write_table(paths.retrieved("val"), holdout.clear(), RETRIEVED)
    evaluate(evaluating(writers=writers), paths)
    asked = {
        "accuracy": {"column": "facts_agree", "margin": 0.05},
        "latency": {"column": "seconds", "margin": 2.0},
    }
    run(params(["now", "new"], dimensions=asked, constraints={"min_compliance": None,
        "max_usd_per_1000": None}), paths)  # fmt: skip
    found = read_json(paths.report("decision.json"))
    assert found["verdicts"]["new"]["verdict"] == ("need" if tickets == 3 else "promote")
    assert {part["n"] for part in found["slices"]["policy_change"].values()} == (
        {1, 2} if tickets == 3 else {12}
    )


def test_two_runs_write_the_same_bytes(tmp_path: Path) -> None:
    decided(tmp_path / "a", {"now": CHAMPION, "new": BETTER})
    decided(tmp_path / "b", {"now": CHAMPION, "new": BETTER})
    first, second = (Paths(tmp_path / name).report("decision.json") for name in "ab")
    assert first.read_bytes() == second.read_bytes()


def damaged(paths: Paths, change: pl.Expr | None = None) -> None:
    scores = pl.read_parquet(paths.scores)
    scores = scores.with_columns(change) if change is not None else scores.filter(candidate="now")
    write_table(paths.scores, scores, SCORES)


def test_scores_that_are_not_there_or_of_an_older_version_are_refused(tmp_path: Path) -> None:
    paths = measured(tmp_path, {"now": CHAMPION})
    pl.read_parquet(paths.scores).drop("after_change").write_parquet(paths.scores)
    with pytest.raises(BadInput, match="lacks after_change: an older version wrote it; run"):
        run(params(["now"]), paths)
    paths.scores.unlink()
    with pytest.raises(BadInput, match=r"scores\.parquet is not there: run `dvc repro evaluate`"):
        run(params(["now"]), paths)


def test_a_holdout_of_other_tickets_is_refused(tmp_path: Path) -> None:
    paths = measured(tmp_path, {"now": CHAMPION}, tickets=20)
    write_table(paths.curated("holdout"), curated_table([curated(1)]), CURATED)
    with pytest.raises(BadInput, match=r"holdout\.parquet holds 0 of the 20 tickets"):
        run(params(["now"]), paths)


@pytest.mark.parametrize("odd", [float("nan"), float("inf")])
def test_a_number_that_is_none_is_refused_by_metric_candidate_and_ticket(
    tmp_path: Path, odd: float
) -> None:
    paths = measured(tmp_path, {"now": CHAMPION, "new": BETTER})
    here = (pl.col("candidate") == "new") & (pl.col("ticket_id") == "T-0017")
    damaged(paths, pl.when(here).then(odd).otherwise("tone").alias("tone"))
    with pytest.raises(BadInput, match=r"tone of candidate 'new' is (nan|inf) .*'T-0017' \(1 in"):
        run(params(["now", "new"]), paths)
    assert not paths.report("decision.json").exists()


def test_a_candidate_without_drafts_is_named_with_the_command_that_makes_them(
    tmp_path: Path,
) -> None:
    paths = measured(tmp_path, {"now": CHAMPION, "new": BETTER})
    damaged(paths)
    with pytest.raises(BadInput, match=r"has 0 drafts of candidate 'new' for 300 .*dvc repro"):
        run(params(["now", "new"]), paths)


def test_a_column_that_is_not_there_is_named_with_those_that_are(tmp_path: Path) -> None:
    paths = measured(tmp_path, {"now": CHAMPION})
    asked = DIMENSIONS | {"tone": {"column": "warmth", "margin": 0.1}}
    with pytest.raises(
        BadInput, match=r"dimensions\.tone\.column: .* no 'warmth'; there are .*tone"
    ):
        run(params(["now"], dimensions=asked), paths)


def test_timings_that_do_not_say_which_tickets_are_refused(tmp_path: Path) -> None:
    paths = measured(tmp_path, {"now": CHAMPION})
    write_json(paths.timings("now"), {"seconds": [0.1]})
    with pytest.raises(BadInput, match=r"timings/now\.json does not say which tickets"):
        run(params(["now"]), paths)


@pytest.mark.parametrize(
    ("key", "value", "told"),
    [
        ("champion", "gpt", "decide.champion is 'gpt', which is no candidate; there are now"),
        ("dimensions", {"tone": DIMENSIONS["tone"]}, "decide.primary is 'accuracy', which decide"),
    ],
)
def test_a_name_that_does_not_exist_is_refused_with_those_that_do(
    tmp_path: Path, key: str, value: Any, told: str
) -> None:
    values = params(["now"]).model_dump(mode="json")
    values["decide"][key] = value
    (tmp_path / "params.yaml").write_text(__import__("json").dumps(values))
    with pytest.raises(ParamsError, match=told):
        load_section(tmp_path / "params.yaml", Params)
