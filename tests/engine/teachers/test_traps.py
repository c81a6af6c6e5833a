"""Every way in which a public checkpoint gives wrong numbers silently, or an error that helps nobody, is told apart."""

import shutil

import numpy as np
import pytest
import torch
import transformers
from huggingface_hub import constants

from engine.fetching import hub
from engine.networks import checkpoint
from engine.networks.encoded import EncodedTeacher
from engine.networks.encoders import MeanRegression
from engine.teachers import audeering, odyssey, vox_profile
from tests import checkpoints


def load():
    return audeering.load(encoder=checkpoints.EXPECTED)


@pytest.fixture
def folder(root):
    return checkpoints.audeering(root)


def refused(words, opening=load):
    with pytest.raises(ValueError, match=words) as told:
        opening()
    assert "\n" not in str(told.value)
    return str(told.value)


def test_transformers_would_open_it_with_a_random_head_and_we_do_not(folder, clips):
    heads = []
    for seed in (0, 1):
        torch.manual_seed(seed)
        theirs = transformers.AutoModelForAudioClassification.from_pretrained(folder)
        heads.append(theirs.classifier.weight)
    assert not torch.equal(*heads)
    first, second = (load().predict(clips[1][None])[0] for _ in range(2))
    assert first == pytest.approx(second, abs=1e-5)


def test_nothing_is_left_to_chance_and_no_hook_of_transformers_is_needed(folder):
    stated = checkpoint.config(folder / "config.json")
    network = checkpoint.network(lambda: MeanRegression(stated), folder / "model.safetensors")
    assert not any(value.is_meta or value.requires_grad for value in network.parameters())
    assert not network.training


@pytest.mark.parametrize("key", ["classifier.dense.weight", "wav2vec2.encoder.layers.1.attention.q_proj.bias"])
def test_a_missing_key(folder, key):
    checkpoints.changed(folder, **{key: None})
    assert key in refused("lacks")


def test_an_unexpected_key(folder):
    checkpoints.changed(folder, classifier__dropout=torch.ones(1))
    assert "classifier.dropout" in refused("unexpected")


def test_a_key_of_another_shape(folder):
    checkpoints.changed(folder, classifier__out_proj__weight=torch.ones(4, checkpoints.WIDTH))
    assert "out_proj" in refused("does not fit")


def test_what_is_masked_in_training_may_be_there_or_not(folder, clips):
    with_it = load().predict(clips[1][None])[0]
    checkpoints.changed(folder, wav2vec2__masked_spec_embed=None)
    assert load().predict(clips[1][None])[0] == pytest.approx(with_it, abs=1e-5)


def test_a_config_that_asks_for_more_layers_than_the_file_has(folder):
    checkpoints.restated(folder, num_hidden_layers=3)
    refused("num_hidden_layers = 3")
    expected = {**checkpoints.EXPECTED, "num_hidden_layers": 3}
    assert "layers.2" in refused("lacks", lambda: audeering.load(encoder=expected))


def test_a_config_that_asks_for_fewer_layers_than_the_file_has(folder):
    checkpoints.restated(folder, num_hidden_layers=1)
    expected = {**checkpoints.EXPECTED, "num_hidden_layers": 1}
    assert "layers.1" in refused("unexpected", lambda: audeering.load(encoder=expected))


def test_the_true_teacher_has_12_layers_of_1024(folder):
    refused("num_hidden_layers", audeering.load)
    checkpoints.restated(folder, num_hidden_layers=12)
    refused("hidden_size", audeering.load)


def test_wavlms_own_config_is_ours_and_its_width_is_checked(root):
    folder = checkpoints.odyssey(root)
    refused("hidden_size", odyssey.load)
    checkpoints.restated(folder, hidden_size=1024)
    refused("does not fit", odyssey.load)


def test_only_pytorch_model_bin(folder):
    (folder / "model.safetensors").rename(folder / "pytorch_model.bin")
    refused("safetensors")


def test_half_a_file(folder):
    path = folder / "model.safetensors"
    path.write_bytes(path.read_bytes()[:-100])
    refused("not a whole safetensors file")


@pytest.mark.parametrize("text", ["", "[]", "{"])
def test_a_config_that_is_none(folder, text):
    (folder / "config.json").write_text(text)
    refused("JSON")


def test_no_config(folder):
    (folder / "config.json").unlink()
    refused("holds no config.json")


@pytest.mark.parametrize("names", [["joy", "anger", "fear"], ["arousal", "valence"], ["arousal", "arousal", "valence"]])
def test_labels_that_are_not_the_axes(folder, names):
    checkpoints.restated(folder, id2label={str(place): name for place, name in enumerate(names)})
    refused("id2label")


@pytest.mark.parametrize("stated", [{"mean": None}, {"std": "0.1"}, {"id2label": {}}, {"classifier_hidden_layers": 2}])
def test_what_odyssey_needs_its_config_to_state(root, stated):
    checkpoints.restated(checkpoints.odyssey(root), **stated)
    refused(next(iter(stated)), lambda: odyssey.load(encoder=checkpoints.WAVLM))


def test_another_of_vox_profiles_networks(root):
    checkpoints.vox_profile(root, predict_gender=True)
    refused("predict_gender", lambda: vox_profile.load(encoder=checkpoints.WAVLM))


def test_an_update_that_belongs_to_no_weight(root):
    checkpoints.changed(checkpoints.vox_profile(root, rank=2), weights__lora_A=torch.ones(2, 2))
    vox_profile.load(encoder=checkpoints.WAVLM)  # it updates nothing
    checkpoints.changed(root / "vox_profile", backbone_model__other=torch.ones(2))
    refused("unexpected", lambda: vox_profile.load(encoder=checkpoints.WAVLM))


def test_a_local_folder_that_is_not_there_is_told_as_that(tmp_path, monkeypatch):
    gone = tmp_path / "gone"
    monkeypatch.setenv(hub.VARIABLE, str(gone))
    assert f"{gone}, which is not there" in refused("not on this machine")
    shutil.rmtree(gone, ignore_errors=True)


def test_offline_and_uncached_says_what_how_large_under_which_licence_and_where_to_put_it(tmp_path, monkeypatch):
    monkeypatch.delenv(hub.VARIABLE, raising=False)
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path))
    for module in (audeering, odyssey, vox_profile):
        source = module.SOURCE
        told = refused("not on this machine", module.load)
        for words in (source.repository, hub.size(source.download_bytes), source.licence, hub.VARIABLE, source.name):
            assert words in told
        assert ("etude fetch" in told) == source.pinned
        assert (source.revision in told) and (not source.pinned or len(source.revision) == 40)


def test_another_precision_than_the_two(folder):
    refused("precisions are", lambda: audeering.load(precision="int3", encoder=checkpoints.EXPECTED))


def test_sixteen_bits_answer_nearly_the_same(folder, clips):
    full, half = load(), audeering.load(precision="bf16", encoder=checkpoints.EXPECTED)
    assert isinstance(half, EncodedTeacher) and half.precision == "bf16"
    first, second = (np.concatenate([model.predict(clip[None])[0] for clip in clips[:4]]) for model in (full, half))
    assert (first.dtype, second.dtype) == (np.float32, np.float32)
    # how near depends on the processor's 16-bit units: on some, sums are rounded on the way
    assert 0 < np.abs(first - second).max() < 0.15 * np.ptp(first)
