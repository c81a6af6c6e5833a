"""In how many bits a big teacher labels on this machine: 16 where that is fast and hardly moves its answers.

What a library was labelled in stays as it is, so that labels do not change because a machine did.
"""

import inspect
from dataclasses import replace
from types import ModuleType

from engine.labelling.precision import Gated, gate
from engine.sound import audio
from engine.types import SAMPLE_RATE, Floats, TeacherSpec
from store.db import Store

TRIED = 16  # clips
LONGEST_S = 8.0  # of each


def chosen(store: Store, plugin: ModuleType, able: bool | None = None) -> tuple[TeacherSpec, str]:
    """The teacher as it is to label here, and a sentence of why; empty: it leaves no choice.

    Args:
        store: some of its clips are asked about, in both precisions.
        plugin: the teacher's module.
        able: whether 16 bits are fast here; None: find out.

    Raises:
        ValueError: the teacher can't be loaded.
    """
    spec: TeacherSpec = plugin.SPEC
    if "precision" not in inspect.signature(plugin.load).parameters:
        return spec, ""
    rounded, clips = replace(spec, precision="bf16"), store.clips.count()
    able = _able() if able is None else able
    if len(store.labels.missing(spec.fingerprint)) < clips:
        return spec, "fp32: as it has labelled here before."
    if able and len(store.labels.missing(rounded.fingerprint)) < clips:
        return rounded, "bf16: as it has labelled here before."
    found: Gated = gate(lambda how: plugin.load(threads=1, precision=how), _sounds(store) if able else [], able)
    return replace(spec, precision=found.precision), found.why


def _able() -> bool:
    import torch  # seconds, and only teachers that are built of it come here

    from engine import machine

    return machine.bf16(torch.device("cpu"))


def _sounds(store: Store) -> list[Floats]:
    found = list[Floats]()
    for clip in store.clips.find(limit=4 * TRIED):
        try:
            found.append(audio.read(store.clips.audio(clip.id))[: int(LONGEST_S * SAMPLE_RATE)])
        except ValueError:  # the labelling itself will tell
            continue
    return found[:TRIED]
