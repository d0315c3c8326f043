"""Who serves: the version with the alias `champion`, loaded and checked before it takes over.

It is looked up every few seconds, and at once when MLflow's webhook says that something moved. All
that takes time happens in a thread of its own; who drafts never waits for it.
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
from drafter.versions import CHAMPION

SECONDS_TO_STOP = 5.0


class Champion:
    """Follows the alias in a thread of its own; `current` never waits for it."""

    def __init__(
        self,
        registry: Registry,
        model: str,
        poll_seconds: float,
        folder: Path,
        webhook: Webhook,
    ) -> None:
        self.webhook = webhook
        self._loader = Loader(registry, KeptDrafters(folder))
        self._registry = registry
        self._model = model
        self._poll = poll_seconds
        self._served: Served | None = None
        self._identity: Kept | None = None
        self._starting = True
        self._loading: str | None = None
        self._refused: Refused | None = None
        self._aliased: str | None = None
        self._away: str | None = "not asked yet"
        self._look = threading.Event()
        self._again = threading.Event()
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._follow, name="champion", daemon=True)

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

    def current(self) -> Served:
        """The version that serves. Raises NoChampion."""
        if self._served is None:
            raise NoChampion(self._why())
        return self._served

    def status(self) -> dict[str, Any]:
        """What `/health` and the page tell of it."""
        served, refused = self._served, self._refused
        starts = self._starting or self._loading
        state = "serving" if served else "loading" if starts else "none"
        return {
            "model": self._model,
            "state": state,
            "version": served.version if served else None,
            "candidate": served.candidate if served else None,
            "alias": self._aliased,
            "loading": self._loading,
            "refused": {"version": refused.version.number, "why": refused.why} if refused else None,
            "registry": self._away or "answers",
            "webhook": self.webhook.state,
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
            f"no version of {self._model} has the alias {CHAMPION}: give it to one in MLflow, or "
            "run `make release`"
        )

    def _follow(self) -> None:
        self._start_with_last_good()
        while not self._ended.is_set():
            self._look.clear()
            tried = self._once()
            self._starting = False
            if self._away is None:
                self.webhook.keep(self._registry)
            if not tried:  # else the alias may have moved meanwhile
                self._look.wait(self._poll)

    def _start_with_last_good(self) -> None:
        """Serve what served last, whatever the registry does; it is asked right afterwards."""
        try:
            found = self._loader.last_good()
        except Exception as error:  # a damaged disk, say: the registry has another copy
            _say(f"what served last can't be loaded: {told(error)}")
            return
        if found:
            self._identity, self._served = found
            _say(f"version {self._served.version} serves, as it did before")

    def _once(self) -> bool:
        """Look once; gives whether a version was tried."""
        again = self._again.is_set()
        self._again.clear()
        found = self._ask()
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
            found = self._registry.at(self._model, CHAMPION)
        except Exception as error:  # whatever the registry's own client raises: it is away
            reason = str(error) if isinstance(error, ReplymillError) else type(error).__name__
            self._away = f"the registry is away ({reason})"
            self.webhook.lost()
            return None
        self._away = None
        self._aliased = found.number if found else None
        return found

    def _serves(self, found: Registered) -> bool:
        """Whether it is `found` that serves: a number is given again where a model was deleted."""
        return self._identity == Kept(found.number, found.candidate, found.digest)

    def _try(self, found: Registered) -> None:
        """Load `found` while the old one serves; take it, or keep the reason why not."""
        self._loading = found.number
        try:
            served = self._loader.load(found)
            if self._moved_on(found):
                return
            kept = Kept(found.number, found.candidate, found.digest)
            self._identity, self._served, self._refused = kept, served, None
            _say(f"version {found.number} serves")
            self._keep(kept)
        except Exception as error:  # the thread lives on, and the old version with it
            self._refuse(found, error)
        finally:
            self._loading = None

    def _keep(self, kept: Kept) -> None:
        try:
            self._loader.kept.serves(kept)
        except OSError as error:  # a full disk: it serves all the same, until the desk ends
            _say(f"version {kept.version} isn't kept for the next start ({error.strerror})")

    def _refuse(self, found: Registered, error: Exception) -> None:
        self._refused = Refused.after(self._refused, found, error, self._poll)
        _say(f"version {found.number} is refused: {self._refused.why}")
        self._loader.kept.tidy()

    def _moved_on(self, found: Registered) -> bool:
        """Whether the alias has left `found` while it was being loaded."""
        now = self._ask()
        return self._away is None and (now is None or now.number != found.number)


def _say(what: str) -> None:
    print(f"desk: {what}", file=sys.stderr, flush=True)
