"""A draft as server-sent events: queued, drafting, draft, done; or error.

queued     {"place": 3}: tickets before this one; told again as it moves up
drafting   {}
draft      {"text": "Ahoy Jo! …"}: a piece; there is none where the draft is held back
done       the whole answer, as without a stream
error      {"status": 504, "detail": "…"}, in place of done
"""

import json
from collections.abc import AsyncIterator
from typing import Any

from starlette.responses import StreamingResponse

from desk.api.answers import Drafted
from desk.api.pieces import pieces
from desk.api.problems import status_and_text
from desk.asked import Asked
from desk.logs import frames, log

# how often a ticket's place is looked at
LOOK_SECONDS = 0.1
# proxies close what says nothing for long
SILENT_LOOKS = 100
HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}


def event_stream(lines: AsyncIterator[str]) -> StreamingResponse:
    return StreamingResponse(lines, media_type="text/event-stream", headers=HEADERS)


def events(asked: Asked) -> AsyncIterator[str]:
    """What happens to a ticket; who closes the stream leaves."""
    # its place as it came: it may have moved up when the stream is first read
    return _events(asked, asked.place)


async def _events(asked: Asked, place: int) -> AsyncIterator[str]:
    try:
        async for line in _until_there(asked, place):
            yield line
        answer = Drafted.model_validate(await asked.answer())
        for piece in pieces(answer.draft):
            yield _event("draft", {"text": piece})
        yield f"event: done\ndata: {answer.model_dump_json()}\n\n"
    except Exception as error:
        status, text = status_and_text(error)
        if status == 500:
            log.error("a stream broke off: %s", frames(error))
        yield _event("error", {"status": status, "detail": text})
    finally:
        asked.leave()


async def _until_there(asked: Asked, place: int) -> AsyncIterator[str]:
    silent = 0
    yield _event("queued", {"place": place})
    while not asked.begun and not await asked.within(LOOK_SECONDS):
        silent += 1
        if asked.place != place:
            place, silent = asked.place, 0
            yield _event("queued", {"place": place})
        if silent % SILENT_LOOKS == SILENT_LOOKS - 1:
            yield ": still here\n\n"
    yield _event("drafting", {})
    while not await asked.within(LOOK_SECONDS * SILENT_LOOKS):
        yield ": still here\n\n"


def _event(name: str, data: dict[str, Any]) -> str:
    return f"event: {name}\ndata: {json.dumps(data)}\n\n"
