"""Tiny checkpoints of public teachers: their true keys and configs, a few channels wide, with random values."""

import json
from pathlib import Path

import torch
import transformers
from safetensors.torch import load_file, save_file

from engine.networks import vision

vision.prepare()

WIDTH, LAYERS, HIDDEN = 32, 2, 16
ENCODER = {
    "hidden_size": WIDTH, "num_hidden_layers": LAYERS, "num_attention_heads": 4, "intermediate_size": 48,
    "conv_dim": [16] * 7, "conv_kernel": [10, 3, 3, 3, 3, 2, 2], "conv_stride": [5, 2, 2, 2, 2, 2, 2],
    "feat_extract_norm": "layer", "do_stable_layer_norm": True, "num_conv_pos_embeddings": 16,
    "num_conv_pos_embedding_groups": 4, "conv_bias": True, "num_feat_extract_layers": 7,
}  # fmt: skip
WAVLM = {**ENCODER, "conv_bias": False, "num_buckets": 40, "max_bucket_distance": 100}
GROUPED = {"feat_extract_norm": "group", "do_stable_layer_norm": False}
LABELS = {"0": "arousal", "1": "dominance", "2": "valence"}
MEAN, STD = -8.278621631819787e-05, 0.08485510250851999
EXPECTED = {"num_hidden_layers": LAYERS, "hidden_size": WIDTH}  # what `audeering.load` checks

State = dict[str, torch.Tensor]


def audeering(root: Path, seed: int = 0, **config) -> Path:
    """As audEERING's: `wav2vec2.*` with its old names of normed weights, `classifier.dense`, `classifier.out_proj`."""
    stated = {"model_type": "wav2vec2", "architectures": ["Wav2Vec2ForSpeechClassification"], "mask_time_prob": 0.05,
              "final_dropout": 0.1, "id2label": LABELS, "vocab_size": None, **ENCODER, **config}  # fmt: skip
    made = transformers.Wav2Vec2Config(**{key: value for key, value in stated.items() if value is not None})
    state = _prefixed("wav2vec2", transformers.Wav2Vec2Model(made).state_dict())
    state |= _linear("classifier.dense", WIDTH, WIDTH) | _linear("classifier.out_proj", WIDTH, 3)
    return written(root / "audeering", stated, drawn(state, seed))


def odyssey(root: Path, seed: int = 1, **config) -> Path:
    """As 3loi's: `ssl_model.*`, `pool_model.*`, `ser_model.*`; the config says nothing of WavLM's inside."""
    stated = {"architectures": ["SERModel"], "model_type": "ser", "hidden_size": WIDTH, "num_classes": 3,
              "classifier_hidden_layers": 1, "classifier_dropout_prob": 0.5, "mean": MEAN, "std": STD,
              "sampling_rate": 16000, "id2label": LABELS, **config}  # fmt: skip
    state = _prefixed(
        "ssl_model", transformers.WavLMModel(transformers.WavLMConfig(**WAVLM, mask_time_prob=0.0)).state_dict()
    )
    state |= _linear("pool_model.sap_linear", WIDTH, WIDTH) | {"pool_model.attention": torch.empty(WIDTH, 1)}
    state |= _linear("ser_model.fc.0.0", 2 * WIDTH, WIDTH) | _linear("ser_model.out.0", WIDTH, 3)
    state |= {"ser_model.fc.0.1.weight": torch.ones(WIDTH), "ser_model.fc.0.1.bias": torch.empty(WIDTH)}
    return written(root / "odyssey", stated, drawn(state, seed))


def vox_profile(root: Path, seed: int = 8, rank: int = 0, **config) -> Path:
    """As Vox-Profile's: `backbone_model.*`, `weights`, `model_seq.*`, a `*_layer.*` for each axis; no labels."""
    stated = {"pretrain_model": "wavlm_large", "hidden_dim": HIDDEN, "finetune_method": "lora" if rank else "finetune",
              "lora_rank": rank, "use_conv_output": True, **config}  # fmt: skip
    state = _prefixed("backbone_model", transformers.WavLMModel(transformers.WavLMConfig(**WAVLM)).state_dict())
    state |= {"weights": torch.empty(LAYERS + 1)}
    for place, width in ((0, WIDTH), (3, HIDDEN), (6, HIDDEN)):
        state |= {f"model_seq.{place}.weight": torch.empty(HIDDEN, width, 1)}
        state |= {f"model_seq.{place}.bias": torch.empty(HIDDEN)}
    for axis in ("arousal", "valence", "dominance"):
        state |= _linear(f"{axis}_layer.0", HIDDEN, HIDDEN) | _linear(f"{axis}_layer.2", HIDDEN, 1)
    for layer in range(LAYERS) if rank else ():
        dense = f"backbone_model.encoder.layers.{layer}.feed_forward.intermediate_dense"
        state |= {f"{dense}.lora_A": torch.empty(rank, WIDTH), f"{dense}.lora_B": torch.empty(48, rank)}
    found = drawn(state, seed)
    for axis in ("arousal", "valence", "dominance"):  # so that clips differ after the sigmoid
        found[f"{axis}_layer.2.weight"] *= 10
    return written(root / "vox_profile", stated, found)


def drawn(state: State, seed: int) -> State:
    """Random values large enough that clips differ; norms' weights stay near 1."""
    random = torch.Generator().manual_seed(seed)
    values = {}
    for key, value in state.items():
        fan = value[0].numel() if value.ndim > 1 else 1
        noise = torch.randn(value.shape, generator=random)
        norm = "norm" in key or key.endswith((".weight_g", "gru_rel_pos_const", "fc.0.1.weight"))
        values[key] = 1 + 0.1 * noise if norm and not key.endswith("bias") else noise * (fan**-0.5 if fan > 1 else 0.1)
    return values


def written(folder: Path, config: dict, state: State) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "config.json").write_text(json.dumps(config))
    save_file({key: value.contiguous() for key, value in state.items()}, folder / "model.safetensors")
    return folder


def changed(folder: Path, **tensors) -> None:
    """Give a checkpoint other tensors; None takes one out. Dots in a name are written as two underscores."""
    state = load_file(folder / "model.safetensors")
    for name, value in tensors.items():
        key = name.replace("__", ".")
        if value is None:
            del state[key]
        else:
            state[key] = value
    save_file(state, folder / "model.safetensors")


def restated(folder: Path, **config) -> None:
    """Give a checkpoint's config other values."""
    path = folder / "config.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), **config}))


def _prefixed(prefix: str, state: State) -> State:
    """The keys as files have them, which were written before torch renamed normed weights."""
    old = {"parametrizations.weight.original0": "weight_g", "parametrizations.weight.original1": "weight_v"}
    found = {}
    for key, value in state.items():
        for new, name in old.items():
            key = key.replace(new, name)
        found[f"{prefix}.{key}"] = value
    return found


def _linear(name: str, inputs: int, outputs: int) -> State:
    return {f"{name}.weight": torch.empty(outputs, inputs), f"{name}.bias": torch.empty(outputs)}
