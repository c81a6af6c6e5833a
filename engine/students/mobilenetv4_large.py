"""MobileNetV4-Large (Qin et al. 2024, arXiv 2404.10518), convolutions only: 31.9M parameters.

Of its four MobileNets the paper's page says "V4 and V3"; we take V4-Small, -Medium and -Large, and V3-Large.
"""

from engine.students import timm
from engine.types import StudentSpec


def build(spec: StudentSpec) -> timm.Timm:
    """The untrained network; it has one size, whatever `spec.size` says."""
    return timm.named("mobilenetv4_conv_large")
