"""The desk for OpenAI's own client, over a real connection."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import openai
import pytest

from tests.desk_server import serving
from tests.desks import FINE, make_desk
from tests.live_drafters import Says
from tests.slow_drafters import Chokes, Gated

ASKED: list[Any] = [
    {"role": "system", "content": "Answer in verse."},
    {"role": "user", "content": "Where is MB-123456? I am Jo.", "name": "Jo Smith"},
]
IMAGE = {"type": "image_url", "image_url": {"url": "x"}}
TOOL = {"role": "tool", "content": "x", "tool_call_id": "1"}
MODEL = "support-drafter"


@pytest.fixture
def client(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[openai.OpenAI]:
    says = getattr(request, "param", FINE)
    desk = make_desk(tmp_path, says)
    with serving(desk) as address, openai.OpenAI(base_url=f"{address}/v1", api_key="x") as client:
        client.desk = desk  # type: ignore[attr-defined]
        yield client


def test_a_chat_is_answered_with_the_customers_own_values(client: openai.OpenAI) -> None:
    answer = client.chat.completions.create(
        model=MODEL, messages=ASKED, temperature=0.7, user="c-17", max_tokens=9
    )
    (choice,) = answer.choices
    assert choice.message.content == "Ahoy Jo! MB-123456 may come back within 30 days."
    assert (choice.finish_reason, choice.message.refusal) == ("stop", None)
    beside = answer.model_extra["replymill"]  # type: ignore[index]
    assert answer.id == f"chatcmpl-{beside['id']}"
    assert beside["ignored"] == ["temperature", "max_tokens", "messages.0"]
    assert [citation["clause"] for citation in beside["citations"]] == ["1"]
    kept = client.desk.store.draft(beside["id"])["ticket"]  # type: ignore[attr-defined]
    assert kept["messages"] == [{"role": "customer", "text": ASKED[1]["content"]}]
    assert (kept["customer"], kept["names"], kept["source"]) == ("c-17", ["Jo Smith"], "openai")


def test_a_stream_is_the_same_answer_in_pieces(client: openai.OpenAI) -> None:
    whole = client.chat.completions.create(model=MODEL, messages=ASKED).choices[0].message.content
    chunks = list(client.chat.completions.create(model=MODEL, messages=ASKED, stream=True))
    assert "".join(one.choices[0].delta.content or "" for one in chunks) == whole
    assert [one.choices[0].finish_reason for one in chunks if one.choices[0].finish_reason] == [
        "stop"
    ]
    assert {one.usage for one in chunks} == {None}


@pytest.mark.parametrize("client", [Gated(shut=False)], indirect=True)
def test_tokens_are_told_streaming_or_not(client: openai.OpenAI) -> None:
    answer = client.chat.completions.create(model=MODEL, messages=ASKED)
    *_, last = client.chat.completions.create(
        model=MODEL, messages=ASKED, stream=True, stream_options={"include_usage": True}
    )
    for usage in (answer.usage, last.usage):
        assert usage is not None
        assert (usage.prompt_tokens, usage.completion_tokens, usage.total_tokens) == (5, 7, 12)
    assert last.choices == []


@pytest.mark.parametrize("client", [Says("[ORDER_1] may come back within 31 days.")], indirect=True)
def test_what_is_held_back_ends_with_content_filter_and_its_reason(client: openai.OpenAI) -> None:
    (choice,) = client.chat.completions.create(model=MODEL, messages=ASKED).choices
    assert (choice.finish_reason, choice.message.content) == ("content_filter", "")
    assert choice.message.refusal == "held back: guard: claims"
    chunks = list(client.chat.completions.create(model=MODEL, messages=ASKED, stream=True))
    assert not any(one.choices[0].delta.content for one in chunks)
    assert chunks[-1].choices[0].finish_reason == "content_filter"
    assert [one.choices[0].delta.refusal for one in chunks if one.choices[0].delta.refusal] == [
        "held back: guard: claims"
    ]


@pytest.mark.parametrize("client", [Says("", failed="timeout"), Chokes()], indirect=True)
def test_a_draft_that_failed_is_an_error_that_is_not_tried_again(client: openai.OpenAI) -> None:
    choke: Any = [{"role": "user", "content": "choke"}]
    with pytest.raises(openai.InternalServerError) as failed:
        client.chat.completions.create(model=MODEL, messages=choke)
    assert (failed.value.status_code, failed.value.code) == (502, "draft_failed")
    metrics = client.get("/../metrics", cast_to=str)
    assert 'desk_refusals_total{status="502"} 1.0' in metrics


def test_the_model_is_the_registered_one(client: openai.OpenAI) -> None:
    assert [model.id for model in client.models.list()] == [MODEL]
    assert client.models.retrieve(MODEL).owned_by == "replymill"
    with pytest.raises(openai.NotFoundError) as refused:
        client.models.retrieve("gpt-4")
    assert refused.value.code == "model_not_found"


@pytest.mark.parametrize(
    ("changed", "param", "said"),
    [
        ({"n": 2}, "n", "one draft"),
        ({"tools": [{"type": "function", "function": {"name": "f"}}]}, "tools", "leave it out"),
        ({"response_format": {"type": "json_object"}}, "response_format", "as text"),
        ({"stop": ["\n"]}, "stop", "leave it out"),
        ({"logprobs": True}, "logprobs", "leave it out"),
        ({"extra_body": {"best_of": 2}}, "best_of", "no such parameter"),
        ({"extra_body": {"Jo Smith": 2}}, "(an odd name)", "no such parameter"),
        ({"messages": []}, "messages", "at least 1 item"),
        ({"messages": ASKED[:1]}, "messages", "none is the user's"),
        ({"messages": [*ASKED, {"role": "assistant", "content": "Ahoy"}]}, "messages", "the last"),
        ({"messages": [{"role": "user", "content": " "}]}, "messages.0.content", "no text"),
        ({"messages": [{"role": "user", "content": [IMAGE]}]}, "messages.0.content", "only text"),
        ({"messages": [TOOL]}, "messages.0.role", '"tool" is not what'),
    ],
)  # fmt: skip
def test_what_can_not_be_kept_is_refused_by_name(
    desk: openai.OpenAI, changed: dict[str, Any], param: str, said: str
) -> None:
    with pytest.raises(openai.BadRequestError, match=said) as refused:
        desk.chat.completions.create(**{"model": MODEL, "messages": ASKED} | changed)
    assert refused.value.param == param
    assert refused.value.type == "invalid_request_error"


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[openai.OpenAI]:
    folder = tmp_path_factory.mktemp("desk")
    with serving(make_desk(folder)) as address, openai.OpenAI(
        base_url=f"{address}/v1", api_key="x"
    ) as client:  # fmt: skip
        yield client


def test_what_changes_nothing_is_accepted(desk: openai.OpenAI) -> None:
    answer = desk.chat.completions.create(
        model=MODEL, messages=ASKED, n=1, tools=[], stop=None, response_format={"type": "text"}
    )
    assert answer.choices[0].finish_reason == "stop"


def test_text_in_parts_and_a_message_handed_back_are_read(desk: openai.OpenAI) -> None:
    first = desk.chat.completions.create(model=MODEL, messages=ASKED)
    parts = [{"type": "text", "text": "And"}, {"type": "text", "text": "MB-654321?"}]
    handed_back = first.choices[0].message.model_dump()
    again = desk.chat.completions.create(
        model=MODEL, messages=[*ASKED, handed_back, {"role": "user", "content": parts}]
    )
    assert again.choices[0].finish_reason == "stop"
