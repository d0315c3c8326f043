"""OpenAI's chat completions and batches, by the client `openai`; and whatever speaks the same."""

import json
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any, Literal

from drafter.hosted.answer import Answer, NotAnAnswer, read_openai
from drafter.hosted.clients import State, result_lines
from drafter.hosted.endpoint import Endpoint, Request
from drafter.hosted.http import Given, http_client, told
from drafter.hosted.keys import key_of

PATH: Literal["/v1/chat/completions"] = "/v1/chat/completions"


class OpenAIClient:
    """Not streamed: one JSON object is whole or can't be read, so a cut can't pass for an end."""

    def __init__(self, endpoint: Endpoint) -> None:
        import openai

        self._library = openai
        self._client = openai.OpenAI(
            api_key=key_of(endpoint.key),
            base_url=endpoint.address,
            timeout=endpoint.timeout,
            max_retries=0,
            http_client=http_client(endpoint.timeout),
        )

    def _told(self, call: Callable[[], Given]) -> Given:
        return told(self._library, call)

    def ask(self, body: dict[str, Any]) -> Answer:
        known = {name: body[name] for name in ("model", "messages")}
        more = {name: value for name, value in body.items() if name not in known}
        create = self._client.chat.completions.with_raw_response.create
        raw = self._told(lambda: create(**known, extra_body=more))
        return read_openai(self._told(raw.http_response.json))

    def submit(self, requests: Sequence[Request]) -> str:
        lines = [
            {"custom_id": each.address, "method": "POST", "url": PATH, "body": each.body}
            for each in requests
        ]
        text = "".join(json.dumps(line) + "\n" for line in lines)
        file = ("replymill.jsonl", text.encode())
        stored = self._told(lambda: self._client.files.create(file=file, purpose="batch"))
        batch = self._told(
            lambda: self._client.batches.create(
                completion_window="24h", endpoint=PATH, input_file_id=stored.id
            )
        )
        return str(batch.id)

    def state(self, batch: str) -> State:
        found = self._told(lambda: self._client.batches.retrieve(batch))
        if found.status == "failed":
            return "failed"
        return "ended" if found.status in ("completed", "expired", "cancelled") else "running"

    def results(self, batch: str) -> Iterator[tuple[str, Answer | str]]:
        found = self._told(lambda: self._client.batches.retrieve(batch))
        for name in filter(None, (found.output_file_id, found.error_file_id)):
            content = self._told(partial(self._client.files.content, name))
            for line in result_lines(content.text):
                yield line["custom_id"], _result(line)

    def close(self) -> None:
        self._client.close()


def _result(line: dict[str, Any]) -> Answer | str:
    response = line.get("response") or {}
    if line.get("error") or response.get("status_code") != 200:
        code = (line.get("error") or {}).get("code") or f"HTTP {response.get('status_code')}"
        return f"batch: {code}"
    try:
        return read_openai(response.get("body"))
    except NotAnAnswer as error:
        return f"malformed answer ({error})"
