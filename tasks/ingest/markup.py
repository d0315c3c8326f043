"""HTML as markdown: headings, lists, tables and links stay; scripts, menus and pictures go."""

import re
from typing import Any

from drafter.html_text import unshown

# What pages hold beside their text: tables of contents, edit links, numbers of headings.
JUNK = (
    "script, style, noscript, template, nav, form, iframe, svg, img, video, audio, button, "
    "#toc, .toc, .tocnumber, .mw-editsection, .editsection, .noprint, [hidden], [aria-hidden=true]"
)

# Where text stood that a page doesn't show; validate takes it out and counts the document.
UNSHOWN = "\u2063"


def to_markdown(html: str) -> str:
    """The text of a page or a fragment as markdown, with `#` headings and `-` lists."""
    from markdownify import markdownify
    from selectolax.lexbor import LexborHTMLParser

    tree = LexborHTMLParser(html)
    for node in tree.css(JUNK):
        node.decompose()
    for node in unshown(tree):
        node.replace_with(UNSHOWN)
    body = tree.body
    clean = body.html if body is not None and body.html else ""
    # Nothing is escaped: who reads this is a model, an index and a person, not a renderer.
    bare: dict[str, Any] = {
        "escape_asterisks": False,
        "escape_underscores": False,
        "escape_misc": False,
    }
    return tidy(markdownify(clean, heading_style="ATX", bullets="-", **bare))


def title_of(html: str) -> str | None:
    """The page's <title>, else its first heading."""
    from selectolax.lexbor import LexborHTMLParser

    tree = LexborHTMLParser(html)
    for selector in ("title", "h1", "h2"):
        node = tree.css_first(selector)
        if node is not None and node.text().strip():
            return " ".join(node.text().split())
    return None


def tidy(text: str) -> str:
    """No white space at line ends, at most one empty line in a row, one line end at the end."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\u00a0", " ")
    text = re.sub(r"[ \t]+\n", "\n", text)
    return re.sub(r"\n{3,}", "\n\n", text).strip("\n") + "\n"
