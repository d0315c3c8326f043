"""Whether a browser calls for a page of the desk's own, or for somebody else's.

What browsers say with a request no page can forge. Who says nothing of the kind is no browser, and
can't be made to call by a page.
"""

from starlette.datastructures import Headers

from desk.errors import ForeignOrigin
from desk.safety.hosts import Hosts, Place, place_of

READS = ("GET", "HEAD", "OPTIONS")
OWN = ("same-origin", "none")


def check_origin(method: str, headers: Headers, hosts: Hosts, server: Place | None) -> None:
    """Raises ForeignOrigin.

    Under `Referrer-Policy: no-referrer` a form of our own comes with `Origin: null`, as one from a
    sandbox does; `Sec-Fetch-Site` tells them apart. Browsers leave it out on plain http from
    another machine. A link from elsewhere may read: its page can't.
    """
    site, origin = headers.get("sec-fetch-site"), headers.get("origin")
    if site is not None and site not in OWN and method not in READS:
        raise ForeignOrigin(
            f"{method}: a page of another site sent this ({_told(site)}): use the desk's own page"
        )
    if origin is None or (origin == "null" and site in OWN):
        return
    scheme, _, rest = origin.partition("://")
    if scheme not in ("http", "https") or not hosts.known(place_of(rest), server):
        shown = origin if place_of(rest) else "null"
        raise ForeignOrigin(
            f"Origin: {shown}: not a page of this desk: use its own, or add the name that people "
            "call it by to desk.hosts in params.yaml"
        )


def _told(site: str) -> str:
    return site if site in ("cross-site", "same-site") else "Sec-Fetch-Site"
