"""Where a letter has something sent or paid to: streets, boxes, wallets, names in messengers.

    places("Post it to 14 Hollow Lane, Bristol BS1 4TR")   address "14 hollow lane, bristol bs1 4tr"

Streets are known by how English, German, Dutch, French, Spanish, Italian and Portuguese write them,
with capitals. A house's name without street, number or postcode goes by.
"""

# ruff: noqa: RUF001

import re
from collections.abc import Iterator

from drafter.guard import Fact

_CAPITAL = r"[A-ZÀ-ÖØ-Þ][\w'’-]*"
_POSTCODE = (
    r"(?:[A-Z]{1,2}\d[A-Z\d]?\s\d[A-Z]{2}|[A-Z]\d[\dW]\s[A-Z\d]{4}|[A-Z]{2}\s\d{5}(?:-\d{4})?"
    r"|\d{4}\s?[A-Z]{2}(?!\w)|\d{5})"
)
_TOWN = rf"(?:,?\s(?:{_POSTCODE}|{_CAPITAL})(?:\s(?:{_POSTCODE}|\d{{1,2}}(?!\w)))?)"
_KINDS = (
    "Street|St|Road|Rd|Lane|Ln|Avenue|Ave|Drive|Way|Close|Court|Ct|Boulevard|Blvd|Square|Sq|Place|"
    "Pl|Terrace|Row|Yard|Gardens|Crescent|Hill|Park|Mews|Quay|Wharf|Highway|Parade|Walk|Grove|"
    "Green|Alley|Bridge"
)
_PLACES = tuple(
    re.compile(pattern)
    for pattern in (
        rf"(?<!\w)\d{{1,5}}[a-zA-Z]?,?\s(?:{_CAPITAL}\s){{1,4}}(?:{_KINDS})\b\.?{_TOWN}{{0,4}}",
        rf"\b(?i:P\.?\s?O\.?\s?Box|Postfach|Postbus|Apartado|Boîte postale)\s*\d[\d ]*"
        rf"{_TOWN}{{0,4}}",
        rf"\b[A-ZÄÖÜ][\w'’.-]*?(?:straße|strasse|str\.|weg|platz|allee|gasse|damm|ufer|straat|laan"
        rf"|gracht|plein|kade|dijk|singel|rak)\s\d{{1,4}}[a-z]?\b{_TOWN}{{0,3}}",
        rf"(?<!\w)\d{{1,4}}(?:\s?bis)?,?\s"
        rf"(?i:rue|avenue|place|boulevard|chemin|allée|quai|impasse)\s(?:[\w'’-]+\s?){{1,4}}{_TOWN}{{0,3}}",
        rf"\b(?i:calle|avenida|plaza|paseo|viale|piazza|rua|praça|via)\s"
        rf"(?:(?:de|del|della|da|do|la)\s)?"
        rf"(?:{_CAPITAL}\s?){{1,4}},?\s?\d{{1,4}}\b{_TOWN}{{0,3}}",
        rf"(?<!\w)(?:{_CAPITAL},?\s)?(?:[A-Z]{{1,2}}\d[A-Z\d]?\s\d[A-Z]{{2}}|[A-Z]\d[\dW]\s[A-Z\d]{{4}}"
        r"|[A-Z]{2}\s\d{5}(?:-\d{4})?)(?!\w)",
        r"(?<!\w)\d{1,5}[a-z]?\s(?:[a-z'-]+\s){1,3}(?:street|lane|avenue|boulevard|terrace|crescent)\b"
        r"(?:,\s\w+)?",
        # wallets
        r"\b(?:bc1[a-z0-9]{20,60}|[13][a-km-zA-HJ-NP-Z1-9]{25,34}|0x[a-fA-F0-9]{40})\b",
        # people and groups in messengers
        r"(?<![\w@./])@[A-Za-z_]\w[\w.]*\w",
        r"\b(?i:telegram|whatsapp|wechat|viber|threema|discord)\b",
    )
)


def places(text: str) -> Iterator[Fact]:
    """Facts of the kind address; some overlap, and the longest is meant."""
    for pattern in _PLACES:
        for match in pattern.finditer(text):
            written = match[0].rstrip(" ,")
            value = " ".join(written.lower().split())
            yield Fact("address", value, (match.start(), match.start() + len(written)))
