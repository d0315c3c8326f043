"""The form in which a person shows the desk's token: POST /login, and the page that asks."""

import time
from functools import cache
from pathlib import Path
from typing import Any

from fastapi import APIRouter, Request, Response
from starlette.requests import HTTPConnection
from starlette.responses import HTMLResponse, RedirectResponse

from desk.page.forms import fields
from desk.page.shell import HEADERS
from desk.safety.token import COOKIE, HOURS, Token

LOGIN = "/login"
# else a browser writes `Origin: null` on this form, and where it leaves Sec-Fetch-Site out, on
# plain http from another machine, nobody could sign in
OWN_HEADERS = HEADERS | {"Referrer-Policy": "same-origin", "Cache-Control": "no-store"}

router = APIRouter(include_in_schema=False)


@router.post(LOGIN)
async def sign_in(request: Request) -> Response:
    """A cookie for whoever knows the token, and on to the page they asked for."""
    form = await fields(request)
    token: Token = request.app.state.token
    onward = own_path(form.get("onward", ""))
    if not token.is_it(form.get("token", "").strip()):
        return _page(onward, "That is another token: ask whoever started the desk.")
    answer = RedirectResponse(onward, 303, OWN_HEADERS)
    answer.set_cookie(
        COOKIE, token.cookie(time.time()), max_age=HOURS * 3600, httponly=True, samesite="strict",
        secure=request.url.scheme == "https",
    )  # fmt: skip
    return answer


def ask_to_sign_in(caller: HTTPConnection) -> Response:
    """The form in place of the page that was asked for."""
    if "hx-request" in caller.headers:
        # a part of a page: the whole of it asks
        return HTMLResponse("", 401, {"HX-Refresh": "true"})
    path, query = caller.scope["path"], caller.scope["query_string"].decode("latin-1")
    return _page(own_path(f"{path}?{query}" if query else path))


def own_path(onward: str) -> str:
    """`onward` where it stays on the desk; a browser takes `//x` and `/\\x` for another host."""
    stays = onward.startswith("/") and onward[1:2] not in ("/", "\\") and onward.isprintable()
    return onward if stays else "/"


def _page(onward: str, problem: str = "") -> Response:
    html = _template().render(onward=onward, problem=problem)
    return HTMLResponse(html, 401, OWN_HEADERS | {"WWW-Authenticate": "Bearer"})


@cache
def _template() -> Any:
    from jinja2 import Environment, FileSystemLoader

    return Environment(
        loader=FileSystemLoader(Path(__file__).parent), autoescape=True, trim_blocks=True
    ).get_template("login.html.jinja")
