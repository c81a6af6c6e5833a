"""How doubtful a clip's label is: one number, 0..1, the parts that it is made of, and each part in words.

Every part has a fixed scale with a meaning, so a library with better labels has less doubt, and a part says how far
apart, how short, how quiet. A part that is not known of a clip is NaN and counts for nothing. A clip without a label
has no doubt: there is nothing to correct.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from engine.networks.heads import Head
from engine.types import AXES, Floats

Doubles = npt.NDArray[np.float64]
Places = npt.NDArray[np.int64]

FAR = 0.5  # half of the scale, from a middling voice to either end: two answers can hardly be farther apart
STEP = 0.125  # one of the nine steps of a rater's scale
SHORT_S = 0.5  # of speech; with so little a teacher guesses
QUIET_DB = (20.0, 60.0)  # below full scale; halfway lies what is next to inaudible
NOISE_DB = (26.0, 6.0)  # between loud and quiet moments; 1 % of 800 real clips have less than halfway
FLAT = (0.2, 1.0)  # flatness; 0.4 % of 800 real clips have more than halfway
MATCHED = 30  # clips that two teachers must share before their scales can be told from their disagreement
TOLD = 0.3  # a smaller part is not worth a sentence

# What a part weighs, chosen by `tests.bench.doubt --tune`; `teachers` as `student`, for want of a second real teacher.
WEIGHTS = {"teachers": 1.0, "student": 1.0, "neighbours": 1.0, "dropout": 0.3, "short": 1.0, "quiet": 1.0, "noisy": 0.3}


@dataclass(frozen=True, eq=False)
class Part:
    """One reason to doubt, of every clip.

    Shape:
        values: float64 [N], 0..1, NaN = absent; which: int [N], the place in `kinds` of what the value is about.
    """

    values: Doubles
    which: Places | None = None
    kinds: tuple[str, ...] = ()


def teachers(said: Floats, others: Sequence[Floats]) -> Part:
    """How far the teacher and another are apart, at most, once the other is on the teacher's scale; FAR: 1.

    Shape:
        said, each of the others: float32 [N, 3], NaN = not answered.
    """
    gaps = [_gaps(said, _matched(other, said)) for other in others]
    return _farthest(np.max(gaps, axis=0, initial=-1.0) if gaps else np.full(said.shape, -1.0), FAR)


def student(said: Floats, answered: Floats) -> Part:
    """How far teacher and student are apart on the axis where they are farthest; FAR: 1.

    Shape:
        said, answered: float32 [N, 3], NaN = not answered.
    """
    return _farthest(_gaps(said, answered), FAR)


def neighbours(said: Floats, near: Floats) -> Part:
    """How far the label is from the mean label of the nearest clips, see `engine.rating.neighbours`; FAR: 1.

    Shape:
        said, near: float32 [N, 3], NaN = not known.
    """
    return _farthest(_gaps(said, near), FAR)


def dropout(embedding: Floats, head: Head) -> Part:
    """How much the teacher's answer depends on which units of its embedding are there; STEP: 1.

    Shape:
        embedding: float32 [N, E], NaN = none.
    """
    return _farthest(np.nan_to_num(head.spread(embedding).astype(np.float64), nan=-1.0), STEP)


def short(speech_s: Doubles) -> Part:
    """How little speech there is: 1 for none, half of that with every SHORT_S of it.

    Shape:
        speech_s: [N], NaN = nobody has listened.
    """
    return Part(0.5 ** (np.maximum(speech_s, 0) / SHORT_S))


def quiet(peak: Doubles) -> Part:
    """How far the loudest sample lies below full scale, between the two ends of QUIET_DB.

    Shape:
        peak: [N], 0..1, NaN = not known.
    """
    return Part(_between(-20 * np.log10(np.maximum(peak, 1e-12)), QUIET_DB))


def noisy(contrast_db: Doubles, flatness: Doubles) -> Part:
    """How much noise, or how flat the tops, whichever is worse; both are of `engine.sound.faults`.

    Shape:
        contrast_db, flatness: [N], NaN = not known.
    """
    both = np.stack([_between(contrast_db, NOISE_DB), _between(flatness, FLAT)], axis=1)
    return _largest(np.nan_to_num(both, nan=-1.0), ("noise", "flat"))


def judge(said: Floats, parts: Mapping[str, Part]) -> tuple[Doubles, list[dict[str, float]]]:
    """Each clip's doubt, and its parts by name in falling order, rounded to thousandths; those of 0 are left out.

    The doubt is 1 - the product of (1 - part) ** weight: as if each part were how likely the label is wrong for that
    reason alone. No part can lower it, one that is absent leaves it as it is, one of 1 and weight is enough. A part
    that is about something, such as an axis, has that in its name: `student:valence`.

    Shape:
        said: float32 [N, 3], the labels; parts: any of WEIGHTS' -> float64 [N], N dictionaries.

    Raises:
        ValueError: a part is called otherwise.
    """
    if unknown := parts.keys() - WEIGHTS.keys():
        raise ValueError(f"Doubt has no part {min(unknown)!r}; its parts are: {', '.join(WEIGHTS)}.")
    labelled: npt.NDArray[np.bool_] = ~np.asarray(np.isnan(said).all(axis=1))
    sure = np.ones(len(said))
    for name, part in parts.items():
        sure *= (1 - np.where(labelled, np.nan_to_num(part.values), 0.0)) ** WEIGHTS[name]
    return 1 - sure, _rows(labelled, parts)


def why(parts: Mapping[str, float]) -> list[str]:
    """What stands out of a clip's named parts, a sentence each, the largest first; empty: nothing does."""
    falling = sorted(parts.items(), key=lambda item: -item[1])
    return [_WORDS[name.partition(":")[0]](name.partition(":")[2], value) for name, value in falling if value >= TOLD]


