"""What a teacher says of the clips that sound to it most like a clip: the mean label of its nearest neighbours.

Near is near in the teacher's pooled space, turned onto its main axes (PCA), which keeps the distances and makes them
quick to compute. In a large library neighbours are sought among a part of the clips, spread evenly over the first of
these axes: the mean of ten near ones hardly changes, and the time grows with the clips, not with their square.
"""

import numpy as np
import numpy.typing as npt

from engine.types import AXES, Floats

Places = npt.NDArray[np.int64]

NEAREST = 10  # neighbours
FEW = 50  # with fewer clips the nearest ones need not be near
WIDTH = 32  # main axes; more find no more planted labels
SOUGHT = 25_000  # clips that neighbours are sought among, at most


class Neighbours:
    """The labels of a library by their embeddings.

    Args:
        embedding: float32 [N, E], NaN where there is none.
        said: float32 [N, 3], the labels in AXES order; NaN = not stated.
    """

    def __init__(self, embedding: Floats, said: Floats) -> None:
        from sklearn.neighbors import NearestNeighbors  # a second to import

        stated = np.concatenate([embedding, said], axis=1)
        self._known: npt.NDArray[np.bool_] = ~np.asarray(np.isnan(stated).any(axis=1))
        self._said = said
        self._enough = embedding.shape[1] > 0 and int(self._known.sum()) >= FEW
        if self._enough:
            self._points = np.full((len(said), min(WIDTH, embedding.shape[1])), np.nan, np.float32)
            self._points[self._known] = _turned(embedding[self._known])
            self._sought = _spread(np.flatnonzero(self._known), self._points)
            self._index = NearestNeighbors(n_neighbors=NEAREST + 1, algorithm="brute").fit(self._points[self._sought])

    def mean(self, places: Places) -> Floats:
        """The mean label of the nearest other clips of each clip in `places`; NaN: it has no embedding or label, or
        there are too few clips.

        Shape:
            places: int [B] in 0 .. N - 1 -> float32 [B, 3].
        """
        means = np.full((len(places), len(AXES)), np.nan, np.float32)
        asked = places[self._known[places]]
        if self._enough and len(asked):
            found = self._sought[self._index.kneighbors(self._points[asked], return_distance=False)]
            left_out = found == asked[:, None]
            left_out[~left_out.any(axis=1), -1] = True  # the farthest, where the clip is not among those sought
            others = self._said[found[~left_out].reshape(-1, NEAREST)]
            means[self._known[places]] = others.mean(axis=1)
        return means


def _turned(embedding: Floats) -> Floats:
    """Each clip's place on the main axes, [M, E] -> [M, WIDTH], the first axis last."""
    centred = embedding - embedding.mean(axis=0)
    axes = np.linalg.eigh(centred.T @ centred).eigenvectors[:, -WIDTH:]
    return np.asarray(centred @ axes, np.float32)


def _spread(known: Places, points: Floats) -> Places:
    """At most SOUGHT of the clips, evenly over the first main axis, so that the order of clips changes nothing."""
    if len(known) <= SOUGHT:
        return known
    along = known[np.argsort(points[known, -1])]
    return along[np.linspace(0, len(along) - 1, SOUGHT).astype(np.int64)]
