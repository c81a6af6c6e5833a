"""Each network answers as its published description says, from its true keys, alone and in batches."""

import numpy as np
import pytest
import torch
import transformers
from safetensors.torch import load_file
from torch import nn

from engine.networks.encoders import AttentiveStatistics
from engine.teachers import audeering, odyssey, vox_profile, wav2small_teacher
from engine.types import AXES
from tests import checkpoints

NAMES = ("audeering", "odyssey", "vox_profile")


def opened(name, **more):
    if name == "audeering":
        return audeering.load(encoder=checkpoints.EXPECTED, **more)
    return {"odyssey": odyssey, "vox_profile": vox_profile}[name].load(encoder=checkpoints.WAVLM, **more)


def encoder(state, prefix, made):
    """Transformers' own model with the file's values, by its own renaming of keys."""
    own = {key.removeprefix(f"{prefix}."): value for key, value in state.items() if key.startswith(f"{prefix}.")}
    assert made.load_state_dict(own, strict=False).unexpected_keys == []
    return made.eval()


def linear(state, name, x):
    return nn.functional.linear(x, state[f"{name}.weight"], state[f"{name}.bias"])


@torch.no_grad()
def described_audeering(folder, clip):
    state = load_file(folder / "model.safetensors")
    model = encoder(state, "wav2vec2", transformers.Wav2Vec2Model(transformers.Wav2Vec2Config(**checkpoints.ENCODER)))
    x = torch.from_numpy((clip - clip.mean()) / np.sqrt(clip.var() + 1e-7))[None]
    pooled = model(x).last_hidden_state.mean(dim=1)
    return linear(state, "classifier.out_proj", linear(state, "classifier.dense", pooled).tanh())[0].numpy()


@torch.no_grad()
def described_odyssey(folder, clip):
    state = load_file(folder / "model.safetensors")
    model = encoder(
        state, "ssl_model", transformers.WavLMModel(transformers.WavLMConfig(**checkpoints.WAVLM, mask_time_prob=0.0))
    )
    frames = model(torch.from_numpy((clip - checkpoints.MEAN) / (checkpoints.STD + 1e-6)).float()[None])
    x = frames.last_hidden_state[0]
    weights = torch.softmax(linear(state, "pool_model.sap_linear", x).tanh() @ state["pool_model.attention"], dim=0)
    mean = (weights * x).sum(dim=0)
    deviation = ((weights * x**2).sum(dim=0) - mean**2).clamp(min=1e-5).sqrt()
    hidden = linear(state, "ser_model.fc.0.0", torch.cat([mean, deviation]))
    norm = (state["ser_model.fc.0.1.weight"], state["ser_model.fc.0.1.bias"])
    return linear(state, "ser_model.out.0", nn.functional.layer_norm(hidden, hidden.shape, *norm).relu()).numpy()


@torch.no_grad()
def described_vox_profile(folder, clip):
    state = load_file(folder / "model.safetensors")
    model = encoder(state, "backbone_model", transformers.WavLMModel(transformers.WavLMConfig(**checkpoints.WAVLM)))
    x = torch.from_numpy((clip - clip.mean()) / np.sqrt(clip.var() + 1e-7))[None]
    states = []
    for layer in model.encoder.layers:  # what each hears, and at the end what leaves them all, normed
        layer.register_forward_pre_hook(lambda _, given: states.append(given[0]))
    states.append(model(x).last_hidden_state)
    x = sum(weight * each for weight, each in zip(state["weights"].softmax(0), states, strict=True))[0]
    for place in (0, 3, 6):
        x = nn.functional.linear(x, state[f"model_seq.{place}.weight"][:, :, 0], state[f"model_seq.{place}.bias"])
        x = x if place == 6 else x.relu()
    pooled = x.mean(dim=0)
    heads = (f"{axis}_layer" for axis in AXES)
    return np.concatenate([
        linear(state, f"{head}.2", linear(state, f"{head}.0", pooled).relu()).sigmoid().numpy() for head in heads
    ])  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_it_answers_as_it_is_described(root, clips, name):
    folder = getattr(checkpoints, name)(root)
    described, model = globals()[f"described_{name}"], opened(name)
    for clip in clips[:3]:
        assert model.predict(clip[None])[0][0] == pytest.approx(described(folder, clip), abs=2e-5)


