"""The registered model, logged from code: the very Drafter that was evaluated.

    model = mlflow.pyfunc.load_model("models:/support-drafter@challenger")
    model.predict([{"subject": "Late parcel", "messages": [{"role": "customer", "text": "…"}]}])

Personal data is hidden before the model sees a ticket and put back into its draft.
"""

from pathlib import Path

import mlflow
import pydantic
from mlflow.pyfunc import PythonModel, PythonModelContext


class Turn(pydantic.BaseModel):
    """One message of the conversation."""

    role: str
    text: str


class Ticket(pydantic.BaseModel):
    """A conversation that waits for a reply."""

    messages: list[Turn]
    subject: str | None = None
    at: str | None = None
    """When the customer wrote, in ISO 8601; the policies in force then apply. Now, unless given."""
    topic: str | None = None
    locale: str | None = None
    channel: str | None = None
    """As in the tickets that it was trained on, where they are known: rules may ask for them."""
    names: list[str] = []
    """People known from elsewhere: the customer, then the agent."""


class Drafted(pydantic.BaseModel):
    """What the agent is shown."""

    text: str
    """Empty where the draft is held back."""
    citations: list[str]
    abstained: bool
    reason: str | None = None
    """Why there is no text: `no_policy`, `guard: RULE`, `failed: …`; none where there is one."""


class DraftModel(PythonModel):
    """Loads the drafter from its folder of safetensors and drafts replies."""

    def load_context(self, context: PythonModelContext) -> None:
        from drafter.live import LiveDrafter

        self.drafter = LiveDrafter.load(Path(context.artifacts["drafter"]))

    def predict(self, model_input: list[Ticket]) -> list[Drafted]:
        drafts = self.drafter.reply([ticket.model_dump() for ticket in model_input])
        return [Drafted(**draft) for draft in drafts]


mlflow.models.set_model(DraftModel())
