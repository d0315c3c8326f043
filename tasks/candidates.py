"""Who competes, as params.yaml names them; read by draft, ask, evaluate and register."""

from collections.abc import Iterable, Mapping
from typing import Any, Literal

from pydantic import Field, ValidationInfo, field_validator

from drafter.errors import ParamsError
from drafter.section import Section


class Candidate(Section):
    """One way to draft a reply."""

    generator: Literal["nearest", "local"]
    """`nearest` copies the reply to the most similar past ticket, `local` writes with a model."""

    model: str = Field(min_length=1)
    """The index for `nearest`; for `local` the base, or an adapter over it."""

    tickets: str = Field(min_length=1)
    """The holdout that it sees; it retrieves where this table carries policy clauses."""


# Fields of a request that may stand in `settings`: none of them makes a call dearer than its cap
# says, as several choices, tools or a faster tier would.
SETTINGS = {
    "anthropic": {"output_config", "stop_sequences", "temperature", "thinking", "top_k", "top_p"},
    "openai": {"frequency_penalty", "presence_penalty", "reasoning_effort", "seed", "stop",
               "temperature", "top_p", "verbosity"},
}  # fmt: skip


class Hosted(Section):
    """A model that others host, asked for a reply; docs/hosted.md."""

    provider: Literal["anthropic", "openai"]
    """Whose protocol the server speaks; `openai` is spoken by many: vLLM, Ollama, gateways."""

    model: str = Field(min_length=1)
    """As the provider names it."""

    base_url: str | None
    """Where it is asked; null: the provider's own address."""

    key: str | None
    """The environment variable that holds the key, never the key; null: none is asked for."""

    tickets: str = Field(min_length=1)
    """The holdout that it sees; it retrieves where this table carries policy clauses."""

    chunks: int = Field(ge=1)
    """Policy clauses in the prompt, at most, where it retrieves."""

    instruction: str | None
    """What it is told before the policy; a fine-tuned model has learned it, this one has not."""

    max_tokens: int = Field(ge=1)
    """Of one answer, its thinking included; an answer that reaches it has failed."""

    settings: dict[str, Any]
    """Further fields of a request, by the provider's names: {reasoning_effort: none}."""

    max_usd: float = Field(ge=0)
    """A run stops before a call that could spend more than this, at worst."""

    usd_per_million: tuple[float, float] | None
    """[tokens in, tokens out], for a base_url or a model that the price table lacks."""

    batch: bool
    """By the provider's batches: half the price, and answers within a day."""

    seconds_between_looks: float = Field(gt=0)
    """At a batch that is under way."""

    concurrency: int = Field(ge=1)
    """Calls at once."""

    timeout: float = Field(gt=0)
    """Seconds for one whole answer."""

    retries: int = Field(ge=0)
    """Further tries of a call that failed by what passes: a rate limit, a timeout, a cut."""

    longest_wait: float = Field(ge=0)
    """Seconds before a further try, at most; who asks for more is not tried again."""

    give_up_after: int = Field(ge=1)
    """So many calls in a row without an answer end the run: the provider is away."""

    @field_validator("settings")
    @classmethod
    def _settings_are_known(cls, value: dict[str, Any], info: ValidationInfo) -> dict[str, Any]:
        known = SETTINGS.get(info.data.get("provider", ""), set(value))
        unknown = sorted(set(value) - known)
        if unknown:
            raise ValueError(
                f"{', '.join(unknown)} can't be set; there are {', '.join(sorted(known))}"
            )
        return value


def named(candidates: dict[str, Candidate], name: str) -> Candidate:
    """The candidate of that name. Raises ParamsError with the names that there are."""
    _there(candidates, name, "candidates")
    return candidates[name]


def hosted_named(hosted: dict[str, Hosted], name: str) -> Hosted:
    """The hosted candidate of that name. Raises ParamsError with the names that there are."""
    _there(hosted, name, "hosted")
    return hosted[name]


def all_names(candidates: Iterable[str], hosted: Iterable[str]) -> list[str]:
    """Everyone who competes. Raises ParamsError where two have one name."""
    names = [*candidates, *hosted]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise ParamsError(
            f"params.yaml: {', '.join(twice)} stands in candidates and in hosted: rename one"
        )
    return names


def _there(section: Mapping[str, Any], name: str, what: str) -> None:
    if name not in section:
        raise ParamsError(
            f"params.yaml: {what} has no {name!r}; there are {', '.join(section) or 'none'}"
        )
