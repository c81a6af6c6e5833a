"""How labels are spread over the scale, and hours over speakers. Pure functions of arrays."""

import numpy as np
import numpy.typing as npt

from engine.types import Floats

Ints = npt.NDArray[np.int64]
Doubles = npt.NDArray[np.float64]

BINS = 20
THIRDS = (0.4, 0.6)  # low, middle, high: most voices are judged near the middle
SPARSE = 0.02  # of the clips; with less than this a corner lacks clips, of nine parts that are all the same 0.11
NOWHERE = -1  # the place of a value that is not stated


def edges(adv: Floats) -> Doubles:
    """Ends of the bins: 0 to 1, and further where labels go further; one scale for all axes.

    Shape:
        adv: float32 [N, 3], NaN = not stated -> [BINS + 1].
    """
    stated = adv[~np.isnan(adv)]
    return np.linspace(min(0.0, float(stated.min(initial=0))), max(1.0, float(stated.max(initial=1))), BINS + 1)


def placed(adv: Floats, inner: npt.ArrayLike) -> Ints:
    """In which part of the scale each value lies, parted at the values of `inner`; NOWHERE where it is not stated.

    Shape:
        adv: float32 [N, 3], inner: [P - 1] -> int [N, 3], 0 .. P - 1.
    """
    return np.where(np.isnan(adv), NOWHERE, np.digitize(adv, np.asarray(inner)))


def effective(amounts: Doubles) -> float:
    """How many speakers of equal amounts would be as varied as these: Hill 1973, of order 2; 0 without any.

    Shape:
        amounts: [speakers], at least 0.
    """
    total = amounts.sum()
    return float(total**2 / np.square(amounts).sum()) if total else 0.0


def heavy(amounts: Doubles) -> npt.NDArray[np.bool_]:
    """Who has too much weight: over 1 / sqrt(n) of the whole, so over half among 4 and over a tenth among 100.

    Shape:
        amounts: [speakers], at least 0 -> bool [speakers].
    """
    return amounts > amounts.sum() / np.sqrt(max(1, len(amounts))) if len(amounts) > 1 else np.zeros(len(amounts), bool)
