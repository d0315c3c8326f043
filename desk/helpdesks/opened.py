"""The helpdesks that params.yaml names, with their secrets from the environment.

REPLYMILL_CHATWOOT_SECRET      of the agent bot: signs its webhook
REPLYMILL_CHATWOOT_BOT_TOKEN   of the agent bot: writes notes
REPLYMILL_CHATWOOT_TOKEN       of an agent: reads conversations, which a bot may not
REPLYMILL_ZENDESK_SECRET       of the webhook: signs it
REPLYMILL_ZENDESK_TOKEN        of the API: reads tickets, writes internal comments
REPLYMILL_WEBHOOK_SECRET       of the generic webhook: signs both ways
"""

import os
from collections.abc import Mapping

from desk.desk import Desk
from desk.helpdesks.chatwoot import Chatwoot
from desk.helpdesks.helpdesk import Helpdesk
from desk.helpdesks.http import Limits
from desk.helpdesks.incoming import Incoming
from desk.helpdesks.params import HelpdeskParams
from desk.helpdesks.webhook import Webhook
from desk.helpdesks.zendesk import Zendesk
from drafter.errors import KeyMissing


def open_incoming(
    desk: Desk, params: HelpdeskParams, environment: Mapping[str, str] = os.environ
) -> Incoming | None:
    """None where no helpdesk is on. Raises KeyMissing where one that is on lacks a secret."""
    opened = open_helpdesks(params, environment)
    return Incoming(desk, opened, params) if opened else None


def open_helpdesks(params: HelpdeskParams, environment: Mapping[str, str]) -> dict[str, Helpdesk]:
    """By name, which is the last part of a webhook's path. Raises KeyMissing."""
    limits = Limits(params.answer_seconds, params.answer_kb)
    opened: dict[str, Helpdesk] = {}
    if params.chatwoot:
        secret, token, bot_token = (
            _secret("chatwoot", f"CHATWOOT_{name}", environment)
            for name in ("SECRET", "TOKEN", "BOT_TOKEN")
        )
        opened["chatwoot"] = Chatwoot(
            params.chatwoot, secret, token, bot_token, limits, params.messages
        )
    if params.zendesk:
        secret, token = (
            _secret("zendesk", f"ZENDESK_{name}", environment) for name in ("SECRET", "TOKEN")
        )
        opened["zendesk"] = Zendesk(params.zendesk, secret, token, limits, params.messages)
    if params.webhook:
        secret = _secret("webhook", "WEBHOOK_SECRET", environment)
        opened["webhook"] = Webhook(params.webhook, secret, limits)
    return opened


def _secret(helpdesk: str, name: str, environment: Mapping[str, str]) -> str:
    variable = f"REPLYMILL_{name}"
    secret = environment.get(variable, "").strip()
    if not secret:
        raise KeyMissing(
            f"{variable} is not set (desk.helpdesks.{helpdesk} in params.yaml is on): export it, "
            f"or set {helpdesk} to null"
        )
    return secret
