"""The official clients against a server of the tests' own that misbehaves as it is told."""

import time
import traceback
from pathlib import Path

import pytest

from drafter.errors import DraftingFailed
from drafter.hosted.answers import Answers
from drafter.hosted.budget import Budget
from drafter.hosted.endpoint import request_of
from drafter.hosted.failure import retry_after
from tests.hosted_server import (
    TOKENS_IN,
    TOKENS_OUT,
    Act,
    HostedServer,
    cut,
    drips,
    says,
    sends,
    status,
    waits,
)
from tests.hosting import KEY, PROVIDERS, ask, endpoint, prompt


@pytest.mark.parametrize("provider", PROVIDERS)
def test_a_whole_answer_is_a_draft_with_its_tokens_and_its_price(
    server: HostedServer, provider: str
) -> None:
    server.script = [says(" You have 30 days.\n")]
    [draft] = ask(endpoint(server.url, provider))
    assert draft.text == "You have 30 days."
    assert (draft.tokens_in, draft.tokens_out) == (TOKENS_IN, TOKENS_OUT)
    assert draft.cost_usd == pytest.approx((TOKENS_IN * 10 + TOKENS_OUT * 100) / 1e6)
    assert draft.failed is None


@pytest.mark.parametrize("provider", PROVIDERS)
def test_what_is_asked_is_the_instruction_the_policy_and_the_customer(
    server: HostedServer, provider: str
) -> None:
    ask(endpoint(server.url, provider, settings={"temperature": 0}))
    [asked] = [one.json for one in server.received]
    turns = asked["messages"]
    system = asked["system"] if provider == "anthropic" else turns.pop(0)["content"]
    assert system == "Be brief.\n\nReturns: 30 days."
    assert turns == [{"role": "user", "content": "How long may I return it?"}]
    assert asked["max_tokens"] == 64
    assert asked["temperature"] == 0
    assert not asked.get("stream")


def test_openai_itself_is_told_the_limit_by_its_newer_name() -> None:
    own = endpoint("", "openai", base_url=None)
    assert request_of(own, prompt().messages).body["max_completion_tokens"] == 64


OUTCOMES: dict[str, tuple[Act, str]] = {
    "a rate limit": (status(429), "HTTP 429, rate limit"),
    "a server error": (status(500), "HTTP 500, server error"),
    "an overload": (status(529), "HTTP 529, server error"),
    "a request that it does not take": (status(400), "HTTP 400, bad request"),
    "a timeout": (waits(0.8), "timeout"),
    "a drip that no single read times out on": (drips(0.02), "timeout"),
    "no JSON": (sends(b"{not json"), "malformed answer (no JSON)"),
    "bytes that are no text": (sends(b'{"a": "\xff'), "malformed answer (no JSON)"),
    "a page in place of JSON": (sends(b"<html>busy</html>"), "malformed answer (no JSON)"),
    "a list": (sends([1]), "malformed answer (answer is no object)"),
    "nothing at all": (sends(b""), "malformed answer (no JSON)"),
    "an empty text": (says(" \n"), "empty"),
    "a text whose end nobody told": (says(stop=None), "cut"),
}


@pytest.mark.parametrize("provider", PROVIDERS)
@pytest.mark.parametrize("what", OUTCOMES)
def test_every_misbehaviour_is_a_failed_draft_with_its_reason(
    server: HostedServer, what: str, provider: str
) -> None:
    act, reason = OUTCOMES[what]
    server.script = [act]
    started = time.monotonic()
    seconds = 0.4 if reason == "timeout" else 20.0
    [draft] = ask(endpoint(server.url, provider, timeout=seconds))
    assert (draft.text, draft.failed) == ("", reason)
    assert time.monotonic() - started < 8, "a drip takes 14 s to its end"


@pytest.mark.parametrize("provider", PROVIDERS)
@pytest.mark.parametrize("chunked", [True, False])
def test_an_answer_that_is_cut_anywhere_is_never_a_draft(
    server: HostedServer, provider: str, chunked: bool
) -> None:
    pieces = 12
    # all of a chunked body without its last, empty chunk is cut as well
    cuts = range(pieces + 1 if chunked else pieces)
    server.script = [cut(pieces, after, chunked) for after in cuts]
    drafts = ask(endpoint(server.url, provider, concurrency=1), *[prompt(f"{n}") for n in cuts])
    assert {draft.text for draft in drafts} == {""}
    allowed = {"cut", "malformed answer (no JSON)"}
    assert {draft.failed for draft in drafts} <= allowed


