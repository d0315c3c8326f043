"""One policy file as the fields of a POLICY: markdown, HTML, text or PDF, with its front matter.

---
doc_id: returns                 else the path below the folder, without its suffix
title: Returns                  else the first heading, else the file's name
effective_from: 2026-01-08      UTC; the day itself is in force
effective_to: 2026-06-01        the day itself no longer is
url: https://help.example/returns
locale: en
---
"""

import logging
import re
from datetime import date, datetime
from pathlib import Path
from typing import Any

import polars as pl

from tasks.ingest.encoding import detect_encoding, utf8_blocks
from tasks.ingest.markup import tidy, title_of, to_markdown
from tasks.ingest.times import read_times

SUFFIXES = (".md", ".markdown", ".html", ".htm", ".txt", ".pdf")
FRONT = re.compile(r"\A---[ \t]*\n(.*?)(?:\n|\A)---[ \t]*(?:\n|\Z)", re.DOTALL)


class Unusable(Exception):
    """A document that can't become a policy; the message is the reason, for the quarantine."""


def read_document(path: Path, name: str, encoding: str) -> dict[str, Any]:
    """The fields of the policy in `path`, which is `name` below its folder. Raises Unusable."""
    suffix = path.suffix.lower()
    if suffix not in SUFFIXES:
        raise Unusable(f"no_policy_format {suffix or 'without suffix'}")
    front: dict[str, Any] = {}
    title = None
    if suffix == ".pdf":
        text = _pdf_text(path)
    else:
        front, text = split_front_matter(_text(path, encoding))
        if suffix in (".html", ".htm"):
            title, text = title_of(text), to_markdown(text)
    text = tidy(text)
    if not text.strip():
        raise Unusable("no_text")
    stem = name.removesuffix(path.suffix)
    heading = re.search(r"^#{1,6}[ \t]+(.+?)[ \t#]*$", text, re.MULTILINE)
    title = title or (heading.group(1) if heading else None)
    return {
        "doc_id": _word(front, "doc_id") or stem,
        "title": _word(front, "title") or title or path.stem,
        "text": text,
        "locale": _word(front, "locale"),
        "effective_from": _instant(front, "effective_from"),
        "effective_to": _instant(front, "effective_to"),
        "url": _word(front, "url"),
    }


def split_front_matter(text: str) -> tuple[dict[str, Any], str]:
    """The YAML between two lines of `---` at the very top, and what follows. Raises Unusable."""
    import yaml

    found = FRONT.match(text)
    if not found:
        return {}, text
    try:
        front = yaml.safe_load(found.group(1)) or {}
    except (yaml.YAMLError, ValueError):
        raise Unusable("broken_front_matter") from None
    if not isinstance(front, dict):
        raise Unusable("broken_front_matter")
    return front, text[found.end() :]


def _text(path: Path, encoding: str) -> str:
    codec = detect_encoding(path) if encoding == "auto" else encoding
    try:
        text = b"".join(utf8_blocks(path, codec)).decode("utf-8")
    except UnicodeDecodeError:
        raise Unusable("undecodable") from None
    if "\0" in text:
        raise Unusable("nul_byte")
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _pdf_text(path: Path) -> str:
    from pypdf import PdfReader
    from pypdf.errors import PyPdfError

    logging.getLogger("pypdf").setLevel(logging.ERROR)  # it comments on every odd file
    try:
        pages = [page.extract_text() for page in PdfReader(path).pages]
    except (PyPdfError, OSError, ValueError, KeyError) as error:
        raise Unusable(f"unreadable_pdf {type(error).__name__}") from None
    return "\n\n".join(pages)


def _word(front: dict[str, Any], key: str) -> str | None:
    value = front.get(key)
    return None if value is None else str(value)


def _instant(front: dict[str, Any], key: str) -> datetime | None:
    """YAML gives a day, a time, or a string; all are UTC unless they say otherwise."""
    value = front.get(key)
    if value is None:
        return None
    text = value.isoformat() if isinstance(value, date) else str(value)
    instant = read_times(pl.Series([text], dtype=pl.String))[0]
    if instant is None:
        raise Unusable(f"unreadable_time {key}")
    return instant
