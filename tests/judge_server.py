"""A server on loopback that speaks the OpenAI and the Anthropic protocol and judges by script."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

# From the two replies to what the model writes; None hangs up in the middle of the answer.
Script = Callable[[str, str], str | None]


def says(result: str) -> str:
    """An answer in the form that is asked for."""
    return json.dumps({"rationale": "It answers.", "result": result})


@dataclass
class JudgeServer:
    script: Script
    address: str = ""
    received: list[dict[str, Any]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)


@contextmanager
def judge_server(script: Script) -> Iterator[JudgeServer]:
    told = JudgeServer(script)
    lock = threading.Lock()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            shown = _replies(body["messages"][-1]["content"])
            with lock:
                told.received.append(body)
                told.headers.append(dict(self.headers))
                told.paths.append(self.path)
                text = told.script(shown["first"], shown["second"])
            answer = json.dumps(_answer(self.path, text or "")).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            if text is None:
                self.wfile.write(answer[: len(answer) // 2])
                self.close_connection = True
            else:
                self.wfile.write(answer)

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    told.address = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield told
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _replies(content: Any) -> dict[str, str]:
    """The two replies, from `outputs: {...}` of what MLflow sends."""
    text = content if isinstance(content, str) else content[0]["text"]
    start = text.index("outputs: ") + len("outputs: ")
    found: dict[str, str] = json.JSONDecoder().raw_decode(text[start:])[0]
    return found


def _answer(path: str, text: str) -> dict[str, Any]:
    if path.endswith("/messages"):
        return {
            "id": "msg_1", "type": "message", "role": "assistant", "model": "m",
            "content": [{"type": "text", "text": text}], "stop_reason": "end_turn",
            "usage": {"input_tokens": 100, "output_tokens": 10},
        }  # fmt: skip
    return {
        "id": "c1", "object": "chat.completion", "created": 1, "model": "m",
        "choices": [{"index": 0, "finish_reason": "stop",
                     "message": {"role": "assistant", "content": text}}],
        "usage": {"prompt_tokens": 100, "completion_tokens": 10, "total_tokens": 110},
    }  # fmt: skip
