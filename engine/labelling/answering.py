"""A teacher is asked about a file: the one function that all who label call, in this process, another, or elsewhere."""

from functools import lru_cache
from pathlib import Path

from engine import plugins
from engine.labelling import listen, longfile
from engine.sound import audio
from engine.types import Answer, Model

LONG_S = 120.0  # from here on a file is heard in chunks; before, its samples fit in memory easily


class TeacherError(ValueError):
    """The teacher itself can't be asked, whatever the clip."""


def answer(teacher: str, path: str, duration_s: float, precision: str = "fp32") -> Answer:
    """What a teacher says of a clip.

    Args:
        teacher: its name; it is loaded once.
        path: of the sound file.
        duration_s: how long that is, as far as is known.
        precision: another than fp32 only of a teacher that offers it.

    Raises:
        TeacherError: there is no such teacher, or it can't be loaded.
        AudioError: the file can't be heard.
    """
    try:
        model = _model(teacher, precision)
    except ValueError as error:
        raise TeacherError(str(error)) from error
    if duration_s > LONG_S:
        return longfile.answer(model, Path(path))
    return listen.answer(model, audio.read(path))


@lru_cache(maxsize=1)
def _model(name: str, precision: str) -> Model:
    asked = {} if precision == "fp32" else {"precision": precision}
    model: Model = plugins.load("teachers", name).load(threads=1, **asked)
    return model
