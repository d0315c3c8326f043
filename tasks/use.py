"""Merge a preset into params.yaml, keeping its comments: `python -m tasks.use NAME_OR_PATH`.

A preset is a part of params.yaml. Where both have a mapping the merge goes into it; any other value
of the preset takes the place of the one there. The text around what changes stays as it is,
because the edit is made in the text, at the places that the YAML parser names.
"""

import argparse
import sys
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

import yaml
from yaml.constructor import SafeConstructor
from yaml.nodes import CollectionNode, MappingNode, Node, ScalarNode

from drafter.errors import ParamsError, ReplymillError
from drafter.tables import write_text


@dataclass(frozen=True)
class Merged:
    """The new text of params.yaml, and one line for each value that changed."""

    text: str
    changes: list[str]


def merge(params: str, preset: str) -> Merged:
    """Merge the text of a preset into the text of params.yaml.

    Raises ParamsError where either is no mapping, or the preset has a section that params lacks.
    """
    merge = _Merge(params, preset)
    target, source = _compose(params, "params.yaml"), _compose(preset, "the preset")
    known = [key.value for key, _ in target.value]
    for key, _ in source.value:
        if key.value not in known:
            raise ParamsError(
                f"{key.value}: unknown key; params.yaml has the sections {', '.join(known)}"
            )
    merge.into(target, source, ())
    text = params
    for start, end, new in sorted(merge.edits, reverse=True):
        text = text[:start] + new + text[end:]
    return Merged(text, merge.changes)


def use(root: Path, name: str) -> list[str]:
    """Merge preset `name` (of presets/, or a path) into root's params.yaml; tell what changed.

    Raises ParamsError, and leaves params.yaml as it was, where the outcome would not be valid.
    """
    path = find_preset(root, name)
    params = root / "params.yaml"
    if not params.is_file():
        raise ParamsError(f"{params} is not there: run from the folder that holds it")
    merged = merge(params.read_text(encoding="utf-8"), path.read_text(encoding="utf-8"))
    try:
        check(merged.text)
    except ParamsError as error:
        raise ParamsError(
            f"with {path.name} merged in, {error}; params.yaml stays as it was"
        ) from None
    if merged.changes:
        write_text(params, merged.text)
    return merged.changes


def find_preset(root: Path, name: str) -> Path:
    """The preset's file. Raises ParamsError that lists the presets where there is none."""
    for path in (root / "presets" / f"{name}.yaml", root / name):
        if path.is_file():
            return path
    there = ", ".join(sorted(path.stem for path in (root / "presets").glob("*.yaml")))
    raise ParamsError(f"no preset {name!r}: give a path, or one of {there}")


def check(text: str) -> None:
    """Raise ParamsError unless every stage can read its part of this params.yaml."""
    import importlib

    from drafter.section import load_section

    with TemporaryDirectory() as folder:
        path = Path(folder) / "params.yaml"
        path.write_text(text, encoding="utf-8")
        for module in sorted(Path(__file__).parent.glob("*/params.py")):
            stage = module.parent.name
            load_section(path, importlib.import_module(f"tasks.{stage}.params").Params)


