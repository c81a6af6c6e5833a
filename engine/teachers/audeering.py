"""audEERING's wav2vec 2.0, the most used public teacher: 12 layers, mean over time, trained on MSP-Podcast.

The weights are for research only. Its classes are rebuilt here, because transformers would open the file with a head
of random numbers and say nothing.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from engine.fetching import hub
from engine.types import Model, TeacherSpec

SOURCE = hub.Source(
    name="audeering",
    repository="audeering/wav2vec2-large-robust-12-ft-emotion-msp-dim",
    revision="6eba34a2485ea31cb03600241787c3a5edab8626",
    licence="CC BY-NC-SA 4.0, for research only",
    download_bytes=661_377_852,
)
SOURCES = (SOURCE,)
ENCODER: Mapping[str, Any] = {"num_hidden_layers": 12, "hidden_size": 1024, "feat_extract_norm": "layer"}
_SPEC = TeacherSpec(
    name=SOURCE.name,
    title="audEERING wav2vec 2.0 large robust, 12 layers, MSP-Podcast",
    source=SOURCE.repository,
    revision=SOURCE.revision,
    licence=SOURCE.licence,
    axes=("arousal", "dominance", "valence"),
    normalisation="each clip to zero mean and unit variance",
    download_bytes=SOURCE.download_bytes,
)


def load(threads: int = 1, precision: str = "fp32", encoder: Mapping[str, Any] = ENCODER) -> Model:
    """Open the weights that are on this machine.

    Args:
        threads: of torch, in the whole process.
        precision: fp32 or bf16.
        encoder: what the checkpoint's config must state.

    Raises:
        ValueError: the weights are not here, or are not this network's.
    """
    from engine.networks import checkpoint
    from engine.networks.encoded import EncodedTeacher, unit_variance
    from engine.networks.encoders import MeanRegression

    here = hub.where(SOURCE)
    stated = checkpoint.config(here / hub.CONFIG)
    checkpoint.check(stated, encoder, here / hub.CONFIG)
    axes = checkpoint.labels(stated, here / hub.CONFIG)
    network = checkpoint.network(lambda: MeanRegression(stated), here / hub.WEIGHTS)
    return EncodedTeacher(_SPEC, network, stated, unit_variance, axes, precision, threads)


def __getattr__(name: str) -> TeacherSpec:
    if name == "SPEC":  # asked anew each time: a folder's files may be others than the hub's
        return replace(_SPEC, revision=hub.revision(SOURCE))
    raise AttributeError(name)
