"""What stands under a message: a signature, the name of a telephone, a polite closing.

None of it is removed down to nothing. A closing is known in the languages listed here.
"""

import re

LINES = 6  # of a closing with what follows it; a block under "-- " may have twice as many

_DASHES = re.compile(r"^(?:-- ?|\u2014|\u2013{1,2})$")
_DEVICE_WORDS = (
    "Sent (?:from|via|with|using)|Get Outlook for|Gesendet (?:von|mit)|Von meinem|"
    "Envoyé (?:de|depuis|à partir)|Enviado (?:desde|de|do)|Inviato da|Odesláno ze?|"
    "Verzonden (?:vanaf|met|via)|Wysłan[eo] z|Skickat från|Sendt fra"
)
_DEVICE = re.compile(rf"^(?:{_DEVICE_WORDS})\b.{{2,60}}$", re.I)
_CLOSINGS = (
    # English
    "(?:with )?(?:my )?(?:best|kind|kindest|warm|warmest)(?: (?:regards|wishes))?|"
    "(?:with )?regards|(?:yours )?(?:sincerely|faithfully|truly)|yours|respectfully|cheers|"
    "(?:many |with )?thanks(?: (?:again|in advance|so much|a lot))?|thx|greetings|"
    "thank you(?: (?:very|so) much)?(?: in advance)?|looking forward to your reply|"
    # German, French, Spanish
    "(?:mit )?(?:freundlichen?|besten?|viele|liebe|herzliche) grüßen?|mfg|lg|"
    "vielen dank(?: im voraus)?|danke|(?:bien )?cordialement|bien à vous|"
    "salutations(?: distinguées)?|merci(?: d'avance| beaucoup)?|un saludo|"
    "saludos(?: cordiales)?|atentamente|(?:muchas )?gracias(?: de antemano)?|"
    # Italian, Dutch, Portuguese, Czech, Polish, Swedish
    "(?:cordiali |distinti )?saluti|cordialmente|grazie(?: mille| in anticipo)?|"
    "met vriendelijke groeten?|groeten?|mvg|(?:alvast )?bedankt|atenciosamente|"
    "(?:muito )?obrigad[oa]|s pozdravem|děkuji|pozdrawiam|dziękuję|"
    "(?:med )?vänliga? hälsningar|tack"
)
_CLOSING = re.compile(rf"^(?:{_CLOSINGS})\s*[,.!:\u2013-]*$", re.I)
# "Thanks! Eric", where the last line ends with one to three words that can only be a name
_CLOSING_NAME = re.compile(
    rf"(?:^|(?<=[.?!]\s))(?i:{_CLOSINGS})\s*[,.!\u2013-]+\s*"
    r"[A-ZÀ-ÖØ-Þ][\w'.-]*(?: [A-ZÀ-ÖØ-Þ][\w'.-]*){0,2}$"
)
_SENTENCE = re.compile(r"[?;]|[.!]\s+\S|\w[.!]$")

# What a text, or the end of it, must hold for a function below to change it (Rust syntax).
MAYBE_SIGNATURE = rf"(?im)^(?:-- ?|\u2014|\u2013{{1,2}})$|^(?:{_DEVICE_WORDS})\b"
MAYBE_CLOSING = rf"(?im)(?:^|[.?!]\s)(?:{_CLOSINGS})\s*(?:[,.!:\u2013-]|$)"
END = 400  # characters of a text in which a closing is looked for


def without_signature(text: str) -> str:
    """`text` without what stands below "-- ", and without "Sent from my phone" at the end."""
    lines = text.split("\n")
    for place, line in enumerate(lines):
        if _DASHES.match(line) and place > 0 and _is_block(lines[place + 1 :]):
            lines = lines[:place]
            break
    return _joined(_without_device(lines)) or text


def without_closing(text: str) -> str:
    """`text` without "Best regards, NAME" and the few lines under it."""
    lines = text.split("\n")
    for place in range(max(1, len(lines) - LINES), len(lines)):
        if _CLOSING.match(lines[place]) and _only_names(lines[place + 1 :]):
            lines = _without_device(lines[:place])
            break
    if lines:
        lines[-1] = _CLOSING_NAME.sub("", lines[-1]).rstrip()
    return _joined(lines) or text


def _joined(lines: list[str]) -> str:
    return "\n".join(lines).strip("\n")


def _without_device(lines: list[str]) -> list[str]:
    """Take off empty lines and "Sent from ..." at the end."""
    while lines and (not lines[-1] or _DEVICE.match(lines[-1])):
        lines = lines[:-1]
    return lines


def _is_block(lines: list[str]) -> bool:
    """Whether what follows "--" is a signature and not the rest of a letter: few sentences."""
    said = [line for line in lines if line]
    sentences = sum(bool(_SENTENCE.search(line)) for line in said)
    return len(lines) <= 2 * LINES and 2 * sentences <= len(said)


def _only_names(lines: list[str]) -> bool:
    """Whether what follows a closing is a signature: short lines that are no sentences."""
    return all(len(line) <= 60 and not _SENTENCE.search(line) for line in lines if line)
