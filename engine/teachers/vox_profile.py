"""Vox-Profile's dimensional model: WavLM large, all layers weighed, trained on MSP-Podcast; not for sale.

It answers arousal, valence, dominance, in this order. No commit of its repository is known for certain here, so it is
not fetched: whoever wants it puts its files into a folder, and their SHA-256 is the revision.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from engine.fetching import hub
from engine.types import Model, TeacherSpec

if TYPE_CHECKING:
    from torch import Tensor

SOURCE = hub.Source(
    name="vox_profile",
    repository="tiantiaf/wavlm-large-msp-podcast-emotion-dim",
    revision=hub.UNPINNED,
    licence="OpenRAIL; its card says: no commercial use",
    download_bytes=1_264_300_000,  # from its parameters; nobody states it to the byte
)
SOURCES = (SOURCE,)
STATED = {"pretrain_model": "wavlm_large", "use_conv_output": True, "predict_gender": False}  # where it is stated
HIDDEN = 256
_SPEC = TeacherSpec(
    name=SOURCE.name,
    title="Vox-Profile, WavLM large, MSP-Podcast",
    source=SOURCE.repository,
    revision=SOURCE.revision,
    licence=SOURCE.licence,
    axes=("arousal", "valence", "dominance"),
    normalisation="each clip to zero mean and unit variance",
    download_bytes=SOURCE.download_bytes,
)


def load(threads: int = 1, precision: str = "fp32", encoder: Mapping[str, Any] | None = None) -> Model:
    """Open the weights that are in the folder.

    Args:
        threads: of torch, in the whole process.
        precision: fp32 or bf16.
        encoder: WavLM's config; None: that of WavLM large.

    Raises:
        ValueError: the weights are not there, or are not this network's.
    """
    from engine.networks import checkpoint
    from engine.networks.encoded import EncodedTeacher, unit_variance
    from engine.networks.encoders import WAVLM_LARGE, LayersRegression

    wavlm = WAVLM_LARGE if encoder is None else encoder
    here = hub.where(SOURCE)
    path = here / hub.CONFIG
    stated = checkpoint.config(path)
    checkpoint.check({**STATED, **stated}, STATED, path)
    hidden = int(checkpoint.number({"hidden_dim": HIDDEN, **stated}, "hidden_dim", path))
    network = checkpoint.network(lambda: LayersRegression(wavlm, _SPEC.axes, hidden), here / hub.WEIGHTS, merged)
    return EncodedTeacher(_SPEC, network, wavlm, unit_variance, _SPEC.axes, precision, threads)


def merged(state: dict[str, "Tensor"]) -> dict[str, "Tensor"]:
    """Add low-rank updates to the weights that they update: W + B A / r (Hu et al. 2021, with alpha 1)."""
    kept = {key: value for key, value in state.items() if not key.endswith((".lora_A", ".lora_B"))}
    for key, low in state.items():
        weight, up = f"{key.removesuffix('.lora_A')}.weight", state.get(f"{key.removesuffix('.lora_A')}.lora_B")
        if key.endswith(".lora_A") and up is not None and weight in kept:
            kept[weight] = kept[weight] + up @ low / len(low)
    return kept


def __getattr__(name: str) -> TeacherSpec:
    if name == "SPEC":  # asked anew each time: the revision is that of the files
        return replace(_SPEC, revision=hub.revision(SOURCE))
    raise AttributeError(name)
