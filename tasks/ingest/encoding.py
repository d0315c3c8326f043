"""Any export's bytes as UTF-8, with what can't be decoded left visibly damaged, never guessed.

A byte sequence that the encoding doesn't know becomes the single byte 0x80, which is not UTF-8
anywhere: the cell that holds it then fails to read as text, and its row goes to quarantine.
"""

import codecs
import io
from collections.abc import Iterator
from pathlib import Path

BLOCK = 8 << 20

# What exports that are not Unicode come in, the likelier first.
LEGACY = [
    "cp1252",
    "latin_1",
    "iso8859_15",
    "cp1250",
    "cp1251",
    "koi8_r",
    "cp1253",
    "cp1254",
    "cp1255",
    "cp1256",
    "shift_jis",
    "euc_jp",
    "gb18030",
    "big5",
    "euc_kr",
]
SAMPLE = 64 << 10


def _damaged(error: UnicodeError) -> tuple[str, int]:
    assert isinstance(error, UnicodeDecodeError)
    return "\udc80", error.end


codecs.register_error("replymill_damaged", _damaged)


def detect_encoding(path: Path, unicode_only: bool = False) -> str:
    """The codec of a file, by its byte order mark, else by whether it reads as UTF-8, else guessed.

    `unicode_only` never guesses: JSON is Unicode by its definition.
    A file that is mostly good UTF-8 counts as UTF-8: its damaged rows are then found one by one.
    """
    with path.open("rb") as file:
        head = file.read(SAMPLE)
    for mark, codec in (
        (codecs.BOM_UTF8, "utf-8-sig"),
        (codecs.BOM_UTF32_LE, "utf-32"),
        (codecs.BOM_UTF32_BE, "utf-32"),
        (codecs.BOM_UTF16_LE, "utf-16"),
        (codecs.BOM_UTF16_BE, "utf-16"),
    ):
        if head.startswith(mark):
            return codec
    # Latin text as UTF-16 without a mark has a NUL in every second byte.
    odd, even = head[1::2].count(0), head[0::2].count(0)
    if odd + even > len(head) // 4:
        return "utf-16-le" if odd > even else "utf-16-be"
    if unicode_only:
        return "utf-8"
    good, bad = _utf8_evidence(path)
    return "utf-8" if bad == 0 or good >= bad else _legacy(path)


def _utf8_evidence(path: Path) -> tuple[int, int]:
    """How many characters beyond ASCII a file holds as good UTF-8, and how many bad sequences."""
    decoder = codecs.getincrementaldecoder("utf-8")("replymill_damaged")
    good = bad = 0
    with path.open("rb") as file:
        while block := file.read(BLOCK):
            if block.isascii() and not decoder.getstate()[0]:
                continue
            text = decoder.decode(block)
            damaged = text.count("\udc80")
            bad += damaged
            good += len(text) - damaged - len(text.encode("ascii", "ignore"))
    return good, bad + decoder.decode(b"", final=True).count("\udc80")


def _legacy(path: Path) -> str:
    from charset_normalizer import from_bytes

    sample = bytearray()
    with path.open("rb") as file:
        for line in file:
            if not line.isascii():
                sample += line[:SAMPLE]
            if len(sample) >= SAMPLE:
                break
    best = from_bytes(bytes(sample), cp_isolation=LEGACY).best()
    return best.encoding if best else "cp1252"


def utf8_blocks(path: Path, encoding: str) -> Iterator[bytes]:
    """The file as blocks of UTF-8 of about BLOCK bytes, without a byte order mark.

    A block may end within a character. Raises LookupError where Python knows no such codec.
    """
    codec = codecs.lookup(encoding).name
    with path.open("rb") as file:
        if codec in ("utf-8", "utf-8-sig", "ascii"):
            if file.read(3) != codecs.BOM_UTF8:
                file.seek(0)
            while block := file.read(BLOCK):
                yield block
            return
        text = io.TextIOWrapper(file, encoding, errors="replymill_damaged", newline="")
        chunk = text.read(BLOCK).removeprefix("\ufeff")
        while chunk:
            yield chunk.encode("utf-8", "surrogateescape")
            chunk = text.read(BLOCK)
