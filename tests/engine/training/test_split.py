from hypothesis import given
from hypothesis import strategies as st

from engine.training.split import DEV_SHARE, split

words = st.text(max_size=8)


@given(words, st.text(min_size=1, max_size=8), words, words)
def test_a_speaker_is_in_one_part_whatever_else_there_is(corpus, speaker, clip, other):
    assert split(corpus, speaker, clip) == split(corpus, speaker, other)


@given(words, words, words, st.sampled_from(["train", "dev", "test"]))
def test_what_a_corpus_states_is_kept(corpus, speaker, clip, stated):
    assert split(corpus, speaker, clip, stated) == stated


def test_about_a_fifth_is_kept_to_choose_by():
    parts = [split("corpus", f"speaker {number}", "") for number in range(5000)]
    assert abs(parts.count("dev") / 5000 - DEV_SHARE) < 0.02
    assert "test" not in parts


def test_clips_without_a_speaker_are_split_one_by_one():
    assert {split("corpus", "", f"clip {number}") for number in range(50)} == {"train", "dev"}
