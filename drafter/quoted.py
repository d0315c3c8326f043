"""What a mail program or a habit adds to a message: quoted history and signatures.

    It is still broken.                           It is still broken.
    On 3 May 2026, Shop <help@x.example> wrote:
    > Have you tried to ...

Neither is ever removed down to nothing: who forwards a mail without a word means the mail.
Limits: an answer written between quoted lines keeps its words and loses what they answer; a closing
is known in the languages listed below.
"""

import re

# "On <date>, <who> wrote:" and its like. Gmail breaks it over two lines.
_WROTE = (
    r"wrote|writes|said|schrieb|schreibt|a écrit|escribió|escribio|ha scritto|scrisse|scriveva|schreef|"
    r"escreveu|napsala?(?:\(a\))?|napisała?(?:\(a\))?|skrev|kirjoitti|írta|написала?|пишет|ha escrit"
)
_ATTRIBUTION = re.compile(
    rf"^(?=.*[0-9@])(?:On|Am|Le|El|Il|Op|Em|Dne|W dniu|Den|På|Den)\b.{{4,300}}?\b(?:{_WROTE})\b.{{0,80}}?:\s*$",
    re.I,
)
_SAID = re.compile(rf"^.{{1,120}}\b(?:{_WROTE})\s*[.:…]*\s*$", re.I)
_ORIGINAL = re.compile(
    r"^[\s>]*-{2,}\s*(?:Original (?:Message|Appointment)|Forwarded (?:message|by .*)|Ursprüngliche Nachricht|"
    r"Weitergeleitete Nachricht|Message d'origine|Message transféré|Mensaje original|Mensaje reenviado|"
    r"Messaggio originale|Messaggio inoltrato|Oorspronkelijk bericht|Doorgestuurd bericht|"
    r"Mensagem original|Mensagem encaminhada|Původní zpráva|Oryginalna wiadomość|"
    r"Ursprungligt meddelande)\s*-{2,}\s*$|^\s*Begin forwarded message:\s*$",
    re.I,
)
_FROM = re.compile(r"^\W{0,3}(?:From|Von|De|Da|Van|Od|Från|Fra)\W{0,3}:\W{0,2}\s\S", re.I)
_HEADER = re.compile(
    r"^\W{0,3}(?:Sent|Date|To|Cc|Subject|Reply-To|Gesendet|Datum|An|Betreff|Envoyé|À|Objet|"
    r"Enviado(?: el)?|Fecha|Para|Asunto|Inviato|Data|A|Oggetto|Verzonden|Aan|Onderwerp|Enviada(?: em)?|"
    r"Assunto|Odesláno|Komu|Předmět|Wysłano|Do|Temat|Skickat|Till|Ämne)\W{0,3}:",
    re.I,
)
_RULE = re.compile(r"^_{10,}$")

# What a text must hold for `without_history` to change it; cheap for Polars.
MAYBE_HISTORY = (
    rf"(?im)^>|(?:{_WROTE})\b.{{0,80}}$|^\s*-{{2,}}\s*\S.*-{{2,}}\s*$|^\s*begin forwarded|"
    r"^\W{0,3}(?:From|Von|De|Da|Van|Od|Från|Fra)\W{0,3}:"
)

