"""How an injection hides its words: by name, what makes coded or unseen text of plain text."""

import base64
import codecs
from collections.abc import Callable
from urllib.parse import quote


def _unseen(text: str, first: int) -> str:
    """Each letter as a character that no font draws."""
    return "".join(chr(first + ord(letter)) for letter in text if ord(letter) < 128)


def _bits(text: str) -> str:
    """Each bit as one of two characters without width."""
    bits = "".join(f"{byte:08b}" for byte in text.encode())
    return bits.translate({ord("0"): "\u200b", ord("1"): "\u2060"})


CODINGS: dict[str, Callable[[str], str]] = {
    "base64": lambda text: base64.b64encode(text.encode()).decode(),
    "rot13": lambda text: codecs.encode(text, "rot13"),
    "hex": lambda text: text.encode().hex(),
    "percent": lambda text: "".join(quote(letter, safe="") for letter in text),
    "leet": lambda text: text.translate(str.maketrans("aeiost", "431057")),
    "reversed": lambda text: text[::-1],
    "entities": lambda text: "".join(f"&#{ord(letter)};" for letter in text),
    "binary": lambda text: " ".join(f"{byte:08b}" for byte in text.encode()),
    "escapes": lambda text: "".join(f"\\u{ord(letter):04x}" for letter in text),
    "tags": lambda text: _unseen(text, 0xE0000),
    "selectors": lambda text: _unseen(text, 0xE0100),
    "zero_width": _bits,
    "rlo": lambda text: f"\u202e{text[::-1]}\u202c",
}
