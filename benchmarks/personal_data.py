"""Letters with personal data at known places, and with much that only looks like it.

Values come from the registries where there are any (every country's IBAN structure, phone numbers
that `phonenumbers` calls valid, issuers' card prefixes), so that finders are not measured on
their own idea of a number. The same seed gives the same letters.
"""

import random
import re
from dataclasses import dataclass
from functools import cache

LABELS = ("EMAIL", "IBAN", "CARD", "ORDER", "PHONE")
HOME = "US"
ORDER_PATTERN = r"ORD-[0-9]{6}"
CARD_PREFIXES = "4 4 4 4 51 52 55 2221 34 37 6011 65 3530 36 62"


@dataclass(frozen=True)
class Letter:
    """A text, and where its personal data stand: start, end (in characters), label."""

    text: str
    spans: list[tuple[int, int, str]]


FRAMES = (
    "Hi, my order {ORDER} has not arrived yet. You can write to {EMAIL} or call {PHONE}.",
    "I paid with {CARD} and the shop says it was declined, see {N}.",
    "Please refund to {IBAN} (account of my sister), thanks. Sent {N}.",
    "{EMAIL} is my address; {PHONE} is my number. The parcel {N} is lost.",
    "Since {N} the app shows error {N}. My card {CARD} expires 12/27.",
    "Contact: {EMAIL}, {PHONE}\nOrder: {ORDER}\nDate: {N}",
    "I bought it for {N} on {N}, the receipt is at {N}.",
    "Version {N} worked, version {N} does not. Reported as {N}.",
    "Reach me at {PHONE} after {N}, or <{EMAIL}>.",
    "Refund {ORDER}, {ORDER} and {ORDER} to {IBAN}; tracking was {N}.",
    "The serial is {N} and the invoice {N}. Nothing else to say.",
    "card:{CARD};iban:{IBAN};mail:{EMAIL};order:{ORDER}",
    "My old number was {PHONE}, the new one is {PHONE}.",
    "Call {PHONE} today. Bug {N} again at {N}!",
    "Größe {N}, für {EMAIL}; Bestellung {ORDER} über {N}, zurück an {IBAN}.",
)


PROSE = (
    "I ordered it as a present for my sister and it came in a box that had been opened before.",
    "The rest of it worked as it should, and I was quite happy with it until last week.",
    "I have already tried to start it again, as the page with the questions says, without luck.",
    "Could you please tell me what I should do now, and whether I have to pay for the way back?",
    "My neighbour has the same one and says that his never made such a noise, not even once.",
    "I know that you have a lot to do before the holidays, so there is no hurry on my side.",
)


def letters(count: int, seed: int = 7) -> list[Letter]:
    """Letters of one to three sentences with values or lookalikes, among three to eight without."""
    draw = random.Random(seed)
    return [_letter(draw) for _ in range(count)]


def _letter(draw: random.Random) -> Letter:
    frames = [
        *draw.choices(FRAMES, k=draw.randint(1, 3)),
        *draw.choices(PROSE, k=draw.randint(3, 8)),
    ]
    draw.shuffle(frames)
    text, spans = "", []
    for frame in frames:
        for piece in re.split(r"(\{\w+\})", frame):
            if not piece.startswith("{"):
                text += piece
                continue
            label = piece[1:-1]
            value = MAKERS[label](draw)
            if label != "N":
                spans.append((len(text), len(text) + len(value), label))
            text += value
        text += draw.choice((" ", "\n", "\n\n"))
    return Letter(text, spans)


def _email(draw: random.Random) -> str:
    user = draw.choice(("jo", "anna.smith", "j_d", "x+news", "kim-lee", "O.Brien99", "jörg", "a"))
    host = draw.choice(("example.com", "mail.example.co.uk", "sub-1.example.museum", "exämple.de"))
    return f"{user}{draw.randrange(1000)}@{host}"


def _luhn_digit(digits: str) -> str:
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (2 if place % 2 == 0 else 1)
        total += value - 9 if value > 9 else value
    return str(-total % 10)


def _card(draw: random.Random) -> str:
    prefix = draw.choice(CARD_PREFIXES.split())
    length = {"34": 15, "37": 15, "36": 14}.get(prefix, 16)
    if prefix == "4" and draw.random() < 0.1:
        length = 13
    body = prefix + "".join(draw.choices("0123456789", k=length - 1 - len(prefix)))
    card = body + _luhn_digit(body)
    groups = (4, 6, 5) if length == 15 else (4, 4, 4, 4)
    separator = draw.choice(("", " ", "-"))
    return _grouped(card, groups, separator)


def _grouped(text: str, groups: tuple[int, ...], separator: str) -> str:
    parts, at = [], 0
    for size in groups:
        parts.append(text[at : at + size])
        at += size
    return separator.join([*filter(None, parts), *filter(None, [text[at:]])])


@cache
def _iban_structures() -> list[tuple[str, str]]:
    from stdnum import numdb

    found = []
    for first in "ABCDEFGHIJKLMNOPQRSTUVWXYZ":
        for second in "ABCDEFGHIJKLMNOPQRSTUVWXYZ":
            properties = numdb.get("iban").info(first + second)[0][1]
            if properties:
                found.append((first + second, properties["bban"]))
    return found