_DASHES = re.compile(r"^(?:--|—|––)$")
_DEVICE = re.compile(
    r"^(?:Sent (?:from|via|with|using)|Get Outlook for|Gesendet (?:von|mit)|Von meinem .* gesendet|"
    r"Envoyé (?:de|depuis|à partir)|Enviado (?:desde|de|do)|Inviato da|Verzonden (?:vanaf|met|via)|"
    r"Odesláno (?:z|ze)|Wysłane z|Wysłano z|Skickat från|Sendt fra|Lähetetty)\b.{2,60}$",
    re.I,
)
_CLOSING_WORDS = (
    r"(?:(?:with |many |my )?(?:best|kind|kindest|warm|warmest)(?: (?:regards|wishes))?|"
    r"(?:with )?regards|(?:yours )?(?:sincerely|faithfully|truly)|yours|respectfully|cheers|greetings|"
    r"(?:many |with )?thanks(?: (?:again|in advance|so much|a lot))?|thank you(?: (?:very|so) much)?"
    r"(?: in advance)?|thx|"
    r"(?:mit )?(?:freundlichen|freundliche|besten|beste|viele|liebe|herzliche) grüßen?|mfg|lg|"
    r"vielen dank(?: im voraus)?|danke|"
    r"(?:bien )?cordialement|bien à vous|salutations(?: distinguées)?|merci(?: d'avance| beaucoup)?|"
    r"(?:un )?saludos?(?: cordiales)?|atentamente|(?:muchas )?gracias(?: de antemano)?|"
    r"(?:cordiali |distinti )?saluti|cordialmente|grazie(?: mille| in anticipo)?|"
    r"met vriendelijke groeten?|groeten?|mvg|(?:alvast )?bedankt|"
    r"atenciosamente|(?:muito )?obrigad[oa]|s pozdravem|děkuji|pozdrawiam|dziękuję|"
    r"(?:med )?v[äe]nliga? hälsningar|tack)"
)
_CLOSING = re.compile(rf"^{_CLOSING_WORDS}\s*[,.!:–-]*$", re.I)
# "Thanks! Eric": on the last line, with one to three capitalised words that can only be a name
_CLOSING_NAME = re.compile(
    rf"(?:^|(?<=[.?!]\s))(?i:{_CLOSING_WORDS})\s*[,.!–-]+\s*"
    r"(?:\[NAME_[0-9]+\]|[A-ZÀ-ÖØ-Þ][\w'.-]*)(?: [A-ZÀ-ÖØ-Þ][\w'.-]*){0,2}\s*$"
)
_SENTENCE = re.compile(r"[?;]|[.!]\s+\S|\w[.!]$")
LINES_OF_A_SIGNATURE = 6

# The same for `without_signature` and `without_closing`.
MAYBE_SIGNATURE = (
    r"(?im)^(?:--|—|––)$|^(?:Sent|Get Outlook|Gesendet|Von meinem|Envoyé|Enviado|Inviato|"
    r"Verzonden|Odesláno|Wysłan[eo]|Skickat|Sendt|Lähetetty)\b"
)
MAYBE_CLOSING = (
    rf"(?i)\n{_CLOSING_WORDS}\s*[,.!:–-]*(?:\n[^\n]{{0,60}}){{0,6}}$|"
    rf"(?:^|\n|[.?!]\s){_CLOSING_WORDS}\s*[,.!–-]+[^\n]{{1,80}}$"
)


def without_history(text: str) -> str:
    """`text` (lines already stripped) without quoted lines and without the mail it answers."""
    lines = text.split("\n")
    kept: list[str] = []
    place = 0
    while place < len(lines):
        line = lines[place]
        if line.startswith(">"):
            place += 1
            continue
        if _starts_history(lines, place):
            break
        size = _attribution(lines, place)
        if size:
            following = _next_line(lines, place + size)
            if following < len(lines) and lines[following].startswith(">"):
                place = following
                continue
            if _ATTRIBUTION.match(" ".join(lines[place : place + size])):
                break
        kept.append(line)
        place += 1
    while kept and (not kept[-1] or _RULE.match(kept[-1])):
        kept.pop()
    result = "\n".join(kept).strip("\n")
    return result if result.strip() else text


def _starts_history(lines: list[str], place: int) -> bool:
    """Whether line `place` begins a quoted mail that is not marked by ">"."""
    if _ORIGINAL.match(lines[place]):
        return True
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


def without_signature(text: str) -> str:
    """`text` without what stands below "-- ", and without "Sent from my phone" at the end."""
    lines = text.split("\n")
    for place, line in enumerate(lines):
        if _DASHES.match(line) and place > 0 and len(lines) - place <= 2 * LINES_OF_A_SIGNATURE:
            lines = lines[:place]
            break
    return "\n".join(_without_device(lines)) or text


def without_closing(text: str) -> str:
    """`text` without "Best regards, NAME" and the few lines under it."""
    lines = text.split("\n")
    for place in range(max(1, len(lines) - LINES_OF_A_SIGNATURE), len(lines)):
        if _CLOSING.match(lines[place]) and _only_names(lines[place + 1 :]):
            lines = _without_device(lines[:place])
            break
    if lines:
        lines[-1] = _CLOSING_NAME.sub("", lines[-1]).rstrip()
    return "\n".join(lines).strip("\n") or text


def _without_device(lines: list[str]) -> list[str]:
    """Take off empty lines and "Sent from ..." at the end."""
    while lines and (not lines[-1] or _DEVICE.match(lines[-1])):
        lines = lines[:-1]
    return lines


def _only_names(lines: list[str]) -> bool:
    """Whether what follows a closing is a signature: short lines that are no sentences."""
    return all(len(line) <= 60 and not _SENTENCE.search(line) for line in lines if line)
