"""A student's file cut in memory into what hears, piece by piece, and what answers: any file, no second one.

Every student pools its tokens by a softmax over time: there its graph is cut. What comes before gives the softmax's
weights and the values that they weigh; what comes after makes A/D/V of the values' means. Means over all samples, by
which some students bring a clip to zero mean and unit variance, can't be known while it goes on: they become inputs.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from onnx import GraphProto, ModelProto, NodeProto, TensorProto, helper, numpy_helper, shape_inference

from engine.exporting.tidy import tidy
from engine.streaming.moving import Kept, Moving, Sum

SAMPLES = 1  # the axis of time in audio
REFUSED = "This student can't be streamed, since it {}; let it hear whole clips."


@dataclass(frozen=True)
class Cut:
    """The parts of a student's file, and the names of what goes from one to the other.

    `whole` makes means of audio, as the file does. `front` gives the first value that has a place a frame. `opening`
    takes audio, statistics and sums, and gives weights, values, sums and whatever something is kept of; `moving` goes
    on from there. `head` makes A/D/V of means.
    """

    whole: ModelProto
    front: ModelProto
    opening: ModelProto
    moving: ModelProto
    head: ModelProto
    audio: str
    adv: str
    layer: str  # the first value that has a place a frame
    statistics: tuple[str, ...]  # mean and variance of all samples, or nothing
    weights: str
    values: tuple[str, ...]
    means: tuple[str, ...]  # of the values, in their order
    axis: int  # of time in weights and values
    sums: tuple[Sum, ...]
    kept: tuple[Kept, ...]
    rate: int  # frames a token
    late: int  # tokens that wait for frames to come
    reach: int  # frames before its own that a token hears


def cut(model: ModelProto) -> Cut:
    """Cut a student, which takes audio [B, T] and gives A/D/V [B, 3]; the model itself is tidied.

    Raises:
        ValueError: its graph is not that of a student that streams.
    """
    tidy(model.graph)  # constants as nodes become plain ones
    graph = shape_inference.infer_shapes(model, data_prop=True).graph
    audio, adv = graph.input[0].name, graph.output[0].name
    softmax = next((node for node in reversed(graph.node) if node.op_type == "Softmax"), None)
    if softmax is None:
        raise ValueError(REFUSED.format("pools by no softmax over time"))
    weights, shares = softmax.input[0], softmax.output[0]
    products = [node for node in graph.node if shares in node.input]
    values = tuple(name for node in products for name in node.input if name != shares)
    means = tuple(node.output[0] for each in products for node in graph.node if each.output[0] in node.input)
    statistics = _statistics(graph)
    given = (audio, *statistics)
    body = _between(graph, given, (weights, *values))
    moving = Moving(GraphProto(node=body, initializer=graph.initializer, value_info=graph.value_info), given)
    if not moving.front or {moving.rate.get(name) for name in (weights, *values)} != {moving.rate[weights]}:
        raise ValueError(REFUSED.format("has no layer that hears frame after frame"))
    sums, kept = moving.sums, moving.kept
    heard = (*given, *(each.before for each in sums))
    told = (weights, *values, *(each.piece for each in sums))

    def part(nodes: Iterable[NodeProto], inputs: Iterable[str], outputs: Iterable[str]) -> ModelProto:
        return _model(model, GraphProto(node=nodes, initializer=moving.constants.values()), inputs, outputs)

    return Cut(
        whole=part(graph.node, (audio,), means),
        front=part(moving.opening, heard, (moving.front,)),
        opening=part(moving.opening, heard, {*told, *(each.name for each in kept)}),
        moving=part(moving.nodes, (*heard, *(each.before for each in kept)), {*told, *(each.after for each in kept)}),
        head=part(graph.node, means, (adv,)),
        audio=audio, adv=adv, layer=moving.front, statistics=statistics, weights=weights, values=values, means=means,
        axis=next((attribute.i for attribute in softmax.attribute if attribute.name == "axis"), -1),
        sums=tuple(sums), kept=tuple(kept),
        rate=moving.rate[weights], late=moving.late[weights], reach=moving.reach,
    )  # fmt: skip


def _statistics(graph: GraphProto) -> tuple[str, ...]:
    """The means over all samples: none, or mean and variance."""
    constants = {tensor.name: numpy_helper.to_array(tensor) for tensor in graph.initializer}
    means = [node for node in graph.node if node.op_type == "ReduceMean" and node.input[1] in constants]
    found = [node.output[0] for node in means if constants[node.input[1]].tolist() == [SAMPLES]]
    if len(found) not in (0, 2):
        raise ValueError(REFUSED.format("hears other means of a clip than mean and variance"))
    # those that were summed in double precision are cast to single, in which all else goes on
    single = {node.input[0]: node.output[0] for node in graph.node if node.op_type == "Cast"}
    return tuple(single.get(name, name) for name in found)


def _between(graph: GraphProto, inputs: Iterable[str], outputs: Iterable[str]) -> list[NodeProto]:
    """The nodes that make `outputs` of `inputs`, in their order."""
    given, wanted, found = set(inputs), set(outputs), list[NodeProto]()
    for node in reversed(graph.node):
        if wanted.intersection(node.output) - given:
            found.append(node)
            wanted |= set(node.input)
    return found[::-1]


def _model(whole: ModelProto, graph: GraphProto, inputs: Iterable[str], outputs: Iterable[str]) -> ModelProto:
    nodes = _between(graph, inputs, outputs)
    used = {name for node in nodes for name in node.input}
    given, told = (
        [helper.make_tensor_value_info(name, TensorProto.FLOAT, None) for name in names]
        for names in (used.intersection(inputs), outputs)
    )
    constants = [tensor for tensor in graph.initializer if tensor.name in used]
    part = helper.make_graph(nodes, "part", given, told, constants)
    return helper.make_model(part, opset_imports=whole.opset_import, ir_version=whole.ir_version)
