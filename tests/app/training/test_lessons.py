import hashlib
import json
from dataclasses import replace

import numpy as np
import pytest

from app.rating import fused
from app.training import lessons
from app.training.lessons import CORRECTED, Lesson, Outline
from store.db import Store
from store.records import CorrectionRecord
from tests.classroom import KEPT, TAUGHT

TEACHER = np.array([0.1, 0.2, 0.3], np.float32)


def say(store: Store, clip_id: str, verdict: str, *adv: float | None, rater: str = "ada") -> CorrectionRecord:
    said = (adv or (None,) * 3)[:3]
    return store.corrections.add(CorrectionRecord(clip_id=clip_id, rater=rater, adv=said, verdict=verdict))  # type: ignore[arg-type]


def by_id(store: Store) -> dict[str, Lesson]:
    return {lesson.clip_id: lesson for lesson in lessons.lessons(store)}


def test_a_speaker_is_taught_or_kept_and_never_both(library: Store) -> None:
    taught = lessons.lessons(library)
    parts = {part: {each.speaker for each in taught if each.part == part} for part in ("train", "dev")}
    assert (len(parts["train"]), len(parts["dev"])) == (TAUGHT, KEPT)
    assert not parts["train"] & parts["dev"]
    assert len(taught) == library.clips.count()


def test_the_outline_counts_what_the_lessons_hold(library: Store) -> None:
    clips = library.clips.find(limit=-1)
    for clip, verdict in zip(clips, ("reject", "accept", "skip", "correct"), strict=False):
        say(library, clip.id, verdict)
    taught, found = lessons.lessons(library), lessons.outline(library)
    seconds = {clip.id: clip.duration_s for clip in clips}
    assert found.clips == sum(each.part == "train" for each in taught)
    assert found.kept == sum(each.part == "dev" for each in taught)
    assert found.hours * 3600 == pytest.approx(sum(seconds[each.clip_id] for each in taught if each.part == "train"))
    assert (found.rejected, found.corrected, found.unused) == (1, 2, 0)
    assert (found.speakers, found.kept_speakers) == (TAUGHT, KEPT)


def test_what_people_said_weighs_more_and_a_rejected_clip_is_left_out(library: Store) -> None:
    corrected, accepted, rejected, skipped, undone, *_ = (clip.id for clip in library.clips.find())
    say(library, corrected, "correct", 0.9, None, 0.8)
    say(library, accepted, "accept", 0.5, 0.5, 0.5)
    say(library, rejected, "reject")
    say(library, skipped, "skip")
    library.corrections.undo(say(library, undone, "reject").id, "ada")
    found = by_id(library)
    assert rejected not in found
    assert [found[each].weight for each in (corrected, accepted, skipped, undone)] == [CORRECTED, CORRECTED, 1, 1]
    assert found[corrected].target(TEACHER) == pytest.approx([0.9, 0.2, 0.8])
    assert found[accepted].target(TEACHER) == pytest.approx(TEACHER)


def test_lessons_come_back_from_json(library: Store) -> None:
    say(library, library.clips.find()[0].id, "correct", 0.9, None, 0.8)
    taught = lessons.lessons(library)
    assert lessons.from_json(lessons.to_json(taught)) == taught


def test_the_fingerprint_follows_clips_parts_and_corrections(library: Store) -> None:
    taught = lessons.lessons(library)
    assert lessons.fingerprint(taught[::-1]) == lessons.fingerprint(taught)
    others = [
        taught[1:],
        [replace(taught[0], part="test"), *taught[1:]],
        [replace(taught[0], correction=7), *taught[1:]],
    ]
    assert len({lessons.fingerprint(each) for each in (taught, *others)}) == 4


