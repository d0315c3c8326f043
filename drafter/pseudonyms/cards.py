"""Payment cards: an issuer's prefix, its length, and Luhn's check digit."""

import polars as pl

CARD = (
    r"^(?:4[0-9]{12}(?:[0-9]{3}){0,2}"  # Visa
    r"|(?:5[0-9]|2[2-7])[0-9]{14}"  # Mastercard, Mir, Maestro of 16
    r"|3[47][0-9]{13}"  # American Express
    r"|3(?:[0689])[0-9]{12}(?:[0-9]{2}){0,1}"  # Diners
    r"|35[0-9]{14}"  # JCB
    r"|6[0-9]{14,18}"  # Discover, UnionPay, Maestro
    r")$"
)


def with_cards(table: pl.DataFrame) -> pl.DataFrame:
    """Add `is_card`."""
    alike = pl.col("digits").str.contains(CARD) & ~pl.col("found").str.contains("+", literal=True)
    digits = table.filter(alike)["digits"]
    cards = digits.filter(luhn(digits)).unique()
    return table.with_columns(is_card=alike & pl.col("digits").is_in(cards.implode()))


def luhn(digits: pl.Series) -> pl.Series:
    """Whether each string of digits (19 at most) has Luhn's check digit."""
    import numpy as np

    fits = digits.str.len_bytes() <= 19
    padded = pl.select(pl.when(fits).then(digits).otherwise(pl.lit("1"))).to_series()
    text = padded.str.pad_start(19, "0").str.join("").item()
    table = np.frombuffer(text.encode(), dtype=np.uint8).reshape(-1, 19) - ord("0")
    doubled = table[:, 1::2] * 2  # every second digit from the right, check digit not counted
    total = table[:, 0::2].sum(axis=1) + np.where(doubled > 9, doubled - 9, doubled).sum(axis=1)
    return pl.Series("luhn", total % 10 == 0) & fits
