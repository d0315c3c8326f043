"""What a call costs: the dated price table of the library genai-prices, or what params.yaml says.

The table comes with the package and is never fetched anew; a price that changed since stands in
params.yaml as `usd_per_million`.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from importlib.metadata import version
from typing import Any

from drafter.errors import ParamsError
from drafter.hosted.answer import Answer
from drafter.hosted.endpoint import Endpoint

PACKAGE = "genai-prices"
MILLION = 1_000_000


@dataclass(frozen=True)
class Prices:
    """The prices of one endpoint. Raises ParamsError where nobody knows them."""

    endpoint: Endpoint

    def __post_init__(self) -> None:
        self.usd(1, 1)

    def usd(self, tokens_in: int, tokens_out: int, cached: int = 0) -> float:
        """US dollars for a call of so many tokens, `cached` of those in read from a cache."""
        own = self.endpoint.usd_per_million
        if own is not None:
            return (tokens_in * own[0] + tokens_out * own[1]) / MILLION
        if self.endpoint.base_url is not None:
            raise ParamsError(
                f"no price table covers {self.endpoint.base_url}: give usd_per_million of the "
                "candidate in params.yaml, as [in, out]; [0, 0] for a machine of your own"
            )
        from genai_prices import Usage, calc_price

        usage = Usage(input_tokens=tokens_in, output_tokens=tokens_out, cache_read_tokens=cached)
        try:
            price = calc_price(
                usage,
                self.endpoint.model,
                provider_id=self.endpoint.provider,
                price_context={"processing": "batch"} if self.endpoint.batch else None,
            )
        except LookupError:
            raise ParamsError(
                f"{PACKAGE} {version(PACKAGE)} knows no price of {self.endpoint.provider}'s "
                f"{self.endpoint.model}: correct the model's name, or give its usd_per_million as "
                "[in, out] in params.yaml"
            ) from None
        return float(price.total_price)

    def of(self, answer: Answer, most: float) -> float:
        """The price of an answer; `most`, the dearest it can be, where it does not count tokens."""
        if answer.tokens_in is None or answer.tokens_out is None:
            return most
        return self.usd(answer.tokens_in, answer.tokens_out, min(answer.cached, answer.tokens_in))

    def evidence(self) -> dict[str, Any]:
        """By what prices a report was made: the table, its date, and dollars per million tokens."""
        small = 1000  # some models cost more from a hundred thousand tokens on
        own = self.endpoint.usd_per_million is not None
        return {
            "table": "params.yaml" if own else f"{PACKAGE} {version(PACKAGE)}",
            "newest_price": None if own else newest_price(),
            "read": datetime.now(UTC).date().isoformat(),
            "usd_per_million_in": round(self.usd(small, 0) * MILLION / small, 6),
            "usd_per_million_out": round(self.usd(0, small) * MILLION / small, 6),
        }


@cache
def newest_price() -> str:
    """The newest date from which a price of the table holds: the table is at least so young."""
    from genai_prices.data_snapshot import get_snapshot

    today = datetime.now(UTC).date()
    dated: list[Any] = []
    for provider in get_snapshot().providers:
        for model in provider.models:
            dated += model.prices if isinstance(model.prices, list) else []
            dated += model.price_variants or []
    starts = [getattr(entry.constraint, "start_date", None) for entry in dated]
    return str(max(start for start in starts if start is not None and start <= today))
