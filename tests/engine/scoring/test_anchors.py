from pathlib import Path

import pytest

from engine.scoring.anchors import CATEGORIES, anchor, target
from engine.types import CorpusRow


def row(**about):
    return CorpusRow(Path("x.wav"), **about)


def test_neutral_is_the_middle():
    assert anchor(row(category="neutral")).tolist() == [0.5, 0.5, 0.5]


@pytest.mark.parametrize("category", CATEGORIES)
def test_every_anchor_lies_on_the_scale(category):
    assert ((anchor(row(category=category)) >= 0) & (anchor(row(category=category)) <= 1)).all()


def test_strongly_played_lies_further_out():
    arousal = [target(row(category="anger", intensity=how))[0] for how in ("normal", "", "strong")]
    assert arousal == sorted(arousal)
    assert target(row(category="anger", recognised=0.5))[0] < arousal[1]


def test_an_unknown_category_is_named():
    with pytest.raises(ValueError, match="smugness"):
        anchor(row(category="smugness"))
