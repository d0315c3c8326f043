"""What is kept, what a run may spend, prices and keys."""

import json
import threading
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from drafter.errors import BadInput, CapReached, KeyMissing, ParamsError
from drafter.generate import Prompt
from drafter.hosted.answers import Answers
from drafter.hosted.budget import Budget
from drafter.hosted.endpoint import Endpoint, request_of
from drafter.hosted.generator import HostedGenerator
from drafter.hosted.prices import Prices
from tests.hosted_server import HostedServer, says, sends, status, waits
from tests.hosting import KEY, PROVIDERS, ask, endpoint, prompt

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
