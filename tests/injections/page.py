"""What of the agent's page shows a draft, and which of it is marked."""

from html.parser import HTMLParser

BOXES = ("held", "check")


class Shown(HTMLParser):
    """The draft in the box that marks it, with a flag for each character, and in the editor."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.box, self.editor = "", ""
        self.marked: list[bool] = []
        self._open: list[str] = []
        self._in_box = 0
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in ("input", "link", "meta", "br"):
            return
        self._open.append(tag)
        if not self._in_box and dict(attrs).get("id") in BOXES:
            self._in_box = len(self._open)

    def handle_endtag(self, tag: str) -> None:
        if tag in self._open:
            while self._open.pop() != tag:
                pass
        if len(self._open) < self._in_box:
            self._in_box = 0

    def handle_data(self, data: str) -> None:
        within = self._open[self._in_box :] if self._in_box else []
        if self._open[-1:] == ["textarea"]:
            self.editor += data
        elif self._in_box and "sup" not in within:
            self.box += data
            self.marked += ["mark" in within] * len(data)

    @property
    def text(self) -> str:
        """The draft as an agent sees it marked, or as it stands in the editor where no box is."""
        return self.box or self.editor

    def spans(self) -> list[tuple[int, int]]:
        return [(place, place + 1) for place, marked in enumerate(self.marked) if marked]
