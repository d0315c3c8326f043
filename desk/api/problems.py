"""How a refusal reads: what, where, which value and the remedy, and never a ticket's text.

A value is told where it can't be anybody's: a number, a time, a short word where one of a few
was expected. Who asks in OpenAI's form is refused in OpenAI's form.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from desk.errors import DeskRefused
from drafter.errors import ReplymillError

OPENAI_PATHS = ("/v1/chat/", "/v1/models")
# what a field or a choice may be called; anything longer or odder could be somebody's data
_WORD = re.compile(r"[A-Za-z_][A-Za-z_-]{0,31}")
_TYPES = {404: "invalid_request_error", 429: "rate_limit_error"}
_CODES = {413: "request_too_large", 429: "queue_full", 503: "not_serving", 504: "timeout"}


def problem(
    path: str,
    status: int,
    text: str,
    headers: Mapping[str, str] | None = None,
    param: str | None = None,
    code: str | None = None,
) -> JSONResponse:
    """A refusal in the form that callers of `path` expect."""
    if not path.startswith(OPENAI_PATHS):
        return JSONResponse({"detail": text}, status, headers)
    kind = _TYPES.get(status, "server_error" if status >= 500 else "invalid_request_error")
    error = {"message": text, "type": kind, "param": param, "code": code or _CODES.get(status)}
    return JSONResponse({"error": error}, status, headers)


def status_and_text(error: Exception) -> tuple[int, str]:
    """The HTTP status of an error that drafting raised, and what its caller is told."""
    if isinstance(error, DeskRefused):
        return error.status, str(error)
    if isinstance(error, ReplymillError):
        # the generator's, mostly; an error of ours holds no ticket's text
        return 502, f"no draft: {type(error).__name__}: {error}"
    return 500, f"the desk failed ({type(error).__name__}): its log says where"


async def refused(request: Request, error: Exception) -> Response:
    """An error of ours."""
    status, text = status_and_text(error)
    if not isinstance(error, DeskRefused):
        return problem(request.url.path, status, text)
    headers = {"Retry-After": "5"} if status in (429, 503) else {}
    return problem(
        request.url.path, status, text, headers | dict(error.headers), error.param, error.code
    )


async def http_error(request: Request, error: Exception) -> Response:
    """What Starlette and FastAPI refuse by themselves: no such path, no such method."""
    assert isinstance(error, HTTPException)
    text = str(error.detail)
    if error.status_code == 400:
        # FastAPI's, for whatever Python's JSON reader raised: too deep, a number without end
        text = "the body can't be read: hand in JSON in UTF-8, as /docs shows it"
    elif error.status_code == 404:
        text = f"{request.method}: there is no such path; /docs lists them all"
    elif error.status_code == 405:
        text = f"{request.method} is not what this path takes; /docs lists what it does"
    return problem(request.url.path, error.status_code, text, error.headers)


async def unreadable(request: Request, error: Exception) -> Response:
    """A body that isn't in the form asked for: one line for each mistake."""
    assert isinstance(error, RequestValidationError)
    mistakes = [explained(mistake) for mistake in error.errors()[:10]]
    openai = request.url.path.startswith(OPENAI_PATHS)
    param = where(error.errors()[0]["loc"]) if openai else None
    return problem(
        request.url.path, 400 if openai else 422, "\n".join(mistakes), param=param or None
    )


def explained(mistake: Mapping[str, Any]) -> str:
    """`messages.0.role: "user" is not what it takes: 'customer' or 'agent'`."""
    place, kind, value = where(mistake["loc"]), mistake["type"], mistake.get("input")
    context = mistake.get("ctx", {})
    if kind == "json_invalid":
        return f"the body is no JSON from character {mistake['loc'][-1]} on: {context['error']}"
    if not place and isinstance(value, bytes | str):
        return "the body is no JSON: send it with Content-Type: application/json"
    if kind == "value_error":
        # our own validators say where, if no field is to blame alone
        what = str(context["error"])
        return f"{place}: {what}" if place else what
    if kind == "extra_forbidden":
        return f"{place}: there is no such field; /docs lists those there are"
    if kind == "missing":
        return f"{place}: missing; /docs shows what is asked for" if place else "the body is empty"
    if kind == "literal_error":
        told = f'"{value}" ' if isinstance(value, str) and _WORD.fullmatch(value) else ""
        return f"{place}: {told}is not what it takes: {context['expected']}"
    what = mistake["msg"][0].lower() + mistake["msg"][1:]
    if isinstance(value, int | float) and not isinstance(value, bool):
        what += f", not {value!r}"[:40]
    return f"{place or 'the body'}: {what}"


def where(place: Sequence[str | int]) -> str:
    """`messages.0.text`; a name that may be somebody's data is left out."""
    parts = place[1:] if place[:1] in (("body",), ("query",), ("path",), ("header",)) else place
    return ".".join(_named(part) for part in parts)


def _named(part: str | int) -> str:
    known = isinstance(part, int) or _WORD.fullmatch(part)
    return str(part) if known else "(a field with an odd name)"
