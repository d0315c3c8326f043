"""The official clients against a server of the tests' own that misbehaves as it is told."""

import json
import threading
import time
import traceback
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from drafter.errors import BadInput, CapReached, DraftingFailed, KeyMissing, ParamsError
from drafter.generate import Generation, Prompt
from drafter.hosted.answers import Answers
from drafter.hosted.budget import Budget
from drafter.hosted.endpoint import Endpoint, request_of
from drafter.hosted.failure import retry_after
from drafter.hosted.generator import HostedGenerator
from drafter.hosted.prices import Prices
from tests.hosted_server import (
    TOKENS_IN,
    TOKENS_OUT,
    Act,
    HostedServer,
    cut,
    drips,
    hosted_server,
    says,
    sends,
    status,
    waits,
)

KEY = "sk-never-to-be-seen"
PROVIDERS = ("anthropic", "openai")


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[HostedServer]:
    monkeypatch.setenv("TEST_KEY", KEY)
    with hosted_server() as server:
        yield server


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


# what is kept


@pytest.mark.parametrize("provider", PROVIDERS)
def test_a_second_evaluation_asks_nothing_and_pays_nothing(
    server: HostedServer, tmp_path: Path, provider: str
) -> None:
    to = endpoint(server.url, provider)
    prompts = [prompt(str(n)) for n in range(5)]
    server.script = [says(f"Answer {n}") for n in range(5)]
    first = ask(to, *prompts, answers=Answers(tmp_path))
    budget = Budget(0)
    again = ask(to, *prompts, answers=Answers(tmp_path), budget=budget)
    assert again == first
    assert len(server.received) == 5
    assert budget.spent == 0


def test_a_model_a_setting_or_a_prompt_that_differs_is_asked_anew(
    server: HostedServer, tmp_path: Path
) -> None:
    changed = ({}, {"model": "writer-2"}, {"settings": {"temperature": 1}}, {"max_tokens": 65},
               {"instruction": "Be long."})  # fmt: skip
    for fields in changed:
        ask(endpoint(server.url, "openai", **fields), answers=Answers(tmp_path))
    assert len(server.received) == len(changed) == len(Answers(tmp_path))
    # how it is asked is no part of what is asked
    ask(endpoint(server.url, "openai", timeout=9.0, retries=3), answers=Answers(tmp_path))
    assert len(server.received) == len(changed)


def test_two_tickets_that_ask_the_same_are_asked_once(server: HostedServer) -> None:
    drafts = ask(endpoint(server.url, "openai"), prompt(), prompt(), prompt("other"))
    assert len(server.received) == 2
    assert len(drafts) == 3


def test_a_refusal_is_an_answer_and_kept_and_a_timeout_is_asked_again(
    server: HostedServer, tmp_path: Path
) -> None:
    to = endpoint(server.url, "anthropic", timeout=1.5, concurrency=1)
    server.script = [says(stop="refusal"), waits(1.8)]
    first = ask(to, prompt("a"), prompt("b"), answers=Answers(tmp_path))
    again = ask(to, prompt("a"), prompt("b"), answers=Answers(tmp_path))
    assert [draft.failed for draft in first] == ["refusal", "timeout"]
    assert [draft.failed for draft in again] == ["refusal", None]
    assert len(server.received) == 3


def test_every_answer_is_on_the_disk_before_the_next_is_asked_for(
    server: HostedServer, tmp_path: Path
) -> None:
    seen: list[int] = []

    def look(handler: Any) -> None:
        seen.append(len(Answers(tmp_path)))
        says()(handler)

    server.script = [look] * 4
    to = endpoint(server.url, "openai", concurrency=1)
    ask(to, *[prompt(str(n)) for n in range(4)], answers=Answers(tmp_path))
    assert seen == [0, 1, 2, 3]


def test_a_line_that_a_kill_tore_is_left_out_and_one_torn_otherwise_is_named(
    server: HostedServer, tmp_path: Path
) -> None:
    to = endpoint(server.url, "openai", concurrency=1)
    ask(to, prompt("a"), prompt("b"), answers=Answers(tmp_path))
    [path] = tmp_path.glob("*.jsonl")
    whole = path.read_text()
    path.write_text(whole[: len(whole) - 9])
    assert len(Answers(tmp_path)) == 1
    ask(to, prompt("a"), prompt("b"), answers=Answers(tmp_path))
    assert len(server.received) == 3
    assert len(Answers(tmp_path)) == 2
    assert path.read_text() == whole[: len(whole) - 9], "no file is opened again for writing"
    path.write_text(whole[9:])
    with pytest.raises(BadInput, match=r"000001\.jsonl:1 is no answer"):
        Answers(tmp_path)


# the cap


def worst(to: Endpoint, asked: Prompt) -> float:
    request = request_of(to, asked.messages)
    return Prices(to).usd(request.most_tokens_in, to.max_tokens)


def test_no_call_is_made_that_could_pass_the_cap(server: HostedServer, tmp_path: Path) -> None:
    to = endpoint(server.url, "anthropic", concurrency=1)
    prompts = [prompt(f"{n:02}") for n in range(40)]
    real, most = 0.003, worst(to, prompts[0])
    assert most > 2 * real
    budget = Budget(5 * real + most - 1e-9)
    with pytest.raises(CapReached, match=r"\$0.0150 of"):
        ask(to, *prompts, answers=Answers(tmp_path), budget=budget)
    assert len(server.received) == 5 == len(Answers(tmp_path))
    assert budget.spent == pytest.approx(5 * real)


