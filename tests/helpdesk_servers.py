"""A Chatwoot and a Zendesk of the tests' own, on loopback, as their published APIs have them.

    with chatwoot_server() as chatwoot:
        delivery = chatwoot.customer_writes(7, "Where is MB-123456?")   # to be posted to the desk
        ...
        chatwoot.conversations[7].messages      what stands in it now
        chatwoot.received                       every request: (method, path, headers, body)
        chatwoot.script = [status(429, Retry_After="0")]   # what to do instead, a request each

They were written from published documentation and source, not from a running Chatwoot or Zendesk.
Neither may ever be asked to show something to a customer: leaving the block fails the test where it
was.
"""

import base64
import hashlib
import hmac
import json
import re
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

Act = Callable[["Handler"], None]


@dataclass
class Received:
    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class Signed:
    """A webhook's call, as the helpdesk makes it."""

    headers: dict[str, str]
    body: bytes


@dataclass
class Server:
    """What both have."""

    url: str = ""
    secret: str = "hook-secret"
    script: list[Act] = field(default_factory=list)
    received: list[Received] = field(default_factory=list)
    guard: threading.RLock = field(default_factory=threading.RLock)
    shown_to_customers: list[str] = field(default_factory=list)
    """What a caller of the API had shown to a customer: nothing, ever."""
    last_id: int = 100

    def new_id(self) -> int:
        self.last_id += 1
        return self.last_id

    def writes(self) -> list[Received]:
        return [one for one in self.received if one.method != "GET"]

    def answer(self, request: Received) -> tuple[int, Any]:
        raise NotImplementedError


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server_of: Server

    def do_GET(self) -> None:
        self._do()

    def do_POST(self) -> None:
        self._do()

    def do_PUT(self) -> None:
        self._do()

    def _do(self) -> None:
        parts = urlsplit(self.path)
        body = self.rfile.read(int(self.headers.get("content-length") or 0))
        headers = {name.lower(): value for name, value in self.headers.items()}
        self.request_now = Received(
            self.command, parts.path, dict(parse_qsl(parts.query)), headers, body
        )
        with self.server_of.guard:
            self.server_of.received.append(self.request_now)
            act = self.server_of.script.pop(0) if self.server_of.script else None
        with suppress(OSError):  # who asked may have gone
            if act:
                act(self)
            else:
                self.well()

    def well(self) -> None:
        with self.server_of.guard:
            code, value = self.server_of.answer(self.request_now)
        self.send(value, code)

    def send(self, value: Any, code: int = 200, **headers: str) -> None:
        body = value if isinstance(value, bytes) else json.dumps(value).encode()
        self.send_response(code)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        for name, text in headers.items():
            self.send_header(name.replace("_", "-"), text)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Keep the test's output clean."""


def well() -> Act:
    return lambda handler: handler.well()


def status(code: int, **headers: str) -> Act:
    return lambda handler: handler.send({"error": "no"}, code, **headers)


def sends(value: Any) -> Act:
    return lambda handler: handler.send(value)


def waits(seconds: float) -> Act:
    def act(handler: Handler) -> None:
        time.sleep(seconds)
        handler.well()

    return act


def loses_the_answer() -> Act:
    """What was asked for is done, and the connection breaks."""

    def act(handler: Handler) -> None:
        with handler.server_of.guard:
            handler.server_of.answer(handler.request_now)
        handler.close_connection = True

    return act


@dataclass
class Conversation:
    status: str = "open"
    contact: dict[str, Any] = field(
        default_factory=lambda: {"id": 11, "name": "Jo Smith", "type": "contact"}
    )
    assignee: dict[str, Any] | None = None
    messages: list[dict[str, Any]] = field(default_factory=list)


