"""A student's graph made to go on from one piece of a recording to the next, no frame done twice.

A convolution pads a clip with zeros at both ends. In a piece, what the last one left stands where the padding before
was; where the padding after was, the layer waits for frames to come, so what it says lags behind. Where two branches
meet, the one that lags less is held back. Sums over all frames so far are handed on.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from onnx import GraphProto, NodeProto, TensorProto, helper, numpy_helper

TIME = 2  # the axis of time in what a convolution is given
END = np.iinfo(np.int64).max  # of a slice that goes on to the last place


@dataclass(frozen=True)
class Kept:
    """The last places of a value, which the next piece begins with."""

    name: str  # of the value in the first piece
    length: int  # places
    late: int  # places by which the value lags behind what was heard
    rate: int  # frames a place
    fill: float  # what lies before the beginning of a clip

    @property
    def before(self) -> str:
        """The input that takes them."""
        return f"{self.name}:{self.length}"

    @property
    def longer(self) -> str:
        """What was given as `before`, and the piece's own places."""
        return f"{self.before}:longer"

    @property
    def after(self) -> str:
        """The output that the next piece takes as `before`."""
        return f"{self.before}:after"


@dataclass(frozen=True)
class Sum:
    """A sum over all frames so far: `before` is added to each of the piece's own sums, `piece`, [B, frames]."""

    name: str

    @property
    def before(self) -> str:
        """The input that takes the sum up to the piece."""
        return f"{self.name}:before"

    @property
    def piece(self) -> str:
        """The output that ends with the piece's sum."""
        return f"{self.name}:piece"


class Moving:
    """The moving form of a graph that makes tokens of samples.

    Args:
        graph: its nodes in the order in which they are run, its constants, and the shapes of weights that are computed.
        given: the names of its inputs.

    Attributes:
        opening: nodes for the first piece; only its sums differ from the graph.
        nodes: nodes for every other piece.
        front: the value that goes into the first layer and has a place a frame.
        late, rate: of each value that depends on the inputs, as in `Kept`.
        reach: frames before its own that a token hears.

    Raises:
        ValueError: the graph has a layer that can't go on.
    """

    def __init__(self, graph: GraphProto, given: Iterable[str]) -> None:
        self.opening: list[NodeProto] = []
        self.nodes: list[NodeProto] = []
        self.constants: dict[str, TensorProto] = {tensor.name: tensor for tensor in graph.initializer}
        self._shapes = {name: list(tensor.dims) for name, tensor in self.constants.items()}
        for value in graph.value_info:
            self._shapes[value.name] = [place.dim_value for place in value.type.tensor_type.shape.dim]
        self.kept: list[Kept] = []
        self.sums: list[Sum] = []
        self.front, self.reach = "", 0
        self.late, self.rate = dict.fromkeys(given, 0), dict.fromkeys(given, 1)
        for node in graph.node:
            self._follow(node)

    def _follow(self, node: NodeProto) -> None:
        moved, heard = NodeProto(), [name for name in node.input if name in self.late]
        moved.CopyFrom(node)
        if not heard:
            self.opening.append(node)
            self.nodes.append(node)
            return
        late, rate = max(self.late[name] for name in heard), max(self.rate[name] for name in heard)
        if node.op_type == "CumSum":
            self._sum(moved)
        elif node.op_type in ("Conv", "MaxPool") and (self.front or self._layer(node)[2]):
            self.opening.append(node)
            late, rate = self._wait(moved, late, rate)
        else:
            self.opening.append(node)
            for name in (name for name in heard if self.late[name] < late):
                self._hold_back(moved, name, late - self.late[name])
            self.nodes.append(moved)
        self.late.update(dict.fromkeys(node.output, late))
        self.rate.update(dict.fromkeys(node.output, rate))

    def _wait(self, node: NodeProto, late: int, rate: int) -> tuple[int, int]:
        """Let a convolution or pooling hear what was kept; gives by how much its output is late, and its rate.

        Having heard n places of its input, of which `late` are to come, it can say its output j once j * stride -
        padding + span <= n - late. Of n / stride places it so waits for `waits`; the next begins `length` before the
        first new one.
        """
        name, (stride, span, padding) = node.input[0], self._layer(node)
        waits = -(-(late + span - padding) // stride) - 1
        length = waits * stride + padding - late
        if length < 0:
            raise ValueError(
                "This student can't be streamed, since a layer leaves frames out; let it hear whole clips."
            )
        self.front = self.front or name
        self.reach += padding * rate
        if length:
            node.input[0] = self._keep(Kept(name, length, late, rate, 0.0 if node.op_type == "Conv" else -np.inf))
        for pads in (attribute.ints for attribute in node.attribute if attribute.name == "pads"):
            pads[0] = pads[len(pads) // 2] = 0
        self.nodes.append(node)
        return waits, rate * stride

    def _hold_back(self, node: NodeProto, name: str, places: int) -> None:
        kept, held = Kept(name, places, self.late[name], self.rate[name], 0.0), f"{name}:held"
        kept = next((other for other in self.kept if other.name == name and other.length >= places), kept)
        self._slice(self._keep(kept), held, kept.length - places, -places)
        node.input[:] = [held if each == name else each for each in node.input]

    def _sum(self, node: NodeProto) -> None:
        total = Sum(node.output[0])
        node.output[0] = total.piece
        both = [node, helper.make_node("Add", [total.piece, total.before], [total.name])]
        self.opening += both
        self.nodes += both
        self.sums.append(total)

    def _keep(self, kept: Kept) -> str:
        """Put what was kept in front of a value; gives the name of both together."""
        if kept not in self.kept:
            self.nodes.append(helper.make_node("Concat", [kept.before, kept.name], [kept.longer], axis=TIME))
            self._slice(kept.longer, kept.after, -kept.length, END)
            self.kept.append(kept)
        return kept.longer

    def _slice(self, name: str, part: str, first: int, last: int) -> None:
        bounds = [self._constant(place) for place in (first, last, TIME)]
        self.nodes.append(helper.make_node("Slice", [name, *bounds], [part]))

    def _constant(self, value: int) -> str:
        name = f":{value}"
        self.constants[name] = numpy_helper.from_array(np.array([value], np.int64), name)
        return name

    def _layer(self, node: NodeProto) -> tuple[int, int, int]:
        """Over time: stride, places that are heard at once, from first to last, and padding before."""
        stated = {attribute.name: list(attribute.ints) for attribute in node.attribute}
        kernel = stated.get("kernel_shape") or self._shapes[node.input[1]][2:]
        span = (kernel[0] - 1) * stated.get("dilations", [1])[0] + 1
        return stated.get("strides", [1])[0], span, stated.get("pads", [0])[0]
