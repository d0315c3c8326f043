"""Chatwoot: an agent bot's webhook comes in, a private note goes back.

Its published form: a delivery is signed as `sha256=HEX` over `TIMESTAMP.BODY` (account webhooks
from 4.11.2 on, agent bots from 4.13 on). A bot's token may write messages and open a conversation,
and may not read them, so that an agent's token is needed for reading.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from desk.errors import BadDelivery
from desk.helpdesks.conversation import Line, question, reply
from desk.helpdesks.helpdesk import Came, Delivery, Note, Question, Rating, Seen
from desk.helpdesks.http import Caller, GivenUp, Limits
from desk.helpdesks.note import markdown
from desk.helpdesks.params import ChatwootParams
from desk.helpdesks.signature import check, json_object, number, sha256_hex, unix_seconds

# as the API has them; a webhook has the words
INCOMING, OUTGOING = 0, 1
BOTS = ("agent_bot", "captain_assistant")
# what the API gives in one answer
PAGE = 20


class Chatwoot:
    """One account."""

    def __init__(
        self, params: ChatwootParams, secret: str, token: str, bot_token: str, limits: Limits,
        messages: int,
    ) -> None:  # fmt: skip
        self._params = params
        self._secret = secret
        self._messages = messages
        self._agent = Caller(params.url, {"api_access_token": token}, limits)
        self._bot = Caller(params.url, {"api_access_token": bot_token}, limits)

    def read(self, delivery: Delivery) -> Came | None:
        """Raises BadSignature or BadDelivery."""
        stamp = delivery.headers.get("x-chatwoot-timestamp", "")
        ours = sha256_hex(self._secret, stamp.encode() + b"." + delivery.body)
        theirs = delivery.headers.get("x-chatwoot-signature", "")
        check(theirs, f"sha256={ours}", unix_seconds(stamp), delivery.now)
        event = json_object(delivery.body)
        name, rating = event.get("event"), _rating(event)
        what: str | None = None
        if name == "message_updated" and rating is not None:
            what = "rated"
        elif name == "message_created" and not event.get("private"):
            what = {"incoming": "asked", "outgoing": "replied"}.get(str(event.get("message_type")))
        if what is None or (what == "replied" and not _by_person(event.get("sender"))):
            return None
        account = number(_part(event, "account").get("id"), "account.id")
        if account != str(self._params.account):
            raise BadDelivery(f"account {account} is not the one of params.yaml")
        conversation = _part(event, "conversation")
        message = number(event.get("id"), "id")
        return Came(
            # by the message, so that two webhooks that tell of the same one count once
            id=f"{what}:{message}" + (f":{rating:g}" if rating is not None else ""),
            what=what,  # type: ignore[arg-type]
            conversation=number(conversation.get("id"), "conversation.id"),
            message=message,
            rating=rating,
            pending=conversation.get("status") == "pending",
        )

    def look(self, came: Came) -> Sequence[Seen]:
        """Raises Again or GivenUp."""
        if came.rating is not None:
            return [Rating(came.id, came.conversation, came.rating)]
        if came.what == "asked" and came.pending:
            # before all else: a customer must not wait for people because a draft failed
            self._open(came.conversation)
        about, written = self._read(came.conversation)
        lines = [line for line in map(_line, written) if line]
        if came.what == "replied":
            answer = reply(came.conversation, lines, came.message)
            return [answer] if answer else []
        agent = _part(about, "assignee").get("name")
        asked = question(came.conversation, lines, agent, _more(about, written))
        return [asked] if asked else []

    def note(self, question: Question, note: Note) -> None:
        """A private note by the bot. Raises Again or GivenUp."""
        body = {"content": markdown(note), "message_type": "outgoing", "private": True}
        path = f"{self._path(question.conversation)}/messages"
        self._bot.send("POST", path, json.dumps(body).encode())

    def agent(self, agent: str) -> str:
        digest = hashlib.sha256(f"{self._params.url} {self._params.account} {agent}".encode())
        return f"chatwoot-{digest.hexdigest()[:16]}"

    def close(self) -> None:
        self._agent.close()
        self._bot.close()

    def _path(self, conversation: str) -> str:
        return f"/api/v1/accounts/{self._params.account}/conversations/{conversation}"

    def _open(self, conversation: str) -> None:
        body = json.dumps({"status": "open"}).encode()
        self._bot.send("POST", f"{self._path(conversation)}/toggle_status", body)

    def _read(self, conversation: str) -> tuple[dict[str, Any], list[dict[str, Any]]]:
        """What is known of the conversation, and its newest messages, oldest first."""
        about: dict[str, Any] = {}
        newest: list[dict[str, Any]] = []
        while len(newest) < self._messages:
            before = {"before": str(newest[0]["id"])} if newest else None
            answer = self._agent.get(f"{self._path(conversation)}/messages", before)
            page = answer.get("payload")
            if not isinstance(page, list) or not all(_whole(message) for message in page):
                raise GivenUp("its messages are not as its API has them")
            about = about or _part(answer, "meta")
            # an older page has older messages alone, or it would be asked for without an end
            page = [message for message in page if not newest or message["id"] < newest[0]["id"]]
            newest = sorted(page, key=lambda message: int(message["id"])) + newest
            if len(page) < PAGE:
                break
        return about, newest[-self._messages :]


def _part(value: Mapping[str, Any], name: str) -> dict[str, Any]:
    part = value.get(name)
    return part if isinstance(part, dict) else {}


def _by_person(sender: object) -> bool:
    """A user is one; bots and the other automatic writers say that they are not."""
    return isinstance(sender, dict) and sender.get("type") == "user"


def _rating(event: Mapping[str, Any]) -> float | None:
    """What the customer put into Chatwoot's own survey, which is a message that is updated."""
    if event.get("content_type") != "input_csat":
        return None
    submitted = _part(_part(event, "content_attributes"), "submitted_values")
    rating = _part(submitted, "csat_survey_response").get("rating")
    return float(rating) if isinstance(rating, int) and 1 <= rating <= 5 else None


def _whole(message: object) -> bool:
    return (
        isinstance(message, dict)
        and isinstance(message.get("id"), int)
        and isinstance(message.get("created_at"), int)
    )


def _line(message: Mapping[str, Any]) -> Line | None:
    """None for what Chatwoot wrote itself, and for a message without words."""
    kind, sender = message.get("message_type"), _part(message, "sender")
    text, at = message.get("content"), datetime.fromtimestamp(message["created_at"], UTC)
    deleted = _part(message, "content_attributes").get("deleted")
    if deleted or kind not in (INCOMING, OUTGOING):
        return None
    if not isinstance(text, str) or not text.strip():
        return None
    if message.get("private"):
        return Line(str(message["id"]), "note", text, at)
    person = kind == OUTGOING and _by_person(sender)
    bot = sender.get("type") in BOTS
    return Line(
        id=str(message["id"]),
        role="customer" if kind == INCOMING else "agent",
        text=text,
        at=at,
        agent=str(sender.get("id")) if person else None,
        name=str(sender["name"]) if sender.get("name") and not bot else None,
    )


def _more(about: Mapping[str, Any], written: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    contact, attributes = _part(about, "contact"), _part(about, "additional_attributes")
    subject = attributes.get("mail_subject")
    language = _part(attributes, "browser").get("browser_language")
    emails = any(message.get("content_type") == "incoming_email" for message in written)
    return {
        "subject": subject if isinstance(subject, str) else None,
        "customer": str(contact["id"]) if contact.get("id") else None,
        "locale": language[:35] if isinstance(language, str) else None,
        "channel": "email" if emails or subject else "chat",
    }
