"""What all helpdesks have in common: who is believed, what is tried again, what is never done."""

import ast
import gc
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, inspect

from desk.helpdesks.helpdesk import Delivery
from desk.helpdesks.opened import open_helpdesks
from desk.helpdesks.params import HelpdeskParams
from desk.params import Params
from desk.store.engine import migrate
from desk.store.tables import metadata
from drafter.errors import KeyMissing, ParamsError
from drafter.section import load_section
from tests.desks import desk_client
from tests.helpdesk_servers import (
    Chatwoot,
    Handler,
    Signed,
    Zendesk,
    anybody,
    chatwoot_server,
    sends,
    status,
    waits,
    well,
    zendesk_server,
)
from tests.helpdesking import PARAMS, SECRETS, connected
from tests.test_desk_generic_webhook import signed as signed_webhook

ASKED = "Where is MB-123456? I am Jo."
PACKAGE = Path("desk/helpdesks")


@pytest.fixture
def chatwoot() -> Iterator[Chatwoot]:
    with chatwoot_server() as server:
        yield server


@pytest.fixture
def zendesk() -> Iterator[Zendesk]:
    with zendesk_server() as server:
        yield server


# --- who is believed ---


def spoiled(delivery: Signed, how: str) -> Signed:
    headers, body = dict(delivery.headers), delivery.body
    name = next(name for name in headers if name.endswith("Signature"))
    if how == "unsigned":
        del headers[name]
    elif how == "empty":
        headers[name] = ""
    elif how == "other characters":
        headers[name] = "sha256=\u00e9"
    elif how == "another body":
        body = body.replace(b"5", b"6").replace(b"7", b"8")
    elif how == "another time":
        stamp = next(name for name in headers if name.endswith("Timestamp"))
        at = headers[stamp]
        # a second later, or the same moment in other letters
        headers[stamp] = str(int(at) + 1) if at.isdecimal() else at.replace("Z", "+00:00")
    return Signed(headers, body)


SPOILED = ["unsigned", "empty", "other characters", "another body", "another time"]


@pytest.mark.parametrize("how", SPOILED)
def test_what_is_not_signed_is_refused_and_looked_at_by_nobody(
    chatwoot: Chatwoot, zendesk: Zendesk, tmp_path: Path, how: str
) -> None:
    deliveries = (
        (chatwoot, chatwoot.customer_writes(7, ASKED)),
        (zendesk, zendesk.writes_comment(5, 21, ASKED)),
    )
    for server, delivery in deliveries:
        with connected(tmp_path, server) as desk:
            assert desk.deliver(spoiled(delivery, how)).status_code == 401
            assert desk.incoming.counted["delivered"] == 0
        assert server.received == []


@pytest.mark.parametrize("late", [-301, 400])
def test_what_was_signed_more_than_five_minutes_off_is_refused(
    chatwoot: Chatwoot, zendesk: Zendesk, tmp_path: Path, late: int
) -> None:
    at = time.time() + late
    event = {"event": "message_created", "message_type": "incoming", "id": 1}
    for server, delivery in (
        (chatwoot, chatwoot.signed(event, at)),
        (zendesk, zendesk.signed({"ticket_id": "5", "event": "comment"}, at)),
    ):
        with connected(tmp_path, server) as desk:
            refused = desk.deliver(delivery)
            assert (refused.status_code, "300 seconds" in refused.json()["detail"]) == (401, True)
    with anybody() as server, connected(tmp_path, server) as desk:
        assert desk.deliver(signed_webhook(at=at)).status_code == 401


def test_signatures_are_compared_in_constant_time() -> None:
    """`==` on a signature would tell by its time how much of it was right."""
    for path in PACKAGE.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Compare):
                names = {part.id for part in ast.walk(node) if isinstance(part, ast.Name)}
                assert not names & {"theirs", "ours"}, path
    assert "compare_digest" in (PACKAGE / "signature.py").read_text()


def test_a_body_that_is_no_json_is_refused_after_its_signature(zendesk: Zendesk) -> None:
    params = PARAMS | {"zendesk": {"url": zendesk.url, "email": zendesk.email}}
    helpdesk = open_helpdesks(HelpdeskParams.from_values(params), SECRETS)["zendesk"]
    for body in (b"", b"[]", b"[" * 100_000, b"\xff"):
        with pytest.raises(Exception, match="signature"):
            helpdesk.read(Delivery({}, body, time.time()))
    helpdesk.close()


# --- what is tried again ---


