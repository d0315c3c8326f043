"""Who signed a webhook, and when: compared in constant time, refused after five minutes."""

import base64
import hashlib
import hmac
import json
import re
from datetime import datetime
from typing import Any

from desk.errors import BadDelivery, BadSignature

SECONDS_FRESH = 300
# what ids of deliveries, conversations and messages are made of: they go into paths and logs
ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:-]{0,127}")
NUMBER = re.compile(r"[1-9][0-9]{0,18}")


def sha256_hex(secret: str, signed: bytes) -> str:
    return hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()


def sha256_base64(secret: str, signed: bytes) -> str:
    return base64.b64encode(hmac.digest(secret.encode(), signed, hashlib.sha256)).decode()


def check(theirs: str, ours: str, at: float | None, now: float) -> None:
    """Raises BadSignature; the signature first, so that nobody learns of the clock without it."""
    if not hmac.compare_digest(theirs.encode(), ours.encode()):
        raise BadSignature("the signature is not of this webhook's secret")
    if at is None or abs(now - at) > SECONDS_FRESH:
        raise BadSignature(f"the delivery is not of the last {SECONDS_FRESH} seconds")


def unix_seconds(written: str) -> float | None:
    return float(written) if re.fullmatch(r"[0-9]{1,12}", written) else None


def iso_seconds(written: str) -> float | None:
    try:
        at = datetime.fromisoformat(written)
    except ValueError:
        return None
    return at.timestamp() if at.tzinfo else None


def json_object(body: bytes) -> dict[str, Any]:
    """Raises BadDelivery where it is none."""
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        value = None
    if not isinstance(value, dict):
        raise BadDelivery("the body is no JSON object")
    return value


def number(value: object, what: str) -> str:
    """An id that is a whole number, or the digits of one, for a path. Raises BadDelivery."""
    written = "" if isinstance(value, bool) else str(value)
    if not NUMBER.fullmatch(written):
        raise BadDelivery(f"{what} is missing, or is no whole number")
    return written
