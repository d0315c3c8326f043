"""What the desk refuses, as drafter.errors has it, with the HTTP status that says so.

DeskRefused (400)
 ├── BadDelivery  (400)   a webhook's body or headers that can't be read
 ├── BadSignature (401)   a webhook that its sender did not sign, or that is stale
 ├── UnknownDraft (404)   no draft of that id
 ├── KeyReused    (409)   an idempotency key that came before with something else
 ├── TooMany      (429)   the queue is full
 └── NoChampion   (503)   no version serves yet
"""

from drafter.errors import ReplymillError


class DeskRefused(ReplymillError):
    """Root of the tree; the message goes to the caller and holds no ticket's text."""

    status = 400


class BadDelivery(DeskRefused):
    """A webhook that is signed, and whose body or headers can't be read."""


class BadSignature(DeskRefused):
    """A webhook that its sender did not sign, or that is stale."""

    status = 401


class UnknownDraft(DeskRefused):
    """No draft of that id."""

    status = 404


class KeyReused(DeskRefused):
    """An idempotency key that came before with something else."""

    status = 409


class TooMany(DeskRefused):
    """More wait than may; it passes by itself."""

    status = 429


class NoChampion(DeskRefused):
    """No version serves yet, and why."""

    status = 503
