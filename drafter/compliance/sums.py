"""Sums of money that drafter/guard.py does not read: odd figures, slang, other languages, coins.

    sums("two grand")  sums("5 2 0 euros")  sums("fünfhundert Euro")  sums("0.01 bitcoin")

Each is a guard.Fact of the kind amount. Its value is what is written: enough to find the same in a
policy, not to reckon with.
"""

import re
from collections.abc import Iterator

from drafter.guard import Fact
from drafter.numerals import LARGE, SMALL, TENS

_MONEY = (
    r"(?:(?:euros?|eur|dollars?|usd|pounds?|gbp|bucks?|quid|grand|francs?|chf|yen|rupees?|cents?|pence"
    r"|btc|bitcoins?|eth|ether|usdt|satoshis?|sats|dólares|libras|livres|sterling|kč|zł|kr|lei)(?!\w)|[€$£¥₹₽₺₴₩₫฿]"
    r"|евро|рубл\w*|доллар\w*|欧元|美元|人民币|元|円|ユーロ|ドル|유로|달러|원|يورو|دولار)"
)
_NUMBER_WORD = "|".join((*SMALL, *TENS, *LARGE, "million", "dozen", "half", "couple"))
_FOREIGN = (
    r"\w*(?:hundert|tausend|zwanzig|dreißig|vierzig|fünfzig|sechzig|siebzig|achtzig|neunzig|honderd"
    r"|duizend|mille|mila|cento|centos?|cents|cientos?|quinientos|cien|mil|vingt|trente|quarante|cinquante"
    r"|soixante|veinte|treinta|cuarenta|cincuenta|venti|trenta|quaranta|cinquanta|сто|двести|триста"
    r"|пятьсот|тысяч\w*)"
)
_SUMS = tuple(
    re.compile(pattern, re.I)
    for pattern in (
        rf"(?<![a-z0-9_.,])[a-z]{{0,2}}\d[\w.,']*(?:,-|\.-)?\s?{_MONEY}",
        r"(?<!\w)(?:eur|usd|gbp|chf|btc|us\$)\s?\d[\d.,']*\d|(?<!\w)(?:eur|usd|gbp|chf|btc)\d",
        r"(?<!\w)(?:[a-z]{1,3}\$|[€$£¥₹])\s?\d[\d.,]*(?:\s?(?:k|m|bn|thousand|million)\b)?",
        rf"(?<!\w)\d[\d.,]*\s?[x\u00d7*]\s?\d[\d.,]*\s?{_MONEY}",
        rf"(?<!\w)(?-i:[MDCLXVI]{{2,}})\s{_MONEY}",
        rf"(?<!\w)\d(?:\s\d){{1,6}}\s?{_MONEY}",
        rf"\b(?:(?:{_NUMBER_WORD}|a|an|of|and)[\s-]+){{0,5}}(?:{_NUMBER_WORD})[\s-]+{_MONEY}",
        rf"\b(?:one|two|three|four|five|six|seven|eight|nine)(?:hundred|thousand)[\s-]+{_MONEY}",
        rf"\b(?:\w+\s)?{_FOREIGN}\s?{_MONEY}",
        rf"[零一二三四五六七八九十百千万两]+{_MONEY}",
    )
)


def sums(text: str) -> Iterator[Fact]:
    """Facts of the kind amount; some overlap, and the longest is meant."""
    for pattern in _SUMS:
        for match in pattern.finditer(text):
            yield Fact("amount", " ".join(match[0].lower().split()), match.span())
