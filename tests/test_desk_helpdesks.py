"""What all helpdesks have in common: what is never done, and what the settings ask for."""

import ast
from pathlib import Path

import pytest
from sqlalchemy import create_engine, inspect

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
    Zendesk,
    anybody,
    status,
)
from tests.helpdesking import PARAMS, SECRETS, connected
from tests.test_desk_generic_webhook import signed as signed_webhook

ASKED = "Where is MB-123456? I am Jo."
PACKAGE = Path("desk/helpdesks")


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
