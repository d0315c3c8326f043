"""Redaction of patterns: `python -m benchmarks.redaction --side ours --rows 6000`.

Every side gets the same letters and replaces e-mail addresses, IBANs, cards, phone and order
numbers by typed, numbered placeholders. `recall` and `precision` are over all spans.

    ours      digits found in the bytes of all texts, all else on columns in Polars
    presidio  presidio-analyzer's own recognisers for the same kinds, without NER; the order
              number as a pattern of its own
    re        Python's `re` with the same expressions and the same checks, a text at a time
"""

import argparse
import json
import re
import resource
import time
from collections.abc import Callable, Sequence
from typing import Any

from benchmarks.personal_data import HOME, ORDER_PATTERN, Letter, letters, score

ROWS = 6000
Spans = list[set[tuple[int, int, str]]]
# Texts to texts with placeholders, and what tells (when asked, untimed) where the finds were.
Work = Callable[[list[str]], tuple[list[str], Callable[[], Spans]]]


def ours() -> Work:
    import polars as pl

    from drafter.pseudonyms import PseudonymParams
    from drafter.pseudonyms.replace import PEOPLE, find_all, replace

    rules = PseudonymParams(order_patterns=[ORDER_PATTERN], default_region=HOME, keep=[])
    nobody = pl.DataFrame(schema=PEOPLE)

    def work(texts: list[str]) -> tuple[list[str], Callable[[], Spans]]:
        rows = range(len(texts))
        kinds = {"row": pl.Int64, "ticket": pl.Int64, "text": pl.String}
        table = pl.DataFrame({"row": rows, "ticket": rows, "text": texts}, schema=kinds)
        hidden, _ = replace(table, nobody, rules)
        return hidden["text"].to_list(), lambda: in_characters(table)

    def in_characters(table: pl.DataFrame) -> Spans:
        """Our spans count bytes, the letters count characters."""
        texts, found = table["text"].to_list(), [set() for _ in range(len(table))]
        spans = find_all(table, nobody, rules).select("row", "start", "found", "label")
        for row, start, value, label in spans.iter_rows():
            begin = len(texts[row].encode()[:start].decode())
            found[row].add((begin, begin + len(value), label))
        return found

    return work


def presidio() -> Work:
    import logging

    import tldextract
    from presidio_analyzer import EntityRecognizer, Pattern, PatternRecognizer
    from presidio_analyzer.predefined_recognizers import (
        CreditCardRecognizer,
        EmailRecognizer,
        IbanRecognizer,
        PhoneRecognizer,
    )

    logging.disable(logging.WARNING)
    # Its list of domains, as packaged: the first use would ask the network for a newer one.
    tldextract.tldextract.TLD_EXTRACTOR = tldextract.TLDExtract(suffix_list_urls=())
    tldextract.extract = tldextract.tldextract.TLD_EXTRACTOR.__call__
    order = Pattern("order", rf"\b{ORDER_PATTERN}\b", 1.0)
    labels = {
        "EMAIL_ADDRESS": "EMAIL",
        "IBAN_CODE": "IBAN",
        "CREDIT_CARD": "CARD",
        "PHONE_NUMBER": "PHONE",
        "ORDER": "ORDER",
    }
    recognisers: list[Any] = [
        EmailRecognizer(),
        IbanRecognizer(),
        CreditCardRecognizer(),
        PatternRecognizer("ORDER", patterns=[order]),
        PhoneRecognizer(),
    ]

    def one(text: str) -> list[tuple[int, int, str]]:
        found = []
        for recogniser in recognisers:
            found += recogniser.analyze(text, recogniser.supported_entities, None) or []
        kept = EntityRecognizer.remove_duplicates(found)
        return [(hit.start, hit.end, labels[hit.entity_type]) for hit in kept]

    return one_by_one(one)