def test_the_webhook_is_answered_before_anybody_is_asked(
    chatwoot: Chatwoot, tmp_path: Path
) -> None:
    answered = threading.Event()

    def after_the_answer(handler: Handler) -> None:
        assert answered.wait(20)
        handler.well()

    with connected(tmp_path, chatwoot) as desk:
        delivery = chatwoot.customer_writes(7, ASKED)
        chatwoot.script = [after_the_answer]
        assert desk.deliver(delivery, wait=False).status_code == 202
        answered.set()
        desk.settle()
    assert len(chatwoot.writes()) == 1


def test_a_wait_that_is_asked_for_is_kept(zendesk: Zendesk, tmp_path: Path) -> None:
    with connected(tmp_path, zendesk, longest_wait_seconds=5) as desk:
        delivery = zendesk.writes_comment(5, 21, ASKED)
        zendesk.script = [status(429, Retry_After="1")]
        started = time.monotonic()
        desk.deliver(delivery)
        assert time.monotonic() - started >= 1
    assert len(zendesk.writes()) == 1


@pytest.mark.parametrize("trouble", [status(500), status(502), status(429), waits(1.0)])
def test_what_may_pass_is_tried_again(chatwoot: Chatwoot, tmp_path: Path, trouble: Any) -> None:
    with connected(tmp_path, chatwoot, answer_seconds=0.5) as desk:
        delivery = chatwoot.customer_writes(7, ASKED)
        chatwoot.script = [trouble, well(), status(503)]
        desk.deliver(delivery)
        assert len(desk.drafts()) == 1, "a draft is kept while its note is tried again"
        assert desk.incoming.counted["tried_again"] == 2
    assert [one["private"] for one in chatwoot.conversations[7].messages] == [False, True]


def test_what_does_not_pass_is_given_up_and_told_by_its_id_alone(
    chatwoot: Chatwoot, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with connected(tmp_path, chatwoot) as desk:
        delivery = chatwoot.customer_writes(7, ASKED)
        chatwoot.script = [status(500)] * 3
        desk.deliver(delivery)
        assert len(chatwoot.received) == PARAMS["tries"]
        assert desk.incoming.counted["failed"] == 1
        (line,) = [one.getMessage() for one in caplog.records if one.name.startswith("desk")]
        assert line == "chatwoot: delivery asked:101 failed: it answered 500, 3 times"
        # the helpdesk may deliver it once more
        assert desk.deliver(delivery).status_code == 202
        assert len(desk.drafts()) == 1


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (status(401), "its token"),
        (status(404), "404"),
        (status(302, Location="http://127.0.0.1:9/"), "redirect"),
        (sends(b"<html>"), "JSON"),
        (sends([1]), "JSON"),
        (sends({"payload": [{"id": "7/.."}]}), "not as its API"),
        (sends({"payload": "x" * 70_000}), "larger than 64 KiB"),
    ],
)
def test_what_is_wrong_for_good_is_not_tried_again(
    chatwoot: Chatwoot, tmp_path: Path, caplog: pytest.LogCaptureFixture, answer: Any, why: str
) -> None:
    with connected(tmp_path, chatwoot) as desk:
        delivery = chatwoot.customer_writes(7, ASKED)
        chatwoot.script = [answer]
        desk.deliver(delivery)
        assert desk.incoming.counted == {"delivered": 1, "failed": 1}
    assert len(chatwoot.received) == 1
    assert why in caplog.text


def test_a_wrong_token_is_said_to_be_one(zendesk: Zendesk, tmp_path: Path, caplog: Any) -> None:
    zendesk.token = "another"
    with connected(tmp_path, zendesk) as desk:
        desk.deliver(zendesk.writes_comment(5, 21, ASKED))
    assert "it answered 401: its token is not the right one" in caplog.text


def test_a_redirect_is_not_followed(chatwoot: Chatwoot, tmp_path: Path) -> None:
    with anybody() as elsewhere, connected(tmp_path, chatwoot) as desk:
        delivery = chatwoot.customer_writes(7, ASKED)
        chatwoot.script = [status(307, Location=f"{elsewhere.url}/x")]
        desk.deliver(delivery)
        assert elsewhere.received == []


def test_more_than_the_queue_holds_is_told_to_come_again_and_is_not_kept(
    chatwoot: Chatwoot, tmp_path: Path
) -> None:
    let_go = threading.Event()

    def holds(handler: Handler) -> None:
        assert let_go.wait(20)
        handler.well()

    with connected(tmp_path, chatwoot, queue=1) as desk:
        first = chatwoot.customer_writes(7, ASKED)
        chatwoot.script = [holds]
        assert desk.deliver(first, wait=False).status_code == 202
        second = chatwoot.customer_writes(7, "Hello?")
        full = desk.deliver(second, wait=False)
        assert (full.status_code, "Retry-After" in full.headers) == (429, True)
        let_go.set()
        desk.settle()
        assert desk.deliver(second).status_code == 202


