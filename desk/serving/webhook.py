"""MLflow's webhook: how its server tells the desk that an alias has moved, and proves who it is.

MLflow signs each delivery by the convention of Standard Webhooks: HMAC-SHA256 over
`ID.TIMESTAMP.BODY`, sent as `X-MLflow-Signature: v1,BASE64`. A delivery is taken once, and while
it is fresh. What it says is believed in no more than this: that there is something to look at.
"""

import base64
import binascii
import hashlib
import hmac
import secrets
import socket
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from desk.errors import BadSignature
from desk.serving.registry import Registry
from drafter.secret_file import secret_in

if TYPE_CHECKING:
    from mlflow.entities.webhook import WebhookEvent, WebhookEventStr

PATH = "/hooks/mlflow"
LOCAL = ("127.0.0.1", "localhost", "::1")
EVENTS: "list[WebhookEventStr | WebhookEvent]" = [
    "model_version_alias.created",
    "model_version_alias.deleted",
    "model_version_tag.set",
    "model_version_tag.deleted",
]
SECONDS_FRESH = 300
SECONDS_BETWEEN_REGISTRATIONS = 300.0


@dataclass(frozen=True)
class Delivery:
    """What a caller sent: three headers, each None where it is missing, and the body."""

    id: str | None
    timestamp: str | None
    signature: str | None
    body: bytes


class Webhook:
    """The desk's webhook at `url`, with the secret in `secret_file`."""

    def __init__(self, url: str, secret_file: Path) -> None:
        self.url = url
        self.state = "not asked for yet"
        self._secret_file = secret_file
        self._seen: dict[str, float] = {}
        self._lock = threading.Lock()
        self._again_at = 0.0

    def verify(self, delivery: Delivery, now: float) -> None:
        """Raises BadSignature where it is not MLflow's, is stale, or came before."""
        if not (delivery.id and delivery.timestamp and delivery.signature):
            raise BadSignature("the delivery lacks MLflow's headers: id, timestamp or signature")
        signed = f"{delivery.id}.{delivery.timestamp}.".encode() + delivery.body
        ours = hmac.digest(self._secret().encode(), signed, hashlib.sha256)
        if not hmac.compare_digest(_decoded(delivery.signature), ours):
            raise BadSignature("the signature is not that of this desk's webhook")
        if not delivery.timestamp.isdecimal() or abs(now - int(delivery.timestamp)) > SECONDS_FRESH:
            raise BadSignature(f"the delivery is not of the last {SECONDS_FRESH} seconds")
        with self._lock:
            fresh = {seen: at for seen, at in self._seen.items() if now - at <= 2 * SECONDS_FRESH}
            if delivery.id in fresh:
                raise BadSignature("the delivery came before")
            self._seen = fresh | {delivery.id: now}

    def keep(self, registry: Registry) -> None:
        """Register it where the registry is a server that can, and see now and then that it stays.

        `state` says what came of it.
        """
        if time.monotonic() < self._again_at:
            return
        self._again_at = time.monotonic() + SECONDS_BETWEEN_REGISTRATIONS
        if not self._reached_by(registry):
            self.state = "none: no MLflow server that reaches this desk; the poll tells"
            return
        try:
            self._register(registry)
            self.state = "registered"
        except Exception as error:  # whatever the client raises: the poll goes on without it
            self.state = f"none: MLflow takes no webhook ({type(error).__name__}); the poll tells"

    def lost(self) -> None:
        """The registry was away: see to the webhook once it is back."""
        self._again_at = 0.0

    def _reached_by(self, registry: Registry) -> bool:
        """Whether the registry is a server, and none elsewhere that would call its own loopback."""
        here = urlsplit(registry.uri).hostname in LOCAL
        return registry.is_server and (here or urlsplit(self.url).hostname not in LOCAL)

    def _register(self, registry: Registry) -> None:
        client = registry.client()
        name, secret = self._name(), self._secret()
        ours = [found for found in client.list_webhooks(100) if found.name == name]
        if ours:
            client.update_webhook(
                ours[0].webhook_id, url=self.url, events=EVENTS, secret=secret, status="ACTIVE"
            )
        else:
            client.create_webhook(name, self.url, EVENTS, secret=secret)

    def _name(self) -> str:
        """The same at each start of this checkout's desk, so that there is one webhook for it."""
        place = f"{socket.gethostname()}:{self._secret_file.resolve()}"
        return f"replymill-desk-{hashlib.sha256(place.encode()).hexdigest()[:12]}"

    def _secret(self) -> str:
        return secret_in(self._secret_file, lambda: secrets.token_urlsafe(32))


def _decoded(signature: str) -> bytes:
    """The bytes of `v1,BASE64`; none where it is something else."""
    version, _, encoded = signature.partition(",")
    try:
        return base64.b64decode(encoded, validate=True) if version == "v1" else b""
    except binascii.Error:
        return b""
