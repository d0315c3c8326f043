"""Keys come from the environment alone: params.yaml names the variable, never the value."""

import os
import re
from collections.abc import Iterable

from drafter.errors import KeyMissing, ParamsError

VARIABLE = re.compile(r"[A-Z][A-Z0-9_]*")


def key_of(variable: str | None) -> str:
    """The key, for a client's constructor; a word that stands for none where none is asked for.

    Raises KeyMissing where the variable is not set.
    """
    if variable is None:
        return "none"  # the clients refuse an empty one
    require_keys([("this drafter", variable)])
    return os.environ[variable].strip()


def require_keys(named: Iterable[tuple[str, str | None]]) -> None:
    """Raise KeyMissing unless each variable of (who, variable) is set; it names all that are not.

    Raises ParamsError, without the value, where one can't be a variable's name: it may be a key.
    """
    missing: dict[str, list[str]] = {}
    for who, variable in named:
        if variable is None:
            continue
        if not VARIABLE.fullmatch(variable):
            raise ParamsError(
                f"{who}.key is not the name of an environment variable, such as OPENAI_API_KEY (it "
                "is not shown here, as it may be a key: if so, revoke it and take it out)"
            )
        if not os.environ.get(variable, "").strip():
            missing.setdefault(variable, []).append(who)
    if missing:
        each = "; ".join(f"{name} is not set ({', '.join(of)})" for name, of in missing.items())
        raise KeyMissing(f"{each}: export it, or take the candidate out of `hosted` in params.yaml")
