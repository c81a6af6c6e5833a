import onnx
import pytest
import torch
from torch import nn

from engine.exporting import export


class Level(nn.Module):
    """Waveform to its level, thrice, and its mean."""

    def __init__(self):
        super().__init__()
        self.gain = nn.Parameter(torch.ones(3))

    def forward(self, audio):
        return audio.square().mean(dim=1, keepdim=True) * self.gain, audio.mean(dim=1, keepdim=True)


class FirstSecond(nn.Module):
    """Cut at a length that is fixed when the graph is traced."""

    def forward(self, audio):
        return audio[:, : int(audio.shape[1])].sum(dim=1, keepdim=True).repeat(1, 3) / audio.shape[1]


class NoLevel(Level):
    """The file would hold other numbers than the module has now."""

    def forward(self, audio):
        adv, mean = super().forward(audio)
        return (adv if torch.onnx.is_in_onnx_export() else adv + 0.001), mean


def test_a_file_answers_as_the_module_does_and_carries_nothing_else(tmp_path):
    path = tmp_path / "level.onnx"
    export.to_onnx(Level(), path, ("adv", "mean"))
    model = onnx.load(path)
    assert [entry.version for entry in model.opset_import] == [export.OPSET]
    assert [value.name for value in model.graph.output] == ["adv", "mean"]
    assert [value.name for value in model.graph.input] == ["audio"]
    assert [place.dim_param for place in model.graph.input[0].type.tensor_type.shape.dim] == ["batch", "samples"]
    assert not model.metadata_props
    assert all(not node.doc_string and not node.metadata_props for node in model.graph.node)
    assert export.largest_difference(Level(), path, seed=3) <= 1e-6


@pytest.mark.parametrize("module", [FirstSecond(), NoLevel()], ids=["fixed length", "other numbers"])
def test_a_file_that_answers_otherwise_is_refused(tmp_path, module):
    outputs = ("adv",) if isinstance(module, FirstSecond) else ("adv", "mean")
    with pytest.raises(ValueError, match="differs from the torch module by"):
        export.to_onnx(module, tmp_path / "wrong.onnx", outputs)


def test_versions_are_stated():
    stated = export.versions()
    assert stated["torch"].startswith("2.13")
    assert all(number[0].isdigit() for number in stated.values())
