"""HTML mails as the text that a person saw: paragraphs, list items, links with their addresses.

    <p>See <a href="https://x.example/a">the guide</a>.</p>  ->  See the guide (https://x.example/a).

Blockquotes come out with "> " before each line, as plain text mails mark what they quote; what a
mail program marked as quoted history or as a signature goes.
"""

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from selectolax.lexbor import LexborHTMLParser, LexborNode

# Only names of real elements: "<jo@example.com>", "a < b" and "<your name>" are text.
_ELEMENTS = (
    "a|abbr|address|article|b|big|blockquote|body|br|caption|center|cite|code|col|colgroup|dd|del|"
    "details|dfn|div|dl|dt|em|fieldset|figcaption|figure|font|footer|form|h[1-6]|head|header|hr|"
    "html|i|iframe|img|input|ins|kbd|label|li|link|main|mark|meta|nav|noscript|o:p|object|ol|p|"
    "picture|pre|q|s|samp|script|section|small|source|span|strike|strong|style|sub|summary|sup|"
    "table|tbody|td|template|textarea|tfoot|th|thead|title|tr|tt|u|ul|var|video|wbr"
)
TAG = rf"</?(?:{_ELEMENTS})(?:[\s/][^<>]*)?>"
ENTITY = r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z][a-zA-Z0-9]{1,24});"
MARKUP = rf"(?i){TAG}|<!--|<!doctype|{ENTITY}"

# Private-use characters that stand for breaks and quote marks until white space has been folded.
_BREAK, _QUOTE, _UNQUOTE = "\ue000", "\ue001", "\ue002"
_OURS = str.maketrans("", "", _BREAK + _QUOTE + _UNQUOTE)
_ONE = ("br", "div", "dt", "dd", "address", "article", "section", "header", "footer", "center")
_TWO = ("p", "h1", "h2", "h3", "h4", "h5", "h6", "table", "pre", "ul", "ol", "dl", "hr")
_BEFORE = dict.fromkeys(_ONE, _BREAK) | dict.fromkeys(_TWO, _BREAK * 2)
_AFTER = {"/" + name: mark for name, mark in _BEFORE.items()}
_AFTER |= {"li": "- ", "blockquote": _BREAK + _QUOTE, "tr": "", "/td": "", "/th": ""}
_BEFORE |= {"li": _BREAK, "/blockquote": _UNQUOTE + _BREAK, "/td": " ", "/th": " "}
_ANY_TAG = re.compile(r"<(/?[a-zA-Z][a-zA-Z0-9]*)[^<>]*>")
_ROW = re.compile(r"(<tr\b[^<>]*>\s*<t[dh]\b[^<>]*>)", re.I)
_PRE = re.compile(r"<pre\b[^<>]*>.*?</pre\s*>", re.I | re.S)

_INVISIBLE = "script, style, head, title, template, noscript, object, iframe, textarea"
_HAS_INVISIBLE = re.compile("<(?:" + _INVISIBLE.replace(", ", "|") + r")\b", re.I)
_QUOTED = (
    "blockquote[type=cite], .gmail_quote, .gmail_attr, .gmail_extra, .yahoo_quoted, "
    ".moz-cite-prefix, .protonmail_quote, #divRplyFwdMsg, #divRplyFwdMsg ~ *, #appendonsend, "
    "#appendonsend ~ *, .OutlookMessageHeader, .zendesk_quoted, .freshdesk_quote, .front-blockquote"
)
_HAS_QUOTED = re.compile("cite|_quote|gmail_|divRpl|appendons|OutlookM|front-bl")
_SIGNATURES = (
    ".gmail_signature, .moz-signature, #Signature, #signature, .protonmail_signature_block"
)
_HAS_SIGNATURE = re.compile("[sS]ignature")
_MARKS = _BREAK + _QUOTE + _UNQUOTE + " \t\r\n\xa0"


def html_to_text(html: str) -> str:
    """The visible text of `html`, one line per paragraph, row or item; quotes marked by "> "."""
    from selectolax.lexbor import LexborHTMLParser

    if _BREAK in html or _QUOTE in html or _UNQUOTE in html:
        html = html.translate(_OURS)
    if "<pre" in html or "<PRE" in html:
        html = _PRE.sub(lambda match: match[0].replace("\n", _BREAK), html)
    html = _ANY_TAG.sub(_mark, html)
    if "<t" in html or "<T" in html:  # text between rows would be moved before the table
        html = _ROW.sub(rf"\g<1>{_BREAK}", html)
    tree = LexborHTMLParser(html)
    root = tree.root
    if root is None:
        return ""
    if _HAS_INVISIBLE.search(html):
        _remove(tree, _INVISIBLE)
    if _HAS_SIGNATURE.search(html):
        _remove(tree, _SIGNATURES)
    if _HAS_QUOTED.search(html):
        whole = root.text()
        _remove(tree, _QUOTED)
        if not root.text().strip(_MARKS):  # a forwarded mail without a word of its own
            root = LexborHTMLParser(whole).root or root
    if "href" in html or "HREF" in html:
        for link in tree.css("a[href]"):
            _write_link(link)
    return _lines(root.text(deep=True, separator=""))


def _remove(tree: "LexborHTMLParser", selector: str) -> None:
    """Take out what matches, one by one: a match may lie within another and go with it."""
    found = tree.css(selector)
    if len(found) == 1:
        found[0].decompose()
        return
    while found:
        found[0].decompose()
        found = tree.css(selector)


def _write_link(link: "LexborNode") -> None:
    """Put a link's address behind its words, unless they are the address or it leads nowhere."""
    address = (link.attributes.get("href") or "").strip()
    words = " ".join(link.text().split())
    if not address.startswith(("http://", "https://", "/", "www.")):
        return
    bare = address.removeprefix("http://").removeprefix("https://").rstrip("/")
    said = words.removeprefix("http://").removeprefix("https://").rstrip("/")
    if not words or (said.rstrip("….") and bare.startswith(said.rstrip("…."))):
        link.replace_with(address)
    else:
        link.replace_with(f"{words} ({address})")


def _mark(tag: re.Match[str]) -> str:
    """A tag with the breaks that it stands for."""
    name = tag[1].lower()
    return f"{_BEFORE.get(name, '')}{tag[0]}{_AFTER.get(name, '')}"


def _lines(text: str) -> str:
    """Breaks to lines, and "> " before each line of a quote."""
    text = " ".join(text.split()).replace(_BREAK, "\n")
    if _QUOTE not in text:
        return text
    lines, depth = [], 0
    for line in text.split("\n"):
        depth += line.count(_QUOTE)
        words = line.translate(_OURS).strip()
        lines.append("> " * depth + words if words else "")
        depth = max(0, depth - line.count(_UNQUOTE))
    return "\n".join(lines)
