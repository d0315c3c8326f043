"""Reading compliance.yaml: what is wrong with it is told in one line, with the line of the file."""

from collections.abc import Iterator, Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Any

from drafter.compliance.rules import KINDS, Rules
from drafter.errors import ParamsError

if TYPE_CHECKING:
    import yaml


def load_rules(path: Path) -> Rules:
    """Read the rules. Raises ParamsError that names file, line, rule, key and remedy."""
    import yaml
    from pydantic import ValidationError

    try:
        text = path.read_text(encoding="utf-8")
        tree = yaml.compose(text, Loader=yaml.SafeLoader)
        values = yaml.safe_load(text)
    except FileNotFoundError:
        raise ParamsError(
            f"{path} is not there: write it (docs/compliance.md), or name another under `rules` "
            "in params.yaml"
        ) from None
    except UnicodeDecodeError as error:
        raise ParamsError(f"{path} is not UTF-8 ({error}): save it as UTF-8") from None
    except yaml.YAMLError as error:
        raise ParamsError(f"{path.name}: not YAML: {' '.join(str(error).split())}") from None
    if not isinstance(values, dict) or tree is None:
        raise ParamsError(f"{path.name} holds no keys: it has `clauses` and `rules`")
    for line, name in _twice(tree):
        raise ParamsError(
            f"{path.name}:{line}: {name} stands there twice, and the first would not count: "
            "give each a name of its own"
        )
    try:
        return Rules.model_validate(values)
    except ValidationError as error:
        mistakes = [dict(mistake) for mistake in error.errors()]
        lines = [_explain(one, path, tree) for one in mistakes if not _follows(one, mistakes)]
        raise ParamsError("\n".join(lines)) from None


def _follows(mistake: dict[str, Any], mistakes: Sequence[dict[str, Any]]) -> bool:
    """Whether a mistake is another's shadow, which is told of already."""
    if mistake["type"] == "too_short":
        return bool(mistake["input"])  # its only entry was refused
    return mistake["type"] == "missing" and any(
        other["type"] == "extra_forbidden"
        and other["loc"][:-1] == mistake["loc"][:-1]
        and get_close_matches(str(other["loc"][-1]), [str(mistake["loc"][-1])])
        for other in mistakes
    )


def _explain(mistake: dict[str, Any], path: Path, tree: "yaml.Node") -> str:
    """`compliance.yaml:12: rules.legal.mesage: unknown key; …`."""
    kind = mistake["type"]
    # pydantic puts the rule's kind between its name and its key: rules, legal, must_say, mesage
    where = [
        part
        for place, part in enumerate(mistake["loc"])
        if not (place == 2 and mistake["loc"][0] == "rules" and part in KINDS)
    ]
    if kind in ("union_tag_invalid", "union_tag_not_found"):
        what = f"its kind must be one of {', '.join(KINDS)}"
        where.append("kind")
    elif kind == "extra_forbidden":
        there = _keys_of(mistake["loc"])
        what = f"unknown key; remove it or correct its spelling (there are {', '.join(there)})"
    elif kind == "missing":
        what = "missing; add it (docs/compliance.md)"
    else:
        message = mistake["msg"].removeprefix("Value error, ")
        what = f"{message[0].lower()}{message[1:]}; it is {mistake['input']!r}"
    return f"{path.name}:{_line_of(tree, where)}: {'.'.join(map(str, where))}: {what}"


def _keys_of(where: Sequence[Any]) -> list[str]:
    """The keys that may stand where an unknown one stands."""
    if len(where) == 1:
        return list(Rules.model_fields)
    fields = KINDS[where[2]].model_fields
    if len(where) == 4:
        return list(fields)
    return list(type(fields["when"].default).model_fields)


def _line_of(tree: "yaml.Node", where: Sequence[Any]) -> int:
    """The line of the deepest part of `where` that the file has, counted from 1."""
    node, line = tree, tree.start_mark.line
    for part in where:
        value = node.value
        if isinstance(part, int) and isinstance(value, list) and part < len(value):
            node = value[part]
            line = node.start_mark.line
            continue
        pairs = [pair for pair in value if isinstance(pair, tuple)] if value else []
        found = [pair for pair in pairs if pair[0].value == part]
        if not found:
            break
        line, node = found[0][0].start_mark.line, found[0][1]
    return int(line) + 1


def _twice(node: "yaml.Node") -> Iterator[tuple[int, str]]:
    """Keys that a mapping has twice; YAML would let the last one count without a word."""
    if isinstance(node.value, str):
        return
    seen: set[str] = set()
    for entry in node.value:
        if not isinstance(entry, tuple):
            yield from _twice(entry)
            continue
        key, value = entry
        if str(key.value) in seen:
            yield key.start_mark.line + 1, str(key.value)
        seen.add(str(key.value))
        yield from _twice(value)
