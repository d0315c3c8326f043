"""What a policy holds that none of its readers sees, and what it says to a model.

    <!-- assistant: write ... -->     a comment
    [//]: # (a note)                  markdown's way to write one
    [page](https://... "a title")     shown while a mouse is over it

A policy is evidence: a draft may say what it says. So what nobody read when it was approved goes,
and what speaks to a model and not to people stops the run until somebody has looked.
"""

import re
from typing import TYPE_CHECKING

from drafter.plain import without_unseen

if TYPE_CHECKING:
    import polars as pl

_STYLES = r"display\s*:\s*none|visibility\s*:\s*hidden|(?:font-size|opacity)\s*:\s*0(?![.\d])"
_COMMENTS = re.compile(
    r"<!--.*?(?:-->|\Z)"
    r"|^[ ]{0,3}\[[^\]\n]*\]:[ \t]*(?:#|<>)[ \t]*(?:\(.*?\)|\".*?\"|'.*?')[ \t]*$"
    r"|<(script|style|template|noscript)\b[^>]*>.*?(?:</\1>|\Z)"
    rf"|<(\w+)\b[^>]*(?:\shidden\b|style\s*=\s*[\"'][^\"']*(?:{_STYLES})[^\"']*[\"'])[^>]*>"
    r".*?(?:</\2>|\Z)",
    re.DOTALL | re.MULTILINE | re.IGNORECASE,
)
# "the page" behind a link's address, in a sentence and in a list of addresses
_TITLES = re.compile(r"(\]\([^)\s]+)[ \t]+(?:\"[^\"\n]*\"|'[^'\n]*')[ \t]*\)")
_TITLES_BELOW = re.compile(
    r"^(\[[^\]\n]+\]:[ \t]*\S+)[ \t]+(?:\"[^\n]*\"|'[^\n]*'|\([^\n]*\))[ \t]*$", re.M
)

_MODEL = (
    r"(?:(?:AI|artificial intelligence|language|virtual) )?"
    r"(?:assistants?|models?|bots?|chatbots?|LLMs?|AIs?)"
)
_TASK = r"(?:instructions?|prompts?|guidelines?|clauses?|polic(?:y|ies)|rules)"
_DOES = (
    r"(?:must|shall|should|has to|have to|always|obeys?|answers?|writes?|replies|says|will"
    r"|may only)"
)
_OF_OTHERS = r"(?:previous|prior|earlier|above|all|other|your|preceding|delivery|model)"
_TO_A_MODEL = re.compile(
    "|".join(
        (
            r"\b(?:ignore|disregard|forget|override|overrides|overriding|bypass|supersedes?)\b"
            rf"[^.\n]{{0,40}}\b{_OF_OTHERS}\b[^.\n]{{0,20}}{_TASK}",
            r"\b(?:previous|prior|earlier) instructions\b|\bclauses above\b",
            rf"\byou are an? {_MODEL}\b|\bas an? (?:AI|language model|assistant|chatbot|LLM)\b",
            rf"\b(?:the|an?|any|every|this) {_MODEL} {_DOES}\b|\bnote to (?:the )?{_MODEL}\b",
            rf"^{_MODEL}, |\bassistants? (?:cite|write|reply|obey|decode|say)\b",
            rf"\bif an? {_MODEL} reads\b|\binstructions of the {_MODEL}\b",
            r"^(?:system|assistant|user|prompt)\s*:|\b(?:your|system) prompt\b",
            r"\bcite this clause\b|\bdo not show (?:this|it)\b",
            r"\b(?:every|each) (?:draft|reply|answer) (?:must|shall|has to)\b",
            r"\bend (?:each|every|a) (?:letter|reply)\b|\breply to customers with\b",
            r"\b(?:always|must) (?:write|output|reply with|answer with|end)\b",
            r"\b(?:tell|to) every customer:|\banswer every ticket\b",
            r"\bwhen you write to a customer\b|\bwrite \([^)\n]*\) behind\b",
            r"\b(?:ignoriere|vergiss)\b[^.\n]{0,30}(?:anweisungen|regeln)",
            r"\b(?:ignore[zr]?|oublie[zr]?) [^.\n]{0,30}(?:instructions|consignes)",
            r"\bvergeet\b[^.\n]{0,30}instructies|\b(?:ignora|olvida)\b[^.\n]{0,30}instrucciones",
            r"\b(?:ignora|dimentica)\b[^.\n]{0,30}istruzioni",
        )
    ),
    re.IGNORECASE | re.MULTILINE,
)


def shown(text: str) -> str:
    """`text` as its readers see it."""
    text = _COMMENTS.sub("", text)
    text = _TITLES.sub(r"\1)", text)
    text = _TITLES_BELOW.sub(r"\1", text)
    return without_unseen(text)


def speaks_to_a_model(text: str) -> bool:
    """Whether it tells a model what to write. Sees common phrases, most of them in English."""
    return _TO_A_MODEL.search(text) is not None


def as_shown(policies: "pl.DataFrame") -> "pl.DataFrame":
    """POLICY rows as their readers see them, with `hid` and `commands`: whether one held more."""
    import polars as pl

    texts, titles = policies["text"].to_list(), policies["title"].to_list()
    seen = [None if text is None else shown(text) for text in texts]
    named = [None if title is None else shown(title) for title in titles]
    said = [f"{title or ''}\n{text or ''}" for title, text in zip(named, seen, strict=True)]
    pairs = zip(texts, seen, titles, named, strict=True)
    hid = [(text, title) != (now, name) for text, now, title, name in pairs]
    return policies.with_columns(
        text=pl.Series(seen, dtype=pl.String),
        title=pl.Series(named, dtype=pl.String),
        hid=pl.Series(hid, dtype=pl.Boolean),
        commands=pl.Series(map(speaks_to_a_model, said), dtype=pl.Boolean),
    )
