"""MobileNetV4-Small (Qin et al. 2024, arXiv 2404.10518), the student that the paper compares Wav2Small with.

3.1M parameters, more than half of them in the two 960 x 960 linears of its pooling; 6.9 tokens a second.
"""

from engine.students import timm
from engine.types import StudentSpec


def build(spec: StudentSpec) -> timm.Timm:
    """The untrained network; it has one size, whatever `spec.size` says."""
    return timm.named("mobilenetv4_conv_small")
