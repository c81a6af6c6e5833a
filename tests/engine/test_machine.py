"""A process that keeps its memory asks the system for none at its next step."""

import platform
import subprocess
import sys

import pytest

STEPS = """
import resource
import torch
from engine import machine
machine.keep_memory()
def step():
    return [torch.ones(2_000_000) + number for number in range(4)]
step(), step()
before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
for _ in range(10):
    step()
print((resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before) / 10)
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="another allocator, which is left as it is")
def test_memory_that_is_freed_is_there_at_the_next_step():
    told = subprocess.run([sys.executable, "-c", STEPS], capture_output=True, text=True, check=True)
    assert float(told.stdout) < 3000  # pages; 10,000 and more where each step's memory is asked for anew