def test_several_people_are_taught_as_one_answer(library: Store) -> None:
    clip_id = next(each for each, lesson in by_id(library).items() if lesson.part == "train" and not lessons.held(each))
    said = [
        say(library, clip_id, "correct", value, None, value, rater=rater)
        for rater, value in zip("abc", (0.1, 0.2, 0.9), strict=True)
    ]
    lesson = by_id(library)[clip_id]
    assert (lesson.ratings, lesson.fusion, lesson.weight) == (tuple(each.id for each in said), "mean", CORRECTED)
    assert lesson.target(TEACHER) == pytest.approx([0.4, 0.2, 0.4])
    assert lessons.from_json(lessons.to_json([lesson])) == [lesson]
    for rater in "ab":
        say(library, clip_id, "reject", rater=rater)
    assert clip_id not in by_id(library)


def test_the_fingerprint_follows_every_rating_and_the_method(library: Store) -> None:
    clip_id = library.clips.find()[0].id
    seen = []

    def note() -> None:
        seen.append(lessons.fingerprint(lessons.lessons(library)))

    for rater in "abc":
        note()
        last = say(library, clip_id, "accept", 0.5, 0.5, 0.5, rater=rater)
    for name in ("mean", "median", "ewe"):
        fused.choose(library, name)
        note()
    say(library, clip_id, "correct", 0.6, 0.5, 0.5, rater="a")
    note()
    assert len(set(seen)) == len(seen)
    library.corrections.undo(last.id, "c")
    fused.choose(library, "mean")
    assert lessons.fingerprint(lessons.lessons(library)) not in seen


def test_lessons_of_an_earlier_etude_are_read_and_keep_their_fingerprint() -> None:
    plain = {"clip_id": "c", "name": "n", "corpus": "", "speaker": "", "sex": "", "language": "", "licence": ""}
    told = f"[{json.dumps({**plain, 'part': 'train', 'correction': 3, 'said': [0.5, None, 1.0], 'weight': 4.0})}]"
    (lesson,) = lessons.from_json(told)
    assert (lesson.said, lesson.ratings) == ((0.5, None, 1.0), ())
    assert lessons.fingerprint([lesson]) == hashlib.sha256(b'[["c", "train", 3]]').hexdigest()[:16]


def test_too_little_is_said_in_words() -> None:
    assert "no clip to learn from" in Outline(kept=3).lack
    assert "no clip to choose by" in Outline(clips=3).lack
    few = Outline(clips=9, hours=0.01, speakers=1, kept=1)
    assert (few.lack, few.doubt[:18]) == ("", "36 s of 1 voice ar")
    assert "12 minutes of 30 voices" in Outline(clips=9, hours=0.2, speakers=30, kept=1).doubt
    assert Outline(clips=9, hours=2, speakers=30, kept=1).doubt == ""


def test_an_empty_library_is_refused(tmp_path) -> None:
    with Store(tmp_path) as store:
        assert lessons.outline(store) == Outline()
        with pytest.raises(ValueError, match="import recordings of more people"):
            lessons.check(lessons.lessons(store))


def test_a_part_of_what_is_corrected_is_held_back_and_stays_so(library: Store) -> None:
    before = by_id(library)
    for clip_id in before:
        say(library, clip_id, "correct", 0.9, 0.8, 0.7)
    after = by_id(library)
    held = {clip_id for clip_id, lesson in after.items() if lesson.part == "held"}
    assert {before[clip_id].part for clip_id in held} == {"train"}
    assert {clip_id: each.part for clip_id, each in after.items() if clip_id not in held} == {
        clip_id: each.part for clip_id, each in before.items() if clip_id not in held
    }
    assert 0.1 < len(held) / sum(each.part == "train" for each in before.values()) < 0.3
    found = lessons.outline(library)
    assert (found.held, found.clips) == (len(held), sum(each.part == "train" for each in after.values()))
    first = min(held)
    library.corrections.undo(library.corrections.standing(first).id, "ada")  # type: ignore[union-attr]
    say(library, first, "accept")
    assert by_id(library)[first].part == "train"
