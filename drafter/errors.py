"""Every error that Replymill raises on purpose.

An error says what, where, which value, and the remedy; it never holds a ticket's text.

    ReplymillError
     ├── ParamsError         params.yaml: an unknown, missing or impossible value
     ├── BadInput            an export, a policy file or a table that can't be used
     ├── ValidationFailed    a critical expectation was not met
     ├── LeakFound           two splits share what they must not share
     ├── UnsafeModel         a pickle, remote code, or a hash that differs
     ├── ModelUnavailable    a model that can't be loaded from where it should be
     ├── DraftingFailed      a generator that gave no usable answer
     ├── KeyMissing          a key that a hosted model needs and the environment lacks
     ├── CapReached          a call that could cost more than what is left of a run's dollars
     ├── JudgingFailed       a judge that can't be asked any further
     ├── NotForgotten        something is left of a customer who was to be forgotten
     ├── PromotionRefused    a version without the evidence that its alias asks for
     ├── StageFailed         a stage of dvc.yaml that ended with an error
     ├── RepositoryBusy      another DVC process holds a lock: passes by itself
     └── ServersFailed       a server that can't be started, or that died
"""


class ReplymillError(Exception):
    """Root of the tree: the command line prints its message and exits with 1."""


class ParamsError(ReplymillError):
    """A value of params.yaml is unknown, missing or impossible."""


class BadInput(ReplymillError):
    """An export, a policy file or a table that can't be used."""


class ValidationFailed(ReplymillError):
    """A critical expectation was not met."""


class LeakFound(ReplymillError):
    """Two splits share what they must not share."""


class UnsafeModel(ReplymillError):
    """A model that brings a pickle or code of its own, or whose hash differs."""


class ModelUnavailable(ReplymillError):
    """A model that can't be loaded from where params.yaml says it is."""


class DraftingFailed(ReplymillError):
    """A generator that gave no usable answer."""


class KeyMissing(ReplymillError):
    """A hosted model's key is not in the environment; the message names the variable."""


class CapReached(ReplymillError):
    """The next call could cost more than what is left of max_usd; it was not made."""


class JudgingFailed(ReplymillError):
    """A judge that can't be asked any further: no answer comes, or the money is spent."""


class NotForgotten(ReplymillError):
    """Something is left of a customer who was to be forgotten; the message names the places."""


class PromotionRefused(ReplymillError):
    """A version that lacks the evidence which its alias asks for."""


class StageFailed(ReplymillError):
    """A stage of dvc.yaml ended with an error; the message is the stage's own."""


class RepositoryBusy(ReplymillError):
    """Another DVC process holds a lock that this one gave up waiting for."""


class ServersFailed(ReplymillError):
    """A server that `make up` starts can't be started, does not answer, or died."""
