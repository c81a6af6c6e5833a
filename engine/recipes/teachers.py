"""The teachers that come with Etude: what each is trained on, under which licence it may be used, and of how many
branches its answer is the mean."""

from dataclasses import dataclass

from engine.recipes.teacher_fit import EVERY, FREE, FitOptions
from engine.recipes.voices import ACTED

WHISPER = "Whisper tiny.en: MIT, Copyright (c) 2022 OpenAI"


@dataclass(frozen=True)
class TeacherRun:
    """One teacher, as a recipe makes it."""

    file: str  # in assets, without its ending
    title: str
    licence: str
    branches: tuple[FitOptions, ...]
    data: str  # for its card: what it was trained on, and what follows from that
    limits: str  # for its card: who spoke

    @property
    def corpora(self) -> tuple[str, ...]:
        """All that any branch hears, in the order of EVERY."""
        return tuple(name for name in EVERY if any(name in options.corpora for options in self.branches))


RUNS = {
    "embedded": TeacherRun(
        "teacher",
        "Whisper tiny.en encoder, A/D/V head, int8",
        f"CC BY-NC-SA 4.0 (trained on RAVDESS and nEMO); {WHISPER}",
        (FitOptions(seed=0), FitOptions(seed=1, corpora=ACTED)),
        """\
Trained on acted speech: RAVDESS (English, 24 actors, CC BY-NC-SA 4.0), EmoDB (German, 10 speakers, CC0), nEMO (Polish,
9 speakers, CC BY-NC-SA 4.0), and, in one of its two branches, on EmoGator's vocal bursts (Apache-2.0). Therefore
these weights are **CC BY-NC-SA 4.0**: non-commercial, share alike, and so is what is distilled from them.""",
        "Acted speech in three languages by 27 people, and cries by others; real feeling is quieter.",
    ),
    "embedded_open": TeacherRun(
        "teacher_open",
        "Whisper tiny.en encoder, A/D/V head from free sources only, int8",
        f"Apache-2.0 (trained on EmoGator, Apache-2.0, and EmoDB, CC0); {WHISPER}",
        (FitOptions(seed=0, corpora=FREE),),
        """\
Trained only on sources whose licence allows commercial use: EmoDB (acted speech, German, 10 speakers, CC0) and EmoGator
(vocal bursts, 357 voices, Apache-2.0). RAVDESS and nEMO took no part, neither in training nor in choosing the epoch.
These weights are **Apache-2.0**, and what is distilled from them may be sold; name their sources.""",
        "Acted speech in one language by six people, and cries by others; real feeling is quieter.",
    ),
}