@pytest.mark.parametrize("name", NAMES)
def test_clips_padded_together_answer_as_each_alone(root, clips, name):
    getattr(checkpoints, name)(root)
    model = opened(name)
    alone, embeddings = (np.concatenate(each) for each in zip(*(model.predict(x[None]) for x in clips), strict=True))
    together, pooled = model.predict_all(clips)
    assert np.abs(together - alone).max() <= 1e-4 * alone.std(axis=0).min()
    assert np.abs(pooled - embeddings).max() <= 1e-4 * embeddings.std(axis=0).max()


def test_where_the_first_layer_norms_over_time_only_equal_lengths_go_together(root, clips):
    checkpoints.audeering(root, **checkpoints.GROUPED)
    model = audeering.load(encoder={**checkpoints.EXPECTED, "feat_extract_norm": "group"})
    alone = np.concatenate([model.predict(clip[None])[0] for clip in clips])
    assert np.abs(model.predict_all(clips)[0] - alone).max() <= 1e-4 * alone.std(axis=0).min()


@pytest.mark.parametrize("name", ["audeering", "odyssey"])
def test_labels_are_put_in_order_by_name(root, clips, name):
    folder = getattr(checkpoints, name)(root)
    before = opened(name).predict(clips[0][None])[0]
    last = "classifier.out_proj" if name == "audeering" else "ser_model.out.0"
    state, turned = load_file(folder / "model.safetensors"), [2, 0, 1]
    names = [AXES[place] for place in turned]
    checkpoints.changed(folder, **{f"{last}.{each}": state[f"{last}.{each}"][turned] for each in ("weight", "bias")})
    checkpoints.restated(folder, id2label={str(place): each.title() for place, each in enumerate(names)})
    assert opened(name).predict(clips[0][None])[0] == pytest.approx(before, abs=1e-6)


def test_low_rank_updates_are_added(root, clips):
    folder = checkpoints.vox_profile(root, rank=4)
    updated = opened("vox_profile").predict(clips[0][None])[0]
    for key, value in load_file(folder / "model.safetensors").items():
        if key.endswith("lora_A"):
            dense = key.removesuffix(".lora_A")
            state = load_file(folder / "model.safetensors")
            weight = state[f"{dense}.weight"] + state[f"{dense}.lora_B"] @ value / 4
            checkpoints.changed(folder, **{key: None, f"{dense}.lora_B": None, f"{dense}.weight": weight})
    assert opened("vox_profile").predict(clips[0][None])[0] == pytest.approx(updated, abs=1e-6)


def test_a_louder_clip_is_another_to_odyssey_alone(root, clips):
    for name in NAMES:
        getattr(checkpoints, name)(root)
        model = opened(name)
        quiet, loud = (model.predict(level * clips[0][None])[0] for level in (0.3, 1.0))
        assert (np.abs(loud - quiet).max() > 1e-2) == (name == "odyssey")


def test_attentive_statistics_leave_padding_out():
    pool = AttentiveStatistics(4)
    nn.init.normal_(pool.attention)
    frames = torch.randn(2, 9, 4)
    mask = torch.arange(9)[None] < torch.tensor([[6], [9]])
    alone = torch.cat([pool(frames[:1, :6], None), pool(frames[1:], None)])
    assert torch.allclose(pool(frames, mask), alone, atol=1e-6)


def test_wav2smalls_teacher_is_a_mean_with_weights(root, clips):
    checkpoints.audeering(root)
    checkpoints.odyssey(root)
    encoders, audio = (checkpoints.EXPECTED, checkpoints.WAVLM), clips[1][None]
    first, second = (opened(name).predict(audio) for name in ("audeering", "odyssey"))
    for weights in ((0.5, 0.5), (0.25, 0.75), (2, 6), (1, 0)):
        adv, embedding = wav2small_teacher.load(weights=weights, encoders=encoders).predict(audio)
        share = weights[0] / sum(weights)
        assert adv == pytest.approx(share * first[0] + (1 - share) * second[0], abs=1e-6)
        assert embedding == pytest.approx(np.concatenate([first[1], second[1]], axis=1))
    even, other = (wav2small_teacher.spec(weights) for weights in ((0.5, 0.5), (0.25, 0.75)))
    assert even == wav2small_teacher.SPEC and even.fingerprint != other.fingerprint
    assert not even.commercial and "CC BY-NC-SA" in even.licence and "MIT" in even.licence
    with pytest.raises(ValueError, match="none below 0"):
        wav2small_teacher.load(weights=(-1, 2), encoders=encoders)
