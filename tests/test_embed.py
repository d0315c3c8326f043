"""Texts to vectors: as sentence-transformers makes them, each by itself, from safe files."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from drafter.embed import (
    MeanPooled,
    SentenceTransformers,
    check_model,
    load_embedder,
    model_folder,
)
from drafter.errors import ModelUnavailable, UnsafeModel

SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
TEXTS = [
    "How long may I keep the lamp?",
    "Hello",
    "My parcel to Germany has not come, and I would like to know what I can do about it. " * 3,
    "",
]


@pytest.fixture(scope="module")
def minilm() -> MeanPooled:
    embedder = load_embedder("minilm", SHA256)
    assert isinstance(embedder, MeanPooled)
    return embedder


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    folder = tmp_path / "model"
    shutil.copytree(model_folder("minilm"), folder)
    return folder


def test_vectors_have_length_one_and_keep_the_order_of_the_texts(minilm: MeanPooled) -> None:
    vectors = minilm.embed(TEXTS)
    assert vectors.shape == (4, 384)
    assert vectors.dtype == np.float32
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-6)
    assert np.array_equal(vectors[::-1], minilm.embed(TEXTS[::-1]))


def test_a_text_has_the_same_vector_to_the_bit_whatever_stands_beside_it(
    minilm: MeanPooled,
) -> None:
    together = minilm.embed(TEXTS)
    alone = np.concatenate([minilm.embed([text]) for text in TEXTS])
    assert np.array_equal(together, alone)


def test_the_library_sentence_transformers_gives_the_same_vectors(minilm: MeanPooled) -> None:
    theirs = SentenceTransformers(model_folder("minilm")).embed(TEXTS)
    assert np.abs(theirs - minilm.embed(TEXTS)).max() < 1e-6


def test_a_model_that_is_no_plain_mean_is_loaded_by_the_library(copied: Path) -> None:
    pooling = copied / "1_Pooling/config.json"
    values = json.loads(pooling.read_text())
    values |= {"pooling_mode_cls_token": True, "pooling_mode_mean_tokens": False}
    pooling.write_text(json.dumps(values))
    embedder = load_embedder(str(copied), SHA256)
    assert isinstance(embedder, SentenceTransformers)
    first_tokens = embedder.embed(["Hello there"])
    assert np.allclose(np.linalg.norm(first_tokens, axis=1), 1, atol=1e-6)
    assert not np.allclose(first_tokens, MeanPooled(copied).embed(["Hello there"]), atol=0.01)


def test_long_texts_are_cut_where_params_say(copied: Path) -> None:
    short, long = load_embedder(str(copied), None, 16), load_embedder(str(copied), None, 256)
    end_differs = ["word " * 100 + "alpha", "word " * 100 + "omega"]
    assert np.array_equal(*short.embed(end_differs))
    assert not np.array_equal(*long.embed(end_differs))


def test_no_texts_give_no_vectors(minilm: MeanPooled) -> None:
    assert minilm.embed([]).shape == (0, 384)


def test_weights_with_another_hash_are_refused(copied: Path) -> None:
    weights = copied / "model.safetensors"
    damaged = bytearray(weights.read_bytes())
    damaged[-1] ^= 1
    weights.write_bytes(damaged)
    with pytest.raises(UnsafeModel, match=r"sha256 .* params\.yaml pins 53aa"):
        load_embedder(str(copied), SHA256)


def test_a_pickle_and_code_of_the_models_own_are_refused(copied: Path) -> None:
    config = copied / "config.json"
    plain = config.read_text()
    config.write_text(json.dumps(json.loads(plain) | {"auto_map": {"AutoModel": "x.Y"}}))
    with pytest.raises(UnsafeModel, match="auto_map"):
        load_embedder(str(copied), None)
    config.write_text(plain)
    (copied / "model.safetensors").rename(copied / "pytorch_model.bin")
    with pytest.raises(UnsafeModel, match="no safetensors"):
        check_model(copied, "mine", None)


def test_a_hub_id_without_revision_and_a_folder_that_is_not_there_are_refused() -> None:
    with pytest.raises(UnsafeModel, match="names no revision"):
        load_embedder("owner/name", None)
    with pytest.raises(ModelUnavailable, match="no folder"):
        load_embedder("./nowhere", None)
