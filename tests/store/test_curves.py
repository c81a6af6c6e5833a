from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from store.db import Store
from store.records import CurvePoint

real = st.none() | st.floats(allow_nan=False)


@given(
    st.builds(
        CurvePoint,
        passes=st.floats(0, 1e6),
        loss=real,
        arousal=real,
        dominance=real,
        valence=real,
        samples_s=real,
    )
)
def test_a_point_comes_back_as_it_was(shelf: Store, point: CurvePoint) -> None:
    job_id = shelf.jobs.add("train", {})
    shelf.curves.add(job_id, point)
    assert shelf.curves.get(job_id) == [point]


def test_a_curve_is_in_order_and_a_point_made_again_replaces_the_first(store: Store) -> None:
    job_id, other = store.jobs.add("train", {}), store.jobs.add("train", {})
    points = [CurvePoint(passes=place, loss=1.0) for place in (2.0, 0.5, 1.0)]
    for point in points:
        store.curves.add(job_id, point)
    again = replace(points[1], loss=0.5)
    store.curves.add(job_id, again)
    assert store.curves.get(job_id) == [again, points[2], points[0]]
    assert store.curves.get(other) == []


def test_pace_is_the_mean_of_what_was_measured(store: Store) -> None:
    job_id = store.jobs.add("train", {})
    assert store.curves.pace(job_id) is None
    for number, samples_s in enumerate((100.0, 200.0, None)):
        store.curves.add(job_id, CurvePoint(passes=number, samples_s=samples_s))
    assert store.curves.pace(job_id) == 150
