"""POST /v1/chat/completions and GET /v1/models: the desk for any client of OpenAI's.

A draft that is held back answers with finish_reason `content_filter`, no content, and the reason as
`refusal`. Under `replymill` stand the draft's id, by which GET /v1/drafts/{id} gives what the guard
found, its citations, and what of the request does nothing.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import StreamingResponse

from desk.api.drafts import answer_of, desk_of
from desk.api.openai_forms import Completion
from desk.api.pieces import pieces
from desk.api.stream import HEADERS
from desk.desk import Desk
from desk.errors import NotWritten, UnknownModel

router = APIRouter(prefix="/v1", tags=["OpenAI's form"])

Chunk = dict[str, Any]


@router.post("/chat/completions")
async def complete(asked: Completion, request: Request) -> Any:
    """Draft the next message of a chat. A stream begins when the guard has passed the whole."""
    desk = desk_of(request)
    asked.check()
    _check_model(desk, asked.model)
    answer = await answer_of(request, desk.ask(asked.ticket(), "openai"))
    if (answer["reason"] or "").startswith("failed"):
        raise NotWritten(f"no draft: {answer['reason']}; kept as {answer['id']}")
    if not asked.stream:
        return _completion(asked, answer)
    usage = bool(asked.stream_options and asked.stream_options.include_usage)
    lines = (f"data: {json.dumps(chunk)}\n\n" for chunk in _chunks(asked, answer, usage))
    return StreamingResponse(_ended(lines), media_type="text/event-stream", headers=HEADERS)


@router.get("/models")
def models(request: Request) -> object:
    """The one model that is served here."""
    return {"object": "list", "data": [_model(desk_of(request))]}


@router.get("/models/{name}")
def model(name: str, request: Request) -> object:
    """The model of that name."""
    _check_model(desk_of(request), name)
    return _model(desk_of(request))


def _check_model(desk: Desk, name: str) -> None:
    served = desk.champion.status()["model"]
    if name != served:
        raise UnknownModel(f"model: that one is not served here; {served} is")


def _model(desk: Desk) -> dict[str, Any]:
    status = desk.champion.status()
    # when a version was made is the registry's to know; clients only ask for a number
    return {"id": status["model"], "object": "model", "created": 0, "owned_by": "replymill"}


def _completion(asked: Completion, answer: Mapping[str, Any]) -> dict[str, Any]:
    message = {"role": "assistant", "content": answer["draft"], "refusal": _refusal(answer)}
    choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": _finish(answer)}
    return {
        **_head(asked, answer, "chat.completion"),
        "choices": [choice],
        "usage": _usage(answer),
        "replymill": _beside(asked, answer),
    }


def _chunks(asked: Completion, answer: Mapping[str, Any], usage: bool) -> Iterator[Chunk]:
    head = _head(asked, answer, "chat.completion.chunk") | ({"usage": None} if usage else {})

    def chunk(delta: dict[str, Any], finish: str | None = None) -> Chunk:
        choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish}
        return {**head, "choices": [choice]}

    yield chunk({"role": "assistant", "content": ""})
    for piece in pieces(answer["draft"]):
        yield chunk({"content": piece})
    refusal = _refusal(answer)
    if refusal:
        yield chunk({"refusal": refusal})
    yield chunk({}, _finish(answer)) | {"replymill": _beside(asked, answer)}
    if usage:
        yield head | {"choices": [], "usage": _usage(answer)}


def _ended(lines: Iterator[str]) -> Iterator[str]:
    yield from lines
    yield "data: [DONE]\n\n"


def _head(asked: Completion, answer: Mapping[str, Any], kind: str) -> dict[str, Any]:
    return {
        "id": f"chatcmpl-{answer['id'] or 'not-kept'}",
        "object": kind,
        "created": int(answer["created_at"].timestamp()),
        "model": asked.model,
        "system_fingerprint": f"version-{answer['version']}",
    }


def _usage(answer: Mapping[str, Any]) -> dict[str, int]:
    read, written = answer["tokens_in"], answer["tokens_out"]
    return {"prompt_tokens": read, "completion_tokens": written, "total_tokens": read + written}


def _finish(answer: Mapping[str, Any]) -> str:
    return "content_filter" if answer["reason"] else "stop"


def _refusal(answer: Mapping[str, Any]) -> str | None:
    return f"held back: {answer['reason']}" if answer["reason"] else None


def _beside(asked: Completion, answer: Mapping[str, Any]) -> dict[str, Any]:
    """What the desk knows and OpenAI's form has no place for."""
    # of what is held back there is no content for a finding to have its place in
    findings = [] if answer["reason"] else answer["findings"]
    told = ("id", "kept", "version", "candidate", "citations", "abstained", "reason", "cut")
    return {name: answer[name] for name in told} | {
        "findings": findings,
        "ignored": asked.ignored(),
    }
