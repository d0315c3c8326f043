"""HTML mails as the text that a person saw: paragraphs, list items, links with their addresses.

    <p>See <a href="https://x.example/a">the guide</a>.</p>  ->  See the guide (https://x.example/a).

Blockquotes come out with "> " before each line, as plain text mails mark what they quote; what a
mail program marked as quoted history or as a signature goes.
"""

import re
from functools import lru_cache
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
_ANY_TAG = re.compile(r"(</?[a-zA-Z][^<>]*>)")
_NAME = re.compile(r"</?[a-zA-Z][a-zA-Z0-9]*")
_ROW = re.compile(r"(<tr\b[^<>]*>\s*<t[dh]\b[^<>]*>)", re.I)
_PRE = re.compile(r"<pre\b[^<>]*>.*?</pre\s*>", re.I | re.S)

_INVISIBLE = "script, style, head, title, template, noscript, object, iframe, textarea"
_HAS_INVISIBLE = re.compile("<(?:" + _INVISIBLE.replace(", ", "|") + r")\b", re.I)
# What is taken out: selectors by the string that a mail must hold to have such a thing.
_SIGNATURES = {
    "gmail_signature": ".gmail_signature",
    "moz-signature": ".moz-signature",
    "protonmail_signature_block": ".protonmail_signature_block",
    "Signature": "#Signature",
    "signature": "#signature",
}
_QUOTED = {
    "cite": "blockquote[type=cite], .moz-cite-prefix",
    "gmail_": ".gmail_quote, .gmail_attr, .gmail_extra",
    "yahoo_quoted": ".yahoo_quoted",
    "protonmail_quote": ".protonmail_quote",
    "divRplyFwdMsg": "#divRplyFwdMsg, #divRplyFwdMsg ~ *",
    "appendonsend": "#appendonsend, #appendonsend ~ *",
    "OutlookMessageHeader": ".OutlookMessageHeader",
    "zendesk_quoted": ".zendesk_quoted",
    "freshdesk_quote": ".freshdesk_quote",
    "front-blockquote": ".front-blockquote",
}
# Text that a mail program draws nowhere: it is no part of what a person read, and may be meant for
# a model alone. White on white counts where nothing around it has a background.
_UNSHOWN = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*(?:hidden|collapse)|opacity\s*:\s*0*\.?0+\s*(?:;|$)"
    r"|(?:left|top|right|text-indent|margin-left)\s*:\s*-\d{3,}"
    r"|max-(?:height|width)\s*:\s*0(?:px)?\s*(?:;|$)",
    re.I,
)
# Newsletters set it around all they say, and a size again on each word.
_NO_SIZE = re.compile(r"font-size\s*:\s*0*\.?0+(?:px|pt|em|rem|%)?\s*(?:;|!|$)", re.I)
_SIZE = re.compile(r"font-size\s*:\s*0*\.?[1-9]", re.I)
_WHITE = re.compile(
    r"(?:^|;|\s)color\s*:\s*(?:white|#fff(?:fff)?|rgba?\(\s*255\s*,\s*255\s*,\s*255)", re.I
)
_MAY_HIDE = re.compile(r"\bstyle\s*=|\bhidden\b|<font\b", re.I)
_MARKS = _BREAK + _QUOTE + _UNQUOTE + " \t\r\n\xa0"


def html_to_text(html: str) -> str:
    """The visible text of `html`, one line per paragraph, row or item; quotes marked by "> "."""
    if _BREAK in html or _QUOTE in html or _UNQUOTE in html:
        html = html.translate(_OURS)
    if "<pre" in html or "<PRE" in html:
        html = _PRE.sub(lambda match: match[0].replace("\n", _BREAK), html)
    pieces = _ANY_TAG.split(html)
    pieces[1::2] = map(_marked, pieces[1::2])
    html = "".join(pieces)
    if "<t" in html or "<T" in html:  # text between rows would be moved before the table
        html = _ROW.sub(rf"\g<1>{_BREAK}", html)
    quoted = [selector for hint, selector in _QUOTED.items() if hint in html]
    text = _visible(html, quoted)
    if quoted and not text.strip(_MARKS):  # a forwarded mail without a word of its own
        text = _visible(html, [])
    return _lines(text)


def _visible(html: str, quoted: list[str]) -> str:
    """The text of marked `html` without what `quoted` selects, as it lies in the source."""
    from selectolax.lexbor import LexborHTMLParser

    tree = LexborHTMLParser(html)
    root = tree.root
    if root is None:
        return ""
    away = list(quoted)
    if _HAS_INVISIBLE.search(html):
        away.append(_INVISIBLE)
    if "ignature" in html:
        away += [selector for hint, selector in _SIGNATURES.items() if hint in html]
    if away:
        _remove(tree, ", ".join(away))
    if _MAY_HIDE.search(html):
        for node in unshown(tree):
            node.decompose()
    if "href" in html or "HREF" in html:
        for link in tree.tags("a"):
            _write_link(link)
    return root.text(deep=True, separator="")


def unshown(tree: "LexborHTMLParser") -> "list[LexborNode]":
    """The outermost elements that a reader of the page doesn't see."""
    found: list[LexborNode] = []
    inside: set[int] = set()
    for node in tree.css("[style], [hidden], font[color]"):
        if node.mem_id in inside or not _is_unshown(node):
            continue
        found.append(node)
        inside |= {below.mem_id for below in node.css("*")}
    return found


def _is_unshown(node: "LexborNode") -> bool:
    style = node.attributes.get("style") or ""
    if "hidden" in node.attributes or _UNSHOWN.search(style):
        return True
    if _NO_SIZE.search(style):
        below = (one.attributes.get("style") or "" for one in node.css("[style]"))
        return not any(map(_SIZE.search, below))
    if node.tag == "font":
        style += f";color:{node.attributes.get('color') or ''}"
    return bool(_WHITE.search(style)) and not _has_background(node)


def _has_background(node: "LexborNode | None") -> bool:
    while node is not None:
        style = node.attributes.get("style") or ""
        white = re.search(r"background(?:-color)?\s*:\s*(?:white|#fff)", style, re.I)
        if "bgcolor" in node.attributes or ("background" in style and not white):
            return True
        node = node.parent
    return False


def _remove(tree: "LexborHTMLParser", selector: str) -> None:
    """Take out what matches, one by one: a match may lie within another and go with it."""
    found = tree.css(selector)
    while found:
        found[0].decompose()
        found = tree.css(selector) if len(found) > 1 else []


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


@lru_cache(maxsize=4096)
def _marked(tag: str) -> str:
    """A tag with the breaks that it stands for."""
    name = _NAME.match(tag)
    key = name[0][1:].lower() if name else ""
    return f"{_BEFORE.get(key, '')}{tag}{_AFTER.get(key, '')}"


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
