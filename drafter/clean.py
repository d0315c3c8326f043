"""The text of a ticket as a person meant it, and as a retriever should see it.

What is kept and what goes:
- HTML becomes text; links keep their address: "the guide (https://...)".
- Quoted history goes, from customers and agents alike.
- Signatures go. An agent's greeting and closing stay ("Best regards, Anna"): they are part of the
  house style that the model shall learn. A customer's closing goes: it is no part of the question.
- What an editor left behind when nobody wrote anything ("bold text") is nothing.

`query_text` is what stands for a ticket wherever it is looked up: subject and customer's messages,
without links, because a link in the question would give the answer away in evaluation.
"""

import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from drafter.html_text import MARKUP, html_to_text
from drafter.quoted import (
    MAYBE_CLOSING,
    MAYBE_HISTORY,
    MAYBE_SIGNATURE,
    without_closing,
    without_history,
    without_signature,
)

if TYPE_CHECKING:
    import polars as pl

# A bare link, or the one that html_to_text puts behind a link's words: "the guide (https://...)".
LINK = r"\(?\b(?:https?://|www\.)[^\s<>\"'()\[\]]+(?:\([^\s()]*\)[^\s<>\"'()\[\]]*)*\)?"
_LINK = re.compile(LINK, re.IGNORECASE)
_SPACES = re.compile(r"\s+")


# What an editor's toolbar puts into an empty message, as Kitsune and MediaWiki say it.
_PLACEHOLDER = (
    r"(?im)^['*_\s]*(?:bold text|italic text|strong text|emphasized text|testo (?:in )?grassetto|"
    r"testo in corsivo|vette tekst|cursieve tekst|fetter text|kursiver text|texte (?:en )?gras|"
    r"texte (?:en )?italique|texto en negrita|texto en cursiva|texto em negrito|tučný text|"
    r"pogrubiony tekst|fet text|enter your message here|type your message here)['*_\s.]*$"
)
_NEWLINES = r"\r\n|[\r\x0b\x0c\x85\x{2028}\x{2029}]"
_UNSEEN = r"[\x00-\x08\x0e-\x1f\x7f\x{ad}\x{200b}\x{2060}\x{feff}]"
_BLANKS = r"[\t\x20\x{a0}\x{1680}\x{2000}-\x{200a}\x{202f}\x{205f}\x{3000}]"
_EDGES = rf"{_BLANKS}*\n{_BLANKS}*"


def clean_text(text: str, by_agent: bool = False) -> str:
    """One message as text: no markup, history, signature or editor's placeholder; Unicode NFC."""
    import polars as pl

    cleaned: str = clean_texts(pl.Series([text]), pl.Series([by_agent])).item()
    return cleaned


def clean_texts(texts: "pl.Series", by_agent: "pl.Series") -> "pl.Series":
    """`clean_text` of each row, null as the empty text.

    Polars folds white space and finds the rows that a step would change; only those meet Python.
    """
    texts = _where(MARKUP, texts.fill_null(""), html_to_text)
    texts = _where(MAYBE_HISTORY, _fold(texts), without_history)
    texts = _where(MAYBE_SIGNATURE, texts, without_signature)
    texts = _where(MAYBE_CLOSING, texts, without_closing, ~by_agent)
    return _fold(texts.str.replace_all(_PLACEHOLDER, ""))


def clean_lines(texts: "pl.Series") -> "pl.Series":
    """Subjects: no markup, one line, Unicode NFC; null stays null."""
    return _fold(_where(MARKUP, texts, html_to_text)).str.replace_all("\n+", " ")


def _where(
    pattern: str,
    texts: "pl.Series",
    change: Callable[[str], str],
    chosen: "pl.Series | None" = None,
) -> "pl.Series":
    """Apply `change` to the texts that hold `pattern` (Rust syntax)."""
    import polars as pl

    mask = texts.str.contains(pattern).fill_null(False)
    rows = (mask if chosen is None else mask & chosen).arg_true()
    if not len(rows):
        return texts
    changed = pl.Series([change(text) for text in texts.gather(rows)], dtype=pl.String)
    return texts.clone().scatter(rows, changed)


def _fold(texts: "pl.Series") -> "pl.Series":
    """NFC, "\\n" for every line end, one blank between words, at most one empty line."""
    return (
        texts.str.replace_all(_NEWLINES, "\n")
        .str.replace_all(_UNSEEN, "")
        .str.normalize("NFC")
        .str.replace_all(_BLANKS + "+", " ")
        .str.replace_all(_EDGES, "\n")
        .str.replace_all("\n{3,}", "\n\n")
        .str.strip_chars(" \n")
    )


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
