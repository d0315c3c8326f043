"""POST /hooks/NAME of each helpdesk that is connected: verified, kept, answered at once."""

import time

from fastapi import APIRouter, Request, Response

from desk.api.answers import Drafted
from desk.helpdesks.helpdesk import CameWhole, Delivery
from desk.helpdesks.incoming import Incoming


def router(incoming: Incoming) -> APIRouter:
    """401 where it is not signed, 202 where work begins, 200 where there is nothing to do."""
    routes = APIRouter(prefix="/hooks", tags=["hooks"])
    for name in incoming.helpdesks:
        _listen(routes, incoming, name)
    return routes


def _listen(routes: APIRouter, incoming: Incoming, name: str) -> None:
    helpdesk = incoming.helpdesks[name]

    @routes.post(f"/{name}", name=name, status_code=202)
    async def came(request: Request, response: Response) -> object:
        body = await request.body()
        delivery = Delivery(dict(request.headers), body, time.time())
        what = helpdesk.read(delivery)
        if isinstance(what, CameWhole) and what.reply_to is None:
            response.status_code = 200
            return Drafted.model_validate(await incoming.answer(name, what))
        taken = what is not None and await incoming.take(name, what)
        if not taken:
            response.status_code = 200
        return {"taken": taken}
