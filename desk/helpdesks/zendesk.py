"""Zendesk: a trigger's webhook comes in, an internal comment goes back.

Its published form: a delivery is signed as BASE64 over TIMESTAMP and BODY. The trigger sends no
more than the ticket's number, because text that a placeholder puts into JSON may break it:
`{"ticket_id": "{{ticket.id}}", "event": "comment"}`, or `"event": "rated"`.
"""

import base64
import hashlib
import html
import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from desk.errors import BadDelivery
from desk.helpdesks.conversation import Line, question, reply
from desk.helpdesks.helpdesk import Came, Delivery, Note, Question, Rating, Seen
from desk.helpdesks.http import Caller, GivenUp, Limits
from desk.helpdesks.note import as_html
from desk.helpdesks.params import ZendeskParams
from desk.helpdesks.signature import ID, check, iso_seconds, json_object, number, sha256_base64

EVENTS = {"comment": "changed", "rated": "rated"}
# Zendesk's own survey has two answers; ours are from 1 to 5
SCORES = {"good": 5.0, "bad": 1.0}
WITH_USERS = {"include": "users"}
PAGE = 100
# a ticket holds 5,000 comments at most
PAGES = 50


class Zendesk:
    """One Zendesk."""

    def __init__(
        self, params: ZendeskParams, secret: str, token: str, limits: Limits, messages: int
    ) -> None:
        self._url = params.url
        self._secret = secret
        self._messages = messages
        who = base64.b64encode(f"{params.email}/token:{token}".encode()).decode()
        self._caller = Caller(params.url, {"authorization": f"Basic {who}"}, limits)

    def read(self, delivery: Delivery) -> Came | None:
        """Raises BadSignature or BadDelivery."""
        stamp = delivery.headers.get("x-zendesk-webhook-signature-timestamp", "")
        ours = sha256_base64(self._secret, stamp.encode() + delivery.body)
        theirs = delivery.headers.get("x-zendesk-webhook-signature", "")
        check(theirs, ours, iso_seconds(stamp), delivery.now)
        event = json_object(delivery.body)
        what = EVENTS.get(str(event.get("event")))
        if what is None:
            raise BadDelivery("event is neither comment nor rated: write the trigger's body again")
        ticket = number(event.get("ticket_id"), "ticket_id")
        # the same for each try of Zendesk's; it is not signed, and a false one finds that the
        # comment has its note already
        invocation = delivery.headers.get("x-zendesk-webhook-invocation-id", "")
        if not ID.fullmatch(invocation):
            raise BadDelivery("the header X-Zendesk-Webhook-Invocation-Id is missing, or is no id")
        return Came(f"{what}:{invocation}", what, ticket)  # type: ignore[arg-type]

    def look(self, came: Came) -> Sequence[Seen]:
        """Raises Again or GivenUp."""
        # first the ticket: what is written after this changes the stamp
        answer = self._caller.get(f"/api/v2/tickets/{came.conversation}.json", WITH_USERS)
        ticket = answer.get("ticket")
        if not isinstance(ticket, dict):
            raise GivenUp("its ticket is not as its API has it")
        if came.what == "rated":
            rating = ticket.get("satisfaction_rating")
            score = rating.get("score") if isinstance(rating, dict) else None
            csat = SCORES.get(str(score))
            return [Rating(came.id, came.conversation, csat)] if csat else []
        comments, users = self._comments(came.conversation)
        users |= _by_id(answer)
        lines = [line for line in (_line(one, ticket, users) for one in comments) if line]
        replied = reply(came.conversation, lines)
        seen: list[Seen] = [replied] if replied else []
        if ticket.get("status") == "closed":
            return seen  # nothing can be written to it any more
        stamp = ticket.get("updated_at")
        asked = question(
            came.conversation, lines, users.get(ticket.get("assignee_id"), {}).get("name"),
            _more(ticket, users),
            stamp if isinstance(stamp, str) else None,
        )  # fmt: skip
        return [*seen, asked] if asked else seen

    def note(self, question: Question, note: Note) -> None:
        """An internal comment; Again where the ticket has changed since it was looked at.

        Raises Again or GivenUp.
        """
        ticket: dict[str, Any] = {"comment": {"html_body": as_html(note), "public": False}}
        if question.stamp:
            ticket |= {"safe_update": True, "updated_stamp": question.stamp}
        body = json.dumps({"ticket": ticket}).encode()
        self._caller.send("PUT", f"/api/v2/tickets/{question.conversation}.json", body)

    def agent(self, agent: str) -> str:
        return f"zendesk-{hashlib.sha256(f'{self._url} {agent}'.encode()).hexdigest()[:16]}"

    def close(self) -> None:
        self._caller.close()

    def _comments(self, ticket: str) -> tuple[list[dict[str, Any]], dict[Any, dict[str, Any]]]:
        """The newest comments, oldest first, and their authors by id."""
        comments: list[dict[str, Any]] = []
        users: dict[Any, dict[str, Any]] = {}
        query = WITH_USERS | {"page[size]": str(PAGE)}
        for _ in range(PAGES):
            answer = self._caller.get(f"/api/v2/tickets/{ticket}/comments.json", query)
            page, meta = answer.get("comments"), answer.get("meta")
            if not isinstance(page, list) or not all(_whole(comment) for comment in page):
                raise GivenUp("its comments are not as its API has them")
            users |= _by_id(answer)
            comments = sorted([*comments, *page], key=_when)[-self._messages :]
            if not isinstance(meta, dict) or not meta.get("has_more"):
                break
            # its own link to the next page is not followed: it may lead anywhere
            query = query | {"page[after]": str(meta.get("after_cursor"))}
        return comments, users