def python_re() -> Work:
    from functools import cache

    from drafter.pseudonyms import phones, runs
    from drafter.pseudonyms.cards import CARD
    from drafter.pseudonyms.ibans import iban_lengths
    from drafter.pseudonyms.patterns import EMAIL

    def python(pattern: str) -> re.Pattern[str]:
        """A pattern of ours in Python's syntax."""
        pattern = pattern.replace(r"(?-u:\b)", r"\b")
        pattern = re.sub(r"\\[ux]\{([0-9a-f]+)\}", lambda code: chr(int(code[1], 16)), pattern)
        return re.compile(pattern)

    iban_start = re.compile(r"(?i)\b[A-Z]{2}[0-9]{2}[ .\xa0-]?[A-Z0-9]{4}")
    email, order = map(python, (EMAIL, rf"(?i)\b(?:{ORDER_PATTERN})\b"))
    run, extension, card = map(
        python,
        (rf"{runs.OPENING}{runs.RUN}{runs.EXTENSION}?\b", runs.EXTENSION, CARD),
    )
    never = [python(each) for each in (runs.DATE, runs.MACHINE, runs.VERSION, runs.YEARS)]
    amount, in_url = python(phones.AMOUNT), python(phones.IN_URL)
    phone_word, id_word, field = map(python, (phones.PHONE_WORD, phones.ID_WORD, phones.FIELD))
    grouped = python(phones.GROUPED_NORTH_AMERICA)
    trunk = python(phones.GROUPED)
    _, prefix, national = phones.home(HOME)
    national_pattern = python(national)
    lengths = phones.lengths_by_code()

    @cache
    def iban_of(size: int) -> re.Pattern[str]:
        return re.compile(rf"(?:[A-Za-z0-9][ .\xa0-]?){{{size - 1}}}[A-Za-z0-9](?=[^\w-]|-\s|$)")

    def is_iban(text: str) -> bool:
        compact = "".join(filter(str.isalnum, text)).upper()
        return int("".join(str(int(c, 36)) for c in compact[4:] + compact[:4])) % 97 == 1

    def luhn(digits: str) -> bool:
        values = [int(digit) for digit in reversed(digits)]
        return sum(values[0::2] + [sum(divmod(2 * value, 10)) for value in values[1::2]]) % 10 == 0

    def number(found: str, before: str) -> str | None:
        found = extension.sub("", found)
        digits = re.sub("[^0-9]", "", found.replace("(0)", ""))
        if "+" not in found and card.search(digits) and luhn(digits):
            return "CARD"
        abroad = re.match(r"\(?\+|\(?(?:00|011)[ ()./-]*[1-9].*[ ()./-][0-9]", found)
        if abroad:
            full = digits if "+" in found[:2] else re.sub(r"^(?:00|011)", "", digits)
            for size in (1, 2, 3):
                if full[:size] in lengths:
                    if len(full) - size in lengths[full[:size]]:
                        return "PHONE"
                    break
        if any(pattern.search(found) for pattern in never):
            return None
        if amount.search(before) or in_url.search(before):
            return None
        if phone_word.search(before) and 6 <= len(digits) <= 15:
            return "PHONE"
        bare = found.isdigit()
        if id_word.search(before) or (bare and field.search(before)):
            return None
        local = digits.removeprefix(prefix) if prefix else digits
        if national_pattern.search(local) and (len(digits) >= 9 if bare else grouped.search(found)):
            return "PHONE"
        if re.match(r"\(?0[1-9]", found) and trunk.search(found) and 9 <= len(digits) <= 12:
            return "PHONE"
        return None

    def one(text: str) -> list[tuple[int, int, str]]:
        spans = [(hit.start(), hit.end(), "EMAIL") for hit in email.finditer(text)]
        for start in iban_start.finditer(text):
            size = iban_lengths().get(start[0][:2].upper())
            whole = iban_of(size).match(text, start.start()) if size else None
            if whole and is_iban(whole[0]):
                spans.append((whole.start(), whole.end(), "IBAN"))
        spans += [(hit.start(), hit.end(), "ORDER") for hit in order.finditer(text)]
        end = 0
        for hit in run.finditer(text):
            label = number(hit[0], text[max(end, hit.start() - 80) : hit.start()])
            end = hit.end()
            if label:
                spans.append((hit.start(), hit.end(), label))
        return spans

    return one_by_one(one)


def one_by_one(one: Callable[[str], Sequence[tuple[int, int, str]]]) -> Work:
    """Find in one text after the other, and put placeholders where the finds are."""

    def work(texts: list[str]) -> tuple[list[str], Callable[[], Spans]]:
        hidden, found = [], []
        for text in texts:
            numbers: dict[tuple[str, str], int] = {}
            counts: dict[str, int] = {}
            pieces, end, taken = [], 0, set()
            for start, stop, label in sorted(one(text)):
                if start < end:
                    continue
                key = (label, text[start:stop].lower())
                if key not in numbers:
                    numbers[key] = counts[label] = counts.get(label, 0) + 1
                pieces += [text[end:start], f"[{label}_{numbers[key]}]"]
                end = stop
                taken.add((start, stop, label))
            hidden.append("".join([*pieces, text[end:]]))
            found.append(taken)
        return hidden, lambda: found

    return work


SIDES = {"ours": ours, "presidio": presidio, "re": python_re}


def overall(written: list[Letter], found: Spans) -> dict[str, Any]:
    by_label = score(written, found)
    spans = sum(figures["spans"] for figures in by_label.values())
    recalled = sum(figures["spans"] * figures["recall"] for figures in by_label.values())
    return {
        "recall": round(recalled / spans, 5),
        "precision": round(min(figures["precision"] for figures in by_label.values()), 5),
        "by_label": by_label,
    }


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.redaction",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--side", choices=SIDES, required=True)
    parser.add_argument("--rows", type=int, default=ROWS, help=f"letters ({ROWS})")
    arguments = parser.parse_args()
    written = letters(arguments.rows)
    texts = [letter.text for letter in written]
    work = SIDES[arguments.side]()
    work(texts[:50])  # registries are read at first use, on every side
    began, began_cpu = time.perf_counter(), time.process_time()
    _, found = work(texts)
    seconds, cpu_seconds = time.perf_counter() - began, time.process_time() - began_cpu
    told = {
        "side": arguments.side,
        "rows": len(texts),
        "seconds": round(seconds, 4),
        "cpu_seconds": round(cpu_seconds, 4),
        "peak_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1),
        **overall(written, found()),
    }
    print(json.dumps(told))


if __name__ == "__main__":
    main()
