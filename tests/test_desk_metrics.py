"""What /metrics tells: counts by version, rule and status; never a text, never without bound."""

from pathlib import Path
from typing import Any

from prometheus_client.parser import text_string_to_metric_families

from desk.meters import NAMES, VERSIONS, Meters
from tests.desks import TICKET, desk_client
from tests.live_drafters import Says


def samples(text: str) -> dict[str, float]:
    """`name{label=value}` -> value."""
    found = {}
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            labels = ",".join(f"{name}={value}" for name, value in sorted(sample.labels.items()))
            found[f"{sample.name}{{{labels}}}"] = sample.value
    return found


def test_drafts_and_outcomes_are_counted_by_version(tmp_path: Path) -> None:
    with desk_client(tmp_path) as desk:
        url = f"/v1/drafts/{desk.post('/v1/drafts', json=TICKET).json()['id']}/outcome"
        desk.post(url, json={"action": "accepted"})
        desk.post(url, json={"csat": 5})
        desk.post("/v1/drafts", json={})
        told = samples(desk.get("/metrics").text)
    assert told["desk_drafts_total{result=shown,role=champion,version=7}"] == 1
    assert told["desk_outcomes_total{action=accepted,version=7}"] == 1
    assert told["desk_outcomes_total{action=added,version=7}"] == 1
    assert told["desk_refusals_total{status=422}"] == 1
    assert told["desk_draft_seconds_count{}"] == told["desk_batch_size_sum{}"] == 1
    assert told["desk_queue_depth{}"] == 0
    assert told["desk_champion_info{candidate=sft-rag,model=support-drafter,version=7}"] == 1


def test_what_was_held_back_is_counted_by_rule_and_no_text_of_it_is_told(tmp_path: Path) -> None:
    with desk_client(tmp_path, Says("Jo: [ORDER_1] may come back within 31 days.")) as desk:
        desk.post("/v1/drafts", json=TICKET)
        text = desk.get("/metrics").text
    assert samples(text)["desk_abstentions_total{reason=claims}"] == 1
    assert samples(text)["desk_drafts_total{result=held_back,role=champion,version=7}"] == 1
    for secret in ("MB-123456", "Jo", "31 days", "ORDER"):
        assert secret not in text


def row(version: str, reason: str | None = None) -> dict[str, Any]:
    return {
        "version": version, "role": "champion", "reason": reason, "seconds": 0.1, "tokens_in": 3,
        "tokens_out": 4, "cost_usd": 0.5, "cut": None,
    }  # fmt: skip


def told(meters: Meters) -> dict[str, float]:
    from prometheus_client import generate_latest

    return samples(generate_latest(meters.registry).decode())


def test_labels_do_not_grow_without_end() -> None:
    meters = Meters()
    for number in range(200):
        meters.drafted(row(str(number), f"guard: rule {number}"))
    found = told(meters)
    versions = [name for name in found if name.startswith("desk_drafts_total")]
    reasons = [name for name in found if name.startswith("desk_abstentions_total")]
    assert len(versions) == VERSIONS
    assert "desk_drafts_total{result=held_back,role=champion,version=199}" in versions
    assert len(reasons) == NAMES + 1
    assert found["desk_abstentions_total{reason=other}"] == 200 - NAMES


def test_what_failed_is_no_abstention_and_tells_no_reason_of_a_providers() -> None:
    meters = Meters()
    meters.drafted(row("1", "failed: HTTP 400, Jo Smith is no JSON"))
    found = told(meters)
    assert found["desk_drafts_total{result=failed,role=champion,version=1}"] == 1
    assert not any("Jo" in name or name.startswith("desk_abstentions_total") for name in found)
    assert found["desk_tokens_total{direction=out}"] == 4
    assert found["desk_cost_usd_total{}"] == 0.5


def test_two_desks_in_one_process_count_apart(tmp_path: Path) -> None:
    for name in ("a", "b"):
        with desk_client(tmp_path / name) as desk:
            desk.post("/v1/drafts", json=TICKET)
            assert samples(desk.get("/metrics").text)["desk_draft_seconds_count{}"] == 1
