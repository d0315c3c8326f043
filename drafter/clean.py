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
from drafter.quoted import MAYBE_HISTORY, without_history
from drafter.signature import (
    END,
    MAYBE_CLOSING,
    MAYBE_SIGNATURE,
    without_closing,
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
# Besides what is of no width: what turns the direction round, and letters that no font draws.
_UNSEEN = (
    r"[\x00-\x08\x0e-\x1f\x7f\x{ad}\x{180e}\x{200b}\x{200e}\x{200f}\x{202a}-\x{202e}"
    r"\x{2060}-\x{206f}\x{feff}\x{fff9}-\x{fffb}\x{e0000}-\x{e01ef}]"
)
_OTHER_BLANKS = r"\t\x{a0}\x{1680}\x{2000}-\x{200a}\x{202f}\x{205f}\x{3000}"
# Every run of blanks but a plain one between two words.
_BLANKS = rf"[{_OTHER_BLANKS}][ {_OTHER_BLANKS}]*| [ {_OTHER_BLANKS}]+"
# What `_fold` changes; a text without it comes back as it is.
_UNFOLDED = r"[^\x20-\x7e\n]|  | \n|\n |\n\n\n|\A[ \n]|[ \n]\z"


def clean_text(text: str, by_agent: bool = False) -> str:
    """One message as text: no markup, history, signature or editor's placeholder; Unicode NFC."""
    import polars as pl

    cleaned: str = clean_texts(pl.Series([text]), pl.Series([by_agent])).item()
    return cleaned


def clean_texts(texts: "pl.Series", by_agent: "pl.Series") -> "pl.Series":
    """`clean_text` of each row, null as the empty text.

    Polars folds white space and finds the rows that a step may change; only those meet Python.
    """
    texts = _where(texts.fill_null("").str.contains(MARKUP), texts.fill_null(""), html_to_text)
    texts = _fold(texts)
    texts = _where(texts.str.contains(MAYBE_HISTORY), texts, without_history)
    texts = _where(texts.str.contains(MAYBE_SIGNATURE), texts, without_signature)
    closed = texts.str.slice(-END).str.contains(MAYBE_CLOSING) & ~by_agent
    texts = _where(closed, texts, without_closing)
    return _where(texts.str.contains(_PLACEHOLDER), texts, _without_placeholders)


def _without_placeholders(text: str) -> str:
    """`text` without what an editor left behind, and still at most one empty line."""
    return re.sub(r"\n{3,}", "\n\n", re.sub(_PLACEHOLDER, "", text)).strip()


def clean_lines(texts: "pl.Series") -> "pl.Series":
    """Subjects: no markup, one line, Unicode NFC; null stays null."""
    marked = texts.str.contains(MARKUP).fill_null(False)
    return _fold(_where(marked, texts, html_to_text)).str.replace_all("\n+", " ")


def _where(chosen: "pl.Series", texts: "pl.Series", change: Callable[[str], str]) -> "pl.Series":
    """Apply `change` to the chosen texts."""
    import polars as pl

    rows = chosen.arg_true()
    if not len(rows):
        return texts
    changed = pl.Series([change(text) for text in texts.gather(rows)], dtype=pl.String)
    return texts.clone().scatter(rows, changed)


def _fold(texts: "pl.Series") -> "pl.Series":
    """NFC, "\\n" for every line end, one blank between words, at most one empty line."""

    rows = texts.str.contains(_UNFOLDED).fill_null(False).arg_true()
    unfolded = texts.gather(rows)
    beyond_ascii = unfolded.str.contains(r"[^\x00-\x7f]").arg_true()
    if len(beyond_ascii):
        special = unfolded.gather(beyond_ascii).str.normalize("NFC")
        unfolded = unfolded.scatter(beyond_ascii, special)
    folded = (
        unfolded.str.replace_all(_NEWLINES, "\n")
        .str.replace_all(_UNSEEN, "")
        .str.replace_all(_BLANKS, " ")
        .str.replace_all(" ?\n ?", "\n")
        .str.replace_all("\n{3,}", "\n\n")
        .str.strip_chars(" \n")
    )
    return texts.clone().scatter(rows, folded) if len(rows) else texts


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
