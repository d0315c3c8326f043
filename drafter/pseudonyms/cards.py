"""Payment cards: an issuer's prefix, its length, and Luhn's check digit."""

import numpy as np
import numpy.typing as npt
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


def are_cards(digits: pl.Series) -> pl.Series:
    """Whether each string of digits is a card's number."""
    are = digits.str.contains(CARD).to_numpy().copy()
    are[are] = luhn(digits.filter(pl.Series(are)))
    return pl.Series(are)


def luhn(digits: pl.Series) -> npt.NDArray[np.bool_]:
    """Whether each string of digits (19 at most) has Luhn's check digit."""
    text = "".join(digits.str.pad_start(19, "0"))
    table = np.frombuffer(text.encode(), dtype=np.uint8).reshape(-1, 19) - ord("0")
    doubled = table[:, 1::2] * 2  # every second digit from the right, check digit not counted
    total = table[:, 0::2].sum(axis=1) + np.where(doubled > 9, doubled - 9, doubled).sum(axis=1)
    return np.asarray(total % 10 == 0)
