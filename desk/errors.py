"""What the desk refuses, as drafter.errors has it, with the HTTP status that says so.

DeskRefused (400)
 ├── UnknownDraft (404)   no draft of that id
 ├── KeyReused    (409)   an idempotency key that came before with something else
 ├── TooMany      (429)   the queue is full
 ├── NoChampion   (503)   no version serves yet
 └── StoreTrouble         the feedback store can't keep what it is given
      ├── StoreAway (503)   it does not answer
      └── StoreFull (507)   its disk is full
StoreTooNew               a store that a newer Replymill has migrated: the desk does not start
"""

from drafter.errors import ReplymillError


class DeskRefused(ReplymillError):
    """Root of the tree; the message goes to the caller and holds no ticket's text."""

    status = 400


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


class StoreTrouble(DeskRefused):
    """The feedback store can't keep what it is given; drafting goes on."""

    status = 503


class StoreAway(StoreTrouble):
    """The feedback store does not answer; it passes by itself."""


class StoreFull(StoreTrouble):
    """The feedback store's disk is full; somebody must make room."""

    status = 507


class StoreTooNew(ReplymillError):
    """A store that a newer Replymill has migrated."""
