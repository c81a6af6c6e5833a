import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from engine.networks.heads import Head
from engine.rating import doubt
from engine.rating.doubt import WEIGHTS, judge, why
from engine.rating.neighbours import Neighbours

HEAD = Head(np.random.default_rng(0).normal(0, 0.1, (8, 3)).astype(np.float32), np.full(3, 0.5, np.float32), 0.2)
ANY = st.floats(-1, 2, width=32) | st.just(float("nan"))


@st.composite
def libraries(draw, least=1):
    """What may be known of some clips: any of it may be missing."""
    count = draw(st.integers(least, 6))

    def rows(width, values=ANY):
        return draw(arrays(np.float32, (count, width), elements=values))

    def facts(low, high):
        return draw(arrays(np.float64, count, elements=st.floats(low, high) | st.just(float("nan"))))

    return {
        "said": rows(3), "others": [rows(3) for _ in range(draw(st.integers(0, 2)))], "answered": rows(3),
        "near": rows(3), "embedding": rows(8), "speech_s": facts(0, 20), "peak": facts(0, 1),
        "contrast_db": facts(0, 120), "flatness": facts(-1, 5),
    }  # fmt: skip


def parts(known):
    return {
        "teachers": doubt.teachers(known["said"], known["others"]),
        "student": doubt.student(known["said"], known["answered"]),
        "neighbours": doubt.neighbours(known["said"], known["near"]),
        "dropout": doubt.dropout(known["embedding"], HEAD),
        "short": doubt.short(known["speech_s"]),
        "quiet": doubt.quiet(known["peak"]),
        "noisy": doubt.noisy(known["contrast_db"], known["flatness"]),
    }


@given(libraries())
def test_doubt_and_its_parts_lie_in_0_to_1_whatever_is_missing(known):
    found, rows = judge(known["said"], parts(known))
    assert ((found >= 0) & (found <= 1)).all()
    for each, row in zip(found, rows, strict=True):
        assert {name.partition(":")[0] for name in row} <= WEIGHTS.keys()
        assert list(row.values()) == sorted(row.values(), reverse=True)
        assert all(0 < value <= 1 for value in row.values())
        assert all(sentence.endswith(".") and " nan" not in sentence for sentence in why(row))
        assert each == 0 or row or each < 0.01  # rounded


@given(libraries(), st.randoms())
def test_the_order_of_clips_changes_nothing(known, random):
    order = list(range(len(known["said"])))
    random.shuffle(order)
    turned = {
        name: [each[order] for each in value] if isinstance(value, list) else value[order]
        for name, value in known.items()
    }
    found, rows = judge(known["said"], parts(known))
    found_turned, rows_turned = judge(turned["said"], parts(turned))
    assert found_turned == pytest.approx(found[order])
    assert rows_turned == [rows[place] for place in order]


@given(libraries(), st.sampled_from(sorted(WEIGHTS)))
def test_a_part_that_is_absent_counts_for_nothing_and_none_lowers_the_doubt(known, name):
    every = parts(known)
    without = {other: part for other, part in every.items() if other != name}
    less, more = judge(known["said"], without)[0], judge(known["said"], every)[0]
    assert (more >= less - 1e-12).all()
    absent = np.isnan(every[name].values)
    assert more[absent] == pytest.approx(less[absent])


def test_a_clip_without_a_label_has_no_doubt():
    said = np.array([[np.nan] * 3, [0.5, np.nan, np.nan]], np.float32)
    found, rows = judge(said, {"short": doubt.short(np.array([0.0, 0.0]))})
    assert (found.tolist(), rows) == ([0.0, 1.0], [{}, {"short": 1.0}])


def test_nothing_but_labels_and_no_clip_at_all_work():
    said = np.full((3, 3), 0.5, np.float32)
    assert judge(said, {}) == (pytest.approx(np.zeros(3)), [{}, {}, {}])
    found, rows = judge(said[:0], {"student": doubt.student(said[:0], said[:0]), "short": doubt.short(np.zeros(0))})
    assert (len(found), rows) == (0, [])
    with pytest.raises(ValueError, match="no part 'mood'; its parts are: teachers, student"):
        judge(said, {"mood": doubt.short(np.ones(3))})


