"""Queues of raters: in order of doubt, nobody's clip before two, nothing lost when something goes wrong."""

import threading
from collections import Counter
from collections.abc import Callable

import pytest

from store.db import Store
from store.filters import ClipFilter
from store.records import ClipRecord, CorrectionRecord, DoubtRecord
from store.turns import APART, Mixture

Put = Callable[..., ClipRecord]
BY_DOUBT = Mixture(random=0.0, repeat=0.0)


@pytest.fixture
def filled(store: Store, put: Put) -> Store:
    """Forty clips, of which those with higher numbers are more doubtful."""
    clips = [put(number, corpus="odd" if number % 2 else "even") for number in range(40)]
    store.doubts.replace(
        DoubtRecord(clip_id=clip.id, doubt=n / 40, parts={"short": 1.0}) for n, clip in enumerate(clips)
    )
    return store


def numbers(store: Store, rater: str, want: int = 5, mixture: Mixture = BY_DOUBT, corpus: str = "") -> list[int]:
    return [int(turn.clip_id, 16) for turn in store.turns.take(rater, want, mixture, ClipFilter(corpus=corpus))]


def decide(store: Store, rater: str, number: int, verdict: str = "accept", **more: object) -> CorrectionRecord:
    said = CorrectionRecord(clip_id=f"{number:032x}", rater=rater, verdict=verdict, **more)  # type: ignore[arg-type]
    return store.turns.decide(said)


def test_the_most_doubtful_come_first_and_the_queue_stays(filled: Store) -> None:
    assert numbers(filled, "ada") == [39, 38, 37, 36, 35]
    decide(filled, "ada", 38)
    filled.doubts.replace([])
    assert numbers(filled, "ada", 4) == [39, 37, 36, 35]
    filled.turns.drop("ada")
    assert numbers(filled, "ada", 3) == [39, 37, 36]  # of equal doubt the newest


def test_a_filter_chooses_what_fills_the_queue(filled: Store) -> None:
    assert numbers(filled, "ada", 3, corpus="even") == [38, 36, 34]
    assert filled.turns.left("ada", BY_DOUBT, ClipFilter(corpus="even")) == 20
    assert numbers(filled, "bob", 30, corpus="even")[:2] == [32, 30]


def test_nobodys_clip_is_before_two_unless_two_are_wanted(filled: Store) -> None:
    ada, bob = numbers(filled, "ada"), numbers(filled, "bob")
    assert bob == [34, 33, 32, 31, 30]
    decide(filled, "ada", 39)
    decide(filled, "ada", 38, "skip")
    filled.turns.drop("bob")
    assert numbers(filled, "bob") == [38, 34, 33, 32, 31]  # a skipped one wants another's answer
    both = Mixture(random=0.0, repeat=0.0, overlap=2)
    assert numbers(filled, "carol", 4, both) == [39, 38, 37, 36]
    assert numbers(filled, "dora", 4, both) == [35, 34, 33, 32]  # the four before have two raters each already
    assert not set(ada) & set(bob)


def test_who_went_away_gives_their_clips_free(filled: Store) -> None:
    numbers(filled, "ada")
    filled._connections.execute("UPDATE turns SET at = at - 3600")
    assert numbers(filled, "bob") == [39, 38, 37, 36, 35]


def test_an_undone_clip_is_first_again_as_often_as_one_likes(filled: Store) -> None:
    queue = numbers(filled, "ada")
    for number in queue[:3]:
        decide(filled, "ada", number)
    for number in reversed(queue[:3]):
        (last,) = filled.corrections.recent("ada")
        filled.turns.undo(last.id, "ada", f"undo {number}")
        assert filled.turns.undo(last.id, "ada", f"undo {number}").undoes == last.id
        assert numbers(filled, "ada")[0] == number
    assert numbers(filled, "ada")[:5] == queue
    assert filled.corrections.recent("ada") == []


def test_a_clip_that_is_asked_for_is_first(filled: Store) -> None:
    numbers(filled, "ada")
    filled.turns.ask("ada", f"{3:032x}")
    assert numbers(filled, "ada")[0] == 3
    assert filled.turns.take("ada")[0].shown == "asked"
    with pytest.raises(ValueError, match="not in the library"):
        filled.turns.ask("ada", "f" * 32)


def test_a_deleted_clip_leaves_the_queue(filled: Store) -> None:
    numbers(filled, "ada")
    filled.clips.delete([f"{39:032x}"])
    assert numbers(filled, "ada") == [38, 37, 36, 35, 34]


def test_an_answer_that_cannot_be_kept_leaves_the_turn(filled: Store) -> None:
    queue = numbers(filled, "ada")
    with pytest.raises(ValueError, match="cannot be kept"):
        decide(filled, "ada", queue[0], raw=(0, 1, 1))
    assert numbers(filled, "ada") == queue


def test_random_clips_and_repeats_are_mixed_in(store: Store, put: Put) -> None:
    for number in range(900):
        put(number)
    shown = Counter[str]()
    again = list[str]()
    for _ in range(500):
        turn = store.turns.take("ada", 6, Mixture(random=0.2, repeat=0.1))[0]
        shown[turn.shown] += 1
        known = [said.clip_id for said in store.corrections.all()]
        if turn.shown == "repeat":
            assert turn.clip_id in known[:-APART]
            again.append(turn.clip_id)
        else:
            assert turn.clip_id not in known
        store.turns.decide(CorrectionRecord(clip_id=turn.clip_id, rater="ada", verdict="accept", shown=turn.shown))
    assert len(again) == len(set(again))
    assert 60 <= shown["random"] <= 140  # 100 are expected, and 36 is four deviations
    assert 20 <= shown["repeat"] <= 80


def test_three_raters_at_once_never_get_the_same_clip(filled: Store) -> None:
    def work(rater: str) -> None:
        while turns := filled.turns.take(rater, 3, BY_DOUBT):
            decide(filled, rater, int(turns[0].clip_id, 16))

    threads = [threading.Thread(target=work, args=(rater,)) for rater in ("ada", "bob", "carol")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(int(said.clip_id, 16) for said in filled.corrections.all()) == list(range(40))
