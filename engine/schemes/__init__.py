"""Quantization schemes, one a file: fp32 ONNX to a smaller ONNX. `engine.exporting.scheme` says what a file defines."""
