"""Who may call the desk: by which name, from which page, with which token, how often."""

import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from desk.app import create_app
from desk.errors import BadSetting, TooOften
from desk.params import DeskSection
from desk.safety.login import own_path
from desk.safety.rate import Rate
from desk.safety.token import COOKIE, HOURS, Token
from desk.settings import Settings
from drafter.errors import ParamsError
from drafter.section import load_section
from tests.desks import TICKET, make_desk
from tests.live_drafters import HOUSE

ADDRESS = "http://127.0.0.1:4400"
TOKEN = "planted-token-0123456789"
BEARER = {"Authorization": f"Bearer {TOKEN}"}
PAGE = {"Accept": "text/html,*/*"}


def client(folder: Path, token: str | None = None, address: str = ADDRESS, **params: Any) -> Any:
    app = create_app(make_desk(folder, **params), token=token)
    return TestClient(app, base_url=address, follow_redirects=False)


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    named = ["desk.example.com", "box.lan:4400"]
    with client(tmp_path_factory.mktemp("open"), hosts=named) as desk:
        yield desk


@pytest.fixture(scope="module")
def locked_(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    with client(tmp_path_factory.mktemp("locked"), TOKEN) as desk:
        yield desk


@pytest.fixture
def locked(locked_: TestClient) -> TestClient:
    """Called by somebody who has not signed in."""
    locked_.cookies.clear()
    return locked_


def post(desk: TestClient, headers: Mapping[str, str]) -> int:
    return int(desk.post("/v1/drafts", json=TICKET, headers=dict(headers)).status_code)


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1:4400", "localhost:4400", "LocalHost:4400", "[::1]:4400", "desk.example.com",
     "Desk.Example.com:443", "desk.example.com:80", "box.lan:4400"],
)  # fmt: skip
def test_the_desk_answers_to_its_own_names(desk: TestClient, host: str) -> None:
    assert desk.get("/", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize(
    "host",
    ["evil.example", "evil.example:4400", "127.0.0.1", "127.0.0.1:4401", "localhost:80",
     "127.0.0.1.evil.example:4400", "localhost.evil.example:4400", "evil.example@127.0.0.1:4400",
     "127.0.0.1:4400, evil.example", "127.0.0.1:4400/x", "desk.example.com:4400", "box.lan",
     "desk.example.com.", "x.desk.example.com", "[::2]:4400", "0.0.0.0:4400", "2130706433:4400",
     "127.0.0.1:04400000", "127.0.0.1:-1", " ", ""],
)  # fmt: skip
def test_a_foreign_host_reads_and_writes_nothing(desk: TestClient, host: str) -> None:
    for path in ("/", "/health", "/metrics", "/docs", "/openapi.json", "/static/desk.css"):
        answer = desk.get(path, headers={"Host": host})
        assert answer.status_code == 403, path
        assert "desk.hosts in params.yaml" in answer.text
    assert post(desk, {"Host": host}) == 403
    assert desk.post("/hooks/mlflow", headers={"Host": host}).status_code == 403


def test_a_host_told_twice_is_none(desk: TestClient) -> None:
    twice = [("Host", "127.0.0.1:4400"), ("Host", "evil.example")]
    assert desk.get("/", headers=twice).status_code == 403  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 200),
        ({"Sec-Fetch-Site": "same-origin"}, 200),
        ({"Sec-Fetch-Site": "none"}, 200),
        ({"Sec-Fetch-Site": "same-origin", "Origin": ADDRESS}, 200),
        # a form of our own, without script, under no-referrer
        ({"Sec-Fetch-Site": "same-origin", "Origin": "null"}, 200),
        ({"Origin": ADDRESS}, 200),
        ({"Origin": "http://localhost:4400"}, 200),
        ({"Origin": "https://desk.example.com"}, 200),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "cross-site", "Origin": ADDRESS}, 403),
        ({"Sec-Fetch-Site": "cross-site", "Origin": "null"}, 403),
        ({"Sec-Fetch-Site": "same-site", "Origin": "http://localhost:5000"}, 403),
        ({"Sec-Fetch-Site": "SAME-ORIGIN"}, 403),
        ({"Sec-Fetch-Site": ""}, 403),
        ({"Sec-Fetch-Site": "same-origin", "Origin": "https://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": ""}, 403),
        ({"Origin": "https://evil.example"}, 403),
        ({"Origin": "http://127.0.0.1:5000"}, 403),
        ({"Origin": "http://127.0.0.1"}, 403),
        ({"Origin": "file://"}, 403),
        ({"Origin": "chrome-extension://127.0.0.1:4400"}, 403),
        ({"Origin": f"{ADDRESS}.evil.example"}, 403),
    ],
    ids=str,
)
def test_a_browser_writes_for_a_page_of_the_desks_alone(
    desk: TestClient, headers: dict[str, str], status: int
) -> None:
    assert post(desk, headers) == status
    form = desk.post("/agent", data={"key": "a7"}, headers=headers)
    assert form.status_code == (303 if status == 200 else 403)


