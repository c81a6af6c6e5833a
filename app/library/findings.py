"""What a person should know of a library's clips and speakers: each finding a count, a sentence, and its clips."""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from engine.labelling import spread
from store.records import ClipFacts

FAINT = 0.01  # of full scale, -40 dB: the peak of a clip in which next to nothing is heard
SHORT_S = 0.5  # of speech; with less than this a teacher guesses
NOISY_DB = 16.0  # contrast: less have 1 % of 800 real clips, and 97 % of them with pink noise 5 dB below the voice
FLAT = 0.6  # flatness: more have 0.4 % of 800 real clips, and 95 % of them cut off at half their height, at any level

CLIPPED = "with flat tops: recorded too loud, so that the loudest moments were cut off."
NOISY = f"with loud noise: less than {NOISY_DB:.0f} dB between loud and quiet moments."
SILENT = f"almost silent: no sample above −{-20 * math.log10(FAINT):.0f} dB of full scale."
SPEECHLESS = "in which the voice filter hears nobody: nothing is taught from there."
SHORT = f"with under {SHORT_S} s of speech: too little to judge a feeling by."
UNLABELLED = "that the teacher has not listened to: missing in the pictures above."

Places = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Finding:
    """Clips that have something in common which is better known."""

    key: str
    title: str
    sentence: str
    places: Places  # of its clips, in the order of the facts

    @property
    def count(self) -> int:
        """How many clips."""
        return len(self.places)


def findings(facts: ClipFacts) -> tuple[list[Finding], str]:
    """What was found, and how many voices there are, in a sentence; what is not there is left out."""
    speakers, voices = _speakers(facts)
    sound = [
        _of("clipped", "flat tops", facts.flatness > FLAT, CLIPPED),
        _of("noisy", "noise", facts.contrast_db < NOISY_DB, NOISY),
        _of("faint", "almost silent", facts.peak < FAINT, SILENT),
        _of("speechless", "nobody speaks", facts.speech_s == 0, SPEECHLESS),
        _of("short", "very short", (facts.speech_s > 0) & (facts.speech_s < SHORT_S), SHORT),
        _of("unlabelled", "not labelled", ~facts.labelled, UNLABELLED),
    ]
    return [each for each in (_copies(facts), *speakers, *sound) if each.count], voices


def _of(key: str, title: str, which: npt.NDArray[np.bool_], what: str) -> Finding:
    places = np.flatnonzero(which)
    return Finding(key, title, f"{_clips(len(places))} {what}", places)


def _clips(count: int) -> str:
    return "One clip" if count == 1 else f"{count:,} clips"


def _copies(facts: ClipFacts) -> Finding:
    """Clips of the same sound, those of one group side by side."""
    same = np.array(facts.same_as, dtype=str)
    names, group, sizes = np.unique(same, return_inverse=True, return_counts=True)
    counted = np.flatnonzero((sizes[group] > 1) & (same != ""))
    places = counted[np.argsort(group[counted], kind="stable")]
    sounds = int(((sizes > 1) & (names != "")).sum())
    what = "one sound" if sounds == 1 else f"{sounds:,} sounds"
    sentence = (
        f"{_clips(len(places))} hold {what}, maybe at another level, re-encoded or cut: they count more than others, "
        "and whoever is tested on a copy of what was taught does too well."
    )
    return Finding("copies", "near-duplicates", sentence, places)


def _speakers(facts: ClipFacts) -> tuple[list[Finding], str]:
    owners = np.array([f"{c}/{s}" if s else "" for c, s in zip(facts.corpora, facts.speakers, strict=True)], dtype=str)
    names, owner = np.unique(owners, return_inverse=True)
    seconds = np.bincount(owner, facts.duration_s, len(names))
    named = names != ""
    found = [
        Finding(
            f"speaker:{names[number]}",
            f"speaker {names[number]}",
            f"{names[number]} has {seconds[number] / seconds[named].sum():.0%} of the hours that have a speaker: the "
            "student will know this voice best.",
            np.flatnonzero(owner == number),
        )
        for number in np.flatnonzero(named)[spread.heavy(seconds[named])]
    ]
    nameless = np.flatnonzero(owners == "")
    lost = f"{_clips(len(nameless))} without a speaker's name: the same voice may be taught and tested on."
    found.append(Finding("nameless", "no speaker stated", lost, nameless))
    even = spread.effective(seconds[named])
    voices = f"{named.sum():,} speakers; with their hours as they are, they weigh like {even:.1f} of equal hours."
    return found, voices if named.any() else "No clip states its speaker."
