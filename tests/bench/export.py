"""What each scheme makes of the students that ship: `python -m tests.bench.export WORK [--part dev]`.

WORK holds taught crops (`python -m engine.recipes.student SHARED --work WORK --step crops`, or those that students are
compared on), and trainings of the smaller students, where there are some. Schemes are given `train` and `dev`; what is
printed is measured on PART, whose speakers no student and no scheme heard, and on telephone prompts of three voices and
makers that no student ever heard (Debian's asterisk-prompt packages), answered by the teacher. Times are of sessions
with default options, as parts of the fp32 file's in the same run. Writes assets/export.md.
"""

import argparse
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import onnxruntime
import soundfile as sf

from engine import corpora, plugins
from engine.exporting import export, scheme
from engine.exporting.scheme import Given
from engine.networks.network import Network
from engine.onnx_model import ASSETS
from engine.recipes import packages
from engine.recipes.student import shipped
from engine.recipes.student_crops import LONGEST
from engine.recipes.students import RUNS, SHIPPED, TEACHER, folder
from engine.recipes.voices import heard
from engine.scoring.measure import ccc
from engine.scoring.timing import calls_ms
from engine.sound.audio import AudioError
from engine.training import distil
from engine.training.crops import Crop, Crops, save
from engine.types import SAMPLE_RATE, Floats

UNSEEN = ("asterisk-prompt-it-menardi-wav", "asterisk-prompt-fr-armelle", "asterisk-prompt-es-co")
PROMPTS = 200  # of each
GOOD = 0.003  # of the CCC to the teacher that may be lost on each axis
SMALLER = ("etude_12", "etude_8")
TAUGHT = (
    "The smaller students are those in WORK; where its crops are those that students are compared on, they were taught "
    "a quarter of the versions that `etude` was, which costs `etude` .02 to .04."
)
BUDGETS = {"etude": (40_000, 32_000), "wav2small": (50_000,)}
HEAD = (
    "| student | scheme | bytes | CCC to the teacher | lost | CCC to fp32 | of unseen voices: lost | CCC to fp32 "
    "| time of fp32 | good |\n|---|---|---|---|---|---|---|---|---|---|"
)


@dataclass(frozen=True)
class Spoken:
    """Clips with the teacher's answers, and the fp32 student's."""

    clips: Crops
    full: Floats

    def held(self, file: Path) -> tuple[str, str, str, float]:
        """CCC to the teacher, how much of it is lost, and CCC to fp32, for people; and the most that is lost."""
        said = answers(file, self.clips)
        agreed, near = ccc(said, self.clips.adv), ccc(said, self.full)
        lost = ccc(self.full, self.clips.adv) - agreed
        return shown(agreed, ".3f"), shown(lost, "+.4f"), shown(near, ".4f"), float(lost.max())


def shown(values: Floats, form: str) -> str:
    """A number an axis."""
    return " / ".join(f"{value:{form}}" for value in values)


def opened(file: Path) -> onnxruntime.InferenceSession:
    """With default options, on one thread."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    return onnxruntime.InferenceSession(str(file), options, providers=["CPUExecutionProvider"])


def answers(file: Path, clips: Crops) -> Floats:
    """A file's A/D/V of each clip, [N, 3]."""
    session = opened(file)
    return np.stack([session.run(["adv"], {"audio": clips.clip(row)[None]})[0][0] for row in range(len(clips))])


def unseen(work: Path) -> Crops:
    """The prompts, whole, with the teacher's answers; kept in `work`."""
    if not (work / "unseen.npz").exists():
        save([crop for name in UNSEEN for crop in islice(prompts(name, work / "packages"), PROMPTS)], work, "unseen")
    return Crops.open(work, "unseen")


def prompts(name: str, home: Path) -> Iterator[Crop]:
    """A package's prompts, each taught."""
    packages.fetch(name, home)
    for path in (home / name).rglob("*.gsm"):  # a telephone's own form, without a header
        samples, _ = sf.read(path, samplerate=8000, channels=1, format="RAW", subtype="GSM610")
        sf.write(path.with_suffix(".wav"), samples, 8000)
    teacher = plugins.load("teachers", TEACHER).load()
    for row in corpora.rows(home / name):
        if not packages.spoken(row.path):
            continue
        try:
            samples = np.rint(heard(row)[:LONGEST] * 32767).astype(np.int16)
        except AudioError:
            continue
        adv, _ = teacher.predict((samples / np.float32(32768))[None])
        yield Crop(samples, adv[0], np.zeros(0, np.float32))


def student(work: Path, run: str) -> Network | None:
    """The one that ships, or a smaller one, if it was trained in `work`."""
    if run in SHIPPED:
        return shipped(run)
    done = (folder(work, run, 0) / distil.BEST).exists()
    return distil.load(replace(RUNS[run].spec, seed=0), folder(work, run, 0)) if done else None


