"""The mail that a mail answers, quoted under or above the words that are new.

    It is still broken.                           It is still broken.
    On 3 May 2026, Shop <help@x.example> wrote:
    > Have you tried to ...

It is never removed down to nothing: who forwards a mail without a word of their own means the mail.
Limits: an answer written between quoted lines keeps its words and loses what they answer.
"""

import re

_WROTE = (
    r"wrote|writes|said|schrieb|schreibt|a écrit|escribió|ha escrit|ha scritto|scrisse|scriveva|"
    r"schreef|escreveu|napsala?(?:\(a\))?|napisała?(?:\(a\))?|skrev|kirjoitti|írta|написал|пишет"
)
_ON = "On|Am|Le|El|Il|Op|Em|Dne|W dniu|Den|På"
# "On <date>, <who> wrote:", with a figure or an address in it. Gmail breaks it over two lines.
_ATTRIBUTION = re.compile(rf"^(?=.*[0-9@])(?:{_ON})\b.{{4,300}}\b(?:{_WROTE})\b.{{0,80}}:$", re.I)
# "Jo wrote", as forums say it; only what is marked by ">" may follow.
_SAID = re.compile(rf"^.{{1,120}}\b(?:{_WROTE})\s*[.:…]*$", re.I)

_ORIGINAL = (
    "Original (?:Message|Appointment)|Forwarded (?:message|by .*)|Ursprüngliche Nachricht|"
    "Weitergeleitete Nachricht|Message d'origine|Message transféré|Mensaje original|"
    "Mensaje reenviado|Messaggio originale|Messaggio inoltrato|Oorspronkelijk bericht|"
    "Doorgestuurd bericht|Mensagem original|Mensagem encaminhada|Původní zpráva|"
    "Oryginalna wiadomość|Ursprungligt meddelande"
)
_DIVIDER = re.compile(rf"^-{{2,}}\s*(?:{_ORIGINAL})\s*-{{2,}}$|^Begin forwarded message:$", re.I)

# Outlook's block: From, then at least two of the others within six lines.
_FROM_WORDS = "From|Von|De|Da|Van|Od|Från|Fra"
_FROM = re.compile(rf"^[*_]*(?:{_FROM_WORDS})[*_ ]*:[*_ ]*\S", re.I)
_HEADER_WORDS = (
    "Sent|Date|To|Cc|Subject|Reply-To|Gesendet|Datum|An|Betreff|Envoyé|À|Objet|Enviado(?: el)?|"
    "Fecha|Para|Asunto|Inviato|Data|A|Oggetto|Verzonden|Aan|Onderwerp|Enviada(?: em)?|Assunto|"
    "Odesláno|Komu|Předmět|Wysłano|Do|Temat|Skickat|Till|Ämne"
)
_HEADER = re.compile(rf"^[*_]*(?:{_HEADER_WORDS})[*_ ]*:", re.I)
_RULE = re.compile(r"^_{10,}$")

# What a text must hold for `without_history` to change it (Rust syntax; cheap for Polars).
MAYBE_HISTORY = (
    rf"(?im)^>|{_WROTE}|^-{{2,}}[^\n]+-{{2,}}$|^begin forwarded|^[*_]*(?:{_FROM_WORDS})[*_ ]*:"
)


def without_history(text: str) -> str:
    """`text` (folded: no blanks at a line's ends) without the mail that it answers."""
    lines = text.split("\n")
    kept: list[str] = []
    place = 0
    while place < len(lines):
        line = lines[place]
        if line.startswith(">"):
            place += 1
            continue
        if _DIVIDER.match(line) or _starts_header(lines, place):
            break
        size = _attribution(lines, place)
        if size:
            quoted = _next_line(lines, place + size)
            if quoted < len(lines) and lines[quoted].startswith(">"):
                place = quoted
                continue
            if _ATTRIBUTION.match(" ".join(lines[place : place + size])):
                break  # no mark before what follows: all of it is quoted
        kept.append(line)
        place += 1
    while kept and (not kept[-1] or _RULE.match(kept[-1])):
        kept.pop()
    # what was quoted may have stood between two empty lines
    return re.sub(r"\n{3,}", "\n\n", "\n".join(kept)).strip("\n") or text


def _starts_header(lines: list[str], place: int) -> bool:
    """Whether the header of a quoted mail begins at line `place`."""
    if not _FROM.match(lines[place]):
        return False
    return sum(bool(_HEADER.match(line)) for line in lines[place + 1 : place + 7]) >= 2


def _attribution(lines: list[str], place: int) -> int:
    """How many lines, 0 to 2, say at `place` who wrote what is quoted next."""
    if _SAID.match(lines[place]) or _ATTRIBUTION.match(lines[place]):
        return 1
    two = " ".join(lines[place : place + 2])
    return 2 if place + 1 < len(lines) and _ATTRIBUTION.match(two) else 0


def _next_line(lines: list[str], place: int) -> int:
    """The next line that is not empty, or the end."""
    while place < len(lines) and not lines[place]:
        place += 1
    return place
