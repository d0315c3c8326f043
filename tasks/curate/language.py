"""Which language a customer writes, offline.

Function words tell the common languages apart, and Polars counts them in a text faster than
py3langid reads it (a few thousand texts a second). Only where they leave doubt is py3langid asked,
and where that is in doubt too (a text of three words), the export's locale is believed.
"""

from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING

import polars as pl

if TYPE_CHECKING:
    from py3langid.langid import LanguageIdentifier

READ = 400  # characters; more do not change the answer
SURE = 0.6  # py3langid's probability from which it is believed
FEWEST, SHARE = 4, 0.2  # function words that settle a language: so many, and of all words
LEAD = 1.5  # times as many as of the next language
UNKNOWN = "und"

# Words that begin the frequency list of one language and are rare in the others here.
_WORDS = {
    "en": "the and is are was were you your my it of that this have has had not with for on when "
    "what how but from they can does if be been would there to",
    "de": "der die das und ist ich nicht ein eine mit auf zu den dem wie mir mich habe auch wenn "
    "es von für bei kann wird noch aber nach",
    "fr": "le les des et est je une dans pour pas que qui sur avec mon mes il ce vous plus mais "
    "ne du au comme suis ai",
    "es": "el los las y es que no una por para con mi se lo del en pero como más me al cuando "
    "tengo puedo esta",
    "it": "il che di non è ho un una per con mi sono alla della del gli ma più le come si nel "
    "anche questo quando dei posso",
    "nl": "de het een en is niet ik van op met dat mijn te voor er maar als naar ook kan heb zijn "
    "wordt bij deze geen",
    "pt": "o os as e não um uma com meu do da em mas mais por como foi está minha eu ao quando "
    "isso você",
}


def languages_of(texts: pl.Series, locales: pl.Series) -> pl.Series:
    """ISO 639-1 codes, "und" where neither the text nor its locale tells."""
    start = texts.str.slice(0, READ)
    language = _by_words(start, ["en"])
    language = _fill(language, lambda rows: _by_words(start.gather(rows), list(_WORDS)))
    locale = locales.str.extract(r"^([A-Za-z]{2})(?:[-_]|$)").str.to_lowercase().fill_null(UNKNOWN)
    return _fill(language, lambda rows: _by_model(start.gather(rows), locale.gather(rows)))


def _fill(language: pl.Series, tell: Callable[[pl.Series], pl.Series]) -> pl.Series:
    """Ask `tell` about the rows that are still null."""
    rows = language.is_null().arg_true()
    return language.scatter(rows, tell(rows)) if len(rows) else language


def _by_words(texts: pl.Series, languages: list[str]) -> pl.Series:
    """The language with most function words; null where they are few or two languages are close."""
    hits = pl.DataFrame({code: texts.str.count_matches(_pattern(code)) for code in languages})
    table = hits.with_columns(
        most=pl.max_horizontal(languages),
        next=pl.concat_list(languages).list.sort(descending=True).list.get(1, null_on_oob=True),
        words=texts.str.count_matches(r"\S+"),
    )
    settled = (
        (pl.col("most") >= FEWEST)
        & (pl.col("most") >= pl.col("words") * SHARE)
        & (pl.col("most") >= pl.col("next").fill_null(0) * LEAD)
    )
    chain = pl.coalesce(
        pl.when(pl.col(code) == pl.col("most")).then(pl.lit(code)) for code in languages
    )
    return table.select(pl.when(settled).then(chain)).to_series().alias("language")


def _by_model(texts: pl.Series, locales: pl.Series) -> pl.Series:
    """py3langid's answers where it is sure, else the locales'."""
    told = []
    for text, locale in zip(texts, locales, strict=True):
        language, probability = _identifier().classify(text)
        told.append(language if probability >= SURE and language != "zxx" else locale)
    return pl.Series(told, dtype=pl.String)


@cache
def _pattern(code: str) -> str:
    return rf"(?i)\b(?:{'|'.join(_WORDS[code].split())})\b"


@cache
def _identifier() -> "LanguageIdentifier":
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
