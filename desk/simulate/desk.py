"""The agents' side of the desk's HTTP API: drafts asked for, outcomes told."""

import json
import os
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, TypeVar

from desk.simulate.agents import Agent
from desk.simulate.letters import Letter
from drafter.errors import ReplymillError

# What passes by itself: too many at once, no champion yet.
COME_AGAIN = (429, 503)
One = TypeVar("One")
Found = TypeVar("Found")


class DeskAway(ReplymillError):
    """The desk did not answer as it should."""


@dataclass(frozen=True)
class DeskClient:
    """The desk at `address`. `at_once` agents work side by side, as the desk drafts in batches."""

    address: str
    at_once: int = 8
    patience: float = 300.0

    def version(self) -> str | None:
        """The version that serves; None where none does, or nothing listens."""
        try:
            with urllib.request.urlopen(f"{self.address}/health", timeout=30) as answer:  # noqa: S310
                version: str | None = json.load(answer)["champion"]["version"]
                return version
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            return None

    def wait_for(self, version: str) -> None:
        """Return when `version` serves. Raises DeskAway where that takes too long."""
        end = time.monotonic() + self.patience
        while (serves := self.version()) != version:
            if time.monotonic() > end:
                raise DeskAway(
                    f"{self.address}: version {serves} serves after {self.patience:.0f} s, not "
                    f"{version}: /health says why"
                )
            time.sleep(0.2)

    def drafts(self, letters: Sequence[Letter]) -> list[dict[str, Any]]:
        """A draft for each letter, in their order."""
        return self._side_by_side(lambda letter: self._post("/v1/drafts", ticket(letter)), letters)

    def work(self, letters: Sequence[Letter], on_duty: Callable[[Letter], Agent]) -> list[str]:
        """Have each letter answered by the agent on duty; gives the actions, in their order."""

        def one(letter: Letter) -> str:
            found = self._post("/v1/drafts", ticket(letter))
            agent = on_duty(letter)
            answer = agent.answer(found["draft"], letter)
            told = {"action": answer.action, "sent": answer.sent, "agent": agent.name}
            self._post(
                f"/v1/drafts/{found['id']}/outcome",
                told | {"seconds": answer.seconds},
                key=f"{letter['ticket_id']} answered",
            )
            return answer.action

        return self._side_by_side(one, letters)

    def _side_by_side(self, call: Callable[[One], Found], over: Sequence[One]) -> list[Found]:
        with ThreadPoolExecutor(self.at_once) as pool:
            return list(pool.map(call, over))

    def _post(self, path: str, body: dict[str, Any], key: str | None = None) -> dict[str, Any]:
        headers = {"Content-Type": "application/json"}
        if token := os.environ.get("REPLYMILL_DESK_TOKEN"):
            headers["Authorization"] = f"Bearer {token}"
        if key is not None:
            headers["Idempotency-Key"] = key
        end = time.monotonic() + self.patience
        while True:
            asked = urllib.request.Request(  # noqa: S310
                self.address + path, json.dumps(body).encode(), headers
            )
            try:
                with urllib.request.urlopen(asked, timeout=self.patience) as answer:  # noqa: S310
                    return dict(json.load(answer))
            except urllib.error.HTTPError as error:
                if error.code not in COME_AGAIN or time.monotonic() > end:
                    raise DeskAway(f"{self.address}{path}: {error.code} {_why(error)}") from None
                time.sleep(float(error.headers.get("Retry-After") or 1))


def _why(error: urllib.error.HTTPError) -> str:
    """The desk's own words for a refusal, which quote nothing of a letter."""
    try:
        return str(json.load(error)["detail"])
    except (ValueError, KeyError):
        return error.reason


def ticket(letter: Letter) -> dict[str, Any]:
    """A letter as the API takes it; what a good reply would be stays with the agents."""
    return {
        "external_id": letter["ticket_id"],
        "customer": letter["customer_id"],
        "names": [letter["customer_name"], letter["customer_email"], letter["agent_name"]],
        "at": letter["created_at"],
        "subject": letter["subject"],
        "messages": [{"role": "customer", "text": letter["message"]}],
        "topic": letter["topic"],
        "locale": letter["locale"],
        "channel": letter["channel"],
    }
