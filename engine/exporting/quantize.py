"""A transformer's ONNX file made smaller and faster: its large linears in 8 bits."""

from pathlib import Path

from onnxruntime.quantization import QuantType, quantize_dynamic


def dynamic_int8(source: Path, target: Path) -> None:
    """Large linears in int8 with activations quantized on the fly, signed, one scale a column: for transformers."""
    quantize_dynamic(
        source, target, op_types_to_quantize=["MatMul", "Gemm"], per_channel=True, weight_type=QuantType.QInt8,
        extra_options={"MatMulConstBOnly": True},
    )  # fmt: skip
