"""A student leaves only through the gate; what leaves says what the page says, without Etude."""

import json
import subprocess
import sys
import venv
import zipfile
from functools import partial
from importlib import metadata
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile as sf

from app import models, predict
from app.students import exports
from engine.exporting import gate
from engine.exporting.gate import Bars
from engine.onnx_model import ASSETS, OnnxModel, contract
from engine.sound import audio
from engine.types import AXES
from store.db import Store
from tests.conftest import SAMPLES

PACKAGES = ("onnxruntime", "numpy")  # what predict.py needs, and the page has besides
ALL_SPEECH = "furious"  # from its first sample to its last, so the page cuts nothing off
STRICT = Bars(least_ccc=2, noticed=-1)  # nothing passes


@pytest.fixture
def store(tmp_path: Path) -> Store:
    with Store(tmp_path / "data") as store:
        return store


def written(store: Store, name: str, scheme: str, target: Path) -> dict[str, Any]:
    *_, last = exports.write(store, name, scheme, target)
    assert last.result is not None
    return last.result


def requirements(name: str) -> set[str]:
    """A package and all that it needs, by name."""
    stated = [line for line in metadata.requires(name) or [] if "extra ==" not in line]
    needed = {
        "".join(letter for letter in line.split(">")[0].split(";")[0] if letter not in " ()=<!~") for line in stated
    }
    return {name}.union(*(requirements(each) for each in needed))


@pytest.fixture(scope="module")
def two_packages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The Python of a virtual environment with two packages and what these need; links, for there is no network."""
    home = tmp_path_factory.mktemp("environment")
    venv.create(home, with_pip=False, symlinks=True)
    (site,) = home.glob("lib/python*/site-packages")
    for package in set().union(*map(requirements, PACKAGES)):
        files = metadata.files(package) or []
        for top in {file.parts[0] for file in files if file.parts[0] not in ("..", "__pycache__")}:
            (site / top).symlink_to(Path(str(metadata.distribution(package).locate_file(top))))
    return home / "bin" / "python"


@pytest.fixture(scope="module")
def left(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The bundle of the embedded student by two schemes, unzipped; 4-bit weights are where options matter."""
    folders = {}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(gate, "check", partial(gate.check, bars=Bars(least_ccc=0, most_drop=2)))
        for scheme in ("fp32", "int8_int4"):
            folders[scheme] = tmp_path_factory.mktemp("left")
            with Store(folders[scheme] / "data") as store:
                written(store, "etude", scheme, folders[scheme] / "etude.zip")
            with zipfile.ZipFile(folders[scheme] / "etude.zip") as found:
                found.extractall(folders[scheme])
    return folders


@pytest.mark.skipif(sys.platform == "win32", reason="links need rights there")
@pytest.mark.parametrize("scheme", ["fp32", "int8_int4"])
def test_predict_gives_the_numbers_of_the_page_with_two_packages(
    left: dict[str, Path], tmp_path: Path, two_packages: Path, scheme: str
) -> None:
    voice = audio.read(ASSETS / "samples" / f"{ALL_SPEECH}.flac")
    sf.write(tmp_path / "voice.wav", voice, 16_000, "PCM_16")

    command = [two_packages, "-I", left[scheme] / "predict.py", tmp_path / "voice.wav"]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)
    (page,) = predict.files(OnnxModel(left[scheme] / "student.onnx"), [tmp_path / "voice.wav"])
    assert page["speech_s"] == pytest.approx(page["duration_s"], abs=1e-3)
    assert list(said) == list(AXES)
    assert said == pytest.approx({axis: page[axis] for axis in AXES}, abs=1e-6)


@pytest.mark.skipif(sys.platform == "win32", reason="as above")
def test_the_environment_has_nothing_else(two_packages: Path) -> None:
    for package in ("torch", "engine", "soundfile"):
        assert subprocess.run([two_packages, "-I", "-c", f"import {package}"], capture_output=True).returncode == 1


@pytest.mark.skipif(sys.platform == "win32", reason="as above")
def test_predict_says_what_sound_it_hears(left: dict[str, Path], tmp_path: Path, two_packages: Path) -> None:
    sf.write(tmp_path / "stereo.wav", np.zeros((16_000, 2)), 16_000, "PCM_16")
    done = subprocess.run(
        [two_packages, left["fp32"] / "predict.py", tmp_path / "stereo.wav"], capture_output=True, text=True
    )
    assert done.returncode == 1
    assert "16 bit, mono, 16 kHz" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_file_leaves_with_its_contract_beside_it(graduated: Store, tmp_path: Path) -> None:
    target = tmp_path / "mine.onnx"
    result = written(graduated, "etude-1", "fp32", target)
    assert (result["file"], result["gate"]["passed"]) == (str(target), True)
    stated, before = contract(target), contract(models.file(graduated, "etude-1"))
    assert (stated["sha256"], stated["scheme"]) == (result["gate"]["sha256"], "fp32")
    assert (stated["licence"], stated["spec"]) == (before["licence"], before["spec"])
    assert stated["metrics_sha256"] == before["metrics_sha256"] == before["sha256"]
    asked = audio.read(SAMPLES[0])[None]
    full = models.network(graduated, "etude-1")
    np.testing.assert_allclose(OnnxModel(target).predict(asked)[0], gate_answers(full, asked), atol=1e-4)
    assert sorted(each.name for each in tmp_path.glob("mine*")) == ["mine.json", "mine.onnx"]
    assert not list(tmp_path.glob(".*"))


def gate_answers(network: Any, asked: np.ndarray) -> np.ndarray:
    import torch

    answers: np.ndarray = network(torch.from_numpy(asked)).detach().numpy()
    return answers


@pytest.mark.parametrize("name", ["student.zip", "student.onnx"])
def test_what_does_not_pass_leaves_the_last_good_one_where_it_is(
    graduated: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    target = tmp_path / name
    written(graduated, "etude-1", "fp32", target)
    before = {path.name: path.read_bytes() for path in tmp_path.glob("student*")}
    monkeypatch.setattr(gate, "check", partial(gate.check, bars=STRICT))
    result = written(graduated, "etude-1", "fp32", target)
    assert (result["file"], result["gate"]["passed"]) == (None, False)
    assert [reason.split()[0] for reason in result["gate"]["reasons"]] == [axis.title() for axis in AXES]
    assert {path.name: path.read_bytes() for path in tmp_path.glob("student*")} == before
    assert not list(tmp_path.glob(".*"))


def test_what_cannot_be_is_told_before_anything_is_computed(store: Store, tmp_path: Path) -> None:
    for name, scheme, target, sentence in (
        ("etude", "soup", "a.zip", "no scheme called 'soup'; there are: "),
        ("etude", "fp32", "a.txt", "ends with .zip"),
        ("etude", "fp32", "nowhere/a.zip", "missing or can't be written"),
        ("nobody", "fp32", "a.zip", "no student called 'nobody'"),
    ):
        with pytest.raises(ValueError, match=sentence):
            list(exports.write(store, name, scheme, tmp_path / target))
    assert not list(tmp_path.glob("a*"))
