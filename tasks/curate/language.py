"""Which language a customer writes, offline (py3langid), with a short cut for plain English.

py3langid reads some 9,000 texts a second. Polars counts English function words at several hundred
thousand: where they are a fifth of the words, nothing else needs to be asked.
"""

from functools import cache
from typing import TYPE_CHECKING

import polars as pl

if TYPE_CHECKING:
    from py3langid.langid import LanguageIdentifier

READ = 400  # characters; more do not change the answer
SURE = 0.6  # py3langid's probability below which the export's locale is believed instead
_ENGLISH = (
    r"(?i)(?-u:\b)(?:the|and|is|are|was|were|you|your|my|it|of|that|this|have|has|had|not|with|for|on|"
    r"when|what|how|but|from|they|can|do|does|if|be|been|would|there|to|i|i'm|i've)(?-u:\b)"
)
SHARE_OF_ENGLISH = 0.2
FEWEST = 4


def languages_of(texts: pl.Series, locales: pl.Series) -> pl.Series:
    """ISO 639-1 codes; where a text is too short to tell, its locale's, else "und"."""
    start = texts.str.slice(0, READ)
    hits = start.str.count_matches(_ENGLISH)
    words = start.str.count_matches(r"\S+").cast(pl.Float64)
    english = (hits >= FEWEST) & (hits >= words * SHARE_OF_ENGLISH)
    result = pl.DataFrame(
        {"english": english, "locale": locales.str.extract(r"^([A-Za-z]{2})(?:[-_]|$)")}
    ).select(pl.when("english").then(pl.lit("en")).otherwise(pl.col("locale").str.to_lowercase()))
    known = result.to_series().fill_null("und")
    rows = (~english).arg_true()
    if not len(rows):
        return known
    told = [
        _language(text, locale)
        for text, locale in zip(start.gather(rows), known.gather(rows), strict=True)
    ]
    return known.scatter(rows, told)


def _language(text: str, otherwise: str) -> str:
    """py3langid's answer where it is sure."""
    language, probability = _identifier().classify(text)
    return language if probability >= SURE else otherwise


@cache
def _identifier() -> "LanguageIdentifier":
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
