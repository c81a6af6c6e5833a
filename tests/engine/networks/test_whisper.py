"""The embedded teacher's network with random weights: padding, level and branches change nothing they should not."""

import numpy as np
import pytest
import torch

from engine.exporting import export, quantize
from engine.networks.whisper import Ensemble, Head, Teacher, encoder
from engine.onnx_model import OnnxModel
from tests.sounds import babble


def built(seed):
    """Random, and with what training starts at zero set to something, so that it matters."""
    torch.manual_seed(seed)
    teacher = Teacher(encoder(None), Head(corpora=2)).eval()
    with torch.no_grad():
        teacher.head.layers.normal_()
        teacher.head.corpus_bias.normal_()
        for layer in teacher.whisper.layers:
            for weight in layer.parameters():
                weight.mul_(3)
    return teacher


@pytest.fixture(scope="module")
def teacher():
    return built(0)


def speech(seconds, seed=0):
    return torch.from_numpy(babble(seconds, np.random.default_rng(seed))[None])


@torch.inference_mode()
def test_a_padded_batch_says_what_its_clips_say_alone(teacher):
    clips = [speech(seconds, seed) for seed, seconds in enumerate((2.5, 0.7, 1.64))]
    frozen = [teacher.frozen(teacher.log_mel(clip))[0] for clip in clips]
    lengths = torch.tensor([len(frames) for frames in frozen])
    mask = torch.arange(int(lengths.max())) < lengths[:, None]
    padded = torch.nn.utils.rnn.pad_sequence(frozen, batch_first=True, padding_value=7.0)
    pooled = teacher.head.pool(teacher.states(padded, mask), mask)
    together, _, embeddings = teacher.head.answer(pooled, None)
    for row, clip in enumerate(clips):
        adv, embedding = teacher(clip)
        assert together[row].numpy() == pytest.approx(adv[0].numpy(), abs=1e-4)
        assert embeddings[row].numpy() == pytest.approx(embedding[0].numpy(), abs=1e-4)


@torch.inference_mode()
@pytest.mark.parametrize("gain_db", [-40, -12, 12])
def test_its_answer_does_not_depend_on_the_level(teacher, gain_db):
    audio = 0.2 * speech(1.3)
    louder = audio * 10 ** (gain_db / 20)
    for ours, theirs in zip(teacher(louder), teacher(audio), strict=True):
        assert ours.numpy() == pytest.approx(theirs.numpy(), abs=1e-4)


@torch.inference_mode()
def test_the_log_mel_lies_on_whispers_scale(teacher):
    mel = teacher.log_mel(torch.cat([speech(1.0), 1e-3 * speech(1.0, seed=1)]))
    assert tuple(mel.shape) == (2, 80, 101)
    assert mel.amax(dim=(1, 2)).numpy() == pytest.approx([1.5, 1.5])
    assert mel.min() >= 1.5 - 80 / 40
    assert teacher.frozen(mel).shape[1] == 51


@torch.inference_mode()
def test_a_corpus_bias_is_averaged_where_the_corpus_is_unknown(teacher):
    pooled = torch.randn(1, 160 * 8)
    known = [teacher.head.answer(pooled, torch.tensor([corpus]))[0] for corpus in (0, 1)]
    assert teacher.head.answer(pooled, None)[0].numpy() == pytest.approx(((known[0] + known[1]) / 2).numpy(), abs=1e-5)


@torch.inference_mode()
def test_an_ensemble_is_the_mean_of_its_branches_on_one_trunk():
    teachers, audio = [built(1), built(2)], speech(1.0)
    for other in teachers[1:]:  # what is frozen is the same in all of them
        for name in ("conv1", "conv2", "embed_positions"):
            getattr(other.whisper, name).load_state_dict(getattr(teachers[0].whisper, name).state_dict())
        for mine, theirs in zip(other.whisper.layers[:2], teachers[0].whisper.layers[:2], strict=True):
            mine.load_state_dict(theirs.state_dict())
    alone = [teacher(audio) for teacher in teachers]
    adv, embedding = Ensemble(teachers).eval()(audio)
    assert adv.numpy() == pytest.approx(torch.stack([answer[0] for answer in alone]).mean(dim=0).numpy(), abs=1e-5)
    assert embedding.numpy() == pytest.approx(torch.cat([answer[1] for answer in alone], dim=1).numpy(), abs=1e-5)
    assert not torch.allclose(alone[0][0], alone[1][0])


def test_its_file_says_what_torch_says_and_so_does_the_int8_one(tmp_path):
    ensemble = Ensemble([built(3)]).eval()
    export.to_onnx(ensemble, tmp_path / "full.onnx", ("adv", "embedding"))  # raises if they differ
    quantize.dynamic_int8(tmp_path / "full.onnx", tmp_path / "small.onnx")
    full, small = OnnxModel(tmp_path / "full.onnx"), OnnxModel(tmp_path / "small.onnx")
    clips = [speech(1.0, seed).numpy() for seed in range(4)]
    exact, rounded = (np.concatenate([model.predict(clip)[0] for clip in clips]) for model in (full, small))
    assert rounded == pytest.approx(exact, abs=0.01)
    assert small.path.stat().st_size < 0.4 * full.path.stat().st_size