def _by_id(answer: Mapping[str, Any]) -> dict[Any, dict[str, Any]]:
    users = answer.get("users")
    listed = users if isinstance(users, list) else []
    return {user.get("id"): user for user in listed if isinstance(user, dict)}


def _whole(comment: object) -> bool:
    return isinstance(comment, dict) and isinstance(comment.get("id"), int) and bool(_at(comment))


def _when(comment: Mapping[str, Any]) -> tuple[datetime, int]:
    return _at(comment) or datetime.min, int(comment["id"])


def _at(comment: Mapping[str, Any]) -> datetime | None:
    try:
        at = datetime.fromisoformat(str(comment.get("created_at")))
    except ValueError:
        return None
    return at if at.tzinfo else None


def _body(comment: Mapping[str, Any]) -> str:
    text = comment.get("plain_body") or comment.get("body") or ""
    return html.unescape(str(text)).replace("\xa0", " ")


def _line(
    comment: Mapping[str, Any], ticket: Mapping[str, Any], users: Mapping[Any, Mapping[str, Any]]
) -> Line | None:
    """None for one without words."""
    at, text, author = _at(comment), _body(comment), comment.get("author_id")
    if not text.strip() or at is None:
        return None
    if comment.get("public") is not True:
        return Line(str(comment["id"]), "note", text, at)
    user = users.get(author, {})
    # whoever asked is the customer, also where it is a colleague of the agents'
    customer = author == ticket.get("requester_id") or user.get("role") == "end-user"
    return Line(
        id=str(comment["id"]),
        role="customer" if customer else "agent",
        text=text,
        at=at,
        agent=None if customer else str(author),
        name=str(user["name"]) if user.get("name") else None,
    )


def _more(ticket: Mapping[str, Any], users: Mapping[Any, Mapping[str, Any]]) -> dict[str, Any]:
    via, requester = ticket.get("via"), ticket.get("requester_id")
    channel = via.get("channel") if isinstance(via, dict) else None
    subject, locale = ticket.get("subject"), users.get(requester, {}).get("locale")
    return {
        "subject": subject if isinstance(subject, str) else None,
        "customer": str(requester) if requester else None,
        "locale": locale[:35] if isinstance(locale, str) else None,
        "channel": channel[:64] if isinstance(channel, str) else None,
    }
