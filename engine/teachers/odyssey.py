"""The baseline of the Odyssey 2024 challenge: WavLM large, attentive statistics, trained on MSP-Podcast, MIT.

Its config.json lacks WavLM's own, which is therefore stated in engine/networks/encoders.py. The published code counts
one frame too many when it pools a padded batch; here the encoder's own count is used.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from engine.fetching import hub
from engine.types import Model, TeacherSpec

SOURCE = hub.Source(
    name="odyssey",
    repository="3loi/SER-Odyssey-Baseline-WavLM-Multi-Attributes",
    revision="00d0e12ba9bf957f5aeea36e8663c8c61cb50ac9",
    licence="MIT",
    download_bytes=1_274_500_000,  # from its parameters; nobody states it to the byte
)
SOURCES = (SOURCE,)
HEAD = {"classifier_hidden_layers": 1, "num_classes": 3}
_SPEC = TeacherSpec(
    name=SOURCE.name,
    title="Odyssey 2024 baseline, WavLM large, MSP-Podcast",
    source=SOURCE.repository,
    revision=SOURCE.revision,
    licence=SOURCE.licence,
    axes=("arousal", "dominance", "valence"),
    normalisation="(x - mean) / (deviation + 1e-6), both from its config.json",
    commercial=True,
    download_bytes=SOURCE.download_bytes,
)


def load(threads: int = 1, precision: str = "fp32", encoder: Mapping[str, Any] | None = None) -> Model:
    """Open the weights that are on this machine.

    Args:
        threads: of torch, in the whole process.
        precision: fp32 or bf16.
        encoder: WavLM's config; None: that of WavLM large.

    Raises:
        ValueError: the weights are not here, or are not this network's.
    """
    from engine.networks import checkpoint
    from engine.networks.encoded import EncodedTeacher, shifted
    from engine.networks.encoders import WAVLM_LARGE, StatisticsRegression

    wavlm = WAVLM_LARGE if encoder is None else encoder
    here = hub.where(SOURCE)
    path = here / hub.CONFIG
    stated = checkpoint.config(path)
    checkpoint.check(stated, {"hidden_size": wavlm["hidden_size"], **HEAD}, path)
    axes = checkpoint.labels(stated, path)
    mean, deviation = checkpoint.number(stated, "mean", path), checkpoint.number(stated, "std", path)
    network = checkpoint.network(lambda: StatisticsRegression(wavlm), here / hub.WEIGHTS)
    return EncodedTeacher(_SPEC, network, wavlm, shifted(mean, deviation), axes, precision, threads)


def __getattr__(name: str) -> TeacherSpec:
    if name == "SPEC":  # asked anew each time: a folder's files may be others than the hub's
        return replace(_SPEC, revision=hub.revision(SOURCE))
    raise AttributeError(name)