def test_what_is_worked_on_is_finished_when_the_desk_ends(
    chatwoot: Chatwoot, tmp_path: Path
) -> None:
    with connected(tmp_path, chatwoot) as desk:
        delivery = chatwoot.customer_writes(7, ASKED)
        chatwoot.script = [waits(0.3)]
        desk.deliver(delivery, wait=False)
    assert len(chatwoot.writes()) == 1


def test_what_was_not_done_is_done_by_the_desk_that_starts_next(
    chatwoot: Chatwoot, tmp_path: Path
) -> None:
    with connected(tmp_path, chatwoot, wait_seconds=60, longest_wait_seconds=60) as desk:
        delivery = chatwoot.customer_writes(7, ASKED)
        chatwoot.script = [well(), status(503)]
        desk.deliver(delivery, wait=False)
        until = time.monotonic() + 20
        while not desk.incoming.counted["tried_again"] and time.monotonic() < until:
            time.sleep(0.01)
    assert [one["private"] for one in chatwoot.conversations[7].messages] == [False]
    with connected(tmp_path, chatwoot) as desk:
        desk.settle()
        assert desk.deliver(delivery).status_code == 200
        assert len(desk.drafts()) == 1
    assert [one["private"] for one in chatwoot.conversations[7].messages] == [False, True]


def test_while_no_version_serves_a_delivery_waits_and_does_not_fail(
    chatwoot: Chatwoot, tmp_path: Path
) -> None:
    with connected(tmp_path, chatwoot) as desk:
        champion = desk.client.app.state.desk.champion  # type: ignore[attr-defined]
        served, champion._served = champion._served, None
        desk.deliver(chatwoot.customer_writes(7, ASKED), wait=False)
        until = time.monotonic() + 20
        while desk.incoming.counted["tried_again"] <= PARAMS["tries"]:
            assert time.monotonic() < until
            time.sleep(0.01)
        champion._served = served
        desk.settle()
        assert desk.client.get("/health").json()["helpdesks"] == {
            "in_hand": 0,
            "delivered": 1,
            "tried_again": desk.incoming.counted["tried_again"],
            "noted": 1,
        }
    assert len(chatwoot.writes()) == 1


def test_a_store_that_fails_is_tried_again_and_told_without_what_was_to_be_written(
    chatwoot: Chatwoot, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    from sqlalchemy import text

    with connected(tmp_path, chatwoot) as desk:
        delivery = chatwoot.customer_writes(7, ASKED)
        engine = desk.client.app.state.desk.store.engine  # type: ignore[attr-defined]
        with engine.begin() as connection:
            connection.execute(text("alter table drafts rename to elsewhere"))
        desk.deliver(delivery)
        assert desk.incoming.counted["tried_again"] == PARAMS["tries"] - 1
        with engine.begin() as connection:
            connection.execute(text("alter table elsewhere rename to drafts"))
        desk.deliver(delivery)
    gc.collect()  # a task's error that nobody took would be logged now
    assert "the store failed (OperationalError), 3 times" in caplog.text
    assert "MB-123456" not in caplog.text
    assert len(chatwoot.writes()) == 1


# --- what is never done ---


def test_no_line_of_code_can_show_a_draft_to_a_customer() -> None:
    """Two literals write to a conversation; both say `internal`, and nothing else can send."""
    visible, senders = [], []
    for path in sorted(set(PACKAGE.glob("*.py")) - {PACKAGE / "router.py"}):  # which is asked
        for function in ast.walk(ast.parse(path.read_text())):
            if not isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
                continue
            for node in ast.walk(function):
                if isinstance(node, ast.Dict):
                    for key, value in zip(node.keys, node.values, strict=True):
                        if isinstance(key, ast.Constant) and key.value in ("private", "public"):
                            assert isinstance(value, ast.Constant), "a constant, not a choice"
                            visible.append((path.name, key.value, value.value))
                if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                    # dict(private=…), body.update(private=…)
                    assert not {"private", "public"} & {word.arg for word in node.keywords}
                    if node.func.attr in ("send", "post", "put", "patch", "request", "stream"):
                        senders.append((path.name, function.name))
                if isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Store):
                    later = isinstance(node.slice, ast.Constant) and node.slice.value
                    assert later not in ("private", "public"), "nothing is put in later"
    assert visible == [("chatwoot.py", "private", True), ("zendesk.py", "public", False)]
    assert sorted(set(senders)) == [
        ("chatwoot.py", "_open"),
        ("chatwoot.py", "note"),
        ("http.py", "get"),
        ("http.py", "send"),
        ("webhook.py", "note"),
        ("zendesk.py", "note"),
    ]


