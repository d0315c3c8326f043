"""The desk's API: a ticket in, a draft out, what became of it on disk."""

from pathlib import Path

import pytest

from desk.shown import with_values
from tests.desks import TICKET, desk_client
from tests.live_drafters import Says


def test_a_ticket_becomes_a_draft_with_the_customers_own_values(tmp_path: Path) -> None:
    with desk_client(tmp_path) as desk:
        draft = desk.post("/v1/drafts", json=TICKET).json()
        assert draft["draft"] == "Ahoy Jo! MB-123456 may come back within 30 days."
        assert [citation["clause"] for citation in draft["citations"]] == ["1"]
        assert (draft["version"], draft["abstained"], draft["reason"]) == ("7", False, None)
        assert desk.get(f"/v1/drafts/{draft['id']}").json() == draft


def test_what_is_held_back_is_no_draft_and_its_findings_have_their_place(tmp_path: Path) -> None:
    with desk_client(tmp_path, Says("Jo: [ORDER_1] may come back within 31 days.")) as desk:
        draft = desk.post("/v1/drafts", json=TICKET).json()
        assert (draft["draft"], draft["abstained"]) == ("", True)
        assert draft["reason"] == "guard: claims"
        (finding,) = draft["findings"]
        place = slice(finding["start"], finding["end"])
        assert draft["held_back"][place] == "31 days"
        assert "MB-123456" in draft["held_back"]


def test_the_store_keeps_personal_data_with_the_ticket_alone(tmp_path: Path) -> None:
    with desk_client(tmp_path) as desk:
        draft = desk.post("/v1/drafts", json=TICKET).json()
        told = {"action": "edited", "sent": "Hi Jo, MB-123456 is late. jo@x.example", "seconds": 9}
        assert desk.post(f"/v1/drafts/{draft['id']}/outcome", json=told).status_code == 201
        kept = desk.app.state.desk.store.draft(draft["id"])  # type: ignore[attr-defined]
        assert kept["text"] == "Ahoy [NAME_1]! [ORDER_1] may come back within 30 days."
        assert kept["outcome"]["sent"] == "Hi [NAME_1], [ORDER_1] is late. [EMAIL_1]"
        assert kept["ticket"]["placeholders"]["[EMAIL_1]"] == "jo@x.example"
        answered = desk.get(f"/v1/drafts/{draft['id']}").json()
        assert answered["outcome"]["sent"] == told["sent"]


def test_an_outcome_told_twice_counts_once_and_another_under_its_key_is_refused(
    tmp_path: Path,
) -> None:
    with desk_client(tmp_path) as desk:
        url = f"/v1/drafts/{desk.post('/v1/drafts', json=TICKET).json()['id']}/outcome"
        key = {"Idempotency-Key": "a1"}
        first = desk.post(url, json={"action": "accepted"}, headers=key)
        assert desk.post(url, json={"action": "accepted"}, headers=key).json() == first.json()
        other = desk.post(url, json={"action": "discarded"}, headers=key)
        assert (other.status_code, "Idempotency-Key" in other.json()["detail"]) == (409, True)
        later = desk.post(url, json={"csat": 4.5})
        assert later.status_code == 201
        outcome = desk.get(url.removesuffix("/outcome")).json()["outcome"]
        assert (outcome["action"], outcome["csat"]) == ("accepted", 4.5)


@pytest.mark.parametrize("verb", ["get", "post"])
def test_a_draft_that_is_not_there_is_said_to_be_missing(tmp_path: Path, verb: str) -> None:
    with desk_client(tmp_path) as desk:
        if verb == "get":
            answer = desk.get("/v1/drafts/nowhere")
        else:
            answer = desk.post("/v1/drafts/nowhere/outcome", json={"action": "accepted"})
        assert answer.status_code == 404
        assert "nowhere" in answer.json()["detail"]


def test_findings_keep_their_place_when_values_are_longer_than_placeholders() -> None:
    findings = [{"start": 10, "end": 17, "rule": "claims"}]
    text, moved = with_values("[NAME_1]: 31 days!", findings, {"[NAME_1]": "Josephine"})
    place = slice(moved[0]["start"], moved[0]["end"])
    assert (text, text[place]) == ("Josephine: 31 days!", "31 days")


def test_an_outcome_is_kept_in_placeholders_though_no_version_serves_any_more(
    tmp_path: Path,
) -> None:
    with desk_client(tmp_path) as desk:
        draft = desk.post("/v1/drafts", json=TICKET).json()
        desk.app.state.desk.champion._served = None  # type: ignore[attr-defined]
        told = {"action": "edited", "sent": "Hi Jo, MB-123456 is late.", "seconds": 9}
        assert desk.post(f"/v1/drafts/{draft['id']}/outcome", json=told).status_code == 201
        kept = desk.app.state.desk.store.draft(draft["id"])  # type: ignore[attr-defined]
        assert kept["outcome"]["sent"] == "Hi [NAME_1], [ORDER_1] is late."