@dataclass
class _Merge:
    """Collects the edits of one merge: (start, end, new text) in the text of params.yaml."""

    params: str
    preset: str
    edits: list[tuple[int, int, str]] = field(default_factory=list)
    changes: list[str] = field(default_factory=list)

    def into(self, target: MappingNode, source: MappingNode, path: tuple[str, ...]) -> None:
        there = {key.value: (key, value) for key, value in target.value}
        for key, value in source.value:
            where = (*path, key.value)
            if key.value not in there:
                self._insert(target, source, key, value, where)
                continue
            old_key, old = there[key.value]
            block = isinstance(old, MappingNode) and not old.flow_style and old.value
            if block and isinstance(value, MappingNode):
                self.into(old, value, where)
            elif _plain(old) != _plain(value):
                self._replace(old_key, old, source, key, value, where)

    def _replace(
        self,
        old_key: Node,
        old: Node,
        source: MappingNode,
        key: Node,
        value: Node,
        path: tuple[str, ...],
    ) -> None:
        new = self.preset[value.start_mark.index : value.end_mark.index]
        start, end = old.start_mark.index, old.end_mark.index
        scalars = isinstance(old, ScalarNode) and isinstance(value, ScalarNode)
        if scalars and "\n" not in new + self.params[start:end]:
            self.edits.append((start, end, new if start < end else f" {new}"))
        else:
            end = _line_end(self.params, _content_end(old, self.params))
            entry = self._entry(source, key, value, old_key.start_mark.column)
            self.edits.append((old_key.start_mark.index, end, entry))
        self.changes.append(f"{'.'.join(path)}: {_short(old)} -> {_short(value)}")

    def _insert(
        self,
        target: MappingNode,
        source: MappingNode,
        key: Node,
        value: Node,
        path: tuple[str, ...],
    ) -> None:
        if target.flow_style:
            start = target.start_mark.index + 1
            new = f"{key.value}: {_in_one_line(value)}"
            self.edits.append((start, start, f"{new}, " if target.value else new))
        else:
            column = target.start_mark.column
            end = _line_end(self.params, _content_end(target, self.params))
            entry = self._entry(source, key, value, column)
            self.edits.append((end, end, f"\n{' ' * column}{entry}"))
        self.changes.append(f"{'.'.join(path)}: {_short(value)} is new")

    def _entry(self, source: MappingNode, key: Node, value: Node, column: int) -> str:
        """`key: value` as the preset writes it, its further lines moved to `column`."""
        start = key.start_mark.index
        if source.flow_style:
            return f"{key.value}: {_in_one_line(value)}"
        end = _content_end(value, self.preset)
        if value.start_mark.line != key.start_mark.line or "\n" in self.preset[start:end]:
            end = _line_end(self.preset, end)
        first, *more = self.preset[start:end].split("\n")
        shift = column - key.start_mark.column
        moved = [" " * shift + line if shift > 0 else line[-shift:] for line in more]
        return "\n".join([first, *(line.rstrip() for line in moved)])


def _in_one_line(node: Node) -> str:
    text = yaml.safe_dump(_plain(node), default_flow_style=True, width=10**9, allow_unicode=True)
    return text.removesuffix("\n").removesuffix("\n...")


def _compose(text: str, what: str) -> MappingNode:
    try:
        node = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.YAMLError as error:
        raise ParamsError(f"{what} is not YAML: {' '.join(str(error).split())}") from None
    if not isinstance(node, MappingNode):
        raise ParamsError(f"{what} holds no keys")
    return node


def _content_end(node: Node, text: str) -> int:
    """Where a value's last character stands; a block's end mark would be at what follows it."""
    if not isinstance(node, CollectionNode) or node.flow_style or not node.value:
        end = int(node.end_mark.index)
        return len(text[:end].rstrip()) if end > node.start_mark.index else end
    last = node.value[-1]
    return _content_end(last[1] if isinstance(last, tuple) else last, text)


def _line_end(text: str, index: int) -> int:
    end = text.find("\n", index)
    return len(text) if end < 0 else end


def _plain(node: Node) -> object:
    """A node's value, to compare."""
    return SafeConstructor().construct_document(node)


def _short(node: Node) -> str:
    if isinstance(node, ScalarNode):
        return str(node.value) or "nothing"
    return f"{len(node.value)} {'keys' if isinstance(node, MappingNode) else 'entries'}"


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m tasks.use",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("preset", help="a name in presets/, or a path")
    parser.add_argument("--root", type=Path, default=Path(), help="the folder of params.yaml (.)")
    arguments = parser.parse_args()
    try:
        changes = use(arguments.root.resolve(), arguments.preset)
    except ReplymillError as error:
        sys.exit(f"use: {error}")
    print("\n".join(changes) if changes else "params.yaml says all of this already")


if __name__ == "__main__":
    main()
