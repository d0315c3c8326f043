"""The note that agents see in their helpdesk, in Markdown or HTML.

A draft that is held back is not in it, only why; agents who want to see it go to the desk's page.
Each note holds the draft's id, by which the desk knows it again.
"""

import html
import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote, urlsplit

from desk.helpdesks.helpdesk import Note

HEAD = "Draft by Replymill: not sent to the customer"
NONE = "Replymill wrote no draft"


def markdown(note: Note) -> str:
    answer = note.answer
    link = f"[{_id(answer)}]({note.link})"
    if answer["reason"]:
        return f"**{NONE}:** {_plain(answer['reason'])}\n\n{link}"
    text = f"**{HEAD}**\n\n{_quiet(answer['draft'])}\n\n---\n"
    for check in _checks(answer):
        text += f"- **{_plain(check)}**\n"
    for name, url in _citations(answer):
        text += f"- [{_plain(name)}]({url})\n" if url else f"- {_plain(name)}\n"
    return f"{text}\n{link}"


def as_html(note: Note) -> str:
    answer = note.answer
    link = f'<p><a href="{html.escape(note.link)}">{_id(answer)}</a></p>'
    if answer["reason"]:
        return f"<p><strong>{NONE}:</strong> {html.escape(answer['reason'])}</p>{link}"
    # one line break is one line break, as the agent who copies it wants it
    draft = html.escape(answer["draft"]).replace("\n", "<br>")
    items = "".join(f"<li><strong>{html.escape(check)}</strong></li>" for check in _checks(answer))
    items += "".join(
        f'<li><a href="{html.escape(url)}">{html.escape(name)}</a></li>'
        if url
        else f"<li>{html.escape(name)}</li>"
        for name, url in _citations(answer)
    )
    listed = f"<ul>{items}</ul>" if items else ""
    return f"<p><strong>{HEAD}</strong></p><p>{draft}</p><hr>{listed}{link}"


def _id(answer: Mapping[str, Any]) -> str:
    return f"Draft {answer['id']}"


def _checks(answer: Mapping[str, Any]) -> Iterator[str]:
    """What an agent should look at before sending: whose word a thing is, what was not read."""
    for found in answer["findings"]:
        words = " ".join(answer["draft"][found["start"] : found["end"]].split())
        yield f"Check {words}: {found['why']}"
    if answer["cut"]:
        yield "Check: the model has not read the whole ticket"


def _citations(answer: Mapping[str, Any]) -> Iterator[tuple[str, str | None]]:
    for citation in answer["citations"]:
        name = f"{citation['title']}, {citation['clause']}"
        url = citation["url"] or ""
        safe = urlsplit(url).scheme in ("http", "https")
        # what would end a Markdown link early
        yield name, quote(url, safe=":/?#@!$&'*+,;=%~[]") if safe else None


def _plain(text: str) -> str:
    """`text` with what Markdown would read as its own taken for what it is."""
    return re.sub(r"([\\`*_\[\]<>])", r"\\\1", " ".join(text.split()))


def _quiet(text: str) -> str:
    """Chatwoot tells an agent of a note with this address in it: a customer's words must not.

    Nor may a picture in them be fetched by who reads the note.
    """
    text = text.replace("![", "!\\[")
    return re.sub(r"mention:(?=//)", "mention: ", text, flags=re.IGNORECASE)
