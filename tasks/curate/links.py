"""The links in a reply are what it rests on: they join the citations that the export has."""

import polars as pl

_LINK = r"""(?i)\b(?:https?://|www\.)[^\s<>"'\[\]]+"""
_ENDING = ".,;:!?)'\"*_"
# html_to_text writes a site's own links as "the guide (/en/kb/returns)"
_LOCAL = r"\((/[^\s()\[\]]+)\)"


def with_links_of_reply(tickets: pl.DataFrame) -> pl.DataFrame:
    """`cites` with the URLs of `reply` behind it, each once.

    Runs after personal data became placeholders: an address that holds one cites nothing.
    """
    # pseudonymisation cuts an address where its placeholder begins, and that piece is no address
    whole = pl.col("reply").str.replace_all(r"\S*\[[A-Z]+_[0-9]+\]\S*", " ")
    cites = pl.concat_list(
        pl.col("cites").fill_null([]),
        whole.str.extract_all(_LINK).list.eval(pl.element().str.strip_chars_end(_ENDING)),
        whole.str.extract_all(_LOCAL).list.eval(pl.element().str.strip_chars("()")),
    )
    return tickets.with_columns(cites=cites.list.unique(maintain_order=True))