def test_a_link_from_elsewhere_opens_a_ticket_and_a_script_from_elsewhere_reads_none(
    desk: TestClient,
) -> None:
    assert desk.get("/", headers={"Sec-Fetch-Site": "cross-site"}).status_code == 200
    for origin in ("https://evil.example", "null"):
        headers = {"Sec-Fetch-Site": "cross-site", "Origin": origin}
        assert desk.get("/", headers=headers).status_code == 403
        assert desk.options("/v1/drafts", headers=headers).status_code == 403
    answer = desk.get("/health")
    assert [name for name in answer.headers if name.startswith("access-control")] == []


def test_hooks_prove_themselves_by_their_signature(locked: TestClient) -> None:
    answer = locked.post("/hooks/mlflow", content=b"{}", headers={"Origin": "https://a.example"})
    assert answer.status_code == 401
    assert "signature" in answer.text


SHUT = ["/", "/new", "/agent", "/tickets/x", "/serving", "/news?since=2026-03-01", "/metrics",
        "/docs", "/docs.css", "/openapi.json", "/v1/models", "/v1/drafts/x", "/nothing", "/health/",
        "/static", "//health", "/login/", "/static/../metrics", "/hooks"]  # fmt: skip


@pytest.mark.parametrize("path", SHUT)
def test_without_the_token_nothing_is_told(locked: TestClient, path: str) -> None:
    for headers in (
        {},
        {"Authorization": "Bearer "},
        {"Authorization": f"Bearer {TOKEN}x"},
        {"Authorization": f"Basic {TOKEN}"},
        {"Authorization": TOKEN},
        {"Cookie": f"{COOKIE}={TOKEN}"},
    ):
        answer = locked.get(path, headers=headers)
        assert (answer.status_code, answer.headers["WWW-Authenticate"]) == (401, "Bearer")
        assert "REPLYMILL_DESK_TOKEN" in answer.text
        assert TOKEN not in answer.text
    assert locked.get(path, headers=BEARER).status_code != 401


def test_with_the_token_programs_draft_and_without_it_they_do_not(locked: TestClient) -> None:
    assert post(locked, BEARER) == 200
    assert post(locked, {"Authorization": f"bearer {TOKEN}"}) == 200
    assert post(locked, {}) == 401
    chat = locked.post("/v1/chat/completions", json={})
    assert (chat.status_code, chat.json()["error"]["code"]) == (401, "invalid_api_key")


def test_health_and_the_pages_files_ask_for_no_token(locked: TestClient) -> None:
    assert locked.get("/health").status_code == 200
    assert locked.get("/static/desk.css").status_code == 200
    assert post(locked, {}) == 401
    assert "desk_refusals_total" in locked.get("/metrics", headers=BEARER).text


