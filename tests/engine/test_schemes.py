"""Whatever scheme is in the folder: it writes a smaller file that onnxruntime runs with default options."""

from dataclasses import replace

import numpy as np
import onnx
import onnxruntime
import pytest
import torch

from engine import plugins
from engine.exporting import export, qat, scheme, sensitivity, synthesis
from engine.exporting.scheme import Given
from engine.scoring.measure import ccc
from engine.students import slim
from engine.training.crops import Crops
from engine.types import StudentSpec
from tests import taught
from tests.students import built

NAMES = plugins.names("schemes")
LEAST = {
    "auto": 0.9,
    "int8_int4": 0.9,
    "qat": 0.9,
    "pruned": 0.3,
}  # of a CCC: the student has hardly learnt, and in no time


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """A small student that has learnt a little, its fp32 file, and what schemes may ask for."""
    torch.set_num_threads(1)  # as a training has it: what is learnt depends on that
    folder = taught.folder(tmp_path_factory.mktemp("taught"), train=300)
    crops, dev, student = Crops.open(folder, "train"), Crops.open(folder, "dev"), taught.learnt(folder)
    export.to_onnx(student, folder / "full.onnx")
    return folder, Given(student, dev, crops, least_ccc=0.98)


def said(path, clips):
    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    assert [value.name for value in session.get_inputs()] == ["audio"]
    assert [value.name for value in session.get_outputs()] == ["adv"]
    return session.run(None, {"audio": clips.audio(np.arange(len(clips))).numpy()})[0]


@pytest.fixture
def quick(monkeypatch):
    monkeypatch.setattr(qat, "HEARD_S", 1500.0)
    monkeypatch.setattr(synthesis, "STEPS", 30)
    monkeypatch.setattr(sensitivity, "CLIPS", 40)


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize("name", NAMES)
def test_a_scheme_writes_a_file_that_says_nearly_the_same(trained, tmp_path, name):
    folder, given = trained
    assert plugins.load("schemes", name).TITLE
    kept, told = [weight.clone() for weight in given.student.parameters()], []
    given = replace(given, tell=lambda part, message: told.append(part))
    scheme.write(name, folder / "full.onnx", tmp_path / "small.onnx", given)
    assert told == sorted(told)
    full, small = folder / "full.onnx", tmp_path / "small.onnx"
    agreement = ccc(said(small, given.clips), said(full, given.clips))
    assert agreement.min() > LEAST.get(name, 0.98)
    assert small.stat().st_size < full.stat().st_size
    assert not onnx.load(small).metadata_props
    assert all(torch.equal(one, other) for one, other in zip(kept, given.student.parameters(), strict=True))
    assert not given.student.training


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize("name", ["auto", "qat", "zero_shot"])
def test_a_slimmable_student_leaves_by_its_full_width_and_stays_whole(trained, tmp_path, monkeypatch, name):
    monkeypatch.setattr(qat, "HEARD_S", 100.0)
    student = built(StudentSpec("slim", size=8))
    given = replace(trained[1], student=student, least_ccc=0.5)
    audio = given.clips.audio(np.arange(4))
    before = {width: slim.narrow(student, width)(audio) for width in slim.WIDTHS}
    export.to_onnx(student, tmp_path / "full.onnx")
    scheme.write(name, tmp_path / "full.onnx", tmp_path / "small.onnx", given)
    assert np.isfinite(said(tmp_path / "small.onnx", given.clips)).all()
    assert all(torch.equal(slim.narrow(student, width)(audio), each) for width, each in before.items())


@pytest.mark.parametrize("name", NAMES)
def test_a_scheme_that_lacks_something_says_what(trained, tmp_path, name):
    needs = plugins.load("schemes", name).NEEDS
    if needs:
        with pytest.raises(ValueError, match=f"The scheme {name} needs"):
            scheme.write(name, trained[0] / "full.onnx", tmp_path / "small.onnx", Given())
        assert not (tmp_path / "small.onnx").exists()


def test_what_a_scheme_makes_something_of():
    assert scheme.takes("qat", "lessons")
    assert scheme.takes("auto", "lessons")
    assert scheme.takes("auto", "clips")
    assert not scheme.takes("int8_weights", "lessons")


def test_fewer_bits_are_fewer_bytes(trained, tmp_path):
    sizes = []
    for name in ("fp32", "fp16", "int8_weights", "int8_int4"):
        scheme.write(name, trained[0] / "full.onnx", tmp_path / name, trained[1])
        sizes.append((tmp_path / name).stat().st_size)
    assert sizes == sorted(sizes, reverse=True)


def test_no_scheme_of_that_name(tmp_path):
    with pytest.raises(ValueError, match="no scheme called 'int2'"):
        scheme.write("int2", tmp_path / "full.onnx", tmp_path / "small.onnx", Given())


def test_what_tells_may_stop_the_work(trained, tmp_path):
    def stop(part, message):
        raise KeyboardInterrupt

    given = Given(*(getattr(trained[1], name) for name in ("student", "clips", "lessons")), tell=stop)
    for name in ("qat", "auto", "zero_shot"):
        with pytest.raises(KeyboardInterrupt):
            scheme.write(name, trained[0] / "full.onnx", tmp_path / "small.onnx", given)
    assert not list(tmp_path.iterdir())


@pytest.mark.usefixtures("quick")
def test_auto_keeps_to_its_bytes(trained, tmp_path):
    folder, given = trained
    scheme.write("int8_weights", folder / "full.onnx", tmp_path / "eight", given)
    most = int(0.85 * (tmp_path / "eight").stat().st_size)
    scheme.write("auto", folder / "full.onnx", tmp_path / "small", Given(given.student, given.clips, most_bytes=most))
    assert 0.8 * most < (tmp_path / "small").stat().st_size <= most
    with pytest.raises(ValueError, match="No plan makes a file of 1,000 bytes; the least is"):
        scheme.write("auto", folder / "full.onnx", tmp_path / "no", Given(given.student, given.clips, most_bytes=1000))


@pytest.mark.usefixtures("quick")
def test_calibration_matters(trained, tmp_path, monkeypatch):
    """Sounds made of the norms are better than the noise they are made of."""
    folder, given = trained
    scheme.write("zero_shot", folder / "full.onnx", tmp_path / "made", given)
    monkeypatch.setattr(synthesis, "STEPS", 1)
    monkeypatch.setattr(synthesis, "LEVEL", 1e-3)
    scheme.write("zero_shot", folder / "full.onnx", tmp_path / "noise", given)
    full = said(folder / "full.onnx", given.clips)
    made, noise = (ccc(said(tmp_path / name, given.clips), full).mean() for name in ("made", "noise"))
    assert made > noise