def test_an_outlier_that_was_planted_comes_first():
    rng = np.random.default_rng(3)
    embedding = rng.normal(0, 0.3, (300, 8)).astype(np.float32)
    said = HEAD.answer(embedding) + rng.normal(0, 0.02, (300, 3)).astype(np.float32)
    answered = said + rng.normal(0, 0.04, said.shape).astype(np.float32)
    said[123, 2] += 0.4
    near = Neighbours(embedding, said).mean(np.arange(300))
    for of in (doubt.student(said, answered), doubt.neighbours(said, near)):
        assert int(np.argmax(of.values)) == 123
    found, rows = judge(said, {"student": doubt.student(said, answered), "neighbours": doubt.neighbours(said, near)})
    assert int(np.argmax(found)) == 123
    assert next(iter(rows[123])).endswith(":valence")


@pytest.mark.parametrize(
    ("of", "falling"),
    [
        (lambda values: doubt.short(values), [0.0, 0.3, 1.0, 5.0]),
        (lambda values: doubt.quiet(values), [0.0, 0.002, 0.01, 0.05, 0.2]),
        (lambda values: doubt.noisy(values, np.full(len(values), np.nan)), [0.0, 8.0, 16.0, 25.0, 60.0]),
        (lambda values: doubt.noisy(np.full(len(values), np.nan), -values), [-2.0, -0.9, -0.6, -0.3, 0.5]),
        (lambda values: doubt.student(np.ones((4, 3), np.float32), np.float32(values)[:, None].repeat(3, 1)),
         [0.3, 0.6, 0.8, 1.0]),
    ],
)  # fmt: skip
def test_parts_are_monotone(of, falling):
    values = of(np.array(falling)).values
    assert (np.diff(values) <= 0).all()
    assert values[0] == 1 > values[-1]


def test_teachers_that_put_the_middle_elsewhere_agree():
    said = np.random.default_rng(0).uniform(0, 1, (100, 3)).astype(np.float32)
    elsewhere = 0.3 * said + 0.6
    assert doubt.teachers(said, [elsewhere]).values == pytest.approx(np.zeros(100), abs=1e-5)
    elsewhere[5] = 0.9 - elsewhere[5] * 0.3
    assert int(np.argmax(doubt.teachers(said, [said, elsewhere]).values)) == 5
    assert np.isnan(doubt.teachers(said, []).values).all()
    assert doubt.teachers(said[:1], [said[:1] - 0.1]).values == pytest.approx([0.2], abs=1e-5)


def test_every_part_has_its_words():
    said = np.array([[0.5, 0.5, 0.5]], np.float32)
    other = said + np.array([[0.0, 0.1, -0.31]], np.float32)
    wavering = np.full((1, 8), 3.0, np.float32)
    known = {
        "teachers": doubt.teachers(said, [other]), "student": doubt.student(said, other),
        "neighbours": doubt.neighbours(said, said + 0.6), "dropout": doubt.dropout(wavering, HEAD),
        "short": doubt.short(np.array([0.4])), "quiet": doubt.quiet(np.array([0.004])),
        "noisy": doubt.noisy(np.array([9.0]), np.array([0.1])),
    }  # fmt: skip
    (row,) = judge(said, known)[1]
    assert set(why(row)) == {
        "Two teachers are .31 apart on valence.",
        "Teacher and student are .31 apart on valence.",
        "The label and those of clips that sound alike are .50 or more apart on arousal.",
        f"The teacher wavers on {('arousal', 'dominance', 'valence')[int(HEAD.spread(wavering).argmax())]}.",
        "Only 0.4 s of speech.",
        "Quiet: no sample above −48 dB.",
        "Noise: 9 dB between loud and quiet moments.",
    }
    assert why({"noisy:flat": 0.8, "short": 0.1}) == ["Flat tops: recorded too loud."]
    assert why({}) == []
