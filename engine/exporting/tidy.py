"""An ONNX graph without what only a person would read: names inside it are a fifth of a small student's file."""

import onnx
from onnx import GraphProto, NodeProto

DIGITS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"


def tidy(graph: GraphProto) -> None:
    """Give every value but inputs and outputs a short name, drop nodes' names, keep equal constants once."""
    _merge(graph)
    _unwrap(graph)
    kept = {value.name for value in (*graph.input, *graph.output)}
    known: dict[str, str] = {}

    def short(name: str) -> str:
        if not name or name in kept:
            return name
        return known.setdefault(name, _letters(len(known), kept))

    for node in graph.node:
        node.name = ""
        _plain(node)
        node.input[:] = [short(name) for name in node.input]
        node.output[:] = [short(name) for name in node.output]
    for tensor in graph.initializer:
        tensor.name = short(tensor.name)
    del graph.value_info[:]
    graph.name = "student"


def _plain(node: NodeProto) -> None:
    """Drop what a convolution would be anyway."""
    if node.op_type == "Conv":
        for stated in list(node.attribute):
            once = {stated.i} if stated.name == "group" else set(stated.ints)
            if stated.name == "kernel_shape" or (stated.name in ("group", "dilations", "strides") and once == {1}):
                node.attribute.remove(stated)


def _merge(graph: GraphProto) -> None:
    first: dict[bytes, str] = {}
    same: dict[str, str] = {}
    for node in [node for node in graph.node if node.op_type == "Constant"]:
        key = onnx.NodeProto(op_type="Constant", attribute=node.attribute).SerializeToString()
        if key in first:
            same[node.output[0]] = first[key]
            graph.node.remove(node)
        first.setdefault(key, node.output[0])
    for node in graph.node:
        node.input[:] = [same.get(name, name) for name in node.input]


def _unwrap(graph: GraphProto) -> None:
    """A constant as a node costs three times its name and value."""
    for node in [node for node in graph.node if node.op_type == "Constant" and node.attribute[0].name == "value"]:
        tensor = node.attribute[0].t
        tensor.name = node.output[0]
        graph.initializer.append(tensor)
        graph.node.remove(node)


def _letters(number: int, taken: set[str]) -> str:
    name = ""
    while True:
        number, digit = divmod(number, len(DIGITS))
        name += DIGITS[digit]
        if not number:
            return name if name not in taken else f"{name}_"
