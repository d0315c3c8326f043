"""A provider on loopback that speaks both protocols, and misbehaves as it is told.

    with hosted_server() as server:
        server.script = [status(429, Retry_After="1"), says("Hello")]   # a call each, then says()
        ...
        server.received      every request: (path, headers, body)

What a script entry is handed is the handler; what it writes is what the client gets, byte by byte.
"""

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

TOKENS_IN, TOKENS_OUT = 100, 20
Act = Callable[["Handler"], None]


@dataclass
class Received:
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class HostedServer:
    """Its address, what it is to do, and what came."""

    url: str = ""
    script: list[Act] = field(default_factory=list)
    received: list[Received] = field(default_factory=list)
    at_once: int = 0
    most_at_once: int = 0
    looks_until_done: int = 0
    """How often a batch is still running when it is looked at."""
    batches: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    files: dict[str, bytes] = field(default_factory=dict)
    refuse: int = 0
    """A status with which whoever looks at a batch is refused."""
    break_submits: bool = False
    """Whether a batch is taken and its id never sent."""
    lose: set[int] = field(default_factory=set)
    """Places of a batch's requests that get an error and no answer."""
    guard: threading.Lock = field(default_factory=threading.Lock)

    def asked(self, path: str) -> list[Received]:
        return [one for one in self.received if one.path == path]


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # headers and body are two writes, 40 ms apart with it
    hosted: HostedServer
    body: bytes = b""

    def do_POST(self) -> None:
        self.body = self.rfile.read(int(self.headers.get("content-length") or 0))
        self._note()
        if self.path in ("/v1/messages", "/v1/chat/completions"):
            with self.hosted.guard:
                act = self.hosted.script.pop(0) if self.hosted.script else says()
                self.hosted.at_once += 1
                self.hosted.most_at_once = max(self.hosted.at_once, self.hosted.most_at_once)
            try:
                act(self)
            finally:
                with self.hosted.guard:
                    self.hosted.at_once -= 1
        elif self.path == "/v1/messages/batches":
            self._start(json.loads(self.body)["requests"])
        elif self.path == "/v1/files":
            name = f"file-{len(self.hosted.files)}"
            self.hosted.files[name] = self.body
            self.send({"id": name, "object": "file", "bytes": 1, "created_at": 1,
                       "filename": "x", "purpose": "batch", "status": "processed"})  # fmt: skip
        elif self.path == "/v1/batches":
            raw = self.hosted.files[json.loads(self.body)["input_file_id"]]
            lines = [json.loads(line) for line in raw.split(b"\n") if line.startswith(b'{"custom')]
            self._start(lines)
        else:
            self.send({"error": "unknown"}, 404)

    def do_GET(self) -> None:
        self._note()
        kind, _, rest = self.path.removeprefix("/v1/").partition("/")
        if self.hosted.refuse:
            self.send({"error": {"message": "no"}}, self.hosted.refuse)
        elif kind == "messages" and rest.endswith("/results"):
            self._text(self._results(rest.split("/")[1]))
        elif kind == "messages" and rest.split("/")[1] in self.hosted.batches:
            self.send(self._batch(rest.split("/")[1]))
        elif kind == "batches" and rest in self.hosted.batches:
            self.send(self._batch(rest))
        elif kind == "files":
            self._text(self._results(rest.split("/")[0].removeprefix("out-")))
        else:
            self.send({"error": {"type": "not_found_error", "message": "no such batch"}}, 404)

    def send(self, value: Any, status: int = 200, **headers: str) -> None:
        body = value if isinstance(value, bytes) else json.dumps(value).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        for name, text in headers.items():
            self.send_header(name.replace("_", "-"), text)
        self.end_headers()
        self.wfile.write(body)

    def answer(self, text: str, **changes: Any) -> dict[str, Any]:
        return answer(self.path, json.loads(self.body)["model"], text, **changes)

    def log_message(self, *_: object) -> None:
        """Keep the test's output clean."""

    def _note(self) -> None:
        with self.hosted.guard:
            self.hosted.received.append(Received(self.path, dict(self.headers), self.body))

    def _text(self, text: str) -> None:
        self.send(text.encode())

    def _start(self, requests: list[dict[str, Any]]) -> None:
        name = f"batch-{len(self.hosted.batches)}"
        self.hosted.batches[name] = requests
        if self.hosted.break_submits:
            self.close_connection = True
            return
        self.send(self._batch(name))

    def _batch(self, name: str) -> dict[str, Any]:
        done = self.hosted.looks_until_done <= 0
        if self.command == "GET":
            self.hosted.looks_until_done -= 1
        if "messages" in self.path:
            return {
                "id": name, "type": "message_batch", "created_at": "2026-11-01T00:00:00Z",
                "processing_status": "ended" if done else "in_progress",
                "expires_at": "2026-11-02T00:00:00Z", "results_url": None,
                "request_counts": {"processing": 0, "succeeded": 0, "errored": 0, "canceled": 0,
                                   "expired": 0},
            }  # fmt: skip
        return {
            "id": name, "object": "batch", "endpoint": "/v1/chat/completions", "created_at": 1,
            "completion_window": "24h", "input_file_id": "x",
            "status": "completed" if done else "in_progress", "output_file_id": f"out-{name}",
        }  # fmt: skip

    def _results(self, name: str) -> str:
        lines = []
        # in another order than they were asked in, as providers warn
        for place, asked in reversed(list(enumerate(self.hosted.batches[name]))):
            named = {"custom_id": asked["custom_id"]}
            if "params" in asked:
                model = asked["params"]["model"]
                whole = {
                    "type": "succeeded",
                    "message": answer("/v1/messages", model, f"batch {place}"),
                }
                lost = {"type": "errored", "error": {"type": "error"}}
                lines.append(named | {"result": lost if place in self.hosted.lose else whole})
            else:
                body = answer("/v1/chat", asked["body"]["model"], f"batch {place}")
                response = {"status_code": 200, "body": body}
                if place in self.hosted.lose:
                    response = {"status_code": 500, "body": {}}
                lines.append(named | {"response": response, "error": None})
        return "".join(json.dumps(line) + "\n" for line in lines)


