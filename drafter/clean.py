"""The text of a ticket as a person meant it, and as a retriever should see it.

`query_text` is what stands for a ticket wherever it is looked up: subject and customer's messages,
without links, because a link in the question would give the answer away in evaluation.
"""

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import polars as pl

# A bare link, or the one that html_to_text puts behind a link's words: "the guide (https://...)".
LINK = r"\(?\b(?:https?://|www\.)[^\s<>\"'()\[\]]+(?:\([^\s()]*\)[^\s<>\"'()\[\]]*)*\)?"
_LINK = re.compile(LINK, re.IGNORECASE)
_SPACES = re.compile(r"\s+")


def query_text(ticket: Mapping[str, Any]) -> str:
    """The question of one ticket row on one line: subject, customer's messages; no links."""
    texts = [m["text"] for m in ticket["messages"] if m["role"] == "customer"]
    whole = "\n".join(text for text in (ticket["subject"], *texts) if text)
    return _SPACES.sub(" ", _LINK.sub(" ", whole)).strip()


def query_texts(tickets: "pl.DataFrame") -> list[str]:
    """`query_text` of each row of a table with `subject` and `messages`."""
    import polars as pl

    customer = pl.element().struct.field("role") == "customer"
    messages = pl.col("messages").list.filter(customer).list.eval(pl.element().struct.field("text"))
    whole = pl.concat_list(pl.concat_list("subject"), messages).list.drop_nulls().list.join("\n")
    without_links = whole.str.replace_all(f"(?i){LINK}", " ")
    return (
        tickets.select(without_links.str.replace_all(r"\s+", " ").str.strip_chars().fill_null(""))
        .to_series()
        .to_list()
    )
