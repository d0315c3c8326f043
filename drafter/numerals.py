"""Numbers as people write them, in digits or in English words, and the number they mean.

    "1,000" "1.000,50" "1 000"   1000  1000.5  1000
    "thirty" "twenty-five" "one hundred and twenty"   30  25  120

A lone group of three after a dot or comma is read as thousands: "1.250" is 1250.
"""

import re
from decimal import Decimal

SMALL = {
    "zero": 0, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7,
    "eight": 8, "nine": 9, "ten": 10, "eleven": 11, "twelve": 12, "thirteen": 13, "fourteen": 14,
    "fifteen": 15, "sixteen": 16, "seventeen": 17, "eighteen": 18, "nineteen": 19,
}  # fmt: skip
TENS = {
    "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70,
    "eighty": 80, "ninety": 90,
}  # fmt: skip
LARGE = {"hundred": 100, "thousand": 1000}

_WORD = "(?:" + "|".join(sorted([*SMALL, *TENS, *LARGE], key=len, reverse=True)) + ")"
# The gaps in groups of three: comma, dot, apostrophe, no-break and narrow no-break space.
_DIGITS = r"\d{1,3}(?:[.,'\u00a0\u202f]\d{3})+(?:[.,]\d{1,2})?(?!\d)|\d+(?:[.,]\d+)?"
# Atomic, so that "twenty-five" never becomes a range from 20 to 5.
NUMBER = (
    rf"(?>(?<![\w.,])(?:{_DIGITS})"
    rf"|\b{_WORD}(?:(?:-|\s+and\s+|\s+)(?={_WORD}\b){_WORD}){{0,15}}(?![a-z]))"
)


def parse_number(text: str) -> Decimal:
    """The number that a match of NUMBER means."""
    if text[0].isdigit():
        return _digits(text)
    return Decimal(_words(re.findall(_WORD, text.lower())))


def plain(number: Decimal) -> str:
    """Without trailing zeros or an exponent: 15.50 -> "15.5", 1E+3 -> "1000"."""
    text = format(number, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def _digits(text: str) -> Decimal:
    whole = re.fullmatch(r"(\d{1,3}(?:[.,'\u00a0\u202f]\d{3})+)(?:[.,](\d{1,2}))?", text)
    if whole:
        return Decimal(re.sub(r"\D", "", whole[1]) + "." + (whole[2] or "0"))
    return Decimal(text.replace(",", "."))


def _words(words: list[str]) -> int:
    total = current = 0
    for word in words:
        if word == "hundred":
            current = max(current, 1) * 100
        elif word == "thousand":
            total, current = total + max(current, 1) * 1000, 0
        else:
            current += SMALL.get(word, TENS.get(word, 0))
    return total + current
