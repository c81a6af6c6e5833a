"""A checkpoint of audEERING's shape, 12 layers of wav2vec 2.0 large, with random weights: as fast as the real one."""

import json
from pathlib import Path

import torch
from safetensors.torch import save_file

from engine import plugins
from engine.labelling import listen
from engine.networks import vision
from engine.sound import audio, speech
from engine.types import Floats, Model

NAME = "audeering"
CONFIG = {
    "model_type": "wav2vec2", "num_hidden_layers": 12, "hidden_size": 1024, "intermediate_size": 4096,
    "num_attention_heads": 16, "conv_dim": [512] * 7, "conv_kernel": [10, 3, 3, 3, 3, 2, 2],
    "conv_stride": [5, 2, 2, 2, 2, 2, 2], "conv_bias": True, "feat_extract_norm": "layer",
    "do_stable_layer_norm": True, "num_conv_pos_embeddings": 128, "num_conv_pos_embedding_groups": 16,
    "mask_time_prob": 0.0, "id2label": {"0": "arousal", "1": "dominance", "2": "valence"},
}  # fmt: skip


def write(root: Path) -> Path:
    """Write it as a folder of teachers has it; gives the teacher's own folder."""
    vision.prepare()
    from transformers import Wav2Vec2Config, Wav2Vec2Model

    torch.manual_seed(0)
    encoder = Wav2Vec2Model(Wav2Vec2Config(**CONFIG)).state_dict()
    dense, out = torch.nn.Linear(1024, 1024), torch.nn.Linear(1024, 3)
    state = {f"wav2vec2.{name}": value for name, value in encoder.items()}
    for name, layer in (("dense", dense), ("out_proj", out)):
        state |= {f"classifier.{name}.{key}": value for key, value in layer.state_dict().items()}
    folder = root / NAME
    folder.mkdir(parents=True)
    (folder / "config.json").write_text(json.dumps(CONFIG))
    save_file({name: value.contiguous() for name, value in state.items()}, folder / "model.safetensors")
    return folder


def value(teacher: str, path: str, how: str) -> Floats:
    """A clip's value as labelling has it, without the trace; the pool's processes find it here by name."""
    if teacher not in _open:
        _open[teacher] = plugins.load("teachers", teacher).load(1, how)
    samples = audio.read(path)
    return listen.clip_value(_open[teacher], samples, speech.spans(samples))[0]


_open: dict[str, Model] = {}
