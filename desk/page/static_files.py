"""Scripts and styles, from the desk's own folder, under the same policy as the pages."""

from pathlib import Path
from typing import Any

from fastapi import Response
from starlette.staticfiles import StaticFiles

from desk.page.shell import HEADERS

FOLDER = Path(__file__).parent / "static"


class PageFiles(StaticFiles):
    """Asked for anew each time and answered with 304: after an update nobody has the old ones."""

    def __init__(self) -> None:
        super().__init__(directory=FOLDER)

    def file_response(self, *args: Any, **kwargs: Any) -> Response:
        response = super().file_response(*args, **kwargs)
        response.headers.update({**HEADERS, "Cache-Control": "no-cache"})
        return response
