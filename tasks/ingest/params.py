"""What `ingest:` of params.yaml says: the sources, and which of their columns is which of ours."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from drafter.section import Section

# One column, or several of which the first that a file has (and that is filled in) counts.
Column = str | list[str]

TicketField = Literal[
    "ticket_id",
    "thread_id",
    "created_at",
    "customer",
    "agent",
    "names",
    "channel",
    "locale",
    "topic",
    "subject",
    "message",
    "messages",
    "reply",
    "draft",
    "draft_weight",
    "cites",
    "csat",
    "solved",
    "votes",
]
ConversationField = Literal[
    "thread_id",
    "messages",
    "created_at",
    "customer",
    "agent",
    "names",
    "channel",
    "locale",
    "topic",
    "subject",
    "cites",
    "csat",
    "solved",
    "votes",
]
QuestionField = Literal[
    "ticket_id",
    "created_at",
    "customer",
    "names",
    "channel",
    "locale",
    "topic",
    "subject",
    "message",
    "accepted_reply",
    "cites",
    "csat",
    "solved",
    "votes",
]
ReplyField = Literal[
    "reply_id",
    "ticket_id",
    "created_at",
    "agent",
    "names",
    "reply",
    "cites",
    "accepted",
    "helpful",
    "csat",
]
PolicyField = Literal[
    "doc_id", "title", "html", "text", "locale", "effective_from", "effective_to", "url"
]


class Files(Section):
    """Files of one table, and how to read them."""

    path: str
    """A file, a folder (read whole, with its subfolders) or a glob; CSV, TSV, JSONL or Parquet."""
    encoding: str
    """A Python codec such as `latin-1`, or `auto`: each file's own, by its bytes."""
    separator: str
    """Between the cells of a CSV, or `auto`: the one of , ; tab | that splits the header."""
    time_format: str
    """As `%d.%m.%Y %H:%M`; `auto` reads ISO 8601, RFC 2822 and epochs. No zone means UTC."""
    list_separator: str
    """Between several values in one cell: names, cites."""
    leave_out: dict[str, list[str | int | bool]]
    """Rows to set aside, by their column's value, as `is_spam: [true]`."""


class TicketTable(Files):
    """Question and reply stand in one row."""

    kind: Literal["table"]
    """Tells this source from the others."""
    columns: dict[TicketField, Column]
    """Our field: their column. Only what the export has; `message` and `reply` are needed.

    `messages` in place of `message` is the conversation so far, as JSON: a list of {role, text}.
    `draft` is what a model proposed, as a desk's feedback export has it beside what was sent;
    `draft_weight` how much it counts that this was made of it."""

    @property
    def needed(self) -> tuple[TicketField, ...]:
        """The fields that every file must have."""
        return ("created_at", "messages" if "messages" in self.columns else "message", "reply")

    @model_validator(mode="after")
    def _has_what_a_ticket_needs(self) -> Self:
        _require(self.columns, self.needed)
        return self


class Questions(Files):
    """The table of tickets as the customer wrote them."""

    columns: dict[QuestionField, Column]
    """Our field: their column. `accepted_reply` holds the id of the reply that solved it."""

    @model_validator(mode="after")
    def _has_what_a_question_needs(self) -> Self:
        _require(self.columns, ("ticket_id", "created_at", "customer", "message"))
        return self


class Replies(Files):
    """The table of replies, each pointing to its ticket."""

    columns: dict[ReplyField, Column]
    """Our field: their column. `ticket_id` points to the question; `helpful` counts votes; `csat`
    is the customer's rating of this one reply. The chosen one's replaces the question's."""

    @model_validator(mode="after")
    def _has_what_a_reply_needs(self) -> Self:
        _require(self.columns, ("ticket_id", "created_at", "agent", "reply"))
        return self


