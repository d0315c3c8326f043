"""`make use PRESET=name`: a preset goes into params.yaml, and nothing else changes."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from drafter.errors import ParamsError
from tasks.use import merge, use

HOUSE = Path(__file__).parent.parent

PARAMS = """\
# The top.
seed: 1  # fixes every draw

# Of one.
one:
  # How deep.
  deep: {a: 1, b: 2}
  plain: yes   # stays
  # What is listed.
  listed:
    - first
    # of the second
    - second
  # The last one.
  text: |
    two
    lines

# Of two.
two:

# The end.
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    shutil.copy(HOUSE / "params.yaml", tmp_path)
    shutil.copytree(HOUSE / "presets", tmp_path / "presets")
    return tmp_path


def test_only_what_the_preset_names_changes() -> None:
    merged = merge(PARAMS, "one:\n  plain: no\nseed: 2\n")
    assert merged.text == PARAMS.replace("plain: yes ", "plain: no ").replace("seed: 1", "seed: 2")
    assert merged.changes == ["one.plain: yes -> no", "seed: 1 -> 2"]


def test_a_list_takes_the_place_of_the_list_and_brings_its_comments() -> None:
    preset = "one:\n    listed:\n        # the only one\n        - {x: 1}\n"
    merged = merge(PARAMS, preset)
    old = "    - first\n    # of the second\n    - second\n"
    assert merged.text == PARAMS.replace(old, "      # the only one\n      - {x: 1}\n")


def test_a_new_key_comes_last_in_its_mapping_and_an_empty_section_is_filled() -> None:
    merged = merge(PARAMS, "two:\n  # why\n  new: [1, 2]\none:\n  more:\n    x: 1\n")
    assert yaml.safe_load(merged.text) == yaml.safe_load(PARAMS) | {
        "two": {"new": [1, 2]},
        "one": yaml.safe_load(PARAMS)["one"] | {"more": {"x": 1}},
    }
    for comment in ("# The top.", "# fixes every draw", "# Of two.", "# The end.", "# why"):
        assert comment in merged.text


def test_the_same_preset_again_changes_nothing() -> None:
    preset = "one:\n  deep: {c: 3}\n  text: other\nseed: 5\n"
    once = merge(PARAMS, preset)
    again = merge(once.text, preset)
    assert (again.text, again.changes) == (once.text, [])


LEAF = st.one_of(
    st.integers(-5, 5),
    st.booleans(),
    st.none(),
    st.text(st.sampled_from("ab#: '\n-é"), max_size=8),
    st.lists(st.integers(0, 3), max_size=2),
)
KEYS = st.sampled_from(["a", "b", "c", "d"])
TREE = st.recursive(LEAF, lambda child: st.dictionaries(KEYS, child, max_size=3), max_leaves=8)


def overlay(below: object, above: object) -> object:
    """What a merge means, on plain values."""
    if isinstance(below, dict) and isinstance(above, dict) and below:
        return below | {key: overlay(below.get(key), value) for key, value in above.items()}
    return above


@settings(max_examples=300, deadline=None)
@given(
    params=st.dictionaries(KEYS, TREE, min_size=1),
    preset=st.dictionaries(KEYS, TREE, min_size=1),
    indent=st.sampled_from([2, 4]),
    flow=st.sampled_from([None, False]),
)
def test_the_text_that_comes_out_means_the_merge(
    params: dict[str, object], preset: dict[str, object], indent: int, flow: bool | None
) -> None:
    preset = {key: value for key, value in preset.items() if key in params} or params
    below = yaml.safe_dump(params, indent=2, default_flow_style=False, allow_unicode=True)
    above = yaml.safe_dump(preset, indent=indent, default_flow_style=flow, allow_unicode=True)
    assert yaml.safe_load(merge(below, above).text) == overlay(params, preset)


def test_every_preset_of_the_house_can_be_used(root: Path) -> None:
    before = (root / "params.yaml").read_text()
    for preset in sorted((root / "presets").glob("*.yaml")):
        (root / "params.yaml").write_text(before)
        assert use(root, preset.stem)
        assert use(root, str(preset)) == []


@pytest.mark.parametrize(
    ("preset", "said"),
    [
        (
            "ingest:\n  wach: data\n",
            r"bad\.yaml merged in, params\.yaml:\d+: ingest\.wach: unknown",
        ),
        ("ingets:\n  watch: data\n", "ingets: unknown key; params.yaml has the sections seed"),
        ("ingest:\n  tickets: []\n", r"params\.yaml:\d+: ingest\.tickets: list should have at"),
        ("ingest: [\n", "the preset is not YAML"),
        ("- a\n", "the preset holds no keys"),
    ],
)
def test_a_preset_that_does_not_fit_leaves_params_as_they_were(
    root: Path, preset: str, said: str
) -> None:
    before = (root / "params.yaml").read_bytes()
    (root / "bad.yaml").write_text(preset)
    with pytest.raises(ParamsError, match=said) as refused:
        use(root, "bad.yaml")
    assert "\n" not in str(refused.value)
    assert (root / "params.yaml").read_bytes() == before


def test_the_command_prints_what_changed_and_names_the_presets(root: Path) -> None:
    command = [sys.executable, "-m", "tasks.use", "--root", str(root)]
    done = subprocess.run([*command, "thunderbird"], capture_output=True, text=True, cwd=HOUSE)
    assert done.returncode == 0
    assert "ingest.watch: data/sample -> ../shared/data/thunderbird_2024" in done.stdout
    lost = subprocess.run([*command, "nothing"], capture_output=True, text=True, cwd=HOUSE)
    assert lost.returncode == 1
    assert "use: no preset 'nothing': give a path, or one of" in lost.stderr
    assert "thunderbird" in lost.stderr