def rows(work: Path, run: str, student: Network, part: str, home: Path, only: str | None = None) -> list[str]:
    """A line a scheme, or for one of them."""
    full = home / f"{run}.onnx"
    export.to_onnx(student, full)
    held = [Spoken(clips, answers(full, clips)) for clips in (Crops.open(work, part), unseen(work))]
    given = Given(student, Crops.open(work, "dev"), Crops.open(work, "train"))
    asked = [(name, name, given) for name in plugins.names("schemes")]
    asked += [
        ("auto", f"auto, at most {most:,} bytes", replace(given, most_bytes=most)) for most in BUDGETS.get(run, ())
    ]
    if run not in SHIPPED:
        asked = [each for each in asked if each[0] in ("int8_weights", "int8_int4", "qat")]
    found = []
    for number, (name, title, what) in enumerate(each for each in asked if (only or each[0]) == each[0]):
        file = home / f"{run}-{number}.onnx"
        scheme.write(name, full, file, what)
        found.append(line(run, title, file, full, held))
    if run in SHIPPED and not only:
        found.append(line(run, "as it ships", ASSETS / f"{run}.onnx", full, held))
    return found


def line(run: str, title: str, file: Path, full: Path, held: list[Spoken]) -> str:
    """A file's line, which is printed too."""
    (agreed, lost, near, most), (_, unheard, far, far_most) = (each.held(file) for each in held)
    good = "yes" if max(most, far_most) <= GOOD else "no"
    size, part_of = f"{file.stat().st_size:,}", f"{share(file, full):.2f}"
    found = f"| {' | '.join((run, title, size, agreed, lost, near, unheard, far, part_of, good))} |"
    print(found, flush=True)
    return found


def share(file: Path, full: Path) -> float:
    """The time of 5 s as a part of the fp32 file's, the median over sessions, both opened anew for each."""
    audio = np.random.default_rng(0).standard_normal((1, 5 * SAMPLE_RATE)).astype(np.float32)
    found = []
    for _ in range(5):
        sessions = {"file": opened(file), "full": opened(full)}
        runs = {name: lambda each=each: each.run(["adv"], {"audio": audio}) for name, each in sessions.items()}
        times = calls_ms(runs, 20)
        found.append(times["file"] / times["full"])
    return float(np.median(found))


def write(work: Path, part: str, fresh: dict[str, list[str]]) -> None:
    """Put fresh lines into the table; those of other students stay."""
    path = ASSETS / "export.md"
    before = path.read_text().splitlines() if path.exists() else []
    kept = {run: [line for line in before if line.startswith(f"| {run} |")] for run in (*SHIPPED, *SMALLER)}
    lines = [line for each in (kept | fresh).values() for line in each]
    clips, spoken = len(Crops.open(work, part)), len(unseen(work))
    on = f"{clips} clips of `{part}` and {spoken} prompts of {len(UNSEEN)} voices, by `python -m tests.bench.export`."
    title = "# What each scheme makes of a student"
    path.write_text("\n".join([title, "", f"Measured on {on}", "", HEAD, *lines, "", *front(lines)]) + "\n")


def front(lines: list[str]) -> list[str]:
    """The files of our own student that agree better with the teacher than every smaller one, the smallest first."""
    files = []
    for line in lines:
        run, title, size, agreed, *_ = (cell.strip() for cell in line.strip("| ").split("|"))
        if run.startswith("etude"):
            mean = float(np.mean([float(value) for value in agreed.split("/")]))
            files.append((int(size.replace(",", "")), mean, f"{run} | {title}"))
    found, best = [], 0.0
    for size, mean, which in sorted(files):
        if mean > best:
            found.append(f"| {size:,} | {which} | {mean:.3f} |")
            best = mean
    head = ["| bytes | student | scheme | mean CCC to the teacher |", "|---|---|---|---|"]
    return ["## The smallest file for what it keeps", "", *head, *found, "", TAUGHT]


def main() -> None:
    """Print and write the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("work", type=Path)
    parser.add_argument("--part", default="test")
    parser.add_argument("--run", choices=(*SHIPPED, *SMALLER), help="this student only")
    parser.add_argument("--scheme", choices=plugins.names("schemes"), help="this scheme only; nothing is written")
    given = parser.parse_args()
    print(HEAD)
    with TemporaryDirectory() as home:
        for run in (*SHIPPED, *SMALLER):
            found = student(given.work, run) if (given.run or run) == run else None
            if found:
                lines = rows(given.work, run, found, given.part, Path(home), given.scheme)
                if not given.scheme:
                    write(given.work, given.part, {run: lines})


if __name__ == "__main__":
    main()
