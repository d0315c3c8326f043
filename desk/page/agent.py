"""Which agent sits here: a key that they chose for themselves once, in a cookie."""

import re

from fastapi import Request, Response

COOKIE = "desk_agent"
KEY = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
YEAR = 365 * 24 * 3600


def agent_of(request: Request) -> str | None:
    """The agent's key; None until they chose one."""
    key = request.cookies.get(COOKIE, "")
    return key if KEY.fullmatch(key) else None


def remember(response: Response, key: str, secure: bool) -> None:
    """Have the browser tell `key` from now on, to this desk alone and to no script."""
    response.set_cookie(COOKIE, key, max_age=YEAR, httponly=True, samesite="strict", secure=secure)
