"""Whatever else a company has: our own form in, the draft back in place or to an address.

A delivery is a ticket in the form of POST /v1/drafts, and may have `reply_to`, one of the addresses
of params.yaml. It is signed as `sha256=HEX` over `TIMESTAMP.DELIVERY.BODY`, and so is what is
posted back.
"""

import hashlib
import json
import time
from collections.abc import Sequence
from datetime import datetime

from pydantic import ValidationError

from desk.api.forms import Ticket
from desk.errors import BadDelivery
from desk.helpdesks.helpdesk import Came, CameWhole, Delivery, Note, Question, Seen
from desk.helpdesks.http import Caller, GivenUp, Limits
from desk.helpdesks.params import WebhookParams
from desk.helpdesks.signature import ID, check, json_object, sha256_hex, unix_seconds


class Asked(Ticket):
    """A ticket, and where its answer goes."""

    reply_to: str | None = None
    """One of `desk.helpdesks.webhook.reply_to`; the answer is given in place without it."""


class Webhook:
    """Programs that know the secret."""

    def __init__(self, params: WebhookParams, secret: str, limits: Limits) -> None:
        self._secret = secret
        self._callers = {url: Caller(url, {}, limits) for url in params.reply_to}

    def read(self, delivery: Delivery) -> Came:
        """Raises BadSignature or BadDelivery."""
        stamp = delivery.headers.get("x-replymill-timestamp", "")
        name = delivery.headers.get("x-replymill-delivery", "")
        ours = self._signed(stamp, name, delivery.body)
        theirs = delivery.headers.get("x-replymill-signature", "")
        check(theirs, ours, unix_seconds(stamp), delivery.now)
        if not ID.fullmatch(name):
            raise BadDelivery("the header X-Replymill-Delivery is missing, or is no id")
        try:
            asked = Asked.model_validate(json_object(delivery.body))
        except ValidationError as error:
            where = ", ".join(".".join(map(str, one["loc"])) for one in error.errors())
            raise BadDelivery(f"not of the form of POST /v1/drafts: {where}") from None
        if asked.reply_to is not None and asked.reply_to.rstrip("/") not in self._callers:
            raise BadDelivery("reply_to is none of desk.helpdesks.webhook.reply_to in params.yaml")
        ticket = asked.model_dump(exclude={"reply_to"})
        conversation = asked.external_id or name
        return CameWhole(name, "asked", conversation, ticket=ticket, reply_to=asked.reply_to)

    def look(self, came: Came) -> Sequence[Seen]:
        """Raises GivenUp where the ticket went with the process that was told it."""
        if not isinstance(came, CameWhole) or came.ticket is None:
            raise GivenUp("the desk ended before it was drafted for, and a ticket is not kept: "
                          "send it again")  # fmt: skip
        return [Question(came.id, came.conversation, came.ticket, reply_to=came.reply_to)]

    def note(self, question: Question, note: Note) -> None:
        """To whoever has the secret, not to a customer. Raises Again or GivenUp."""
        if question.reply_to is None:
            return
        body = json.dumps({"delivery": question.key, **note.answer}, default=_written).encode()
        stamp = str(int(time.time()))
        headers = {
            "x-replymill-delivery": question.key,
            "x-replymill-timestamp": stamp,
            "x-replymill-signature": self._signed(stamp, question.key, body),
        }
        self._callers[question.reply_to.rstrip("/")].send("POST", "", body, headers=headers)

    def agent(self, agent: str) -> str:
        return f"webhook-{hashlib.sha256(agent.encode()).hexdigest()[:16]}"

    def close(self) -> None:
        for caller in self._callers.values():
            caller.close()

    def _signed(self, stamp: str, name: str, body: bytes) -> str:
        return "sha256=" + sha256_hex(self._secret, f"{stamp}.{name}.".encode() + body)


def _written(value: object) -> str:
    assert isinstance(value, datetime)
    return value.isoformat()
