"""The one call to a judge: MLflow's `make_judge`, at any OpenAI-compatible or Anthropic endpoint.

MLflow reaches both with its own HTTP adapters and without litellm: `openai:/NAME` or
`anthropic:/NAME`, with `base_url` as the full address that is posted to. It tries ten times after
429, 5xx and lost connections, waiting 1, 2, 4, ... 30 s. It checks no answer against the form that
was asked for, so that is done here. Another caller needs one method: `Judge`.
"""

import os
from dataclasses import asdict, dataclass
from typing import Any, Literal, Protocol

from drafter.errors import ParamsError
from tasks.judge.params import JudgeParams

FIRST, SECOND, TIE = "first", "second", "tie"
KEYS = {"openai": "OPENAI_API_KEY", "anthropic": "ANTHROPIC_API_KEY"}
ADDRESSES = {"openai": "/chat/completions", "anthropic": "/v1/messages"}

INSTRUCTIONS = """\
Compare two replies that a support agent could send. {{ inputs }} holds the customer's message and \
the policy in force; {{ outputs }} holds the replies `first` and `second`. The better one answers \
what was asked, says nothing that policy or message don't hold, and is polite. Which of them \
stands first was drawn by lot and says nothing; neither does length. Answer `first`, `second`, or \
`tie` where neither is better"""

# MLflow's own words around ours, in bytes, at the most: its system prompt and the answer's schema.
AROUND = 4000


@dataclass(frozen=True)
class Question:
    """What a judge is shown: a message, the policy in force, and two replies in this order."""

    message: str
    policy: tuple[str, ...]
    first: str
    second: str

    @property
    def size(self) -> int:
        """No fewer than the tokens it takes: a token is a byte at least."""
        texts = (self.message, *self.policy, self.first, self.second)
        # JSON may write a line break or a quote as two
        return AROUND + len(INSTRUCTIONS.encode()) + 2 * sum(len(text.encode()) for text in texts)


@dataclass(frozen=True)
class Answer:
    """`verdict` is first, second or tie; None where `failed` says why there is none.

    `unreadable: …` is an answer in another form than was asked for, and paid; `lost: …` is none.
    """

    verdict: str | None
    failed: str | None = None
    rationale: str = ""
    tokens_in: int | None = None
    tokens_out: int | None = None

    @property
    def lost(self) -> bool:
        return bool(self.failed and self.failed.startswith("lost"))

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


class Judge(Protocol):
    """Says which of two replies is better."""

    def ask(self, question: Question) -> Answer: ...


def require_key(params: JudgeParams) -> None:
    """Raises ParamsError, before any work, where the environment holds no key."""
    name = KEYS[params.provider]
    if not os.environ.get(name):
        raise ParamsError(
            f"params.yaml judge asks {params.provider}:/{params.model}, and the environment has no "
            f"{name}: set it (to any word where the endpoint asks for none), or set `judge: null`"
        )


class MlflowJudge:
    """MLflow's judge at the endpoint that params.yaml names."""

    def __init__(self, params: JudgeParams) -> None:
        require_key(params)
        from mlflow.environment_variables import MLFLOW_GATEWAY_ROUTE_TIMEOUT_SECONDS
        from mlflow.genai.judges import make_judge

        MLFLOW_GATEWAY_ROUTE_TIMEOUT_SECONDS.set(params.timeout_seconds)
        address = None
        if params.base_url:
            address = params.base_url.rstrip("/") + ADDRESSES[params.provider]
        self.judge = make_judge(
            name="better_reply",
            instructions=INSTRUCTIONS,
            model=f"{params.provider}:/{params.model}",
            feedback_value_type=Literal["first", "second", "tie"],
            inference_params={"temperature": params.temperature, "max_tokens": params.max_tokens},
            base_url=address,
            generate_rationale_first=True,
        )

    def ask(self, question: Question) -> Answer:
        from mlflow.exceptions import MlflowException

        try:
            found: Any = self.judge(
                inputs={"message": question.message, "policy": list(question.policy)},
                outputs={"first": question.first, "second": question.second},
            )
        except MlflowException as error:
            text = str(error)
            # what MLflow says of an answer that is no JSON; the rest of its message is the answer
            if "Failed to parse response from judge model" in text:
                return Answer(None, "unreadable: no JSON")
            return Answer(None, f"lost: {text.splitlines()[0][:200]}")
        except (KeyError, TypeError, AttributeError, ValueError) as error:
            # MLflow reads `result` from whatever JSON it was given
            return Answer(None, f"unreadable: {type(error).__name__} in its JSON")
        tokens = found.metadata or {}
        spent = [tokens.get(f"mlflow.assessment.judge{side}Tokens") for side in ("Input", "Output")]
        counted: Any = [None if count is None else int(count) for count in spent]
        if found.value not in (FIRST, SECOND, TIE):
            return Answer(None, "unreadable: none of first, second, tie", "", *counted)
        return Answer(str(found.value), None, str(found.rationale or ""), *counted)