def test_a_person_signs_in_once_and_the_cookie_is_not_the_token(locked: TestClient) -> None:
    asked = locked.get("/tickets/x?a=1&b=2", headers=PAGE)
    assert asked.status_code == 401
    assert 'name="onward" value="/tickets/x?a=1&amp;b=2"' in asked.text
    # else a browser would write `Origin: null` on the form
    assert asked.headers["Referrer-Policy"] == "same-origin"
    wrong = locked.post("/login", data={"token": "guess", "onward": "/new"})
    assert (wrong.status_code, "That is another token" in wrong.text) == (401, True)
    assert "set-cookie" not in wrong.headers
    right = locked.post("/login", data={"token": TOKEN, "onward": "/new?x=1"})
    assert (right.status_code, right.headers["location"]) == (303, "/new?x=1")
    cookie = right.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=strict" in cookie
    assert TOKEN not in cookie
    assert locked.get("/new").status_code == 200
    foreign = {"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example"}
    assert post(locked, foreign) == 403
    data = {"token": TOKEN, "onward": "/"}
    assert locked.post("/login", data=data, headers=foreign).status_code == 403


def test_a_part_of_a_page_has_the_whole_ask_again(locked: TestClient) -> None:
    part = locked.get("/serving", headers={**PAGE, "HX-Request": "true"})
    assert (part.status_code, part.headers["HX-Refresh"], part.text) == (401, "true", "")


@pytest.mark.parametrize(
    "onward", ["//evil.example", "/\\evil.example", "https://evil.example", "", "x", "/\tx", "/\nx"]
)
def test_signing_in_leads_to_no_other_host(onward: str) -> None:
    assert own_path(onward) == "/"


def test_a_cookie_ends_by_its_age_by_another_token_and_by_any_change(locked: TestClient) -> None:
    def get(cookie: str) -> int:
        headers = {b"Cookie": f"{COOKIE}={cookie}".encode("latin-1")}
        return int(locked.get("/", headers=headers).status_code)  # type: ignore[arg-type]

    now = time.time()
    good = Token(TOKEN).cookie(now)
    issued, _, signature = good.partition(".")
    assert get(good) == 200
    for bad in (
        Token(TOKEN).cookie(now - HOURS * 3600 - 5),
        Token(TOKEN).cookie(now + 600),
        Token("another").cookie(now),
        f"{int(issued) + 1}.{signature}",
        f"{issued}.",
        issued,
        f"{issued}.{signature}x",
        f"9{'9' * 5000}.{signature}",
        f"-1.{signature}",
        "\xb2.x",
        "",
    ):
        assert get(bad) == 401, bad


def test_over_https_the_cookie_stays_there(tmp_path: Path) -> None:
    with client(tmp_path, TOKEN, "https://127.0.0.1:4400") as desk:
        cookie = desk.post("/login", data={"token": TOKEN}).headers["set-cookie"]
    assert "Secure" in cookie


def test_without_a_token_there_is_nothing_to_sign_in_to(desk: TestClient) -> None:
    assert desk.post("/login", data={"token": "x"}).status_code == 404


@pytest.mark.parametrize(
    ("host", "token", "starts"),
    [
        (None, None, True),
        ("127.0.0.1", None, True),
        ("127.0.0.2", None, True),
        ("localhost", None, True),
        ("::1", None, True),
        ("0.0.0.0", None, False),
        ("::", None, False),
        ("192.168.1.5", None, False),
        ("desk.example.com", None, False),
        ("localhost.example.com", None, False),
        ("0.0.0.0", "", False),
        ("0.0.0.0", TOKEN, True),
        (None, "two words", False),
        (None, "t\u00f6ken", False),
    ],
)
def test_what_others_reach_has_a_token_or_does_not_start(
    host: str | None, token: str | None, starts: bool
) -> None:
    given = {"REPLYMILL_DESK_HOST": host, "REPLYMILL_DESK_TOKEN": token}
    environment = {name: value for name, value in given.items() if value is not None}
    if starts:
        assert Settings.from_environment(HOUSE, environment).token == (token or None)
        return
    with pytest.raises(BadSetting, match=r"^REPLYMILL_DESK_TOKEN: .*set it") as refused:
        Settings.from_environment(HOUSE, environment)
    assert "\n" not in str(refused.value)
    assert not token or token not in str(refused.value)


