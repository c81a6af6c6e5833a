"""How long a training will take, before it is begun: from paces measured on this machine where there are any.

A teacher's pace is told from the times of its newest labels, a student's from the curves of earlier trainings, what
comes after it from their journals. What was never measured is guessed, and said to be a guess.
"""

from dataclasses import asdict, dataclass, replace

from app.training import lessons, trainings
from app.training.trainings import TrainOrder
from engine import plugins
from engine.types import StudentSpec, TeacherSpec
from store.db import Store
from store.filters import ClipFilter

# guesses, of one thread of a common processor
LABEL_X = 30.0  # times real time that a teacher labels, its trace included
VERSION = 0.4  # of a label's time a second: one look, and the making of the version
CROPS_S = 120.0  # that a process learns from a second
AFTER_S = {"quantize": 60.0, "gate": 20.0, "measure": 20.0}
LOOKED_AT = 50  # trainings


@dataclass(frozen=True)
class Pace:
    """How fast this machine is."""

    label_x: float = LABEL_X  # seconds of sound labelled a second
    crops_s: float = CROPS_S  # crops learnt from a second, all processes together
    quantize: float = AFTER_S["quantize"]  # s, as are those that follow
    gate: float = AFTER_S["gate"]
    measure: float = AFTER_S["measure"]
    measured: bool = False  # the student's pace, on which most depends


@dataclass(frozen=True)
class Load:
    """What a training has to do."""

    unlabelled_s: float  # seconds of sound
    unanswered: int  # versions
    version_s: float  # seconds of sound each
    crops: int  # to learn from, in all passes together


def stages(load: Load, pace: Pace) -> dict[str, float]:
    """Seconds that each stage of a training takes, if it does not stop early."""
    return {
        "gather": 1.0,
        "label": load.unlabelled_s / pace.label_x,
        "answer": load.unanswered * load.version_s * VERSION / pace.label_x,
        "distil": load.crops / pace.crops_s,
        **{name: getattr(pace, name) for name in AFTER_S},
    }


def expected(store: Store, order: TrainOrder) -> tuple[dict[str, float], bool]:
    """Seconds that each stage of a training would take now, and whether its pace has been measured here."""
    pace = known_pace(store, order)
    return stages(known_load(store, order), pace), pace.measured


def known_load(store: Store, order: TrainOrder) -> Load:
    """What there is to do in the library as it is."""
    found, spec = lessons.outline(store), _teacher(order)
    mean_s = 3600 * found.hours / max(1, found.clips)
    version_s = min(mean_s, (order.reinforce.shortest_s + order.reinforce.longest_s) / 2)
    clips = found.clips + found.kept
    versions = order.reinforce.versions * found.clips + found.kept
    fresh = 1 - min(1.0, store.reinforcements.count(trainings.answered_as(spec, order.reinforce)) / max(1, clips))
    a_pass = min(order.reinforce.versions * found.clips, int(order.options.pass_s / max(version_s, 0.1)))
    unlabelled = store.clips.count(ClipFilter(unlabelled_by=spec.fingerprint))
    return Load(unlabelled * mean_s, round(fresh * versions), version_s, a_pass * order.options.passes)


def known_pace(store: Store, order: TrainOrder) -> Pace:
    """What has been measured here; of the student only if one of the same shape was taught by as many processes."""
    pace = replace(Pace(), crops_s=CROPS_S * order.options.processes)
    pace = replace(pace, label_x=store.labels.pace(_teacher(order).name) or pace.label_x)
    for job in store.jobs.list(LOOKED_AT, trainings.KIND):
        spec = StudentSpec(**{"architecture": "etude", **(job.arguments.get("spec") or {})})
        processes = (job.arguments.get("options") or {}).get("processes")
        crops_s = store.curves.pace(job.id)
        alike = asdict(spec) | {"seed": 0} == asdict(order.spec) | {"seed": 0}
        if crops_s and alike and processes == order.options.processes:
            taken = {each.name: each.seconds for each in store.journal.stages(job.id)} if job.state == "done" else {}
            after = {name: taken[name] for name in AFTER_S if name in taken}
            return replace(pace, crops_s=crops_s, measured=True, **after)
    return pace


def words(seconds: float) -> str:
    """So long, as a person would say it."""
    minutes = seconds / 60
    if minutes < 1.5:
        return "a minute" if minutes > 0.6 else "half a minute"
    if minutes < 90:
        return f"{_round(minutes)} minutes"
    return f"{_round(2 * minutes / 60) / 2:g} hours"


def _round(value: float) -> int:
    return round(value) if value < 20 else 5 * round(value / 5)


def _teacher(order: TrainOrder) -> TeacherSpec:
    spec: TeacherSpec = plugins.load("teachers", order.teacher).SPEC
    return spec