def test_the_servers_would_notice_a_public_message(chatwoot: Chatwoot, zendesk: Zendesk) -> None:
    """As in the real ones, a message is public unless it is said to be internal."""
    import httpx2

    messages = f"{chatwoot.url}/api/v1/accounts/1/conversations/7/messages"
    httpx2.post(messages, json={"content": "x"}, headers={"api_access_token": "bot-token"})
    body = {"ticket": {"comment": {"html_body": "x"}}}
    who = (f"{zendesk.email}/token", zendesk.token)
    httpx2.put(f"{zendesk.url}/api/v2/tickets/5.json", json=body, auth=who)
    for server in (chatwoot, zendesk):
        assert server.shown_to_customers == ["x"]
        server.shown_to_customers.clear()


def test_logs_hold_neither_a_customers_words_nor_a_secret(
    chatwoot: Chatwoot, zendesk: Zendesk, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    with connected(tmp_path, chatwoot) as desk:
        desk.deliver(chatwoot.customer_writes(7, ASKED))
        desk.deliver(chatwoot.agent_writes(7, "Hi Jo Smith"))
        chatwoot.script = [status(500)] * 3
        desk.deliver(chatwoot.customer_writes(7, "MB-123456 again"))
    with connected(tmp_path, zendesk) as desk:
        desk.deliver(zendesk.writes_comment(5, 21, ASKED))
    assert "delivery asked:" in caplog.text
    for planted in ("MB-123456", "Jo", "hook-secret", "agent-token", "bot-token", "api-token"):
        assert planted not in caplog.text


def test_what_waits_in_the_store_holds_no_text(tmp_path: Path) -> None:
    from sqlalchemy import select

    from desk.store.tables import deliveries

    with anybody() as server, connected(tmp_path, server) as desk:
        desk.deliver(signed_webhook(reply_to=f"{server.url}/answers"))
        engine = desk.client.app.state.desk.store.engine  # type: ignore[attr-defined]
        with engine.connect() as connection:
            (row,) = connection.execute(select(deliveries)).mappings()
    assert row["came"].keys() == {"id", "what", "conversation", "message", "rating", "pending"}
    assert "MB-123456" not in str(row["came"])


# --- settings ---


def test_nothing_listens_unless_params_yaml_names_it(tmp_path: Path) -> None:
    params = load_section(Path("params.yaml"), Params).desk.helpdesks
    assert open_helpdesks(params, {}) == {}
    with desk_client(tmp_path) as client:
        assert client.post("/hooks/chatwoot").status_code == 404


@pytest.mark.parametrize("variable", SECRETS)
@pytest.mark.parametrize("value", [None, " "])
def test_a_helpdesk_without_its_secret_stops_the_desk_and_names_the_variable(
    variable: str, value: str | None
) -> None:
    on = {
        "chatwoot": {"url": "https://chat.example", "account": 1},
        "zendesk": {"url": "https://you.example", "email": "a@example.com"},
        "webhook": {"reply_to": []},
    }
    environment = {name: secret for name, secret in SECRETS.items() if name != variable}
    if value:
        environment[variable] = value
    with pytest.raises(KeyMissing) as caught:
        open_helpdesks(HelpdeskParams.from_values(PARAMS | on), environment)
    assert str(caught.value).startswith(f"{variable} is not set")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "url",
    ["http://chat.example", "ftp://chat.example", "https://u:p@chat.example", "https://",
     "https://chat.example?x=1", "https://chat.example/#x", "chat.example",
     "http://127.0.0.1.example"],
)  # fmt: skip
def test_an_address_to_which_no_token_may_be_sent_is_refused_by_its_line(
    tmp_path: Path, url: str
) -> None:
    written = Path("params.yaml").read_text()
    changed = written.replace("chatwoot: null", f'chatwoot: {{url: "{url}", account: 1}}', 1)
    (tmp_path / "params.yaml").write_text(changed)
    with pytest.raises(ParamsError, match=r"params.yaml:\d+: desk.helpdesks.chatwoot.url: "):
        load_section(tmp_path / "params.yaml", Params)


def test_the_tables_are_added_to_a_store_of_the_first_migration(tmp_path: Path) -> None:
    engine = create_engine(f"sqlite:///{tmp_path / 'feedback.db'}")
    migrate(engine, "0001")
    migrate(engine)
    for name in ("deliveries", "notes"):
        there = {column["name"] for column in inspect(engine).get_columns(name)}
        assert there == {column.name for column in metadata.tables[name].columns}
    engine.dispose()