def test_who_calls_too_often_is_told_when_to_come_again(tmp_path: Path) -> None:
    with client(tmp_path, requests_per_minute=3) as desk:
        answers = [desk.get("/v1/models") for _ in range(4)]
        assert [one.status_code for one in answers] == [200, 200, 200, 429]
        assert 1 <= int(answers[3].headers["Retry-After"]) <= 20
        assert "params.yaml desk.requests_per_minute" in answers[3].text
        assert answers[3].json()["error"]["code"] == "rate_limit_exceeded"
        assert desk.get("/health").status_code == 429
        assert desk.post("/hooks/mlflow").status_code == 401
        assert desk.get("/health", headers={"X-Forwarded-For": "9.9.9.9"}).status_code == 429


def test_a_bucket_refills_and_each_address_has_its_own() -> None:
    rate = Rate(60)
    for _ in range(60):
        rate.take("10.0.0.1", 100.0)
    with pytest.raises(TooOften):
        rate.take("10.0.0.1", 100.5)
    rate.take("10.0.0.2", 100.5)
    rate.take("10.0.0.1", 101.1)
    with pytest.raises(TooOften):
        rate.take("10.0.0.1", 101.2)
    for _ in range(60):
        rate.take("10.0.0.1", 1000.0)
    with pytest.raises(TooOften):
        rate.take("10.0.0.1", 1000.0)


def test_many_addresses_take_no_more_room_and_one_ipv6_network_is_one_client() -> None:
    rate = Rate(1, most_clients=100)
    for number in range(1000):
        rate.take(f"10.0.{number // 250}.{number % 250}", 0.0)
    assert len(rate) == 100
    rate.take("2001:db8::1", 0.0)
    with pytest.raises(TooOften):
        rate.take("2001:db8:0:0:ffff::2", 0.0)
    rate.take("2001:db8:0:1::1", 0.0)


def test_no_limit_where_none_is_asked_for(tmp_path: Path) -> None:
    with client(tmp_path, requests_per_minute=None) as desk:
        assert {desk.get("/v1/models").status_code for _ in range(50)} == {200}


def test_every_answer_carries_the_headers_also_a_refusal(locked: TestClient) -> None:
    answers = [
        locked.get("/health"), locked.get("/metrics"), locked.get("/", headers=PAGE),
        locked.get("/", headers=BEARER), locked.get("/docs", headers=BEARER),
        locked.get("/nothing", headers=BEARER), locked.get("/", headers={"Host": "evil.example"}),
        locked.post("/v1/drafts", content=b"x" * 300_000, headers=BEARER),
        locked.post("/v1/drafts?stream=true", json=TICKET, headers=BEARER),
        locked.post("/hooks/mlflow"), locked.get("/static/desk.css"),
    ]  # fmt: skip
    assert {one.status_code for one in answers} == {200, 401, 403, 404, 413}
    for answer in answers:
        assert answer.headers.get_list("X-Content-Type-Options") == ["nosniff"]
        assert len(answer.headers.get_list("Referrer-Policy")) == 1
        (policy,) = answer.headers.get_list("Content-Security-Policy")
        assert "frame-ancestors 'none'" in policy
        assert policy.startswith("default-src 'none'")
        assert "Cache-Control" in answer.headers


@pytest.mark.parametrize("name", ["http://desk.example.com", "desk.example.com/x", "*", ""])
def test_a_name_that_is_none_is_refused_at_start(tmp_path: Path, name: str) -> None:
    params = (HOUSE / "params.yaml").read_text(encoding="utf-8")
    (tmp_path / "params.yaml").write_text(params.replace("hosts: []", f"hosts: ['{name}']"))
    with pytest.raises(ParamsError, match=r"desk\.hosts"):
        load_section(tmp_path / "params.yaml", DeskSection)
