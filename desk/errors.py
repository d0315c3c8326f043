"""What the desk can't start with, and what it refuses, with the HTTP status that says so.

CannotListen        the address or port can't be had
BadSetting          a value of the environment that can't be used
DeskRefused (400)
 ├── BadDelivery  (400)   a webhook's body or headers that can't be read
 ├── BadSignature (401)   a webhook that its sender did not sign, or that came before
 ├── NoToken      (401)   the desk's token was not shown
 ├── ForeignHost  (403)   called by a name that isn't the desk's
 ├── ForeignOrigin (403)  a browser calls for somebody else's page
 ├── UnknownDraft (404)   no draft of that id
 ├── UnknownTicket (404)  no ticket of that id
 ├── UnknownModel (404)   a model that isn't the one served here
 ├── Unsupported  (400)   what is asked in OpenAI's form and can't be given
 ├── KeyReused    (409)   an idempotency key that came before with something else
 ├── NoneToAccept (409)   accepted, but there is no draft: it was held back
 ├── TooMany      (429)   the queue is full
 ├── TooOften     (429)   one address calls more often than it may
 ├── HungUp       (499)   who asked has gone; nobody reads it, metrics count it
 ├── NotWritten   (502)   the generator gave nothing
 ├── NoChampion   (503)   no version serves yet
 ├── GoingDown    (503)   the desk is being ended
 ├── TooLate      (504)   no draft in time
 └── StoreTrouble (503)   the feedback store can't keep what it is given
      ├── StoreAway (503)   it does not answer
      ├── StoreFull (507)   its disk is full
      └── StoreTooNew (503)  a newer Replymill has migrated it: the desk does not start on it
"""

from collections.abc import Mapping

from drafter.errors import ReplymillError


class CannotListen(ReplymillError):
    """The address or port can't be had; the process does not start."""


class BadSetting(ReplymillError):
    """A value of the environment that can't be used; the process does not start."""


class DeskRefused(ReplymillError):
    """Root of the tree; the message goes to the caller and holds no ticket's text."""

    status = 400
    headers: Mapping[str, str] = {}
    param: str | None = None
    code: str | None = None


class BadSignature(DeskRefused):
    """A webhook that its sender did not sign, or that is stale or came before."""

    status = 401


class NoToken(DeskRefused):
    """The desk's token was not shown, or another one."""

    status = 401
    headers: Mapping[str, str] = {"WWW-Authenticate": "Bearer"}
    code = "invalid_api_key"


class ForeignHost(DeskRefused):
    """Called by a name that isn't the desk's."""

    status = 403
    code = "foreign_host"


class ForeignOrigin(DeskRefused):
    """A browser calls for somebody else's page."""

    status = 403
    code = "foreign_origin"


class BadDelivery(DeskRefused):
    """A webhook that is signed, and whose body or headers can't be read."""


class UnknownDraft(DeskRefused):
    """No draft of that id."""

    status = 404


class UnknownTicket(DeskRefused):
    """No ticket of that id."""

    status = 404


class UnknownModel(DeskRefused):
    """A model that isn't the one served here."""

    status = 404
    param = "model"
    code = "model_not_found"


class Unsupported(DeskRefused):
    """What is asked in OpenAI's form and can't be given; ignoring it would give something else."""

    code = "unsupported_value"

    def __init__(self, param: str, why: str) -> None:
        super().__init__(f"{param}: {why}")
        self.param = param


class KeyReused(DeskRefused):
    """An idempotency key that came before with something else."""

    status = 409


class NoneToAccept(DeskRefused):
    """Accepted without `sent`, but there is no draft: it was held back."""

    status = 409


class TooMany(DeskRefused):
    """More wait than may; it passes by itself."""

    status = 429


class TooOften(DeskRefused):
    """One address calls more often than it may; it passes in so many seconds."""

    status = 429
    code = "rate_limit_exceeded"

    def __init__(self, told: str, seconds: int) -> None:
        super().__init__(told)
        self.headers = {"Retry-After": str(seconds)}


class HungUp(DeskRefused):
    """Who asked has gone before drafting began. Nobody reads it; metrics count it."""

    status = 499


class NotWritten(DeskRefused):
    """The generator gave nothing; asking again at once would cost as much again."""

    status = 502
    code = "draft_failed"
    # OpenAI's clients ask twice more by themselves unless told not to
    headers: Mapping[str, str] = {"x-should-retry": "false"}


class NoChampion(DeskRefused):
    """No version serves yet, and why."""

    status = 503


class GoingDown(DeskRefused):
    """The desk is being ended: what it has begun is answered, what comes now is not."""

    status = 503


class TooLate(DeskRefused):
    """No draft in time; the ticket is not waited for any longer."""

    status = 504
    headers: Mapping[str, str] = {"x-should-retry": "false"}


class StoreTrouble(DeskRefused):
    """The feedback store can't keep what it is given; drafting goes on."""

    status = 503


class StoreAway(StoreTrouble):
    """The feedback store does not answer; it passes by itself."""


class StoreFull(StoreTrouble):
    """The feedback store's disk is full; somebody must make room."""

    status = 507


class StoreTooNew(StoreTrouble):
    """A store that a newer Replymill has migrated."""
