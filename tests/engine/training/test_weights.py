import pytest
import torch
from safetensors.torch import save_file

from engine.training import weights
from engine.types import StudentSpec
from tests import students

SPEC = StudentSpec("etude", size=4)


def test_a_student_comes_back_as_it_was(tmp_path):
    student, path = students.built(SPEC), tmp_path / f"student{weights.SUFFIX}"
    weights.save(student, path)
    again, heard = weights.load(SPEC, path), torch.from_numpy(students.speech())
    assert not again.training
    torch.testing.assert_close(again(heard), student(heard))
    assert again.state_dict().keys() == student.state_dict().keys()
    assert [each.name for each in tmp_path.iterdir()] == [path.name]


def test_what_is_missing_damaged_or_anothers_is_a_sentence(tmp_path):
    path = tmp_path / f"student{weights.SUFFIX}"
    with pytest.raises(ValueError, match="are missing"):
        weights.load(SPEC, path)
    path.write_bytes(b"not weights at all")
    with pytest.raises(ValueError, match="does not hold the weights of a student etude"):
        weights.load(SPEC, path)
    save_file({"one": torch.zeros(1)}, path)
    with pytest.raises(ValueError, match="does not hold the weights of a student etude"):
        weights.load(SPEC, path)
