"""Stage base from a folder or the hub, and the loading of what it made."""

import json
import os
import shutil
import socket
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import yaml

from drafter.base_model import load_adapter, load_base, using_adapter
from drafter.errors import ModelUnavailable, ParamsError, ReplymillError, UnsafeModel
from drafter.manifest import manifest_digest, write_manifest
from tasks.base.run import run
from tasks.base.source import Builtin, Folder, Hub, parse_source
from tasks.paths import Paths
from tests.fake_hub import COMMIT, fake_hub
from tests.tiny_model import make_tiny_model

REPOSITORY = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_tiny_model(tmp_path_factory.mktemp("tiny"))


@pytest.fixture
def model(tiny: Path, tmp_path: Path) -> Path:
    """A copy that a test may spoil."""
    return Path(shutil.copytree(tiny, tmp_path / "model"))


def make_base(source: str, root: Path) -> Path:
    params: Any = SimpleNamespace(base=source, builtin=None, seed=1)
    run(params, Paths(root))
    return root / "models/base"


def base_command(root: Path, base: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """`python -m tasks.base` in a folder of its own, with this base."""
    values = yaml.safe_load((REPOSITORY / "params.yaml").read_text())
    (root / "params.yaml").write_text(yaml.safe_dump(values | {"base": base}))
    return subprocess.run(
        [sys.executable, "-m", "tasks.base", "--root", str(root)],
        cwd=REPOSITORY,
        env=os.environ | environment,
        capture_output=True,
        text=True,
        timeout=100,
    )


def test_a_folder_becomes_the_base_with_the_hash_of_each_file(model: Path, tmp_path: Path) -> None:
    (model / "training_log.csv").write_text("not part of a model")

    base = make_base(str(model), tmp_path)

    manifest = json.loads((base / "manifest.json").read_text())
    assert manifest["source"] == "folder model"
    assert set(manifest["files"]) == {
        "chat_template.jinja",
        "config.json",
        "generation_config.json",
        "model.safetensors",
        "tokenizer.json",
        "tokenizer_config.json",
    }
    assert str(tmp_path) not in (base / "manifest.json").read_text()


def test_the_same_folder_gives_the_same_bytes_again(model: Path, tmp_path: Path) -> None:
    first = (make_base(str(model), tmp_path) / "manifest.json").read_bytes()

    assert (make_base(str(model), tmp_path) / "manifest.json").read_bytes() == first


@pytest.mark.parametrize("name", ["pytorch_model.bin", "old/model.PT", "x.pkl", "weights.ckpt"])
def test_a_folder_with_a_pickle_is_refused_and_the_file_named(
    name: str, model: Path, tmp_path: Path
) -> None:
    (model / name).parent.mkdir(exist_ok=True)
    (model / name).write_bytes(b"\x80\x04.")

    with pytest.raises(UnsafeModel, match=name):
        make_base(str(model), tmp_path)
    assert not (tmp_path / "models/base").exists()


@pytest.mark.parametrize("name", ["config.json", "tokenizer_config.json", "generation_config.json"])
def test_a_config_with_an_auto_map_is_refused_at_any_depth(
    name: str, model: Path, tmp_path: Path
) -> None:
    config = json.loads((model / name).read_text())
    config["inner"] = [{"auto_map": {"AutoModelForCausalLM": "evil.Model"}}]
    (model / name).write_text(json.dumps(config))

    with pytest.raises(UnsafeModel, match=rf"{name} has an auto_map.*trust_remote_code"):
        make_base(str(model), tmp_path)


def test_a_folder_with_code_is_refused(model: Path, tmp_path: Path) -> None:
    (model / "modeling_own.py").write_text("raise SystemExit")

    with pytest.raises(UnsafeModel, match=r"modeling_own\.py"):
        make_base(str(model), tmp_path)


def test_a_model_that_transformers_does_not_know_is_refused(model: Path, tmp_path: Path) -> None:
    config = json.loads((model / "config.json").read_text())
    (model / "config.json").write_text(json.dumps(config | {"model_type": "own-invention"}))

    with pytest.raises(ModelUnavailable, match="own-invention"):
        make_base(str(model), tmp_path)


def test_a_model_without_a_chat_template_is_refused(model: Path, tmp_path: Path) -> None:
    (model / "chat_template.jinja").unlink()

    with pytest.raises(ModelUnavailable, match="no chat template"):
        make_base(str(model), tmp_path)


def test_a_refused_base_leaves_the_old_one_in_place(model: Path, tmp_path: Path) -> None:
    base = make_base(str(model), tmp_path)
    (model / "x.bin").write_bytes(b"")

    with pytest.raises(UnsafeModel):
        make_base(str(model), tmp_path)
    load_base(base)


def test_the_value_of_base_is_read_as_builtin_folder_or_hub(tmp_path: Path) -> None:
    (tmp_path / "org/name").mkdir(parents=True)

    assert parse_source("builtin", tmp_path) == Builtin()
    assert parse_source("org/name", tmp_path) == Folder(tmp_path / "org/name")
    assert parse_source("org/other@v1", tmp_path) == Hub("org/other", "v1")


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("org/name", r"no revision: pin it, org/name@<commit>"),
        ("org/name@", "no revision"),
        ("org/name@<commit>", "placeholder"),
        ("no-such-folder", "is no folder, and no hub id"),
    ],
)
def test_a_base_that_can_not_be_meant_is_refused(value: str, said: str, tmp_path: Path) -> None:
    with pytest.raises(ParamsError, match=said):
        parse_source(value, tmp_path)