@dataclass
class Chatwoot(Server):
    """Its API (`api_access_token`), of account 1.

    GET   …/conversations/ID/messages?before=MESSAGE   20 at a time; not for bots (401)
    POST  …/conversations/ID/messages                  `private` is false unless it is said
    POST  …/conversations/ID/toggle_status
    """

    agent_token: str = "agent-token"
    bot_token: str = "bot-token"
    conversations: dict[int, Conversation] = field(default_factory=lambda: {7: Conversation()})

    def customer_writes(self, conversation: int, text: str | None, **more: Any) -> Signed:
        contact = self.conversations[conversation].contact
        return self._event("message_created", self._add(conversation, 0, text, contact, **more))

    def agent_writes(self, conversation: int, text: str, **more: Any) -> Signed:
        sender = {"id": 3, "name": "Ann Lee", "type": "user"}
        return self._event("message_created", self._add(conversation, 1, text, sender, **more))

    def bot_writes(self, conversation: int, text: str, **more: Any) -> Signed:
        sender = {"id": 1, "name": "Bot", "type": "agent_bot"}
        return self._event("message_created", self._add(conversation, 1, text, sender, **more))

    def customer_rates(self, conversation: int, rating: int) -> Signed:
        message = self._add(
            conversation, 3, "Please rate", None, content_type="input_csat",
            content_attributes={"submitted_values": {"csat_survey_response": {"rating": rating}}},
        )  # fmt: skip
        return self._event("message_updated", message)

    def signed(self, event: dict[str, Any], at: float | None = None) -> Signed:
        body = json.dumps(event).encode()
        stamp = str(int(time.time() if at is None else at))
        digest = hmac.new(self.secret.encode(), f"{stamp}.".encode() + body, hashlib.sha256)
        return Signed(
            {"X-Chatwoot-Signature": f"sha256={digest.hexdigest()}", "X-Chatwoot-Timestamp": stamp,
             "X-Chatwoot-Delivery": f"d-{self.new_id()}", "Content-Type": "application/json"},
            body,
        )  # fmt: skip

    def answer(self, request: Received) -> tuple[int, Any]:
        token = request.headers.get("api_access_token")
        if token not in (self.agent_token, self.bot_token):
            return 401, {"error": "Invalid Access Token"}
        found = re.fullmatch(
            r"/api/v1/accounts/1/conversations/(\d+)/(messages|toggle_status)", request.path
        )
        if not found or int(found[1]) not in self.conversations:
            return 404, {"error": "Resource could not be found"}
        number, conversation = int(found[1]), self.conversations[int(found[1])]
        if request.method == "GET" and found[2] == "messages":
            if token == self.bot_token:
                return 401, {"error": "Access to this endpoint is not authorized for bots"}
            before = int(request.query.get("before", 10**9))
            page = [one for one in conversation.messages if one["id"] < before][-20:]
            shown = [{name: value for name, value in one.items() if value is not None}
                     for one in page]  # fmt: skip
            meta = {"labels": [], "additional_attributes": {}, "contact": conversation.contact}
            if conversation.assignee:
                meta["assignee"] = conversation.assignee
            return 200, {"meta": meta, "payload": shown}
        if request.method == "POST" and found[2] == "messages":
            asked = request.json
            private = asked.get("private") or False
            if not private:
                self.shown_to_customers.append(asked["content"])
            sender = {"id": 1, "name": "Bot", "type": "agent_bot"}
            return 200, self._add(number, 1, asked["content"], sender, private=private)
        if request.method == "POST":
            conversation.status = request.json["status"]
            return 200, {"payload": {"success": True, "current_status": conversation.status}}
        return 404, {"error": "Resource could not be found"}

    def _add(
        self, conversation: int, kind: int, text: str | None, sender: Any, **more: Any
    ) -> dict[str, Any]:
        message = {
            "id": self.new_id(), "content": text, "inbox_id": 2, "conversation_id": conversation,
            "message_type": kind, "content_type": "text", "status": "sent",
            "content_attributes": {}, "created_at": int(time.time()), "private": False,
            "source_id": None, "sender": sender, **more,
        }  # fmt: skip
        self.conversations[conversation].messages.append(message)
        return message

    def _event(self, name: str, message: dict[str, Any]) -> Signed:
        """A webhook writes types as words, and of a contact no type."""
        kinds = ["incoming", "outgoing", "activity", "template"]
        sender = dict(message["sender"] or {})
        if sender.get("type") == "contact":
            del sender["type"]
        number = message["conversation_id"]
        conversation = {"id": number, "status": self.conversations[number].status,
                        "channel": "Channel::WebWidget", "meta": {}}  # fmt: skip
        return self.signed({
            **{key: message[key] for key in ("id", "content", "content_type", "private",
                                             "content_attributes", "source_id")},
            "event": name, "message_type": kinds[message["message_type"]], "sender": sender,
            "created_at": datetime.now(UTC).isoformat(), "inbox": {"id": 2, "name": "Web"},
            "conversation": conversation, "account": {"id": 1, "name": "Acme"},
        })  # fmt: skip