def _iban(draw: random.Random) -> str:
    country, structure = draw.choice(_iban_structures())
    bban = ""
    for size, kind in re.findall(r"(\d+)!([nac])", structure):
        letters = {"n": "0123456789", "a": "ABCDEFGHIJ", "c": "0123456789ABCDEF"}[kind]
        bban += "".join(draw.choices(letters, k=int(size)))
    number = "".join(str(int(letter, 36)) for letter in f"{bban}{country}00")
    iban = f"{country}{98 - int(number) % 97:02}{bban}"
    return draw.choice((iban, _grouped(iban, (4,) * 8, " "), _grouped(iban, (4,) * 8, " "), iban))


REGIONS = ("US", "US", "US", "US", "DE", "GB", "FR", "ES", "IN", "BR", "JP", "AU", "PL", "ZA", "SE")


def _phone(draw: random.Random) -> str:
    import phonenumbers as pn

    region = draw.choice(REGIONS)
    example = pn.example_number_for_type(
        region, draw.choice((pn.PhoneNumberType.FIXED_LINE, pn.PhoneNumberType.MOBILE))
    )
    assert example is not None
    number = example
    for _ in range(50):
        national = str(example.national_number)
        changed = national[:-4] + f"{draw.randrange(10000):04}"
        number = pn.PhoneNumber(
            country_code=example.country_code,
            national_number=int(changed),
            italian_leading_zero=example.italian_leading_zero,
        )
        if pn.is_valid_number(number):
            break
    kinds = pn.PhoneNumberFormat
    if region == HOME:
        digits = str(number.national_number)
        area, office, line = digits[:3], digits[3:6], digits[6:]
        return draw.choice(
            (
                f"({area}) {office}-{line}",
                f"{area}-{office}-{line}",
                f"{area}.{office}.{line}",
                f"{area} {office} {line}",
                f"+1 {area}-{office}-{line}",
                f"1-{area}-{office}-{line}",
                f"+1{digits}",
                f"({area}){office}-{line}",
                f"001-{area}-{office}-{line}",
                f"{area}-{office}-{line}x{draw.randrange(10, 9999)}",
                digits,
            )
        )
    full = pn.format_number(number, draw.choice((kinds.INTERNATIONAL, kinds.E164)))
    return draw.choice((full, full, full.replace("+", "00", 1) if " " in full else full))


def _order(draw: random.Random) -> str:
    order = f"ORD-{draw.randrange(10**6):06}"
    return draw.choice((order, order, order, order.lower()))


def _nothing(draw: random.Random) -> str:
    """Digits and signs that are nobody's: every kind that a finder has been seen to fall for."""
    n = draw.randrange
    day, month, year = n(1, 29), n(1, 13), n(2001, 2027)
    kind = draw.randrange(22)
    if kind < 5:
        return (
            f"{year}-{month:02}-{day:02}",
            f"{day:02}/{month:02}/{year}",
            f"{day}.{month}.{year}",
            f"{year}-{month:02}-{day:02} {n(24):02}:{n(60):02}:{n(60):02}",
            f"{year}{month:02}{day:02}T{n(24):02}{n(60):02}{n(60):02}Z",
        )[kind]
    if kind < 9:
        return (
            f"{n(150)}.{n(20)}.{n(20)}",
            f"v{n(9)}.{n(99)}.{n(9999)}-rc{n(9)}",
            f"{n(1, 255)}.{n(255)}.{n(255)}.{n(255)}",
            f"10.0.{n(20000, 30000)}.{n(1000, 9999)}",
        )[kind - 5]
    if kind < 13:
        return (
            f"${n(1, 999)}.{n(100):02}",
            f"{n(1, 99)},{n(1000):03}.{n(100):02} EUR",
            f"€ {n(1, 9)}.{n(1000):03},{n(100):02}",
            f"{n(1, 99)} 000 000 units",
        )[kind - 9]
    if kind < 17:
        return (
            f"1Z{n(10**3):03}AA{n(10**8, 10**9)}{n(10)}",
            f"9400 1{n(1000):03} {n(10000):04} {n(10000):04} {n(10000):04} {n(100):02}",
            f"JD{n(10**17, 10**18)}",
            f"tracking {n(10**11, 10**12)}",
        )[kind - 13]
    return (
        f"https://shop.example/item/{n(10**9, 10**10)}?ref={n(10**6)}",
        f"id {n(10**9, 10**10)}",
        f"#{n(10**6, 10**10)}",
        f"{n(16**8):08x}-{n(16**4):04x}-4{n(16**3):03x}-a{n(16**3):03x}-{n(16**12):012x}",
        f"{n(1900, 2000)}-{n(2000, 2030)}",
    )[kind - 17]


MAKERS = {
    "EMAIL": _email,
    "IBAN": _iban,
    "CARD": _card,
    "ORDER": _order,
    "PHONE": _phone,
    "N": _nothing,
}


def score(
    truth: list[Letter], found: list[set[tuple[int, int, str]]]
) -> dict[str, dict[str, float]]:
    """Recall and precision by label.

    A span is recalled if one find of its label covers it whole; a find is right if it touches a
    span of its label.
    """
    figures = {}
    for label in LABELS:
        spans = recalled = finds = right = 0
        for letter, hits in zip(truth, found, strict=True):
            theirs = [hit for hit in hits if hit[2] == label]
            ours = [span for span in letter.spans if span[2] == label]
            spans, finds = spans + len(ours), finds + len(theirs)
            recalled += sum(any(h[0] <= s[0] and h[1] >= s[1] for h in theirs) for s in ours)
            right += sum(any(h[0] < s[1] and h[1] > s[0] for s in ours) for h in theirs)
        figures[label] = {
            "spans": spans,
            "recall": round(recalled / spans, 5) if spans else 1.0,
            "precision": round(right / finds, 5) if finds else 1.0,
        }
    return figures