def test_calls_side_by_side_count_with_what_each_may_cost(server: HostedServer) -> None:
    to = endpoint(server.url, "openai", concurrency=8)
    prompts = [prompt(f"{n:02}") for n in range(30)]
    budget = Budget(2.5 * worst(to, prompts[0]))
    server.script = [waits(0.05)] * 30
    with pytest.raises(CapReached):
        ask(to, *prompts, budget=budget)
    assert server.most_at_once == 2, "a third could have passed the cap"
    assert budget.spent <= budget.max_usd
    assert len(server.received) > 2, "what a call left of its share is used"


def test_what_may_have_been_worked_on_counts_at_worst_and_each_try_anew(
    server: HostedServer,
) -> None:
    to = endpoint(server.url, "openai", timeout=1.5, retries=2, longest_wait=0.01)
    budget = Budget(1)
    server.script = [waits(1.8), status(429), says()]
    ask(to, budget=budget)
    assert budget.spent == pytest.approx(worst(to, prompt()) + 0.003)


def test_a_retry_that_could_pass_the_cap_is_not_made(server: HostedServer) -> None:
    to = endpoint(server.url, "openai", timeout=0.3, retries=5, longest_wait=0.01)
    server.script = [waits(0.5)] * 6
    with pytest.raises(CapReached):
        ask(to, budget=Budget(2.5 * worst(to, prompt())))
    assert len(server.received) == 2


def test_an_answer_that_tells_no_tokens_costs_what_it_may_cost_at_worst(
    server: HostedServer,
) -> None:
    whole = {"choices": [{"finish_reason": "stop", "message": {"content": "Yes."}}]}
    server.script = [sends(whole)]
    to = endpoint(server.url, "openai")
    [draft] = ask(to)
    assert draft.text == "Yes."
    assert draft.cost_usd == pytest.approx(worst(to, prompt()))


def test_the_worst_case_counts_a_token_for_each_byte() -> None:
    to = endpoint("http://x", "openai")
    asked = request_of(to, prompt("é" * 1000).messages)
    assert asked.most_tokens_in > 2000


def test_a_budget_never_lets_threads_pass_it_together() -> None:
    budget = Budget(1.0)
    highest = 0.0
    guard = threading.Lock()
    running = 0.0

    def spend() -> None:
        nonlocal highest, running
        for _ in range(20):
            try:
                with budget.hold(0.3) as hold:
                    with guard:
                        running += 0.3
                        highest = max(highest, running + budget.spent)
                    hold.spent = 0.01
                    with guard:
                        running -= 0.3
            except CapReached:
                return

    threads = [threading.Thread(target=spend) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert budget.spent <= 1.0
    assert highest <= 1.0 + 1e-9


# prices and keys


def test_prices_come_from_the_dated_table_and_a_batch_takes_half() -> None:
    own = endpoint("", "anthropic", base_url=None, model="claude-sonnet-5-5", usd_per_million=None)
    live = Prices(own).usd(1000, 100)
    batch = endpoint("", "anthropic", base_url=None, model="claude-sonnet-5-5",
                     usd_per_million=None, batch=True)  # fmt: skip
    assert Prices(batch).usd(1000, 100) == pytest.approx(live / 2)
    said = Prices(own).evidence()
    assert said["table"].startswith("genai-prices ")
    assert datetime.fromisoformat(said["newest_price"]).year >= 2026
    assert live == pytest.approx(
        (1000 * said["usd_per_million_in"] + 100 * said["usd_per_million_out"]) / 1e6
    )


def test_a_model_or_an_address_without_a_price_is_named_with_the_remedy() -> None:
    with pytest.raises(
        ParamsError, match=r"knows no price of openai's writer-1: .*usd_per_million"
    ):
        Prices(endpoint("", "openai", base_url=None, usd_per_million=None))
    with pytest.raises(ParamsError, match=r"no price table covers http://box/v1: .*\[0, 0\]"):
        Prices(endpoint("http://box", "openai", usd_per_million=None))


@pytest.mark.parametrize("provider", PROVIDERS)
def test_a_key_that_is_missing_is_named_by_its_variable(
    provider: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("TEST_KEY", raising=False)
    with pytest.raises(KeyMissing, match="TEST_KEY is not set"):
        HostedGenerator.open(endpoint("http://x", provider))


def test_a_key_in_place_of_a_variable_is_refused_and_not_shown() -> None:
    with pytest.raises(ParamsError, match="not the name of an environment variable") as refused:
        HostedGenerator.open(endpoint("http://x", "openai", key="sk-proj-123"))
    assert "sk-proj" not in str(refused.value)


@pytest.mark.parametrize("provider", PROVIDERS)
def test_the_key_reaches_the_server_and_nothing_that_is_kept(
    server: HostedServer, provider: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    to = endpoint(server.url, provider)
    server.script = [says(), status(500), waits(0.1)]
    ask(to, prompt("a"), prompt("b"), answers=Answers(tmp_path))
    assert KEY in json.dumps(server.received[0].headers)
    assert KEY not in "".join(path.read_text() for path in tmp_path.glob("*"))
    assert KEY not in json.dumps(to.as_json()) + repr(to)
    assert KEY not in "".join(capfd.readouterr())


def test_an_endpoint_without_a_key_is_asked_without_any_of_the_environments(
    server: HostedServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-of-someone")
    ask(endpoint(server.url, "openai", key=None))
    assert "sk-of-someone" not in json.dumps(server.received[0].headers)


def test_addresses_of_the_environment_do_not_lead_elsewhere(
    server: HostedServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_BASE_URL", "http://127.0.0.1:9/v1")
    monkeypatch.setenv("ANTHROPIC_BASE_URL", "http://127.0.0.1:9")
    for provider in PROVIDERS:
        [draft] = ask(endpoint(server.url, provider))
        assert draft.failed is None
        own = HostedGenerator.open(endpoint("", provider, base_url=None))
        assert own.endpoint.address.startswith("https://api.")
        own.close()