@pytest.mark.parametrize(
    ("provider", "act", "reason"),
    [
        ("anthropic", says("No.", stop="refusal"), "refusal"),
        ("anthropic", says("You have", stop="max_tokens"), "max_tokens"),
        ("anthropic", says("Hm", stop="tool_use"), "stopped by tool_use"),
        ("anthropic", sends({}), "malformed answer (no message with content)"),
        ("anthropic", sends({"type": "message", "content": "x"}),
         "malformed answer (no message with content)"),
        ("openai", says("No.", stop="content_filter"), "refusal"),
        ("openai", says("You have", stop="length"), "max_tokens"),
        ("openai", sends({"choices": []}), "malformed answer (no choices)"),
        ("openai", sends({"choices": [{"message": {"content": 7}}]}),
         "malformed answer (content is no text)"),
        ("openai", sends({"choices": [{"finish_reason": "stop",
                                       "message": {"content": "", "refusal": "I can't"}}]}),
         "refusal"),
        ("openai", sends({"choices": [{"finish_reason": ["stop"], "message": {"content": "x"}}]}),
         "stopped by ['stop']"),
    ],
)  # fmt: skip
def test_what_a_protocol_calls_no_end_is_none(
    server: HostedServer, provider: str, act: Act, reason: str
) -> None:
    server.script = [act]
    [draft] = ask(endpoint(server.url, provider))
    assert (draft.text, draft.failed) == ("", reason)


@pytest.mark.parametrize("provider", PROVIDERS)
def test_what_passes_is_tried_again_after_as_long_as_the_server_asks(
    server: HostedServer, provider: str
) -> None:
    server.script = [status(429, Retry_After="0.3"), status(503, Retry_After="0.1"), says()]
    started = time.monotonic()
    [draft] = ask(endpoint(server.url, provider, retries=2))
    assert draft.text == "You have 30 days."
    assert len(server.received) == 3
    assert time.monotonic() - started >= 0.4


@pytest.mark.parametrize("provider", PROVIDERS)
def test_no_more_than_the_retries_and_none_of_the_clients_own(
    server: HostedServer, provider: str
) -> None:
    server.script = [status(500, Retry_After="0.01")] * 9
    [draft] = ask(endpoint(server.url, provider, retries=2))
    assert draft.failed == "HTTP 500, server error"
    assert len(server.received) == 3


def test_a_server_that_asks_for_a_longer_pause_than_allowed_is_not_waited_for(
    server: HostedServer,
) -> None:
    server.script = [status(429, Retry_After="3600")] * 3
    started = time.monotonic()
    [draft] = ask(endpoint(server.url, "anthropic", retries=2))
    assert draft.failed == "HTTP 429, rate limit"
    assert len(server.received) == 1
    assert time.monotonic() - started < 10


def test_a_pause_may_be_asked_for_as_a_date() -> None:
    assert retry_after({"retry-after": "Wed, 21 Oct 2015 07:28:00 GMT"}) == 0
    assert (retry_after({"retry-after": "Fri, 31 Dec 2100 23:59:59 GMT"}) or 0) > 3000
    assert retry_after({"retry-after": "soon"}) is None


@pytest.mark.parametrize("code", [401, 403, 404])
@pytest.mark.parametrize("provider", PROVIDERS)
def test_what_no_ticket_can_pass_stops_all_with_one_line(
    server: HostedServer, provider: str, code: int
) -> None:
    server.script = [status(code)] * 20
    with pytest.raises(DraftingFailed, match=f"as writer-1: HTTP {code}") as failed:
        ask(endpoint(server.url, provider), *[prompt(str(n)) for n in range(20)])
    assert len(server.received) < 5
    shown = "".join(traceback.format_exception(failed.value))
    assert KEY not in shown
    assert "Be brief" not in shown


def test_a_redirect_is_not_followed_with_the_key(server: HostedServer) -> None:
    server.script = [status(302, Location=f"{server.url}/v1/elsewhere")]
    with pytest.raises(DraftingFailed, match="HTTP 302"):
        ask(endpoint(server.url, "openai"))
    assert len(server.received) == 1


def test_a_provider_that_is_away_stops_the_run_and_what_was_answered_is_kept(
    server: HostedServer, tmp_path: Path
) -> None:
    server.script = [says(), *[status(500)] * 30]
    to = endpoint(server.url, "openai", give_up_after=3, concurrency=1)
    with pytest.raises(DraftingFailed, match=r"3 calls in a row got no answer .HTTP 500"):
        ask(to, *[prompt(str(n)) for n in range(30)], answers=Answers(tmp_path))
    assert len(Answers(tmp_path)) == 1
    assert len(server.received) < 7


def test_nobody_listening_is_a_failed_draft_that_costs_nothing() -> None:
    budget = Budget(1)
    to = endpoint("http://127.0.0.1:9", "openai", key=None)
    [draft] = ask(to, budget=budget)
    assert draft.failed == "no connection"
    assert budget.spent == 0
