"""Anthropic's Messages API and its Message Batches, by the client `anthropic`."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from drafter.hosted.answer import Answer, NotAnAnswer, read_anthropic
from drafter.hosted.clients import State, result_lines
from drafter.hosted.endpoint import Endpoint, Request
from drafter.hosted.http import Given, http_client, told
from drafter.hosted.keys import key_of


class AnthropicClient:
    """Not streamed: one JSON object is whole or can't be read, so a cut can't pass for an end."""

    def __init__(self, endpoint: Endpoint) -> None:
        import anthropic

        self._library = anthropic
        self._client = anthropic.Anthropic(
            api_key=key_of(endpoint.key),
            base_url=endpoint.address,
            timeout=endpoint.timeout,
            max_retries=0,
            open_telemetry=False,
            http_client=http_client(endpoint.timeout),
        )

    def _told(self, call: Callable[[], Given]) -> Given:
        return told(self._library, call)

    def ask(self, body: dict[str, Any]) -> Answer:
        known = {name: body[name] for name in ("model", "max_tokens", "messages")}
        # what newer clients no longer name, older models still take
        more = {name: value for name, value in body.items() if name not in known}
        create = self._client.messages.with_raw_response.create
        raw = self._told(lambda: create(**known, extra_body=more or None))
        return read_anthropic(self._told(raw.http_response.json))

    def submit(self, requests: Sequence[Request]) -> str:
        asked: Any = [{"custom_id": each.address, "params": each.body} for each in requests]
        batch = self._told(lambda: self._client.messages.batches.create(requests=asked))
        return str(batch.id)

    def state(self, batch: str) -> State:
        found = self._told(lambda: self._client.messages.batches.retrieve(batch))
        return "ended" if found.processing_status == "ended" else "running"

    def results(self, batch: str) -> Iterator[tuple[str, Answer | str]]:
        path = f"/v1/messages/batches/{batch}/results"
        response = self._told(lambda: self._client.get(path, cast_to=_raw()))
        for line in result_lines(response.text):
            yield line["custom_id"], _result(line.get("result"))

    def close(self) -> None:
        self._client.close()


def _result(result: Any) -> Answer | str:
    if not isinstance(result, dict) or result.get("type") != "succeeded":
        # errored, expired or canceled
        return f"batch: {result.get('type') if isinstance(result, dict) else 'no result'}"
    try:
        return read_anthropic(result.get("message"))
    except NotAnAnswer as error:
        return f"malformed answer ({error})"


def _raw() -> Any:
    import httpx2

    return httpx2.Response
