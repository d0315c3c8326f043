"""Who serves: the version that has an alias, loaded and checked before it takes over.

It is looked up every few seconds, and at once when MLflow's webhook says that something moved. All
that takes time happens in a thread of its own; who drafts never waits for it.

The champion goes on serving when its alias or its version is gone, for somebody must. A challenger
stands beside a champion and is held to more: it serves while it has its alias, once a champion
serves, and never as the champion's own version, with which there would be nothing to compare.
"""

import sys
import threading
from pathlib import Path
from typing import Any

from desk.errors import NoChampion
from desk.serving.kept import Kept, KeptDrafters
from desk.serving.loading import Loader
from desk.serving.refused import Refused, told
from desk.serving.registry import Registered, Registry
from desk.serving.served import Served
from desk.serving.webhook import Webhook
from drafter.errors import ReplymillError

SECONDS_TO_STOP = 5.0


def _kept(found: Registered) -> Kept:
    return Kept(found.number, found.candidate, found.digest)


class Follower:
    """Follows `alias` in a thread of its own; who asks what serves never waits for it.

    With `beside`, the champion's follower, it is a challenger's. One follower has one `folder`.
    """

    def __init__(
        self,
        registry: Registry,
        model: str,
        alias: str,
        poll_seconds: float,
        folder: Path,
        webhook: Webhook | None = None,
        beside: "Follower | None" = None,
    ) -> None:
        self.webhook = webhook
        self._loader = Loader(registry, KeptDrafters(folder))
        self._registry = registry
        self._model = model
        self._alias = alias
        self._beside = beside
        self._poll = poll_seconds
        self._served: Served | None = None
        self._identity: Kept | None = None
        self._starting = True
        self._loading: str | None = None
        self._refused: Refused | None = None
        self._aliased: str | None = None
        self._same = False
        self._away: str | None = "not asked yet"
        self._look = threading.Event()
        self._again = threading.Event()
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._follow, name=alias, daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """End the thread; one that hangs on a registry that is away isn't waited for."""
        self._ended.set()
        self._look.set()
        self._thread.join(SECONDS_TO_STOP)

    def look(self, again: bool = False) -> None:
        """Look at the alias now; `again` tries what was refused once more."""
        if again:
            self._again.set()
        self._look.set()

    @property
    def served(self) -> Served | None:
        """The version that serves; None where none does."""
        return None if self._is_champion(self._identity) else self._served

    @property
    def loading(self) -> bool:
        """Whether a version is being loaded."""
        return self._loading is not None

    def current(self) -> Served:
        """The version that serves. Raises NoChampion."""
        served = self.served
        if served is None:
            raise NoChampion(self._why())
        return served

    def status(self) -> dict[str, Any]:
        """What `/health` and the page tell of it."""
        served, refused = self.served, self._refused
        starts = self._starting or self._loading
        state = "serving" if served else "loading" if starts else "none"
        if self._same:
            state = "same"
        webhook = {"webhook": self.webhook.state} if self.webhook else {}
        return {
            "model": self._model,
            "state": state,
            "version": served.version if served else None,
            "candidate": served.candidate if served else None,
            "alias": self._aliased,
            "loading": self._loading,
            "refused": {"version": refused.version.number, "why": refused.why} if refused else None,
            "registry": self._away or "answers",
            **webhook,
        }

    def _why(self) -> str:
        refused = self._refused
        if self._loading:
            return f"version {self._loading} is being loaded: ask again in a few seconds"
        if refused:
            return f"version {refused.version.number} is refused: {refused.why}"
        if self._starting:
            return "the desk is just starting: ask again in a few seconds"
        return self._away or (
            f"no version of {self._model} has the alias {self._alias}: give it to one in MLflow, "
            "or run `make release`"
        )

    def _follow(self) -> None:
        if self._beside is None:
            self._start_with_last_good()
        while not self._ended.is_set():
            self._look.clear()
            tried = self._once()
            self._starting = False
            if self._away is None and self.webhook:
                self.webhook.keep(self._registry)
            if not tried:  # else the alias may have moved meanwhile
                self._look.wait(self._poll)

    def _start_with_last_good(self) -> None:
        """Serve what served last, whatever the registry does; it is asked right afterwards."""
        try:
            found = self._loader.last_good()
        except Exception as error:  # a damaged disk, say: the registry has another copy
            self._say(f"what served last can't be loaded: {told(error)}")
            return
        if found:
            self._identity, self._served = found
            self._say(f"version {self._served.version} serves, as it did before")

    def _once(self) -> bool:
        """Look once; gives whether a version was tried."""
        again = self._again.is_set()
        self._again.clear()
        found = self._ask()
        if self._beside is not None and not self._away and not self._may_serve(found):
            return False
        if found is None or self._serves(found):
            self._refused = self._refused if self._away else None
            return False
        if self._refused and self._refused.stands(found) and not again:
            return False
        self._try(found)
        return True

    def _ask(self) -> Registered | None:
        """Who has the alias; None where nobody has, or where the registry is away."""
        try:
            found = self._registry.at(self._model, self._alias)
        except Exception as error:  # whatever the registry's own client raises: it is away
            reason = str(error) if isinstance(error, ReplymillError) else type(error).__name__
            self._away = f"the registry is away ({reason})"
            if self.webhook:
                self.webhook.lost()
            return None
        self._away = None
        self._aliased = found.number if found else None
        return found

    def _serves(self, found: Registered) -> bool:
        """Whether it is `found` that serves: a number is given again where a model was deleted."""
        return self._identity == _kept(found)

    def _is_champion(self, identity: Kept | None) -> bool:
        """Whether that is the version which the champion beside this follower serves."""
        return bool(self._beside and identity and self._beside._identity == identity)

    def _may_serve(self, found: Registered | None) -> bool:
        """A challenger's: whether `found` is one; what no longer is leaves memory at once."""
        assert self._beside is not None
        self._same = found is not None and self._is_champion(_kept(found))
        if found is None or self._same or not self._serves(found):
            self._identity = self._served = None
        if found is None or self._same:
            self._refused = None
        return found is not None and not self._same and self._beside.served is not None

    def _try(self, found: Registered) -> None:
        """Load `found` while the old one serves; take it, or keep the reason why not."""
        self._loading = found.number
        try:
            served = self._loader.load(found)
            if self._moved_on(found):
                return
            kept = _kept(found)
            self._identity, self._served, self._refused = kept, served, None
            self._say(f"version {found.number} serves")
            self._keep(kept)
        except Exception as error:  # the thread lives on, and the old version with it
            self._refuse(found, error)
        finally:
            self._loading = None

    def _keep(self, kept: Kept) -> None:
        try:
            self._loader.kept.serves(kept)
        except OSError as error:  # a full disk: it serves all the same, until the desk ends
            self._say(f"version {kept.version} isn't kept for the next start ({error.strerror})")

    def _refuse(self, found: Registered, error: Exception) -> None:
        self._refused = Refused.after(self._refused, found, error, self._poll)
        self._say(f"version {found.number} is refused: {self._refused.why}")
        self._loader.kept.tidy()

    def _say(self, what: str) -> None:
        who = "" if self._beside is None else "challenger: "
        print(f"desk: {who}{what}", file=sys.stderr, flush=True)

    def _moved_on(self, found: Registered) -> bool:
        """Whether the alias has left `found` while it was being loaded."""
        now = self._ask()
        return self._away is None and (now is None or now.number != found.number)