def test_a_hub_id_without_network_ends_with_one_line_at_once(tmp_path: Path) -> None:
    started = time.monotonic()
    ended = base_command(tmp_path, "org/name@v1", HF_ENDPOINT="http://127.0.0.1:9")

    assert ended.returncode == 1
    assert ended.stderr.startswith("base: org/name@v1 can't be fetched")
    assert len(ended.stderr.splitlines()) == 1
    assert time.monotonic() - started < 60


@pytest.mark.slow
def test_a_hub_that_says_nothing_is_given_up(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        endpoint = f"http://127.0.0.1:{silent.getsockname()[1]}"
        ended = base_command(tmp_path, "org/name@v1", HF_ENDPOINT=endpoint)

    assert ended.returncode == 1
    assert "does not answer" in ended.stderr


def test_the_hub_gives_its_plain_files_and_the_commit(model: Path, tmp_path: Path) -> None:
    (model / "pytorch_model.bin").write_bytes(b"\x80\x04.")
    with fake_hub(model) as (endpoint, asked):
        ended = base_command(tmp_path, "org/name@v1", HF_ENDPOINT=endpoint, HF_HUB_OFFLINE="0")

    assert ended.returncode == 0, ended.stderr
    manifest = json.loads((tmp_path / "models/base/manifest.json").read_text())
    assert (manifest["source"], manifest["revision"]) == ("org/name", COMMIT)
    assert "model.safetensors" in manifest["files"]
    assert not any("pytorch_model.bin" in path for path in asked)
    assert f"org/name@{COMMIT}" in ended.stderr


def test_a_hub_repository_of_pickles_alone_is_refused(model: Path, tmp_path: Path) -> None:
    (model / "model.safetensors").rename(model / "pytorch_model.bin")
    with fake_hub(model) as (endpoint, asked):
        ended = base_command(tmp_path, "org/name@v1", HF_ENDPOINT=endpoint, HF_HUB_OFFLINE="0")

    assert ended.returncode == 1
    assert "pytorch_model.bin" in ended.stderr
    assert not any("resolve" in path for path in asked)


@pytest.fixture
def base(tiny: Path, tmp_path: Path) -> Path:
    folder = Path(shutil.copytree(tiny, tmp_path / "base"))
    write_manifest(folder, source="tiny", revision=None)
    return folder


def test_a_changed_byte_is_found_before_the_model_is_loaded(base: Path) -> None:
    weights = base / "model.safetensors"
    data = bytearray(weights.read_bytes())
    data[-1] ^= 1
    weights.write_bytes(data)

    with pytest.raises(UnsafeModel, match=r"model\.safetensors has sha256"):
        load_base(base)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda base: (base / "config.json").unlink(), r"config\.json is missing"),
        (lambda base: (base / "x.json").write_text("{}"), r"x\.json is not listed"),
        (lambda base: (base / "config.json").write_text("{}"), r"config\.json has 2 bytes"),
        (lambda base: (base / "manifest.json").write_text("{"), r"manifest\.json can't be read"),
    ],
)
def test_a_folder_that_is_not_what_its_manifest_says_is_refused(
    change: Any, said: str, base: Path
) -> None:
    change(base)

    with pytest.raises(UnsafeModel, match=said):
        load_base(base)


