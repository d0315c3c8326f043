"""Where a letter sends its reader: links, e-mail addresses and numbers to call, however written.

    contacts("Write to help [at] desk [dot] com")      email "help@desk.com"
    contacts("dial oh two oh, seven nine four six …")  phone

Each is a guard.Fact of the kinds link, email and phone. drafter/guard.py finds what is written
plainly; this finds what was written so as not to be found, and is held against policies alone,
never used to measure how well a draft answers.
"""

import re
from collections.abc import Iterator

from drafter.compliance.hosts import ENDING, GENERAL
from drafter.guard import Fact

_PART = r"[^\W_](?:[\w-]{0,61}[^\W_])?"
_REST = r"(?::\d{1,5})?(?:[/?#][^\s<>\"'\])]*)?"
_END = r"(?![\w-]|\.\w)"
# evil.example, evil.example:80/x, who@evil.example/x is no address but a link
_HOST = re.compile(
    rf"(?<![\w.@-])(?:[\w.+-]+@(?=[\w.-]+[/:]))?(?:{_PART}\.)+{ENDING}{_END}{_REST}", re.I
)
_IP = re.compile(rf"(?<![\w.])(?:[^\s@]{{1,64}}@)?\d{{1,3}}(?:\.\d{{1,3}}){{3}}(?![\w.]*\w){_REST}")
_SCHEME = re.compile(r"\b[a-z][a-z0-9+.*-]{1,15}:\s?[/\\]\s?[/\\]\s?[^\s<>\"'\])]+", re.I)
_BARE_SCHEME = re.compile(
    r"\b(?:sms|mailto|javascript|vbscript|data|whatsapp|skype|facetime|bitcoin|ethereum|magnet|file"
    r"|ftp|tg|intent):(?=\S)[^\s<>]+",
    re.I,
)
_MARKUP = re.compile(
    r"!\[[^\]\n]*\]\([^)\n]*\)+"
    r"|<(?P<tag>a|img|iframe|script|form|object|embed|link|svg|video|audio)\b[^>]*>"
    r"(?:[^<]*</(?P=tag)>)?",
    re.I,
)
_WORDS_OF_LINK = re.compile(r"\[[^\]\n]*\](?:\(\s*([^)\s]*)[^)\n]*\)+|:\s+(\S+))")
_DOT = (
    r"(?:\s?(?:\[\.\]|\(\.\)|\{\.\}|[\[({]\s?(?:dot|punkt|point|punto)\s?[\])}])\s?|[\s-]dot[\s-])"
)
_AT = r"(?:\s?[\[({]\s?(?:at|@|arroba)\s?[\])}]\s?|\s@\s)"
_ANY_DOT = rf"(?:{_DOT}|\.)"
_NO_DOTS = re.compile(
    rf"(?<![\w.-])(?:[\w-]{{1,63}}{_ANY_DOT})*[\w-]{{1,63}}{_DOT}(?:{_PART}{_ANY_DOT})*"
    rf"{ENDING}{_END}{_REST}",
    re.I,
)
_NO_AT = re.compile(
    r"(?<![\w.-])[\w.+-]{1,64}"
    rf"(?:(?:{_AT})(?:{_PART}{_ANY_DOT})+|[\s-]at[\s-](?:{_PART}{_ANY_DOT})*?{_PART}{_DOT})"
    rf"(?:{_PART}{_ANY_DOT})*{ENDING}{_END}",
    re.I,
)
_APART = re.compile(rf"(?<![\w.-])[\w-]{{2,63}}\s\.\s?(?i:{GENERAL})(?!\w)")
_SPELLED = re.compile(r"(?<!\S)[^\W_](?: [\w.:/@+-]){6,}(?!\w)")
# base64, hexadecimal, %68%74, &#104;&#116;, \u0068, a link read from its end
_CODED = re.compile(
    r"(?<![\w+/=-])(?=[\w+/-]{0,400}[a-z])(?=[\w+/-]{0,400}[A-Z])(?=[\w+/-]{0,400}\d)"
    r"[\w+/-]{24,}={0,2}(?![\w+/])"
    r"|(?<!\w)(?=[0-9a-f]{0,200}[a-f])(?=[0-9a-f]{0,200}\d)[0-9a-f]{24,}(?!\w)"
    r"|[^\s%]{0,40}(?:%[0-9A-Fa-f]{2}){3,}\S*"
    r"|(?:&#x?[0-9a-fA-F]{1,6};){3,}\S*|(?:\\u[0-9a-fA-F]{4}|\\x[0-9a-fA-F]{2}){3,}\S*"
    r"|(?<!\S)\S{1,300}//:s?ptth\b"
)

