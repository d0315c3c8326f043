"""What every request passes first, over real connections: the size of its body, and its end."""

import json
import socket
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.desk_server import connect, serving
from tests.desks import make_desk

KB = 1024


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with serving(make_desk(tmp_path_factory.mktemp("desk"))) as address:
        yield address


def head(address: str, path: str, length: str) -> bytes:
    """What stands before a body."""
    host = address.removeprefix("http://")
    lines = (f"POST {path} HTTP/1.1", f"Host: {host}", "Content-Type: application/json", length)
    return "\r\n".join([*lines, "", ""]).encode()


def ticket_of(size: int) -> bytes:
    """A ticket whose body has exactly `size` bytes."""
    empty = json.dumps({"messages": [{"role": "customer", "text": ""}]}).encode()
    return empty.replace(b'""', b'"' + b"where is it " * (size // 12 + 1))[: size - 4] + b'"}]}'


def test_a_body_at_the_cap_passes_and_one_byte_more_does_not(address: str) -> None:
    headers = {"Content-Type": "application/json"}
    for more, status in ((0, 200), (1, 413)):
        body = ticket_of(256 * KB + more)
        answer = httpx.post(f"{address}/v1/drafts", content=body, headers=headers, timeout=60)
        assert (len(body), answer.status_code) == (256 * KB + more, status)
    assert "256 KiB (params.yaml desk.body_kb)" in answer.json()["detail"]


@pytest.mark.parametrize("path", ["/v1/drafts", "/v1/chat/completions", "/v1/nothing"])
def test_a_body_in_chunks_without_a_length_is_counted_as_it_comes(address: str, path: str) -> None:
    """The refusal comes while the body, which never ends, is still on its way."""
    with connect(address) as caller:
        caller.sendall(head(address, path, "Transfer-Encoding: chunked"))
        chunk = b"8000\r\n" + b"x" * 0x8000 + b"\r\n"
        for _ in range(9):
            caller.sendall(chunk)
        answer = received(caller)
    assert answer.startswith(b"HTTP/1.1 413")
    assert (b'"error"' in answer) is ("chat" in path)


@pytest.mark.parametrize("length", ["262145", "9" * 30, "99999999999"])
def test_a_length_that_is_too_large_is_refused_before_the_body_comes(
    address: str, length: str
) -> None:
    with connect(address) as caller:
        caller.sendall(head(address, "/v1/drafts", f"Content-Length: {length}"))
        assert received(caller).startswith((b"HTTP/1.1 413", b"HTTP/1.1 400"))


def test_a_body_in_chunks_within_the_cap_is_drafted_for(address: str) -> None:
    body = ticket_of(600)
    answer = httpx.post(
        f"{address}/v1/drafts", content=iter([body[:100], body[100:]]),
        headers={"Content-Type": "application/json"},
    )  # fmt: skip
    assert answer.status_code == 200


def test_half_a_body_and_gone_leaves_no_draft(address: str) -> None:
    before = httpx.get(f"{address}/metrics").text
    with connect(address) as caller:
        caller.sendall(head(address, "/v1/drafts", "Content-Length: 500"))
        caller.sendall(b'{"messages": [')
    after = httpx.get(f"{address}/metrics").text
    assert drafts(after) == drafts(before)


def drafts(metrics: str) -> list[str]:
    return [line for line in metrics.splitlines() if line.startswith("desk_drafts_total")]


def received(caller: socket.socket) -> bytes:
    """Everything until the other side closes."""
    whole = b""
    while True:
        try:
            part = caller.recv(65536)
        except ConnectionResetError:
            return whole
        if not part:
            return whole
        whole += part


def test_the_docs_need_no_script_and_nothing_from_elsewhere(address: str) -> None:
    page = httpx.get(f"{address}/docs")
    assert "script" not in page.text
    assert [part for part in page.text.split('"') if part.startswith("http")] == []
    assert page.headers["Content-Security-Policy"].startswith("default-src 'none'")
    for path in httpx.get(f"{address}/openapi.json").json()["paths"]:
        assert path in page.text
    assert httpx.get(f"{address}/docs.css").headers["Content-Type"].startswith("text/css")


def test_a_call_that_the_docs_show_works(tmp_path: Path) -> None:
    from fastapi.testclient import TestClient

    from desk.app import create_app

    with TestClient(create_app(make_desk(tmp_path))) as desk:
        paths = desk.get("/openapi.json").json()["paths"]
        for path in ("/v1/drafts", "/v1/chat/completions"):
            body = paths[path]["post"]["requestBody"]["content"]["application/json"]["schema"]
            name = body["$ref"].rpartition("/")[2]
            example = desk.get("/openapi.json").json()["components"]["schemas"][name]["example"]
            assert desk.post(path, json=example).status_code == 200
