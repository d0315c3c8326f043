"""What a page's form sends, read without a library for uploads: there are none."""

from collections.abc import Mapping
from urllib.parse import parse_qsl

from fastapi import Request


async def fields(request: Request) -> Mapping[str, str]:
    """A form's fields; of one given twice, the last. Browsers write a line's end as CR LF."""
    body = (await request.body()).decode("utf-8", errors="replace")
    pairs = parse_qsl(body, keep_blank_values=True, max_num_fields=50)
    return {name: plain(value) for name, value in pairs}


def plain(text: str) -> str:
    """Lines that end as ours do; PostgreSQL takes no NUL."""
    return text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "")
