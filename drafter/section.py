"""Reading params.yaml: one frozen model per section, unknown keys refused, no defaults.

A stage's `Params` (in tasks/STAGE/params.py) has one field for each top-level key that the stage
reads, so dvc.yaml can list exactly those. `tasks.params.MillParams` joins them all.
"""

from pathlib import Path
from typing import Any, Self, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from drafter.errors import ParamsError


class Section(BaseModel):
    """A part of params.yaml. Subclasses give no defaults: values live in params.yaml alone."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    @classmethod
    def yaml_keys(cls) -> list[str]:
        """The names that params.yaml uses for this model's fields."""
        return [field.alias or name for name, field in cls.model_fields.items()]

    @classmethod
    def from_values(cls, values: dict[str, Any]) -> Self:
        """Build from plain values, as a test would."""
        return cls.model_validate(values)


Model = TypeVar("Model", bound=Section)


def load_section(path: Path, model: type[Model], whole: bool = False) -> Model:
    """Read `model`'s top-level keys from params.yaml; `whole` refuses any other top-level key.

    Raises ParamsError that names the key, its line, its value and what was expected.
    """
    import yaml

    try:
        text = path.read_text(encoding="utf-8")
        values = yaml.safe_load(text)
    except FileNotFoundError:
        raise ParamsError(f"{path} is not there: run from the folder that holds it") from None
    except yaml.YAMLError as error:
        raise ParamsError(f"{path} is not YAML: {error}") from None
    if not isinstance(values, dict):
        raise ParamsError(f"{path} holds no keys; copy it from the repository again")
    if not whole:
        values = {key: values[key] for key in model.yaml_keys() if key in values}
    try:
        return model.model_validate(values)
    except ValidationError as error:
        raise ParamsError(_explain(error, path, text)) from None


def _explain(error: ValidationError, path: Path, text: str) -> str:
    """One line per mistake: `params.yaml:12: curate.similarty: unknown key`."""
    lines = []
    for mistake in error.errors():
        where = [part for part in mistake["loc"] if not str(part).startswith("function-")]
        line = _line_of(text, where)
        if mistake["type"] == "extra_forbidden":
            what = "unknown key; remove it or correct its spelling"
        elif mistake["type"] == "missing":
            what = "missing; add it (params.yaml gives every value, there are no defaults)"
        else:
            what = f"{mistake['msg'][0].lower()}{mistake['msg'][1:]}, not {mistake['input']!r}"
        lines.append(f"{path.name}:{line}: {'.'.join(map(str, where))}: {what}")
    return "\n".join(lines)


def _line_of(text: str, where: list[Any]) -> int:
    """The line of the deepest part of `where` that params.yaml really has, counted from 1."""
    from ruamel.yaml import YAML

    node, line = YAML().load(text), 1
    for part in where:
        try:
            line = node.lc.key(part)[0] + 1 if hasattr(node, "keys") else node.lc.item(part)[0] + 1
            node = node[part]
        except (KeyError, IndexError, TypeError, AttributeError):
            break
    return int(line)
