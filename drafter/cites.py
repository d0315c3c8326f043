"""What a reply cites, found among the policies: by document id, by URL, with or without a section.

returns                                              document "returns"
returns#bank-transfer                                its section "Bank transfer"
https://help.example/en-US/kb/returns?x=1#w_refunds  document by URL, section "Refunds"
/kb/returns                                          document by the URL's path
"""

import html
import re
import unicodedata
from collections.abc import Iterable, Mapping
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

# ISO 639-1: `/nl/kb/returns` begins with a locale, `/kb/returns` doesn't
LANGUAGES = (
    "aa ab ae af ak am an ar as av ay az ba be bg bh bi bm bn bo br bs ca ce ch co cr cs cu cv cy "
    "da de dv dz ee el en eo es et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho hr ht hu "
    "hy hz ia id ie ig ii ik io is it iu ja jv ka kg ki kj kk kl km kn ko kr ks ku kv kw ky la lb "
    "lg li ln lo lt lu lv mg mh mi mk ml mn mr ms mt my na nb nd ne ng nl nn no nr nv ny oc oj om "
    "or os pa pi pl ps pt qu rm rn ro ru rw sa sc sd se sg si sk sl sm sn so sq sr ss st su sv sw "
    "ta te tg th ti tk tl tn to tr ts tt tw ty ug uk ur uz ve vi vo wa wo xh yi yo za zh zu"
)
LOCALE = re.compile(r"^([a-z]{2})(-[a-z0-9]{2,4})?$")


class Cite(NamedTuple):
    """A document, and the slug of one of its headings (None: the document as a whole)."""

    doc_id: str
    section: str | None


class Resolver:
    """Finds documents by what replies write."""

    def __init__(self, policies: Iterable[Mapping[str, str | None]]) -> None:
        """`policies` have doc_id and url; a document may come several times."""
        self.documents: dict[str, str] = {}
        for policy in policies:
            doc_id = str(policy["doc_id"])
            self.documents[doc_id.casefold()] = doc_id
            if policy["url"]:
                host, path = _address(policy["url"])
                self.documents.setdefault(host + path, doc_id)
                self.documents.setdefault(path, doc_id)

    def resolve(self, cites: Iterable[str]) -> list[Cite]:
        """The policies among `cites`, each once, in their order; other links are left out."""
        found = (self._resolve(cite) for cite in cites)
        return list(dict.fromkeys(cite for cite in found if cite is not None))

    def _resolve(self, cite: str) -> Cite | None:
        name, _, fragment = html.unescape(cite).strip().partition("#")
        section = slug(fragment.removeprefix("w_")) or None
        doc_id = self.documents.get(name.casefold())
        if doc_id is None and "/" in name:
            host, path = _address(name)
            doc_id = self.documents.get(host + path)
        return Cite(doc_id, section) if doc_id else None


def _address(url: str) -> tuple[str, str]:
    """Host and path of a URL, in lower case, without scheme, locale, query and last slash."""
    cleaned = html.unescape(url).strip().replace("\xa0", "")
    try:
        parts = urlsplit(cleaned)
    except ValueError:
        return "", ""
    steps = [step for step in unquote(parts.path).casefold().split("/") if step.strip()]
    locale = LOCALE.match(steps[0]) if len(steps) > 1 else None
    if locale and locale[1] in LANGUAGES.split():
        steps = steps[1:]
    host = (parts.netloc or "").casefold().removeprefix("www.")
    return host, "/" + "/".join(step.strip(" .,;:)]\"'>") for step in steps)


def slug(heading: str) -> str:
    """`Bank transfer (EU)` as it stands in a link: bank-transfer-eu."""
    plain = unicodedata.normalize("NFKC", unquote(heading)).casefold()
    return re.sub(r"[\W_]+", "-", plain).strip("-")
