"""What the desk takes from the environment: where it listens, what it keeps, whom it asks.

REPLYMILL_DESK_PORT     4400   the desk's API and page
REPLYMILL_DESK_HOST            another address than loopback; asks for a token
REPLYMILL_DESK_TOKEN           what every caller must show as `Authorization: Bearer …`
REPLYMILL_FEEDBACK_URL         the feedback store, as SQLAlchemy writes it; SQLite under var/desk
MLFLOW_TRACKING_URI            the registry; the store under var/mlflow

Secrets of helpdesks: see docs/helpdesks.md.
"""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import ip_address
from pathlib import Path

from desk.errors import BadSetting

LOOPBACK = "127.0.0.1"


@dataclass(frozen=True)
class Settings:
    """Read once, when the desk starts."""

    root: Path
    host: str
    port: int
    token: str | None = field(repr=False)
    feedback_url: str = field(repr=False)
    """May hold a password."""
    tracking_uri: str = field(repr=False)

    @classmethod
    def from_environment(
        cls, root: Path, environment: Mapping[str, str] = os.environ
    ) -> "Settings":
        """Raises BadSetting."""
        var = root.resolve() / "var"
        host = environment.get("REPLYMILL_DESK_HOST") or LOOPBACK
        return cls(
            root=root.resolve(),
            host=host,
            port=_port(environment.get("REPLYMILL_DESK_PORT") or "4400"),
            token=_token(environment.get("REPLYMILL_DESK_TOKEN") or None, host),
            feedback_url=environment.get("REPLYMILL_FEEDBACK_URL")
            or f"sqlite:///{var / 'desk/feedback.db'}",
            tracking_uri=environment.get("MLFLOW_TRACKING_URI")
            or f"sqlite:///{var / 'mlflow/mlflow.db'}",
        )

    @property
    def var(self) -> Path:
        return self.root / "var/desk"

    @property
    def url(self) -> str:
        """Where this machine reaches the desk."""
        everywhere = self.host in ("0.0.0.0", "::")  # noqa: S104
        return f"http://{LOOPBACK if everywhere else self.host}:{self.port}"

    @property
    def webhook_secret(self) -> Path:
        """The file of the secret with which MLflow signs its webhooks."""
        return self.root / "var/run/webhook-secret"


def _token(token: str | None, host: str) -> str | None:
    """Without one, nobody but this machine may call."""
    if token is None and not is_loopback(host):
        raise BadSetting(
            f"REPLYMILL_DESK_TOKEN: not set, while REPLYMILL_DESK_HOST={host} lets other machines "
            "call: set it, as to what `openssl rand -hex 32` prints, or unset REPLYMILL_DESK_HOST"
        )
    if token is not None and not re.fullmatch(r"[!-~]+", token):
        raise BadSetting(
            "REPLYMILL_DESK_TOKEN: holds a space or a letter that no header can carry: set it to "
            "what `openssl rand -hex 32` prints"
        )
    return token


def is_loopback(host: str) -> bool:
    """Whether who listens at `host` hears this machine alone."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host.lower() == "localhost"


def _port(written: str) -> int:
    """0 takes a free one."""
    if not (written.isascii() and written.isdigit() and int(written[:6]) < 65536):
        raise BadSetting(
            f"REPLYMILL_DESK_PORT: {written!r} is no port: set it to a number from 1 to 65535, or "
            "unset it for 4400"
        )
    return int(written)
