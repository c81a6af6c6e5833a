"""An ONNX file whose weights lie packed, and are unpacked once, when onnxruntime loads it."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnx
from onnx import ModelProto, numpy_helper

from engine.exporting.buffers import Buffers
from engine.exporting.grids import INT8, Grid
from engine.exporting.tidy import tidy

FRONT_END = "front"  # what is computed there was never trained
LAYERS = ("Conv", "MatMul", "Gemm")
SMALL = 512  # weights: below, coarse grids save next to nothing
OWNERS = (*LAYERS, "Add")  # of trained numbers; a linear's bias is added apart


@dataclass(frozen=True)
class Layer:
    """A convolution's or a linear's weights in a graph.

    Shape:
        matrix: float32 [outputs, inputs and places]; shape: as the graph has it.
    """

    name: str  # the layer's path in the torch module
    weight: str  # the initializer's name
    matrix: np.ndarray
    shape: tuple[int, ...]
    flipped: bool  # the graph has inputs first

    @property
    def plane(self) -> bool:
        """Whether it is a convolution over time and mel."""
        return len(self.shape) == 4


def layers(model: ModelProto) -> list[Layer]:
    """The trained layers of an exported student, in the order in which they are used."""
    weights = {tensor.name: tensor for tensor in model.graph.initializer}
    found: dict[str, Layer] = {}
    for node in model.graph.node:
        weight = node.input[1] if node.op_type in LAYERS else ""
        name = path(node.name)
        if weight not in weights or weight in found or name.split(".")[0] == FRONT_END:
            continue
        values = numpy_helper.to_array(weights[weight])
        turned = any(each.name == "transB" and each.i for each in node.attribute)
        flipped = node.op_type != "Conv" and not turned
        matrix = values.T if flipped else values.reshape(len(values), -1)
        found[weight] = Layer(name, weight, matrix, values.shape, flipped)
    return list(found.values())


def path(node: str) -> str:
    """The torch module of a node of an exported graph: `/body/body.0/body.0.1/Conv` -> `body.0.1`."""
    scopes: list[str] = []
    for scope in node.strip("/").split("/")[:-1]:
        if scopes and scope.startswith(f"{scopes[-1]}."):
            scopes.pop()
        scopes.append(scope)
    return ".".join(scopes)


def plan(source: Path, plane: Grid, linear: Grid) -> dict[str, Grid]:
    """A grid for each layer of an exported student: convolutions over time and mel, all else; the small ones int8."""
    known = layers(onnx.load(source))
    return {each.name: INT8 if each.matrix.size < SMALL else plane if each.plane else linear for each in known}


def pack(source: Path, target: Path, plan: Mapping[str, Grid]) -> None:
    """Write a file with each layer of `plan` on its grid, and all other trained numbers in half precision.

    Raises:
        ValueError: the file is no exported student, or has no layer of some name in the plan.
    """
    model = onnx.load(source)
    known = {layer.name: layer for layer in layers(model)}
    if not known:
        raise ValueError(f"{source.name} has no trained layers that could be made smaller; give an exported student.")
    if unknown := plan.keys() - known.keys():
        raise ValueError(f"There is no layer {', '.join(sorted(unknown))}; there are: {', '.join(known)}.")
    graph, buffers = model.graph, Buffers()
    for name, grid in plan.items():
        layer = known[name]
        buffers.add_grid(layer.weight, layer.matrix, grid, layer.shape, layer.flipped)
    planned = {known[name].weight for name in plan}
    owned = {name for node in graph.node if node.op_type in OWNERS for name in node.input}
    owned -= planned | {value.name for value in graph.input}
    for tensor in list(graph.initializer):
        halved = tensor.name in owned and tensor.data_type == tensor.FLOAT and not tensor.name.startswith(FRONT_END)
        if halved:
            buffers.add_half(tensor.name, numpy_helper.to_array(tensor))
        if halved or tensor.name in planned:
            graph.initializer.remove(tensor)
    nodes = [*buffers.nodes(), *graph.node]
    del graph.node[:]
    graph.node.extend(nodes)
    graph.initializer.extend(buffers.tensors)
    tidy(graph)
    onnx.checker.check_model(model)
    onnx.save(model, target)
