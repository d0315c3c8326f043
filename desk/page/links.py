"""Which addresses become links."""

from urllib.parse import urlsplit


def web_link(url: str | None) -> str | None:
    """`url` where it is an address on the web, for href; None for javascript: and the like."""
    if not url or not url.isprintable():
        return None
    try:
        parts = urlsplit(url.strip())
    except ValueError:
        return None
    return url.strip() if parts.scheme in ("http", "https") and parts.hostname else None
