"""From params.yaml to the endpoint that is asked, and to what is asked of it."""

from typing import TYPE_CHECKING

from drafter.drafter import Drafter
from drafter.hosted.endpoint import Endpoint, Request, request_of
from drafter.spec import Spec, prompt_digest
from tasks.candidates import Hosted

if TYPE_CHECKING:
    import polars as pl


def endpoint_of(hosted: Hosted) -> Endpoint:
    """The endpoint of a candidate."""
    return Endpoint(
        provider=hosted.provider,
        model=hosted.model,
        base_url=hosted.base_url,
        key=hosted.key,
        instruction=hosted.instruction,
        max_tokens=hosted.max_tokens,
        settings=hosted.settings,
        timeout=hosted.timeout,
        retries=hosted.retries,
        longest_wait=hosted.longest_wait,
        concurrency=hosted.concurrency,
        give_up_after=hosted.give_up_after,
        batch=hosted.batch,
        usd_per_million=hosted.usd_per_million,
    )


def spec_of(name: str, hosted: Hosted, retrieves: bool) -> Spec:
    """What the drafter is. It serves one ticket at a time, so a batch is none of it."""
    return Spec(
        candidate=name,
        generator=hosted.provider,
        retrieves=retrieves,
        chunks=hosted.chunks,
        max_new_tokens=hosted.max_tokens,
        batch_size=hosted.concurrency,
        prompt=prompt_digest(),
        endpoint=endpoint_of(hosted).as_json() | {"batch": False},
    )


def requests_for(drafter: Drafter, endpoint: Endpoint, tickets: "pl.DataFrame") -> list[Request]:
    """What is asked about each ticket, in their order; two alike have one address."""
    return [request_of(endpoint, drafter.chat(row)) for row in tickets.iter_rows(named=True)]
