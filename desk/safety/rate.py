"""How often one client may call: a bucket of a minute's requests, which refills all the time."""

import math
from collections import OrderedDict
from ipaddress import IPv6Address, ip_address

from desk.errors import TooOften

MOST_CLIENTS = 10_000


class Rate:
    """Buckets by address, in memory; of too many clients, those unheard of for longest go."""

    def __init__(self, per_minute: int, most_clients: int = MOST_CLIENTS) -> None:
        self.per_minute = per_minute
        self.most_clients = most_clients
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def take(self, address: str, now: float) -> None:
        """One request at `now`, a monotonic clock's. Raises TooOften."""
        client = one_client(address)
        left, at = self._buckets.pop(client, (float(self.per_minute), now))
        left = min(self.per_minute, left + (now - at) * self.per_minute / 60)
        self._buckets[client] = (left - 1 if left >= 1 else left, now)
        if len(self._buckets) > self.most_clients:
            self._buckets.popitem(last=False)
        if left < 1:
            wait = math.ceil((1 - left) * 60 / self.per_minute)
            raise TooOften(
                f"more than {self.per_minute:,} requests a minute from one address (params.yaml "
                f"desk.requests_per_minute): come again in {wait} s",
                wait,
            )

    def __len__(self) -> int:
        return len(self._buckets)


def one_client(address: str) -> str:
    """Of IPv6 the first 64 bits: whoever has one such address has all that share them."""
    try:
        found = ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if not isinstance(found, IPv6Address):
        return address
    if found.ipv4_mapped:
        return str(found.ipv4_mapped)
    return found.exploded[:19]
