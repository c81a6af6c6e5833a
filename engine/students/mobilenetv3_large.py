"""MobileNetV3-Large (Howard et al. 2019, arXiv 1905.02244): 4.8M parameters.

Of its four MobileNets the paper's page says "V4 and V3"; we take V4-Small, -Medium and -Large, and this V3.
"""

from engine.students import timm
from engine.types import StudentSpec


def build(spec: StudentSpec) -> timm.Timm:
    """The untrained network; it has one size, whatever `spec.size` says."""
    return timm.named("mobilenetv3_large_100")