_BETWEEN = r"[ \t\u00a0().\-/_*\u00b7\u2022~|\u2010-\u2015]"
_LONG = re.compile(rf"(?<![\w.,])\+?\(?\d(?:{_BETWEEN}{{0,3}}\d){{6,17}}(?!\w|[.,]\d)")
_WITH_LETTERS = re.compile(
    r"(?<!\w)\+?(?=[OoIl]*\d)[\dOoIl]{2,}(?:[ ().-]{1,2}(?=[OoIl]*\d)[\dOoIl]{2,}){1,5}(?!\w)"
)
_DIGIT = (
    "zero|oh|o|nought|nil|hundred|one|two|three|four|five|six|seven|eight|nine|double|triple|plus|"
    "null|eins|zwei|zwo|drei|vier|fünf|sechs|sieben|acht|neun|zéro|un|deux|trois|quatre|cinq|"
    "sept|huit|neuf|cero|uno|dos|tres|cuatro|cinco|seis|siete|ocho|nueve|due|tre|quattro|cinque|"
    "sei|sette|otto|nove|nul|een|twee|drie|vijf|zes|zeven|negen|um|dois|três|quatro|sete|oito"
)
_IN_WORDS = re.compile(
    rf"\b(?:{_DIGIT}|\d{{1,5}})(?:[\s,.-]{{1,3}}(?:{_DIGIT}|\d{{1,5}})){{5,}}\b", re.I
)
_CALL = re.compile(
    r"\b(?:call|ring|dial|text|phone|sms|fax|whatsapp|hotline|telephone|tel|rufen|anrufen|appelez|"
    r"llame|chiami|bel)\b(?:[^\w\n]+[^\W\d]+){0,4}[^\w\n]{1,3}(\d(?: ?\d){4,})(?![\w%])",
    re.I,
)
_VANITY = re.compile(r"(?<!\w)(?:\+?1[ .-])?\(?8\d\d\)?[ .-][A-Z]{3,}(?:[ -]?[A-Z0-9]+)?(?!\w)")
_TEL = re.compile(r"\btel:\+?[\d().-]+", re.I)
# Behind these a number names a thing; nobody dials it.
_NAMES_A_THING = re.compile(
    r"\b(?:id|order|ticket|case|ref|reference|tracking|invoice|serial|bug|build|version|sku|isbn|"
    r"ean|imei|parcel|shipment|account|item|article|part|model|batch|commit|release)"
    r"(?:[ -]?(?:number|num|no|nr|code|is))*[\s.:#(\[]*$",
    re.I,
)


def contacts(text: str) -> Iterator[Fact]:
    """Facts in no order; some overlap, and the longest is meant."""
    yield from _links(text)
    yield from _phones(text)
    for match in _NO_AT.finditer(text):
        yield Fact("email", _joined(match[0]), match.span())


def bare_link(written: str) -> str:
    """A link as drafter/guard.py compares it: no scheme, no `www.`, no fragment, a small host."""
    bare = re.sub(r"^(?:[a-z][a-z0-9+.*-]*:\s?/\s?/\s?)?(?:www\.)?", "", written, flags=re.I)
    host, slash, path = bare.partition("/")
    return (host.lower() + slash + path.partition("#")[0]).rstrip("/")


def _links(text: str) -> Iterator[Fact]:
    for pattern in (_HOST, _IP, _SCHEME, _BARE_SCHEME, _SPELLED, _CODED):
        for match in pattern.finditer(text):
            written = match[0].rstrip(".,;:!?*_")
            if pattern is _SPELLED and not re.search(r"[^\W\d_]", written):
                continue  # figures: a phone
            yield Fact("link", bare_link(written), (match.start(), match.start() + len(written)))
    for match in _NO_DOTS.finditer(text):
        yield Fact("link", bare_link(_joined(match[0])), match.span())
    for match in _APART.finditer(text):
        yield Fact("link", "".join(match[0].lower().split()), match.span())
    for match in _MARKUP.finditer(text):
        yield Fact("link", match[0], match.span())
    for match in _WORDS_OF_LINK.finditer(text):
        target = match[1] or match[2] or ""
        if re.match(rf"(?:[a-z][\w+.-]*:|//|/|www\.|(?:{_PART}\.)+{ENDING}\b)", target, re.I):
            yield Fact("link", bare_link(target), match.span())


def _joined(written: str) -> str:
    """`help [at] desk dot com` as it is meant."""
    dotted = re.sub(_DOT, ".", written, flags=re.I)
    return re.sub(rf"{_AT}|[\s-]at[\s-]", "@", dotted, flags=re.I).lower()


def _phones(text: str) -> Iterator[Fact]:
    for match in _LONG.finditer(text):
        if not _NAMES_A_THING.search(text[max(0, match.start() - 40) : match.start()]):
            yield Fact("phone", re.sub(r"\D", "", match[0]), match.span())
    for match in _WITH_LETTERS.finditer(text):
        written = match[0].translate(str.maketrans("OoIl", "0011"))
        digits = re.sub(r"\D", "", written)
        if written != match[0] and 7 <= len(digits) <= 15:
            yield Fact("phone", digits, match.span())
    for pattern in (_IN_WORDS, _VANITY, _TEL):
        for match in pattern.finditer(text):
            if pattern is _IN_WORDS and not re.search(r"[^\W\d_]", match[0]):
                continue  # figures alone: a table, or a number that is looked at above
            yield Fact("phone", " ".join(match[0].lower().split()), match.span())
    for match in _CALL.finditer(text):
        digits = re.sub(r"\D", "", match[1])
        if len(digits) < 7:  # a longer one is a number by itself
            yield Fact("phone", digits, match.span())