def answer(path: str, model: str, text: str, stop: str | None = "whole", **usage: Any) -> Any:
    """A whole answer of the protocol that is spoken at `path`."""
    tokens_in, tokens_out = usage.get("tokens_in", TOKENS_IN), usage.get("tokens_out", TOKENS_OUT)
    if path.startswith("/v1/messages"):
        return {
            "id": "msg_1", "type": "message", "role": "assistant", "model": f"{model}-20261001",
            "content": [{"type": "thinking", "thinking": "hm", "signature": "x"},
                        {"type": "text", "text": text}],
            "stop_reason": "end_turn" if stop == "whole" else stop, "stop_sequence": None,
            "usage": {"input_tokens": tokens_in, "output_tokens": tokens_out},
        }  # fmt: skip
    return {
        "id": "chatcmpl-1", "object": "chat.completion", "created": 1, "model": f"{model}-2026",
        "choices": [{"index": 0, "finish_reason": "stop" if stop == "whole" else stop,
                     "message": {"role": "assistant", "content": text}}],
        "usage": {"prompt_tokens": tokens_in, "completion_tokens": tokens_out,
                  "total_tokens": tokens_in + tokens_out},
    }  # fmt: skip


def says(text: str = "You have 30 days.", **changes: Any) -> Act:
    """A whole answer; `stop` says how it ended."""
    return lambda handler: handler.send(handler.answer(text, **changes))


def sends(value: Any) -> Act:
    """This JSON value, or these bytes, with status 200."""
    return lambda handler: handler.send(value)


def status(code: int, **headers: str) -> Act:
    """An error with this status."""
    return lambda handler: handler.send({"error": {"message": "no", "type": "x"}}, code, **headers)


def waits(seconds: float) -> Act:
    """Nothing for so long, then a whole answer that nobody waits for any more."""

    def act(handler: Handler) -> None:
        time.sleep(seconds)
        with suppress(OSError):
            says()(handler)

    return act


def drips(pause: float) -> Act:
    """A whole answer, a byte at a time: no read ever times out."""

    def act(handler: Handler) -> None:
        body = json.dumps(handler.answer("drip " * 50)).encode()
        handler.send_response(200)
        handler.send_header("Content-Type", "application/json")
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        with suppress(OSError):
            for place in range(len(body)):
                handler.wfile.write(body[place : place + 1])
                handler.wfile.flush()
                time.sleep(pause)
        handler.close_connection = True

    return act


def cut(pieces: int, after: int, chunked: bool) -> Act:
    """A whole answer in `pieces`, of which `after` are sent before the connection breaks.

    Not `chunked`: without a length, so that only the end of the connection tells the end.
    """

    def act(handler: Handler) -> None:
        body = json.dumps(handler.answer("You have 30 days. " * 5)).encode()
        size = -(-len(body) // pieces)
        handler.send_response(200)
        handler.send_header("Content-Type", "application/json")
        handler.send_header(
            *(("Transfer-Encoding", "chunked") if chunked else ("Connection", "close"))
        )
        handler.end_headers()
        for place in range(after):
            piece = body[place * size : (place + 1) * size]
            handler.wfile.write(b"%x\r\n%s\r\n" % (len(piece), piece) if chunked else piece)
            handler.wfile.flush()
        handler.close_connection = True

    return act


@contextmanager
def hosted_server() -> Iterator[HostedServer]:
    """A server on a free port, until the block is left."""
    hosted = HostedServer()
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Scripted", (Handler,), {"hosted": hosted}))
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    hosted.url = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        yield hosted
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