def test_a_folder_without_a_manifest_is_not_loaded(base: Path) -> None:
    (base / "manifest.json").unlink()

    with pytest.raises(ModelUnavailable, match="dvc repro"):
        load_base(base)


def test_a_gpu_that_is_not_there_is_said(base: Path) -> None:
    import torch

    if torch.cuda.is_available():
        pytest.skip("there is a GPU here")
    with pytest.raises(ModelUnavailable, match="no CUDA device"):
        load_base(base, device="cuda")
    with pytest.raises(ModelUnavailable, match="four_bit"):
        load_base(base, four_bit=True)
    with pytest.raises(ModelUnavailable, match="flash_attention_2"):
        load_base(base, attention="flash_attention_2")


def make_adapter(base: Path, folder: Path, seed: int) -> Path:
    import torch
    from peft import LoraConfig, get_peft_model

    loaded = load_base(base)
    torch.manual_seed(seed)
    config = LoraConfig(r=2, target_modules="all-linear", init_lora_weights=False)
    get_peft_model(loaded.model, config).save_pretrained(folder)
    (folder / "README.md").unlink()
    write_manifest(folder, base=loaded.digest)
    return folder


def test_adapters_are_switched_over_one_base(base: Path, tmp_path: Path) -> None:
    import torch

    loaded = load_base(base)
    ids = torch.tensor([[3, 40, 41, 42, 1, 4]])

    def logits(name: str | None) -> torch.Tensor:
        with using_adapter(loaded, name) as model, torch.no_grad():
            return model(ids).logits

    bare = logits(None)
    load_adapter(loaded, make_adapter(base, tmp_path / "one", 1), "one")
    load_adapter(loaded, make_adapter(base, tmp_path / "two", 2), "two")

    assert torch.equal(logits(None), bare)
    one, two = logits("one"), logits("two")
    assert not torch.equal(one, bare)
    assert not torch.equal(one, two)
    assert torch.equal(logits("one"), one)
    assert torch.equal(logits(None), bare)


def test_an_adapter_of_another_base_is_refused(base: Path, tmp_path: Path) -> None:
    adapter = make_adapter(base, tmp_path / "adapter", 1)
    other = make_tiny_model(tmp_path / "other", seed=1)
    write_manifest(other, source="tiny", revision=None)

    with pytest.raises(UnsafeModel, match="trained over base"):
        load_adapter(load_base(other), adapter, "sft")


def test_an_adapter_with_a_pickle_is_refused(base: Path, tmp_path: Path) -> None:
    adapter = make_adapter(base, tmp_path / "adapter", 1)
    (adapter / "adapter_model.bin").write_bytes(b"\x80\x04.")

    with pytest.raises(ReplymillError, match=r"adapter_model\.bin"):
        load_adapter(load_base(base), adapter, "sft")


def test_a_digest_depends_on_every_file() -> None:
    files = {"a": {"sha256": "1"}, "b": {"sha256": "2"}}

    assert manifest_digest({"files": files}) == manifest_digest(
        {"files": dict(reversed(files.items()))}
    )
    assert manifest_digest({"files": files}) != manifest_digest(
        {"files": files | {"b": {"sha256": "3"}}}
    )
