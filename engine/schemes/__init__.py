"""Quantization schemes, one a file: fp32 ONNX to a smaller ONNX. `engine.scheme` says what a file defines."""