@dataclass
class Zendesk(Server):
    """Its API (`EMAIL/token:TOKEN` as basic authentication).

    GET  /api/v2/tickets/ID.json?include=users
    GET  /api/v2/tickets/ID/comments.json?page[size]=100&page[after]=…&include=users
    PUT  /api/v2/tickets/ID.json   a comment is public unless it is said; 409 where `safe_update` is
                                   asked for and `updated_stamp` is not the ticket's own
    """

    email: str = "bot@acme.example"
    token: str = "api-token"
    tickets: dict[int, dict[str, Any]] = field(default_factory=dict)
    comments: dict[int, list[dict[str, Any]]] = field(default_factory=dict)
    users: dict[int, dict[str, Any]] = field(default_factory=dict)
    clock: datetime = datetime(2026, 11, 1, 9, tzinfo=UTC)

    def __post_init__(self) -> None:
        self.users = {
            21: {"id": 21, "name": "Jo Smith", "role": "end-user", "locale": "en-US"},
            31: {"id": 31, "name": "Ann Lee", "role": "agent", "locale": "en-US"},
            41: {"id": 41, "name": "Replymill", "role": "agent", "locale": "en-US"},
        }
        self.tickets[5] = {
            "id": 5, "subject": "My order", "requester_id": 21, "status": "open",
            "via": {"channel": "email"}, "satisfaction_rating": {"score": "unoffered"},
            "updated_at": self._tick(), "assignee_id": None,
        }  # fmt: skip
        self.comments[5] = []

    def writes_comment(self, ticket: int, author: int, text: str, public: bool = True) -> Signed:
        self._add(ticket, author, text, public)
        return self.trigger(ticket)

    def rates(self, ticket: int, score: str) -> Signed:
        self.tickets[ticket]["satisfaction_rating"] = {"id": 1, "score": score}
        return self.trigger(ticket, "rated")

    def trigger(self, ticket: int, event: str = "comment") -> Signed:
        return self.signed({"ticket_id": str(ticket), "event": event})

    def signed(self, event: dict[str, Any], at: float | None = None) -> Signed:
        body = json.dumps(event).encode()
        moment = datetime.fromtimestamp(time.time() if at is None else at, UTC)
        stamp = moment.strftime("%Y-%m-%dT%H:%M:%SZ")
        digest = hmac.digest(self.secret.encode(), stamp.encode() + body, "sha256")
        return Signed(
            {"X-Zendesk-Webhook-Signature": base64.b64encode(digest).decode(),
             "X-Zendesk-Webhook-Signature-Timestamp": stamp,
             "X-Zendesk-Webhook-Invocation-Id": f"01J{self.new_id()}",
             "Content-Type": "application/json"},
            body,
        )  # fmt: skip

    def answer(self, request: Received) -> tuple[int, Any]:
        who = base64.b64encode(f"{self.email}/token:{self.token}".encode()).decode()
        if request.headers.get("authorization") != f"Basic {who}":
            return 401, {"error": "Couldn't authenticate you"}
        found = re.fullmatch(r"/api/v2/tickets/(\d+)(/comments)?\.json", request.path)
        if not found or int(found[1]) not in self.tickets:
            return 404, {"error": "RecordNotFound", "description": "Not found"}
        number = int(found[1])
        if request.method == "GET" and found[2]:
            return 200, self._page(number, request.query)
        if request.method == "GET":
            ticket = self.tickets[number]
            told: dict[str, Any] = {"ticket": ticket}
            if request.query.get("include") == "users":
                there = {ticket["requester_id"], ticket["assignee_id"]} - {None}
                told["users"] = [self.users[user] for user in there]
            return 200, told
        if request.method == "PUT" and not found[2]:
            return self._update(number, request.json["ticket"])
        return 404, {"error": "InvalidEndpoint"}

    def _page(self, ticket: int, query: dict[str, str]) -> dict[str, Any]:
        size, start = int(query["page[size]"]), int(query.get("page[after]", 0))
        page = self.comments[ticket][start : start + size]
        more = start + size < len(self.comments[ticket])
        authors = {one["author_id"] for one in page}
        return {
            "comments": page,
            "meta": {"has_more": more, "after_cursor": str(start + size) if more else None},
            # not to be followed: whoever answers could write any address here
            "links": {"next": "http://169.254.169.254/latest/meta-data" if more else None},
            "users": [self.users[author] for author in authors]
            if query.get("include") == "users"
            else [],
        }

    def _update(self, number: int, asked: dict[str, Any]) -> tuple[int, Any]:
        ticket = self.tickets[number]
        if ticket["status"] == "closed":
            return 422, {"error": "RecordInvalid"}
        if asked.get("safe_update") and asked["updated_stamp"] != ticket["updated_at"]:
            return 409, {"error": "UpdateConflict"}
        comment = asked["comment"]
        public = comment.get("public", True)
        if public:
            self.shown_to_customers.append(comment["html_body"])
        self._add(number, 41, comment["html_body"], public)
        return 200, {"ticket": ticket, "audit": {"id": self.new_id()}}

    def _add(self, ticket: int, author: int, text: str, public: bool) -> None:
        plain = re.sub("<[^>]+>", " ", text)
        self.comments[ticket].append({
            "id": self.new_id(), "type": "Comment", "author_id": author, "body": plain,
            "html_body": text, "plain_body": plain, "public": public, "attachments": [],
            "created_at": self._tick(), "via": {"channel": "api"},
        })  # fmt: skip
        self.tickets[ticket]["updated_at"] = self._tick()

    def _tick(self) -> str:
        self.clock += timedelta(seconds=1)
        return self.clock.strftime("%Y-%m-%dT%H:%M:%SZ")


@dataclass
class Anybody(Server):
    """Takes whatever is posted."""

    def answer(self, request: Received) -> tuple[int, Any]:
        return 200, {}


@contextmanager
def chatwoot_server() -> Iterator[Chatwoot]:
    with _served(Chatwoot()) as server:
        yield server


@contextmanager
def zendesk_server() -> Iterator[Zendesk]:
    with _served(Zendesk()) as server:
        yield server


@contextmanager
def anybody() -> Iterator[Anybody]:
    with _served(Anybody()) as server:
        yield server


@contextmanager
def _served(server: Any) -> Iterator[Any]:
    handler = type("Bound", (Handler,), {"server_of": server})
    http = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    http.daemon_threads = True
    thread = threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    server.url = f"http://127.0.0.1:{http.server_address[1]}"
    try:
        yield server
        assert server.shown_to_customers == [], "a draft reached a customer"
    finally:
        http.shutdown()
        thread.join()
        http.server_close()