class TwoTables(Section):
    """Questions and replies in tables of their own, as helpdesks and forums export them."""

    kind: Literal["two_tables"]
    """Tells this source from the others."""
    questions: Questions
    """The customers' side."""
    replies: Replies
    """The agents' side."""
    rule: list[Literal["accepted", "highest_rated", "most_helpful", "first", "last"]] = Field(
        min_length=1
    )
    """Which reply counts, the next rule deciding where one has no winner; never the asker's own.
    For `highest_rated` a reply without a `csat` is as good as the mean of those that have one."""
    history: bool
    """Whether what was said before the reply that counts stands among the messages."""
    rivals: int = Field(ge=0)
    """Other answers kept beside the one that counts, at most, the best by `rule` first."""

    @model_validator(mode="after")
    def _has_what_the_rule_needs(self) -> Self:
        if "most_helpful" in self.rule:
            _require(self.replies.columns, ("helpful",))
        if "highest_rated" in self.rule:
            _require(self.replies.columns, ("csat",))
        if "accepted" in self.rule and "accepted" not in self.replies.columns:
            _require(self.questions.columns, ("accepted_reply",))
            _require(self.replies.columns, ("reply_id",))
        return self


class Turns(Section):
    """How one message of a conversation is written."""

    role: str
    """The key that says who speaks."""
    text: str
    """The key that holds what is said."""
    at: str | None
    """The key that holds when, if there is one; else the conversation's `created_at` counts."""
    customer: list[str]
    """The roles that are the customer."""
    agent: list[str]
    """The roles that are the agent. A turn of any other role is left out."""


class Chat(Files):
    """Conversations: a list of messages in a row. Each reply to a customer becomes a ticket."""

    kind: Literal["chat"]
    """Tells this source from the others."""
    turns: Turns
    """How one message is written."""
    columns: dict[ConversationField, Column]
    """Our field: their key."""

    @model_validator(mode="after")
    def _has_what_a_conversation_needs(self) -> Self:
        if self.turns.at is None:
            _require(self.columns, ("created_at",))
        _require(self.columns, ("messages",))
        return self


class HuggingFace(Section):
    """A dataset of the `datasets` library."""

    kind: Literal["huggingface"]
    """Tells this source from the others."""
    dataset: str
    """An id on the hub, or a folder that `save_to_disk` wrote."""
    name: str | None
    """The dataset's configuration on the hub, where it has several."""
    revision: str | None
    """The commit on the hub; name one, else tomorrow's data may differ."""
    split: str
    """Which split to read."""
    time_format: str
    """As for a table."""
    list_separator: str
    """As for a table."""
    leave_out: dict[str, list[str | int | bool]]
    """As for a table."""
    turns: Turns | None
    """How one message is written, where rows are conversations; else null."""
    columns: dict[TicketField, Column]
    """Our field: their column; `messages` where rows are conversations."""

    @model_validator(mode="after")
    def _has_what_its_rows_need(self) -> Self:
        if self.turns is None:
            _require(self.columns, ("created_at", "message", "reply"))
        return self
        if self.turns.at is None:
            _require(self.columns, ("created_at",))
        _require(self.columns, ("messages",))
        return self


class PolicyFolder(Section):
    """A folder of documents."""

    kind: Literal["folder"]
    """Tells this source from the others."""
    path: str
    """The folder, read with its subfolders: .md .markdown .html .htm .txt .pdf"""
    encoding: str
    """A Python codec, or `auto`."""
    exclude: list[str]
    """File names, or globs below the folder, that are no policies."""


class PolicyTable(Files):
    """A table of documents."""

    kind: Literal["table"]
    """Tells this source from the others."""
    columns: dict[PolicyField, Column]
    """Our field: their column. `html` becomes markdown; `text` stays as it is."""

    @model_validator(mode="after")
    def _has_what_a_policy_needs(self) -> Self:
        if "html" not in self.columns:
            _require(self.columns, ("text",))
        _require(self.columns, ("doc_id",))
        return self


TicketSource = Annotated[TicketTable | TwoTables | Chat | HuggingFace, Field(discriminator="kind")]
PolicySource = Annotated[PolicyFolder | PolicyTable, Field(discriminator="kind")]


class IngestParams(Section):
    """Where tickets and policies come from."""

    watch: str
    """The folder that DVC watches for changes; every path below lies in it."""
    feedback: str
    """The folder where `make feedback` puts what agents made of the desk's drafts; watched too."""
    tickets: list[TicketSource] = Field(min_length=1)
    """Exports of tickets."""
    policies: list[PolicySource] = Field(min_length=1)
    """Exports of policies."""


class Params(Section):
    """What the stage reads of params.yaml."""

    ingest: IngestParams
    """The stage's own section."""


def _require(columns: Mapping[Any, Column], needed: tuple[str, ...]) -> None:
    missing = [field for field in needed if field not in columns]
    if missing:
        raise ValueError(f"columns must also name {', '.join(missing)}")
