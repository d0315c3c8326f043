"""A refusal that comes before its request's body was read, to a caller who is still sending it.

Were the connection closed at once, the caller's machine would be told so before the caller has read
the answer, and would throw it away.
"""

import asyncio
import contextlib

from starlette.types import ASGIApp, Message, Receive, Scope, Send

READ_AWAY = 1024 * 1024
READ_AWAY_SECONDS = 2


async def linger(answer: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
    """Send `answer`, and end it after the body was read away, or as much as is bearable."""

    async def lingering(message: Message) -> None:
        if message["type"] != "http.response.body" or message.get("more_body", False):
            await send(message)
            return
        await send({**message, "more_body": True})
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(READ_AWAY_SECONDS):
                await _read_away(receive)
        await send({"type": "http.response.body"})

    await answer(scope, receive, lingering)


async def _read_away(receive: Receive) -> None:
    left = READ_AWAY
    while left > 0 and (message := await receive()).get("more_body", False):
        left -= len(message["body"])
