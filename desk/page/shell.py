"""What every page has: its template, its headers, and an answer where something is refused.

Nothing of a page comes from elsewhere, and no script or style stands in it: the browser holds both
promises by the policy sent with each.
"""

from collections.abc import Awaitable, Callable
from functools import lru_cache
from typing import Any

from fastapi import Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from fastapi.routing import APIRoute
from jinja2 import Environment, PackageLoader, StrictUndefined

from desk.api.drafts import desk_of
from desk.api.health import beside
from desk.errors import DeskRefused
from desk.page import words
from desk.page.agent import agent_of
from desk.page.links import web_link

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


class PageRoute(APIRoute):
    """A route that answers with a page: what is refused becomes one too."""

    def get_route_handler(self) -> Callable[[Request], Awaitable[Response]]:  # type: ignore[override]
        answer = super().get_route_handler()

        async def handler(request: Request) -> Response:
            try:
                response = await answer(request)
            except DeskRefused as error:
                response = page(
                    request, "problem.html.jinja", error.status, problem=str(error), now_on=""
                )
            for name, value in HEADERS.items():
                response.headers.setdefault(name, value)
            # a ticket is personal data: no copy of it stays in the browser
            response.headers.setdefault("Cache-Control", "no-store")
            return response

        return handler


def page(request: Request, template: str, status: int = 200, **values: Any) -> HTMLResponse:
    """A whole page."""
    desk = desk_of(request)
    known = {
        "champion": desk.champion.status(),
        "challenger": beside(desk),
        "waiting": desk.inbox.waiting(),
        "agent": agent_of(request),
    }
    return part(template, status, **known, **values)


def part(template: str, status: int = 200, **values: Any) -> HTMLResponse:
    """What HTMX puts into a page."""
    return HTMLResponse(_templates().get_template(template).render(**values), status)


def go(request: Request, address: str) -> Response:
    """On to another page, for HTMX and for a browser without it."""
    if "HX-Request" in request.headers:
        return Response(headers={"HX-Redirect": address})
    return RedirectResponse(address, 303)


@lru_cache
def _templates() -> Environment:
    templates = Environment(
        loader=PackageLoader("desk.page", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    templates.filters["web_link"] = web_link
    templates.filters["because"] = words.because
    templates.filters["spoken"] = words.spoken
    templates.filters["customer"] = words.customer
    templates.filters["headline"] = words.headline
    templates.filters["snippet"] = words.snippet
    return templates
