"""8-bit products that this processor can't add up: there, a quantized file is opened in a form that it can.

Processors without VNNI add two products of an unsigned and a signed byte in 16 bits, which overflow and are cut off:
onnxruntime then answers with other numbers and says nothing (its documentation of quantization, "U8S8"). The product
of two unsigned bytes is added in 32 bits everywhere, only slower: so signed weights are moved up by 128, their zero
points too, and every sum is the same integer as before.
"""

from functools import cache
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper

NODE = "MatMulInteger"
WIDE = 64  # products in a sum, enough for every kernel to use its fast form


@cache
def here() -> bool:
    """Whether this processor cuts such sums off, by trying it."""
    most, weights = np.full((4, WIDE), 255, np.uint8), np.full((WIDE, 64), 127, np.int8)
    graph = helper.make_graph(
        [helper.make_node(NODE, ["a", "b"], ["y"])], "sum",
        [helper.make_tensor_value_info("a", TensorProto.UINT8, most.shape)],
        [helper.make_tensor_value_info("y", TensorProto.INT32, None)],
        [numpy_helper.from_array(weights, "b")],
    )  # fmt: skip
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 21)], ir_version=10)
    run = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    (sums,) = run.run(None, {"a": most})
    return bool((sums != 255 * 127 * WIDE).any())


def unsigned(path: Path) -> bytes | None:
    """The file with unsigned weights in every integer product: the same sums. None: it has no signed ones.

    Raises:
        Exception: the file is not ONNX; the onnx package has no common class for that.
    """
    model = onnx.load(path)
    known = {each.name: each for each in model.graph.initializer}
    moved = set[str]()
    for node in (node for node in model.graph.node if node.op_type == NODE):
        weights = known.get(node.input[1])
        if weights is None or weights.data_type != TensorProto.INT8:
            continue
        if len(node.input) < 4:
            zero = model.graph.initializer.add()
            zero.CopyFrom(numpy_helper.from_array(np.zeros((), np.int8), f"{weights.name}_zero"))
            known[zero.name] = zero
            node.input.extend([""] * (3 - len(node.input)) + [zero.name])
        moved |= {node.input[1], node.input[3]}
    for name in moved:
        if known[name].data_type == TensorProto.INT8:
            values = numpy_helper.to_array(known[name]).view(np.uint8) ^ np.uint8(128)
            known[name].CopyFrom(numpy_helper.from_array(values, name))
    return model.SerializeToString() if moved else None