def _rows(labelled: npt.NDArray[np.bool_], parts: Mapping[str, Part]) -> list[dict[str, float]]:
    rows = [dict[str, float]() for _ in labelled]
    if not parts:
        return rows
    values = np.stack([np.where(labelled, np.nan_to_num(part.values), 0.0) for part in parts.values()]).round(3)
    names = np.stack([_names(name, part) for name, part in parts.items()])
    order = np.argsort(-values, axis=0, kind="stable")
    falling = np.take_along_axis(values, order, 0).T.tolist(), np.take_along_axis(names, order, 0).T.tolist()
    for row, of_clip, called in zip(rows, *falling, strict=True):
        row.update((name, value) for name, value in zip(called, of_clip, strict=True) if value > 0)
    return rows


def _names(name: str, part: Part) -> npt.NDArray[np.object_]:
    if part.which is None:
        return np.full(len(part.values), name, object)
    return np.array([f"{name}:{kind}" for kind in part.kinds], object)[part.which]


def _gaps(one: Floats, other: Floats) -> Doubles:
    """Distances, [N, 3]; -1 where either is not stated."""
    return np.nan_to_num(np.abs(one.astype(np.float64) - other), nan=-1.0)


def _farthest(gaps: Doubles, full: float) -> Part:
    return _largest(np.where(gaps < 0, gaps, np.minimum(1.0, gaps / full)), AXES)


def _largest(values: Doubles, kinds: tuple[str, ...]) -> Part:
    """The largest of each row of [N, kinds]; below 0 = absent."""
    which = values.argmax(axis=1)
    largest = values.max(axis=1)
    return Part(np.where(largest < 0, np.nan, largest), which, kinds)


def _between(values: Doubles, ends: tuple[float, float]) -> Doubles:
    return np.clip((values - ends[0]) / (ends[1] - ends[0]), 0, 1)


def _matched(other: Floats, said: Floats) -> Floats:
    """Another teacher's answers with the mean and spread of this one's: each has its own idea of the middle."""
    both = ~(np.isnan(other) | np.isnan(said)).any(axis=1)
    if both.sum() < MATCHED:
        return other
    mean, spread = other[both].mean(axis=0), other[both].std(axis=0)
    factor = np.divide(said[both].std(axis=0), spread, out=np.ones_like(spread), where=spread > 0)
    return np.asarray((other - mean) * factor + said[both].mean(axis=0), np.float32)


def _gap(value: float, kind: str) -> str:
    more = " or more" if value == 1 else ""
    return f"{FAR * value:.2f}{more} apart on {kind}".lstrip("0")


def _speech(_: str, value: float) -> str:
    return f"Only {-SHORT_S * math.log2(value):.1f} s of speech."


def _level(_: str, value: float) -> str:
    return f"Quiet: no sample above −{QUIET_DB[0] + value * (QUIET_DB[1] - QUIET_DB[0]):.0f} dB."


def _sound(kind: str, value: float) -> str:
    if kind == "flat":
        return "Flat tops: recorded too loud."
    return f"Noise: {NOISE_DB[0] + value * (NOISE_DB[1] - NOISE_DB[0]):.0f} dB between loud and quiet moments."


_WORDS: dict[str, Callable[[str, float], str]] = {
    "teachers": lambda kind, value: f"Two teachers are {_gap(value, kind)}.",
    "student": lambda kind, value: f"Teacher and student are {_gap(value, kind)}.",
    "neighbours": lambda kind, value: f"The label and those of clips that sound alike are {_gap(value, kind)}.",
    "dropout": lambda kind, _: f"The teacher wavers on {kind}.",
    "short": _speech,
    "quiet": _level,
    "noisy": _sound,
}
